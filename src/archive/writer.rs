//! Writes an archive, file by file, to whatever takes bytes; the manifest comes last, so that one
//! that was cut off is none.

use std::io;

use async_zip::error::ZipError;
use async_zip::tokio::write::ZipFileWriter;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::manifest::{Counts, FORMAT, FileEntry, MANIFEST, Manifest, made_with};
use super::pack::{entry, pack};
use crate::model::ArchiveChoice;

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// What takes the bytes refused them: a full disk, say.
    #[error("{0}")]
    Zip(#[from] ZipError),
    /// It could not be brought to its end.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// An archive on its way into `W`.
pub struct Writer<W> {
    zip: ZipFileWriter<W>,
    files: Vec<FileEntry>,
    made_at: DateTime<Utc>,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Begins an archive; nothing is written yet.
    pub fn new(out: W, made_at: DateTime<Utc>) -> Self {
        Self {
            zip: ZipFileWriter::with_tokio(out),
            files: Vec::new(),
            made_at,
        }
    }

    /// When the archive was begun.
    pub const fn made_at(&self) -> DateTime<Utc> {
        self.made_at
    }

    /// Adds a file; `at` is its date, `path` one of [`Names`](super::names::Names).
    ///
    /// # Errors
    /// [`WriteError`]
    pub async fn add(
        &mut self,
        path: String,
        at: DateTime<Utc>,
        bytes: Vec<u8>,
    ) -> Result<(), WriteError> {
        let size_bytes = bytes.len() as u64;
        let builder = entry(&path, at);
        // Large exports take long to compress and hash.
        let packing = tokio::task::spawn_blocking(move || {
            (pack(builder, &bytes), hex::encode(Sha256::digest(&bytes)))
        });
        let ((entry, packed), sha256) = packing.await.map_err(io::Error::other)?;
        self.zip
            .write_entry_whole_precompressed(entry, &packed)
            .await?;
        self.files.push(FileEntry {
            path,
            size_bytes,
            sha256,
        });
        Ok(())
    }

    /// Writes the manifest and ends the archive; `W` is flushed and given back.
    ///
    /// # Errors
    /// [`WriteError`]
    pub async fn finish(
        mut self,
        choice: ArchiveChoice,
        counts: Counts,
        left_out: Vec<String>,
    ) -> Result<(W, Manifest), WriteError> {
        let manifest = Manifest {
            format: FORMAT,
            made_with: made_with(),
            made_at: self.made_at,
            choice,
            counts,
            left_out,
            files: self.files,
        };
        let mut json = serde_json::to_vec_pretty(&manifest).expect("texts and numbers become JSON");
        json.push(b'\n');
        let (entry, packed) = pack(entry(MANIFEST, manifest.made_at), &json);
        self.zip
            .write_entry_whole_precompressed(entry, &packed)
            .await?;
        let mut out = self.zip.close().await?.into_inner();
        out.flush().await?;
        Ok((out, manifest))
    }
}
