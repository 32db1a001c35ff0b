//! An archive as a file: written under another name, hashed on its way, and given its own name when
//! it is whole and on the disk. Whatever ends it before that leaves no file of that name.

use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncWrite, BufWriter};

use super::make::{MakeError, Progress, Source, make};
use super::manifest::Manifest;
use super::writer::WriteError;
use crate::model::ArchiveChoice;

/// What the name of a file ends in until it is whole.
pub const PART: &str = ".part";

/// How much is collected before the disk is bothered.
const BUFFER_BYTES: usize = 256 * 1024;

/// A file that was written.
#[derive(Debug)]
pub struct WrittenFile {
    pub manifest: Manifest,
    pub size_bytes: u64,
    /// Of the whole file.
    pub sha256: Vec<u8>,
}

/// Writes an archive to a file that only its owner may read. To stop, drop it.
///
/// # Errors
/// [`MakeError`]; there is no file then, but for one that was there before.
pub async fn write_file(
    source: &Source,
    choice: &ArchiveChoice,
    path: &Path,
    progress: &Progress,
) -> Result<WrittenFile, MakeError> {
    let part = Part::create(path).map_err(WriteError::Io)?;
    let file = part.file.try_clone().map_err(WriteError::Io)?;
    let out = Hashing {
        file: File::from_std(file),
        hash: Sha256::new(),
        size_bytes: 0,
    };
    let out = BufWriter::with_capacity(BUFFER_BYTES, out);
    let (out, manifest) = make(source, choice, out, progress).await?;
    let Hashing {
        hash, size_bytes, ..
    } = out.into_inner();
    let path = path.to_owned();
    let kept = tokio::task::spawn_blocking(move || part.keep(&path)).await?;
    kept.map_err(WriteError::Io)?;
    Ok(WrittenFile {
        manifest,
        size_bytes,
        sha256: hash.finalize().to_vec(),
    })
}

/// A file that goes when it is dropped before it was kept.
pub struct Part {
    path: PathBuf,
    pub file: std::fs::File,
    is_kept: bool,
}

impl Part {
    /// Begins the file of this name.
    ///
    /// # Errors
    /// When it can not be written there.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push(PART);
        let path = PathBuf::from(name);
        let mut options = std::fs::OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        Ok(Self {
            path,
            file,
            is_kept: false,
        })
    }

    /// Where it is until it is kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it on the disk and gives it its name.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep(mut self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, path)?;
        self.is_kept = true;
        let folder = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.path.display(), %error, "An unfinished archive could not be deleted");
        }
    }
}

/// Hashes and counts what is written.
struct Hashing {
    file: File,
    hash: Sha256,
    size_bytes: u64,
}

impl AsyncWrite for Hashing {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.file).poll_write(cx, bytes))?;
        self.hash.update(&bytes[..written]);
        self.size_bytes += written as u64;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.file).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.file).poll_shutdown(cx)
    }
}
