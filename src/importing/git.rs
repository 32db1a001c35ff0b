//! A repository, read by the `git` program. What is in it was written by others, its own settings
//! included: only plumbing is used, which starts no pager, no filter, no signature check and no
//! hook, with nothing of the environment, and nothing is fetched.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::source::{Content, Layout, Listing, ReadError, Version};
use super::{MAX_VERSION_BYTES, MAX_VERSIONS};

/// How long the list of all versions may take.
const LIST_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// How long one object may take.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// How many bytes a list may have: a hundred million commits are no history of routers.
const MAX_LIST_BYTES: u64 = 256 << 20;

/// How many bytes the line before an object has at most: id, kind and size.
const MAX_HEAD_BYTES: u64 = 200;

/// Settings that are ours whatever the repository says. It may belong to another user.
const SETTINGS: [&str; 4] = [
    "safe.directory=*",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "protocol.allow=never",
];

/// Why a repository can not be read. What git says is not repeated: it quotes the repository.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("git does not start ({0}); install it")]
    NotStarted(#[source] std::io::Error),
    #[error("it is no git repository with a commit (git {0} failed)")]
    NoRepository(&'static str),
    #[error("git {0} takes too long")]
    Slow(&'static str),
    #[error("git {0} ended before its time")]
    Ended(&'static str),
    #[error("the history is longer than can be read at once")]
    TooLong,
    #[error("git can not be read from: {0}")]
    Io(#[from] std::io::Error),
}

/// A repository, bare or not.
#[derive(Debug)]
pub struct Repository {
    folder: PathBuf,
    /// Where the folder is in it, with a `/` at the end; empty: it is all of it.
    prefix: String,
}

impl Repository {
    /// The repository that `folder` is, or is a part of.
    ///
    /// # Errors
    /// [`GitError`]; [`GitError::NoRepository`] when it is none.
    pub async fn open(folder: &Path) -> Result<Self, GitError> {
        let mut repository = Self {
            folder: folder.to_owned(),
            prefix: String::new(),
        };
        let prefix = repository
            .output(&["rev-parse", "--show-prefix"], b"")
            .await?;
        let prefix = String::from_utf8_lossy(&prefix);
        prefix
            .trim_end_matches('\n')
            .clone_into(&mut repository.prefix);
        Ok(repository)
    }

    /// The versions of all files that are devices in this layout, the oldest first.
    ///
    /// # Errors
    /// [`GitError`].
    pub async fn list(&self, layout: Layout) -> Result<Listing, GitError> {
        let commits = self
            .output(&["rev-list", "--timestamp", "HEAD"], b"")
            .await?;
        let commits = parse_commits(&commits)?;
        let ids: String = commits
            .iter()
            .rev()
            .map(|one| format!("{}\n", one.id))
            .collect();
        let compare = [
            "diff-tree",
            "--stdin",
            "-r",
            "-m",
            "-z",
            "--root",
            "--no-renames",
            "--no-ext-diff",
        ];
        let changes = self.output(&compare, ids.as_bytes()).await?;
        let mut listing = Listing::default();
        let by_id: HashMap<&str, &Commit> =
            commits.iter().map(|one| (one.id.as_str(), one)).collect();
        let mut commit = None;
        for change in parse_changes(&changes) {
            match change {
                Change::Of(id) => commit = by_id.get(id).copied(),
                Change::File { blob, path } => {
                    self.take(&mut listing, layout, commit, (blob, path));
                }
            }
            if listing.versions.len() > MAX_VERSIONS {
                return Err(GitError::TooLong);
            }
        }
        Ok(listing)
    }

    fn take(
        &self,
        listing: &mut Listing,
        layout: Layout,
        commit: Option<&Commit>,
        (blob, path): (&str, &str),
    ) {
        let ours = path.strip_prefix(&self.prefix);
        let (Some(commit), Some(source)) = (commit, ours.and_then(|path| layout.source(path)))
        else {
            return;
        };
        let short: String = commit.id.chars().take(10).collect();
        let Some(at) = commit.at else {
            let why = "the time of its commit is none".to_owned();
            listing
                .passed_over
                .push((format!("{source} of commit {short}"), why));
            return;
        };
        listing.versions.push(Version {
            source,
            at,
            from: format!("commit {short}"),
            content: Content::Blob(blob.to_owned()),
        });
    }

    /// A process that gives objects.
    ///
    /// # Errors
    /// [`GitError::NotStarted`].
    pub(super) fn blobs(&self) -> Result<Blobs, GitError> {
        let mut child = self.spawn(&["cat-file", "--batch"])?;
        let input = child.stdin.take().ok_or(GitError::Ended("cat-file"))?;
        let output = child.stdout.take().ok_or(GitError::Ended("cat-file"))?;
        Ok(Blobs {
            input,
            output: BufReader::new(output),
            _child: child,
        })
    }

    fn spawn(&self, arguments: &[&'static str]) -> Result<Child, GitError> {
        let mut command = Command::new("git");
        command.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
            .envs([
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_TERMINAL_PROMPT", "0"),
                ("GIT_OPTIONAL_LOCKS", "0"),
                ("GIT_NO_LAZY_FETCH", "1"),
                ("GIT_NO_REPLACE_OBJECTS", "1"),
                ("GIT_ALLOW_PROTOCOL", ""),
                ("LC_ALL", "C"),
            ])
            .args(SETTINGS.iter().flat_map(|setting| ["-c", setting]))
            .arg("-C")
            .arg(&self.folder)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command.spawn().map_err(GitError::NotStarted)
    }

    /// What git writes when it is given `input`.
    async fn output(&self, arguments: &[&'static str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        let name = arguments[0];
        let mut child = self.spawn(arguments)?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let mut stdin = stdin.ok_or(GitError::Ended(name))?;
        let stdout = stdout.ok_or(GitError::Ended(name))?;
        let mut written = Vec::new();
        let talking = async {
            let writing = async {
                stdin.write_all(input).await?;
                drop(stdin);
                Ok(())
            };
            let mut limited = stdout.take(MAX_LIST_BYTES + 1);
            let reading = limited.read_to_end(&mut written);
            // One that ends early closes its end; its status says why.
            let (_, read): (std::io::Result<()>, _) = tokio::join!(writing, reading);
            if read? as u64 > MAX_LIST_BYTES {
                return Err(GitError::TooLong);
            }
            Ok(child.wait().await?)
        };
        let ended = timeout(LIST_TIMEOUT, talking).await;
        let status = ended.map_err(|_| GitError::Slow(name))??;
        status
            .success()
            .then_some(written)
            .ok_or(GitError::NoRepository(name))
    }
}

/// A commit of the list.
struct Commit {
    id: String,
    /// `None`: no time that there is.
    at: Option<DateTime<Utc>>,
}

/// Lines of `seconds id`, the newest first.
fn parse_commits(text: &[u8]) -> Result<Vec<Commit>, GitError> {
    let text = String::from_utf8_lossy(text);
    let commits = text.lines().filter_map(|line| {
        let (secs, id) = line.split_once(' ')?;
        let at = secs
            .parse()
            .ok()
            .and_then(|secs| DateTime::from_timestamp(secs, 0));
        Some(Commit {
            id: id.to_owned(),
            at: at.filter(|at| at.timestamp() > 0),
        })
    });
    let commits: Vec<Commit> = commits.take(MAX_VERSIONS + 1).collect();
    (commits.len() <= MAX_VERSIONS)
        .then_some(commits)
        .ok_or(GitError::TooLong)
}

/// A part of what `diff-tree -z` writes.
#[derive(Debug, PartialEq, Eq)]
enum Change<'a> {
    /// What follows is of this commit.
    Of(&'a str),
    /// A regular file that it added or changed.
    File { blob: &'a str, path: &'a str },
}

/// The changes of `diff-tree --stdin -r -z`: a commit's id, then for each file
/// `:old-mode new-mode old-id new-id letter` and its path, NUL behind each
/// (<https://git-scm.com/docs/git-diff-tree>). What is no UTF-8 is none of ours.
fn parse_changes(text: &[u8]) -> Vec<Change<'_>> {
    let mut parts = text.split(|byte| *byte == 0).map(std::str::from_utf8);
    let mut changes = Vec::new();
    while let Some(part) = parts.next() {
        let Ok(part) = part else { continue };
        let Some(entry) = part.strip_prefix(':') else {
            let id = part.split_ascii_whitespace().next();
            changes.extend(id.map(Change::Of));
            continue;
        };
        let fields: Vec<&str> = entry.split(' ').collect();
        let path = parts.next();
        if let ([_, mode, _, blob, letter], Some(Ok(path))) = (fields.as_slice(), path)
            && mode.starts_with("100")
            && *letter != "D"
        {
            changes.push(Change::File { blob, path });
        }
    }
    changes
}

/// A process that gives objects by their ids.
#[derive(Debug)]
pub struct Blobs {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Ends with this.
    _child: Child,
}

impl Blobs {
    /// The bytes of an object.
    pub(super) async fn read(&mut self, id: &str) -> Result<Vec<u8>, ReadError> {
        timeout(READ_TIMEOUT, self.ask(id))
            .await
            .map_err(|_| GitError::Slow("cat-file"))?
    }

    async fn ask(&mut self, id: &str) -> Result<Vec<u8>, ReadError> {
        self.input
            .write_all(format!("{id}\n").as_bytes())
            .await
            .map_err(GitError::Io)?;
        let mut head = String::new();
        let mut line = (&mut self.output).take(MAX_HEAD_BYTES);
        line.read_line(&mut head).await.map_err(GitError::Io)?;
        // `<id> blob <size>`, or `<id> missing`.
        let size = head
            .trim_end()
            .rsplit_once(" blob ")
            .and_then(|(_, size)| size.parse().ok());
        let size: u64 = size.ok_or(GitError::Ended("cat-file"))?;
        let mut object = (&mut self.output).take(size + 1);
        if size > MAX_VERSION_BYTES {
            tokio::io::copy(&mut object, &mut tokio::io::sink())
                .await
                .map_err(GitError::Io)?;
            return Err(ReadError::TooLarge);
        }
        let mut bytes = Vec::new();
        object.read_to_end(&mut bytes).await.map_err(GitError::Io)?;
        let is_whole = bytes.pop() == Some(b'\n') && bytes.len() as u64 == size;
        Ok(is_whole
            .then_some(bytes)
            .ok_or(GitError::Ended("cat-file"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_came_or_changed_are_told_with_their_commit() {
        let text = b"c1\0:000000 100644 0 b1 A\0acme/gw-1\0:000000 120000 0 b2 A\0link\0\
            c2 (from c1)\0:100644 000000 b1 0 D\0acme/gw-1\0:100644 100755 b1 b3 M\0gw 2\0";
        let expected = [
            Change::Of("c1"),
            Change::File {
                blob: "b1",
                path: "acme/gw-1",
            },
            Change::Of("c2"),
            Change::File {
                blob: "b3",
                path: "gw 2",
            },
        ];
        assert_eq!(parse_changes(text), expected);
        assert_eq!(parse_changes(b":100644\0"), []);
        assert_eq!(parse_changes(b"\xff\0:a b c d A\0\xff\0"), []);
    }

    #[test]
    fn a_commit_without_a_time_has_none() {
        let commits = parse_commits(b"1767323045 c1\n0 c2\n99999999999999999999 c3\nc4\n");
        let times: Vec<bool> = commits
            .unwrap()
            .iter()
            .map(|one| one.at.is_some())
            .collect();
        assert_eq!(times, [true, false, false]);
    }
}
