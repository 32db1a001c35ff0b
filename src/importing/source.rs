//! The versions that a source has, and how their bytes are read one at a time: a history may be
//! larger than memory.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::MAX_VERSION_BYTES;
use super::git::{Blobs, GitError};

/// What a source calls a device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The folder it stands in: a group of Oxidized or RANCID, or a customer. `None`: none.
    pub group: Option<String>,
    pub name: String,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.group {
            Some(group) => write!(f, "{group}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// Where the files of devices stand in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Every file, its folder being the group.
    Oxidized,
    /// Those in `configs`, the folder above being the group.
    Rancid,
}

impl Layout {
    /// The device that a path of a repository is of; `None`: it is of none.
    #[must_use]
    pub fn source(self, path: &str) -> Option<Source> {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_ours = !name.starts_with('.') && !name.starts_with("router.db");
        let folders = match self {
            Self::Oxidized => folders,
            Self::Rancid => match folders.strip_suffix("configs")? {
                "" => "",
                above => above.strip_suffix('/')?,
            },
        };
        let group = folders.rsplit('/').next().filter(|group| !group.is_empty());
        (is_ours && !name.is_empty()).then(|| Source {
            group: group.map(str::to_owned),
            name: name.to_owned(),
        })
    }
}

/// One version of a device's configuration.
#[derive(Debug, Clone)]
pub struct Version {
    pub source: Source,
    pub at: DateTime<Utc>,
    /// Where it is from, for a technician: `commit 1a2b3c4` or the name of a file.
    pub from: String,
    pub(super) content: Content,
}

/// Where the bytes are.
#[derive(Debug, Clone)]
pub(super) enum Content {
    File(PathBuf),
    /// An object of the repository, by its id.
    Blob(String),
}

/// All versions, and what was passed over with the reason.
#[derive(Debug, Default)]
pub struct Listing {
    pub versions: Vec<Version>,
    /// A file or a commit, and a sentence.
    pub passed_over: Vec<(String, String)>,
}

/// Why the bytes of a version are not there.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("it is larger than {} MiB", MAX_VERSION_BYTES >> 20)]
    TooLarge,
    #[error("it can not be read: {0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Git(#[from] GitError),
}

/// Reads versions of one source.
#[derive(Debug)]
pub struct Reader(pub(super) Option<Blobs>);

impl Reader {
    /// For versions that are files.
    #[must_use]
    pub const fn of_files() -> Self {
        Self(None)
    }

    /// For versions of a repository.
    ///
    /// # Errors
    /// [`GitError`] when git does not start.
    pub fn of_repository(repository: &super::Repository) -> Result<Self, GitError> {
        Ok(Self(Some(repository.blobs()?)))
    }

    /// The bytes of a version, as they are.
    ///
    /// # Errors
    /// [`ReadError`]; after [`ReadError::Git`] nothing more can be read.
    pub async fn read(&mut self, version: &Version) -> Result<Vec<u8>, ReadError> {
        match (&version.content, &mut self.0) {
            (Content::File(path), _) => read_file(path).await,
            (Content::Blob(id), Some(blobs)) => blobs.read(id).await,
            (Content::Blob(_), None) => Err(GitError::Ended("cat-file").into()),
        }
    }
}

async fn read_file(path: &std::path::Path) -> Result<Vec<u8>, ReadError> {
    use std::io::Read as _;
    let path = path.to_owned();
    let reading = move || {
        let mut bytes = Vec::new();
        let mut file = std::fs::File::open(path)?.take(MAX_VERSION_BYTES + 1);
        file.read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    };
    let read = tokio::task::spawn_blocking(reading).await;
    let bytes = read.map_err(std::io::Error::other)??;
    if bytes.len() as u64 > MAX_VERSION_BYTES {
        return Err(ReadError::TooLarge);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(layout: Layout, path: &str) -> Option<String> {
        layout.source(path).map(|source| source.to_string())
    }

    #[test]
    fn every_file_of_oxidized_is_a_device_in_the_group_of_its_folder() {
        let shown = |path| shown(Layout::Oxidized, path);
        assert_eq!(shown("gw-1").as_deref(), Some("gw-1"));
        assert_eq!(shown("routers/acme/gw-1").as_deref(), Some("acme/gw-1"));
        assert_eq!(shown(".gitignore"), None);
        assert_eq!(shown("acme/"), None);
    }

    #[test]
    fn only_the_configs_of_rancid_are_devices() {
        let shown = |path| shown(Layout::Rancid, path);
        assert_eq!(shown("configs/gw-1").as_deref(), Some("gw-1"));
        assert_eq!(shown("acme/configs/gw-1").as_deref(), Some("acme/gw-1"));
        assert_eq!(shown("acme/router.db"), None);
        assert_eq!(shown("myconfigs/gw-1"), None);
        assert_eq!(shown("configs/.cvsignore"), None);
    }
}
