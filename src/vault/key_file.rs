//! The master key: 32 random bytes in a file that only its owner can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::Generate;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The word a key file begins with; the number is the format's.
const PREFIX: &str = "routervault-key-1 ";

/// How many bytes of a key file are read at most; a real one has 83.
const MAX_FILE_BYTES: u64 = 4096;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It could not be read or written.
    #[error("the key file {path} can not be {verb}: {source}")]
    Io {
        path: PathBuf,
        verb: &'static str,
        source: io::Error,
    },
    /// It holds something else.
    #[error(
        "{0} is not a RouterVault key file: it must hold one line that begins with `routervault-key-1`"
    )]
    NotAKey(PathBuf),
    /// Others than its owner may read or write it.
    #[error(
        "the key file {path} is open to others than its owner (mode {mode:04o}): `chmod 600` it, and replace the key by `routervault key rotate` if somebody may have read it"
    )]
    OpenToOthers { path: PathBuf, mode: u32 },
}

/// The key that seals the data key.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKey({})", hex::encode(self.id()))
    }
}

impl MasterKey {
    /// A new random key.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(<[u8; 32]>::generate()))
    }

    /// The first 8 bytes of the key's SHA-256: names the key without telling it.
    #[must_use]
    pub fn id(&self) -> [u8; 8] {
        let digest = Sha256::digest(self.0.as_slice());
        std::array::from_fn(|i| digest[i])
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key in the file at `path`, or `None` when there is no such file.
    ///
    /// # Errors
    /// [`KeyFileError`] when it can not be read, is open to others, or is no key file.
    pub fn read(path: &Path) -> Result<Option<Self>, KeyFileError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io_error(path, "read", source)),
        };
        refuse_if_open_to_others(&file, path)?;
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_FILE_BYTES)
            .read_to_string(&mut text)
            .map_err(|source| match source.kind() {
                io::ErrorKind::InvalidData => KeyFileError::NotAKey(path.to_owned()),
                _ => io_error(path, "read", source),
            })?;
        Self::parse(&text)
            .map(Some)
            .ok_or_else(|| KeyFileError::NotAKey(path.to_owned()))
    }

    /// Writes a new key to `path`, which must not exist, readable by its owner only (0600) and
    /// on the disk before this returns: what it seals must not outlive it.
    ///
    /// # Errors
    /// [`KeyFileError::Io`] when the file exists already or can not be written.
    pub fn create(path: &Path) -> Result<Self, KeyFileError> {
        let key = Self::generate();
        write_new(path, key.line().as_bytes())
            .map_err(|source| io_error(path, "written", source))?;
        Ok(key)
    }

    /// What a key file holds.
    pub(super) fn line(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}\n", hex::encode(self.0.as_slice())))
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end().strip_prefix(PREFIX)?;
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits, key.as_mut_slice()).ok()?;
        Some(Self(key))
    }
}

pub(super) fn io_error(path: &Path, verb: &'static str, source: io::Error) -> KeyFileError {
    KeyFileError::Io {
        path: path.to_owned(),
        verb,
        source,
    }
}

/// Writes beside the target first and links it into place, so that a crash leaves no half key
/// and two starting processes agree on one.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::hard_link(&draft, path)
    })();
    let removed = std::fs::remove_file(&draft);
    written?;
    removed?;
    File::open(folder_of(path))?.sync_all()
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// As OpenSSH does with private keys: the group counts as others.
fn refuse_if_open_to_others(file: &File, path: &Path) -> Result<(), KeyFileError> {
    let metadata = file
        .metadata()
        .map_err(|source| io_error(path, "looked at", source))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(KeyFileError::OpenToOthers {
        path: path.to_owned(),
        mode,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, content: &[u8], mode: u32) {
        std::fs::write(path, content).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_created_key_is_read_back_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("routervault.key");
        assert!(MasterKey::read(&path).unwrap().is_none());
        let created = MasterKey::create(&path).unwrap();
        let read = MasterKey::read(&path).unwrap().unwrap();
        assert_eq!(created.bytes(), read.bytes());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_existing_key_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("routervault.key");
        let first = MasterKey::create(&path).unwrap();
        assert!(MasterKey::create(&path).is_err());
        assert_eq!(
            MasterKey::read(&path).unwrap().unwrap().bytes(),
            first.bytes()
        );
    }

    #[test]
    fn something_else_is_refused_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other");
        for content in [
            &b""[..],
            b"\xff\xfe",
            b"routervault-key-1 abcd",
            b"ssh-ed25519 AAAA",
        ] {
            write(&path, content, 0o600);
            let error = MasterKey::read(&path).unwrap_err().to_string();
            assert!(
                error.contains("other is not a RouterVault key file"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_key_that_others_may_read_or_write_is_refused_with_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("routervault.key");
        let key = MasterKey::generate();
        for mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o601] {
            write(&path, key.line().as_bytes(), mode);
            let error = MasterKey::read(&path).unwrap_err().to_string();
            assert!(error.contains(&format!("mode {mode:04o}")), "{error}");
            assert!(error.contains("chmod 600"), "{error}");
        }
        for mode in [0o600, 0o400, 0o700] {
            write(&path, key.line().as_bytes(), mode);
            assert!(MasterKey::read(&path).unwrap().is_some(), "{mode:o}");
        }
    }

    #[test]
    fn debug_names_the_key_without_telling_it() {
        let key = MasterKey::generate();
        assert!(!format!("{key:?}").contains(&hex::encode(key.bytes())));
    }
}
