//! Where the key file is, and what replacing the key puts beside it. Each function is one step
//! that is on the disk when it returns, so that a rotation may be killed between any two.
//!
//! The old key stays, as `routervault.key.old-<its id>`. It opens nothing in the database as it
//! is now, but nothing else opens a dump of the database that was made before, and who can read
//! it where it lies could read the new one beside it as well. Its name carries its id, so that a
//! later rotation does not overwrite it, and so that it is found by the id that a refusal names.
//! Removing it is the owner's decision, when no such dump is left.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};

use super::key_file::{KeyFileError, MasterKey, folder_of, io_error};

/// Held by whoever replaces the key file; gone with the process that took it.
#[derive(Debug)]
pub struct RotationLock(#[expect(dead_code, reason = "works until it is dropped")] Flock<File>);

/// The place of a key file.
#[derive(Debug, Clone)]
pub struct KeyPlace {
    path: PathBuf,
}

impl KeyPlace {
    /// The place that `path` names; a link is followed, so that what it points to is replaced.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        }
    }

    /// The key file itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key in the key file; `None` when there is no such file.
    ///
    /// # Errors
    /// As [`MasterKey::read`].
    pub fn read(&self) -> Result<Option<MasterKey>, KeyFileError> {
        MasterKey::read(&self.path)
    }

    /// The key of a rotation that did not come to its end; `None` when there is none.
    ///
    /// # Errors
    /// As [`MasterKey::read`]; one that was killed while it wrote leaves no whole key.
    pub fn read_next(&self) -> Result<Option<MasterKey>, KeyFileError> {
        MasterKey::read(&self.next())
    }

    /// The right to replace the key file, or `None` while another process has it. It is on the
    /// folder: a lock on the file would be on the one that is replaced.
    ///
    /// # Errors
    /// [`KeyFileError::Io`] when the folder can not be locked.
    pub fn lock(&self) -> Result<Option<RotationLock>, KeyFileError> {
        let folder = folder_of(&self.path);
        let opened = File::open(folder).map_err(|source| io_error(folder, "locked", source))?;
        match Flock::lock(opened, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => Ok(Some(RotationLock(lock))),
            Err((_, nix::errno::Errno::EWOULDBLOCK)) => Ok(None),
            Err((_, errno)) => Err(io_error(folder, "locked", errno.into())),
        }
    }

    /// Keeps the key file under a second name, which is given back. It stays in place as well.
    ///
    /// # Errors
    /// [`KeyFileError::Io`]; also when the key file is a mount of its own, which no rename
    /// could replace later.
    pub fn keep_old(&self, key: &MasterKey) -> Result<PathBuf, KeyFileError> {
        let kept = self.beside(&format!(".old-{}", hex::encode(key.id())));
        match std::fs::hard_link(&self.path, &kept) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let same = MasterKey::read(&kept)?.is_some_and(|old| old.id() == key.id());
                same.then_some(kept.clone())
                    .ok_or_else(|| io_error(&kept, "made", error))
            }
            Err(error) => Err(io_error(&kept, "linked to the key file", error)),
            Ok(()) => Ok(kept),
        }
    }

    /// Writes a new key beside the key file, for the owner of that one. What a killed rotation
    /// left there is overwritten: only call this when the key file fits the database.
    ///
    /// # Errors
    /// [`KeyFileError::Io`] when it can not be written.
    pub fn write_next(&self) -> Result<MasterKey, KeyFileError> {
        let key = MasterKey::generate();
        let next = self.next();
        let written = (|| {
            match std::fs::remove_file(&next) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let owner = std::fs::metadata(&self.path)?;
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&next)?;
            // A command of root must not shut the service out.
            fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
            file.write_all(key.line().as_bytes())?;
            file.sync_all()?;
            File::open(folder_of(&next))?.sync_all()
        })();
        written.map_err(|source| io_error(&next, "written", source))?;
        Ok(key)
    }

    /// Puts the new key in the place of the old.
    ///
    /// # Errors
    /// [`KeyFileError::Io`]: the database is sealed with the new key then, and the next start
    /// tries again.
    pub fn replace(&self, _: &RotationLock) -> Result<(), KeyFileError> {
        std::fs::rename(self.next(), &self.path)
            .and_then(|()| File::open(folder_of(&self.path))?.sync_all())
            .map_err(|source| io_error(&self.path, "replaced", source))
    }

    fn next(&self) -> PathBuf {
        self.beside(".new")
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name: OsString = self.path.clone().into();
        name.push(ending);
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, KeyPlace, MasterKey) {
        let folder = tempfile::tempdir().unwrap();
        let place = KeyPlace::at(&folder.path().join("routervault.key"));
        let key = MasterKey::create(place.path()).unwrap();
        (folder, place, key)
    }

    fn id(key: Option<MasterKey>) -> Option<[u8; 8]> {
        key.map(|key| key.id())
    }

    #[test]
    fn a_new_key_takes_the_place_of_the_old_which_is_kept_by_its_id() {
        let (folder, place, old) = place();
        let kept = place.keep_old(&old).unwrap();
        let new = place.write_next().unwrap();
        assert_eq!(id(place.read().unwrap()), Some(old.id()));
        assert_eq!(id(place.read_next().unwrap()), Some(new.id()));
        let lock = place.lock().unwrap().unwrap();
        place.replace(&lock).unwrap();
        assert_eq!(id(place.read().unwrap()), Some(new.id()));
        assert!(place.read_next().unwrap().is_none());
        assert_eq!(id(MasterKey::read(&kept).unwrap()), Some(old.id()));
        assert!(kept.to_string_lossy().ends_with(&hex::encode(old.id())));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_a_killed_rotation_left_is_no_obstacle() {
        let (_folder, place, old) = place();
        let kept = place.keep_old(&old).unwrap();
        assert_eq!(place.keep_old(&old).unwrap(), kept);
        std::fs::write(place.next(), "routervault-key-1 ab").unwrap();
        let new = place.write_next().unwrap();
        assert_eq!(id(place.read_next().unwrap()), Some(new.id()));
    }

    #[test]
    fn another_file_under_the_name_of_the_old_key_is_not_overwritten() {
        let (_folder, place, old) = place();
        let kept = place.keep_old(&old).unwrap();
        std::fs::remove_file(&kept).unwrap();
        let other = MasterKey::create(&kept).unwrap();
        assert!(place.keep_old(&old).is_err());
        assert_eq!(id(MasterKey::read(&kept).unwrap()), Some(other.id()));
    }

    #[test]
    fn the_right_to_replace_is_had_by_one_and_given_back() {
        let (_folder, place, _) = place();
        let lock = place.lock().unwrap();
        assert!(lock.is_some() && place.lock().unwrap().is_none());
        drop(lock);
        assert!(place.lock().unwrap().is_some());
    }

    #[test]
    fn a_link_stays_a_link_and_what_it_points_to_is_replaced() {
        let (folder, place, old) = place();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(place.path(), &link).unwrap();
        let linked = KeyPlace::at(&link);
        assert_eq!(linked.path(), place.path());
        linked.write_next().unwrap();
        linked.replace(&linked.lock().unwrap().unwrap()).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_ne!(id(MasterKey::read(&link).unwrap()), Some(old.id()));
    }
}
