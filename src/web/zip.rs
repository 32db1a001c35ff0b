//! Many snapshots as one zip that is made while it is sent: one body in memory at a time, no
//! connection to the database held while the receiver is slow. What can not be read is said in
//! the archive's README; what goes wrong otherwise breaks the download off, so that half an
//! archive is never taken for a whole one.

use std::{io, sync::Arc, time::Duration};

use async_zip::{ZipEntry, error::ZipError, tokio::write::ZipFileWriter};
use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use futures_util::stream;
use tokio::{
    io::{AsyncReadExt as _, DuplexStream},
    sync::{Semaphore, SemaphorePermit},
    task::JoinHandle,
};

use super::{
    bodies::aside,
    error::PageError,
    secrets::{self, Secrets},
    state::AppState,
};
use crate::archive::{entry, pack};
use crate::db::snapshots::{self, BodyError};
use crate::model::SnapshotId;
use crate::vault::Vault;

/// How many bytes wait for the receiver.
const IN_FLIGHT_BYTES: usize = 64 * 1024;
/// How many archives are made at once; each may hold a body of 16 MiB.
const MAX_ARCHIVES: usize = 8;
/// How long a receiver may take for one file: 16 MiB at 60 kB/s.
const FILE_DEADLINE: Duration = Duration::from_mins(5);

static ARCHIVES: Semaphore = Semaphore::const_new(MAX_ARCHIVES);

/// A snapshot to be put in.
#[derive(Debug)]
pub struct File {
    pub snapshot: SnapshotId,
    /// Its name in the archive: plain letters, `/` between folders.
    pub path: String,
    /// When it was taken; also the date of the file.
    pub taken_at: DateTime<Utc>,
    /// What the README says of it.
    pub about: String,
}

/// What is to be sent.
#[derive(Debug)]
pub struct Archive {
    /// The name of the zip itself.
    pub name: String,
    pub files: Vec<File>,
    /// Whether the files are exact or have their secrets masked.
    pub secrets: Secrets,
    /// The lines that the README begins with.
    pub head: String,
    /// What the README says at its end.
    pub tail: String,
    pub made_at: DateTime<Utc>,
}

#[derive(Debug, thiserror::Error)]
enum ArchiveError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the archive can not be written: {0}")]
    Zip(#[from] ZipError),
    #[error("the receiver took longer than {} s for one file", FILE_DEADLINE.as_secs())]
    Slow,
    #[error("the work on a body failed: {0}")]
    Work(PageError),
}

/// Starts to make an archive, and answers with it.
///
/// # Errors
/// [`PageError::Busy`] while too many others are being made.
pub fn send(state: &AppState, archive: Archive) -> Result<Response, PageError> {
    let permit = ARCHIVES.try_acquire().map_err(|_| {
        PageError::Busy("Too many archives are being downloaded. Try again in a minute.")
    })?;
    let (writer, reader) = tokio::io::duplex(IN_FLIGHT_BYTES);
    let name = format!("attachment; filename=\"{}\"", archive.name);
    let made = tokio::spawn(make(state.clone(), archive, writer, permit));
    let about = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((about, body(reader, made)).into_response())
}

/// What the maker writes, and then whether it came to its end.
fn body(reader: DuplexStream, made: JoinHandle<Result<(), ArchiveError>>) -> Body {
    let parts = stream::try_unfold((reader, Some(made)), |(mut reader, made)| async move {
        let Some(made) = made else {
            return Ok(None);
        };
        let mut part = Vec::with_capacity(IN_FLIGHT_BYTES);
        if reader.read_buf(&mut part).await? > 0 {
            return Ok(Some((Bytes::from(part), (reader, Some(made)))));
        }
        match made.await {
            Ok(Ok(())) => Ok(None),
            Ok(Err(error)) => Err(io::Error::other(error)),
            Err(fault) => Err(io::Error::other(fault)),
        }
    });
    Body::from_stream(parts)
}

async fn make(
    state: AppState,
    archive: Archive,
    writer: DuplexStream,
    _permit: SemaphorePermit<'static>,
) -> Result<(), ArchiveError> {
    let name = archive.name.clone();
    let done = write(&state, archive, writer).await;
    if let Err(error) = &done {
        tracing::warn!(archive = name, %error, "An archive was not sent to its end");
    }
    done
}

async fn write(
    state: &AppState,
    archive: Archive,
    writer: DuplexStream,
) -> Result<(), ArchiveError> {
    let mut zip = ZipFileWriter::with_tokio(writer);
    let mut readme = archive.head;
    let (mut damaged, mut gone) = (String::new(), String::new());
    for file in archive.files {
        match load(state, &file, archive.secrets).await? {
            Loaded::Packed(entry, packed) => {
                within(zip.write_entry_whole_precompressed(entry, &packed)).await?;
                readme.push_str(&format!("{}\n    {}\n", file.path, file.about));
            }
            Loaded::Gone => gone.push_str(&format!("    {}\n", file.about)),
            Loaded::Damaged(damage) => {
                tracing::error!(snapshot = %file.snapshot, error = %damage, "A stored snapshot can not be read");
                damaged.push_str(&format!("    {}: {damage}\n", file.about));
            }
        }
    }
    if !damaged.is_empty() {
        readme.push_str("\nCan not be read, so not in here:\n");
        readme.push_str(&damaged);
    }
    if !gone.is_empty() {
        readme.push_str("\nDeleted while this was made, so not in here:\n");
        readme.push_str(&gone);
    }
    readme.push_str(&archive.tail);
    let (entry, packed) = pack(entry("README.txt", archive.made_at), readme.as_bytes());
    within(zip.write_entry_whole_precompressed(entry, &packed)).await?;
    within(zip.close()).await?;
    Ok(())
}

async fn within<T>(writing: impl Future<Output = Result<T, ZipError>>) -> Result<T, ArchiveError> {
    let written = tokio::time::timeout(FILE_DEADLINE, writing).await;
    Ok(written.map_err(|_| ArchiveError::Slow)??)
}

/// What there is of a snapshot when its turn comes.
enum Loaded {
    /// An entry ready to be written.
    Packed(ZipEntry, Vec<u8>),
    /// It was deleted meanwhile.
    Gone,
    /// Its body can not be read.
    Damaged(BodyError),
}

async fn load(state: &AppState, file: &File, secrets: Secrets) -> Result<Loaded, ArchiveError> {
    let mut conn = state.pool.acquire().await?;
    let sealed = snapshots::get_sealed(&mut conn, file.snapshot).await?;
    drop(conn);
    let Some(sealed) = sealed else {
        return Ok(Loaded::Gone);
    };
    let vault: Arc<Vault> = Arc::clone(&state.vault);
    let entry = entry(&file.path, file.taken_at);
    let work = move || match sealed.open(&vault) {
        Ok(body) => {
            let (entry, packed) = pack(entry, &secrets::readable(body, secrets).text);
            Loaded::Packed(entry, packed)
        }
        Err(damage) => Loaded::Damaged(damage),
    };
    aside(work).await.map_err(ArchiveError::Work)
}
