//! Reads an archive that somebody brought, whole, before anything of it is used: each file against
//! its size and SHA-256, none missing and none too many, all records together, and the counts.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::fs::File;

use super::make::Progress;
use super::manifest::{MANIFEST, Manifest, ManifestError};
use super::settings::Settings;
use super::tree::{FoundSite, Kind, Tree};
use super::zip_file::{ZipFile, ZipFileError};
use crate::db::archives::records::{CredentialRecord, UserRecord};

/// How large the manifest may be: a million files.
const MAX_MANIFEST_BYTES: u64 = 256 << 20;

/// How large an export is at most, as a collector takes it.
const MAX_CONFIGURATION_BYTES: u64 = 16 << 20;

/// How large a file of records may be: 100,000 snapshots of one device.
const MAX_RECORDS_BYTES: u64 = 256 << 20;

/// Why an archive can not be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("This archive can not be used: {0}.")]
    Zip(#[from] ZipFileError),
    #[error("This archive can not be used: {0}.")]
    Manifest(#[from] ManifestError),
    /// What is in it does not fit together; a sentence without its full stop.
    #[error("This archive can not be used: {0}.")]
    Content(String),
    /// The reader met what it was not made for; the log has it.
    #[error("This archive can not be used: reading it failed.")]
    Fault,
}

/// An archive that was found whole.
pub struct Checked {
    zip: ZipFile,
    pub manifest: Manifest,
    /// Where the file of a path stands in the manifest.
    places: HashMap<String, usize>,
    pub(super) sites: Vec<FoundSite>,
    pub(super) credentials: Vec<CredentialRecord>,
    pub(super) users: Vec<UserRecord>,
    pub(super) settings: Settings,
}

/// Checks a whole archive. Takes as long as reading all of it does.
///
/// # Errors
/// [`CheckError`]
pub async fn check(file: File) -> Result<Checked, CheckError> {
    check_watched(file, Arc::default()).await
}

/// The same, and tells meanwhile how many backups were read.
///
/// # Errors
/// [`CheckError`]
pub async fn check_watched(file: File, progress: Arc<Progress>) -> Result<Checked, CheckError> {
    // In a task, so that a fault of the zip reader on hostile bytes is an error here.
    tokio::spawn(check_whole(file, progress))
        .await
        .unwrap_or_else(|fault| {
            tracing::error!(%fault, "Reading an archive failed");
            Err(CheckError::Fault)
        })
}

async fn check_whole(file: File, progress: Arc<Progress>) -> Result<Checked, CheckError> {
    let mut zip = ZipFile::open(file).await?;
    let manifest = Manifest::parse(&zip.read(MANIFEST, MAX_MANIFEST_BYTES).await?)?;
    let places = places(&zip, &manifest)?;
    let mut checked = Checked {
        zip,
        manifest,
        places,
        sites: Vec::new(),
        credentials: Vec::new(),
        users: Vec::new(),
        settings: Settings::default(),
    };
    let mut tree = Tree::default();
    for place in 0..checked.manifest.files.len() {
        let path = checked.manifest.files[place].path.clone();
        let strange = || CheckError::Content(format!("it has {path}, which no archive has"));
        let kind = Kind::of(&path).ok_or_else(strange)?;
        let bytes = checked.read(&path).await?;
        if matches!(kind, Kind::Configuration(..)) {
            progress.add_one();
        }
        let sha256 = &checked.manifest.files[place].sha256;
        tree.take(kind, &bytes, sha256)
            .map_err(|wrong| CheckError::Content(format!("{path} {wrong}")))?;
    }
    checked.sites = tree
        .finish(&checked.manifest)
        .map_err(CheckError::Content)?;
    checked.credentials = tree.credentials;
    checked.users = tree.users;
    checked.settings = tree.settings;
    Ok(checked)
}

/// The files of the manifest, if they are those of the zip.
fn places(zip: &ZipFile, manifest: &Manifest) -> Result<HashMap<String, usize>, CheckError> {
    let mut places = HashMap::new();
    for (place, file) in manifest.files.iter().enumerate() {
        if places.insert(file.path.clone(), place).is_some() {
            let path = crate::visible::text(&file.path);
            return Err(CheckError::Content(format!(
                "its {MANIFEST} names {path} twice"
            )));
        }
    }
    for path in zip.paths() {
        if path != MANIFEST && !places.contains_key(path) {
            return Err(CheckError::Content(format!(
                "it has {path}, which its {MANIFEST} lacks"
            )));
        }
    }
    Ok(places)
}

impl Checked {
    /// The bytes of a file, which are what the manifest says.
    ///
    /// # Errors
    /// [`CheckError`] when they are not, or no longer.
    pub async fn read(&mut self, path: &str) -> Result<Vec<u8>, CheckError> {
        let missing = || ZipFileError::Missing(crate::visible::text(path));
        let place = *self.places.get(path).ok_or_else(missing)?;
        let entry = &self.manifest.files[place];
        let most = match Kind::of(path) {
            Some(Kind::Configuration(..)) => MAX_CONFIGURATION_BYTES,
            _ => MAX_RECORDS_BYTES,
        };
        // A file that unpacks to more than it should is not read to its end.
        let bytes = self.zip.read(path, entry.size_bytes.min(most)).await?;
        let hashing = move || (hex::encode(Sha256::digest(&bytes)), bytes);
        let hashed = tokio::task::spawn_blocking(hashing).await;
        let (sha256, bytes) = hashed.map_err(|_| CheckError::Fault)?;
        if bytes.len() as u64 == entry.size_bytes && sha256 == entry.sha256 {
            return Ok(bytes);
        }
        Err(CheckError::Content(format!(
            "{path} is not what it was when the archive was made"
        )))
    }
}
