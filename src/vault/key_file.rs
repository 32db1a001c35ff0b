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
    /// [`KeyFileError`] when it can not be read or is no key file.
    pub fn read(path: &Path) -> Result<Option<Self>, KeyFileError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io_error(path, "read", source)),
        };
        warn_if_others_can_read(&file, path);
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
        let line = Zeroizing::new(format!("{PREFIX}{}\n", hex::encode(key.0.as_slice())));
        write_new(path, line.as_bytes()).map_err(|source| io_error(path, "written", source))?;
        Ok(key)
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end().strip_prefix(PREFIX)?;
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits, key.as_mut_slice()).ok()?;
        Some(Self(key))
    }
}

fn io_error(path: &Path, verb: &'static str, source: io::Error) -> KeyFileError {
    KeyFileError::Io {
        path: path.to_owned(),
        verb,
        source,
    }
}

/// Writes beside the target first and links it into place, so that a crash leaves no half key
/// and two starting processes agree on one.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
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
    File::open(folder)?.sync_all()
}

fn warn_if_others_can_read(file: &File, path: &Path) {
    if let Ok(metadata) = file.metadata()
        && metadata.permissions().mode() & 0o077 != 0
    {
        tracing::warn!(
            path = %path.display(),
            "The key file can be read by others; `chmod 600` it"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            std::fs::write(&path, content).unwrap();
            let error = MasterKey::read(&path).unwrap_err().to_string();
            assert!(
                error.contains("other is not a RouterVault key file"),
                "{error}"
            );
        }
    }

    #[test]
    fn debug_names_the_key_without_telling_it() {
        let key = MasterKey::generate();
        assert!(!format!("{key:?}").contains(&hex::encode(key.bytes())));
    }
}
