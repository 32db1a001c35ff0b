//! A folder of `.rsc` files, as scripts on a server leave them: the time is in the name of the
//! file or of its folder. The time of the file itself says when it was copied, so it is believed
//! only when a person says so.

use std::fs::{DirEntry, Metadata};
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::source::{Content, Listing, Source, Version};
use super::{MAX_VERSIONS, file_time};

/// How many folders deep it is looked.
const MAX_DEPTH: usize = 8;

/// How an export is called.
pub const ENDING: &str = ".rsc";

/// Where CVS keeps what it knows of a folder.
const CVS: &str = "CVS";

/// Lists the files of a folder that are called with this ending (empty: any); links are not
/// followed, nor is anything hidden.
///
/// # Errors
/// When the folder can not be read, or has more than [`MAX_VERSIONS`] files.
pub fn read_folder(folder: &Path, ending: &str, trust_modified: bool) -> io::Result<Listing> {
    let mut listing = Listing::default();
    let mut waiting = vec![(folder.to_owned(), 0)];
    let mut files = 0;
    while let Some((folder, depth)) = waiting.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            files += 1;
            if files > MAX_VERSIONS {
                return Err(io::Error::other(format!(
                    "there are more than {MAX_VERSIONS} files"
                )));
            }
            let kind = entry.file_type()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || name == CVS {
                continue;
            }
            if kind.is_dir() && depth < MAX_DEPTH {
                waiting.push((entry.path(), depth + 1));
            } else if kind.is_file()
                && let Some(stem) = name.strip_suffix(ending)
            {
                take(&mut listing, &entry, stem, trust_modified)?;
            }
        }
    }
    Ok(listing)
}

/// Adds a file, or why it is none.
fn take(
    listing: &mut Listing,
    entry: &DirEntry,
    stem: &str,
    trust_modified: bool,
) -> io::Result<()> {
    let path = entry.path();
    let modified = trust_modified.then(|| entry.metadata()).transpose()?;
    let shown = path.display().to_string();
    match placed(&path, stem, modified.as_ref()) {
        Some((source, at)) => listing.versions.push(Version {
            source,
            at,
            from: format!("the file {}", entry.file_name().to_string_lossy()),
            content: Content::File(path),
        }),
        None => listing.passed_over.push((
            shown,
            "neither its name nor that of its folder has a time; --trust-mtime takes that of the \
             file"
                .to_owned(),
        )),
    }
    Ok(())
}

/// Which device a file is of, and of when.
fn placed(path: &Path, stem: &str, modified: Option<&Metadata>) -> Option<(Source, DateTime<Utc>)> {
    let mut folders = path.parent().into_iter().flat_map(Path::ancestors);
    let mut folder = || folders.next().and_then(name_of);
    let (parent, above) = (folder(), folder());
    if let Some((at, rest)) = file_time::in_name(stem) {
        return Some(match rest.is_empty() {
            // `gw-1/2026-01-02.rsc`
            true => (source(above, parent?), at),
            false => (source(parent, rest), at),
        });
    }
    let of_folder = parent.as_deref().and_then(file_time::in_name);
    if let Some((at, rest)) = of_folder {
        // `2026-01-02/gw-1.rsc`, `acme 2026-01-02/gw-1.rsc`
        let group = Some(rest).filter(|rest| !rest.is_empty()).or(above);
        return Some((source(group, stem.to_owned()), at));
    }
    let modified = modified?.modified().ok()?;
    Some((source(parent, stem.to_owned()), modified.into()))
}

fn name_of(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

fn source(group: Option<String>, name: String) -> Source {
    Source { group, name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(files: &[&str], trust_modified: bool) -> (Vec<String>, usize) {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join("all").join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let listing = read_folder(&folder.path().join("all"), ENDING, trust_modified).unwrap();
        let mut found: Vec<String> = listing
            .versions
            .iter()
            .map(|version| format!("{} {}", version.at.format("%F %R"), version.source))
            .collect();
        found.sort();
        (found, listing.passed_over.len())
    }

    #[test]
    fn the_time_is_in_the_name_of_the_file_or_of_its_folder() {
        let files = [
            "acme/gw-1_2026-01-02_0304.rsc",
            "acme/gw-2/20260103.rsc",
            "acme/2026-01-04/gw-3.rsc",
            "gw-4-2026-01-05.rsc",
            "acme/notes.txt",
            "acme/.gw-9_2026-01-02.rsc",
            "acme/CVS/gw-9_2026-01-02.rsc",
        ];
        let expected = [
            "2026-01-02 03:04 acme/gw-1",
            "2026-01-03 00:00 acme/gw-2",
            "2026-01-04 00:00 acme/gw-3",
            "2026-01-05 00:00 all/gw-4",
        ];
        assert_eq!(
            listed(&files, false),
            (expected.map(str::to_owned).to_vec(), 0)
        );
    }

    #[test]
    fn the_time_of_the_file_is_believed_only_when_that_is_said() {
        assert_eq!(listed(&["acme/gw-1.rsc"], false), (Vec::new(), 1));
        let (found, passed_over) = listed(&["acme/gw-1.rsc"], true);
        assert!(found[0].ends_with(" acme/gw-1"), "{found:?}");
        assert_eq!(passed_over, 0);
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("gw_2026-01-02.rsc"), "x").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(outside.path(), link).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("gw_2026-01-02.rsc")).unwrap();
        let listing = read_folder(folder.path(), ENDING, true).unwrap();
        assert!(listing.versions.is_empty());
    }
}
