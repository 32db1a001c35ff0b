//! The folder that archives are kept in: made and tried before anything is written to it, and swept
//! of what nobody lists.

use std::collections::HashSet;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::sys::statvfs::statvfs;

use super::file::{PART, Part};
use crate::db::archives::Size;

/// What our files begin with; nothing else in the folder is touched.
const PREFIX: &str = "archive_";

/// How long a file that no row names is left alone: somebody may be bringing it.
const LEFT_ALONE: Duration = Duration::from_secs(60 * 60);

/// How much is to stay free beside an archive.
const SPARE_BYTES: u64 = 64 << 20;

/// Exports are about six times as large as their compressed form; a quarter is on the safe side.
const COMPRESSES_BY: u64 = 4;

const MEGABYTE: u64 = 1_000_000;

/// Why the folder can not be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("the folder {} can not be written: {error}", .path.display())]
    Unwritable {
        path: PathBuf,
        #[source]
        error: io::Error,
    },
    #[error(
        "the disk of {} has {free} MB for archives, and about {needed} MB are needed: make room, \
         delete archives, or name another folder by --archive-dir", .path.display()
    )]
    Full {
        path: PathBuf,
        free: u64,
        needed: u64,
    },
    #[error(
        "the disk of {} had no room for the whole file: make room, delete archives, or name \
         another folder by --archive-dir", .path.display()
    )]
    FilledUp {
        path: PathBuf,
        #[source]
        error: io::Error,
    },
}

impl FolderError {
    /// What is wrong with the folder when it can not be written to.
    #[must_use]
    pub fn of(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::FilledUp { path, error }
            }
            _ => Self::Unwritable { path, error },
        }
    }
}

/// About how large the file of an archive will be that holds so much.
#[must_use]
pub const fn expected_bytes(size: &Size) -> u64 {
    size.bytes.unsigned_abs() / COMPRESSES_BY
}

/// How many bytes archives may take beside what is on the disk of the folder, which need not be
/// there yet.
///
/// # Errors
/// When the disk can not be asked.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let there = path.ancestors().find(|path| path.exists());
    let disk = statvfs(there.unwrap_or(Path::new(".")))?;
    let free = disk.blocks_available() * disk.fragment_size();
    Ok(free.saturating_sub(SPARE_BYTES))
}

/// Makes the folder if it is missing, writes to it, and looks whether a file of so many bytes has
/// room there.
///
/// # Errors
/// [`FolderError`]
pub fn prepare(path: &Path, bytes: u64) -> Result<(), FolderError> {
    let refused = |error| FolderError::of(path, error);
    let mut builder = std::fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(refused)?;
    let probe = Part::create(&path.join(format!("{PREFIX}probe"))).map_err(refused)?;
    (&probe.file).write_all(b"x").map_err(refused)?;
    let free = free_bytes(path).map_err(refused)?;
    if free < bytes {
        return Err(FolderError::Full {
            path: path.to_owned(),
            free: free / MEGABYTE,
            needed: bytes / MEGABYTE,
        });
    }
    Ok(())
}

/// A new name for a file that somebody brings.
#[must_use]
pub fn uploaded_name() -> String {
    format!(
        "{PREFIX}uploaded_{}.zip",
        hex::encode(rand::random::<[u8; 8]>())
    )
}

/// Deletes what is ours, is in no row, and was not written to for an hour. Gives how many files.
///
/// # Errors
/// When the folder can not be read.
pub fn sweep(path: &Path, listed: &HashSet<String>, now: SystemTime) -> io::Result<usize> {
    let mut swept = 0;
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let whole = name.strip_suffix(PART).unwrap_or(&name);
        if !name.starts_with(PREFIX) || listed.contains(whole) {
            continue;
        }
        let written = entry.metadata()?.modified()?;
        if now
            .duration_since(written)
            .is_ok_and(|age| age > LEFT_ALONE)
        {
            std::fs::remove_file(entry.path())?;
            swept += 1;
        }
    }
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_refused_with_what_to_do_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("archives");
        let free = free_bytes(&path).unwrap();
        assert!(free > 0);
        assert!(!path.exists());
        let refused = prepare(&path, u64::MAX).unwrap_err().to_string();
        assert!(refused.contains("make room, delete archives"), "{refused}");
        prepare(&path, 0).unwrap();
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0);
    }

    #[test]
    fn what_nobody_lists_goes_after_an_hour_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "archive_a_1_x.zip",
            "archive_b_2_x.zip",
            "archive_c_3_x.zip.part",
            "notes.txt",
        ];
        for name in names {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        let listed = HashSet::from(["archive_a_1_x.zip".to_owned()]);
        let now = SystemTime::now();
        assert_eq!(sweep(folder.path(), &listed, now).unwrap(), 0);
        let later = now + LEFT_ALONE + Duration::from_secs(60);
        assert_eq!(sweep(folder.path(), &listed, later).unwrap(), 2);
        let left = |name: &&str| folder.path().join(name).exists();
        assert_eq!(names.iter().filter(|name| left(name)).count(), 2);
    }

    #[test]
    fn a_folder_is_made_and_one_that_can_not_be_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        prepare(&path, 0).unwrap();
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0);
        std::fs::write(path.join("file"), b"").unwrap();
        assert!(matches!(
            prepare(&path.join("file"), 0),
            Err(FolderError::Unwritable { .. })
        ));
        assert!(matches!(
            prepare(&path, u64::MAX),
            Err(FolderError::Full { .. })
        ));
    }
}
