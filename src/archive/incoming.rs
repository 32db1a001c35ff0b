//! An archive that somebody brings, on its way to the disk: written and hashed as it comes, and gone
//! again unless it is kept. What the folder refuses is for who can make room there, so it is told as
//! what is wrong with the folder and not as a fault of ours.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::file::Part;
use super::folder::FolderError;

/// A file that is being received; dropped, it leaves nothing.
pub struct Incoming {
    folder: PathBuf,
    name: String,
    part: Part,
    out: File,
    hash: Sha256,
    size_bytes: u64,
}

impl Incoming {
    /// Begins the file of this name in the folder.
    ///
    /// # Errors
    /// [`FolderError`]
    pub fn begin(folder: &Path, name: String) -> Result<Self, FolderError> {
        let refused = |error| FolderError::of(folder, error);
        let part = Part::create(&folder.join(&name)).map_err(refused)?;
        Ok(Self {
            folder: folder.to_owned(),
            name,
            out: File::from_std(part.file.try_clone().map_err(refused)?),
            part,
            hash: Sha256::new(),
            size_bytes: 0,
        })
    }

    /// Takes what came next.
    ///
    /// # Errors
    /// [`FolderError`], perhaps of what came before.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FolderError> {
        self.hash.update(bytes);
        self.size_bytes += bytes.len() as u64;
        let written = self.out.write_all(bytes).await;
        written.map_err(|error| FolderError::of(&self.folder, error))
    }

    /// Nothing more comes.
    ///
    /// # Errors
    /// [`FolderError`] when the last of it has no place.
    pub async fn finish(mut self) -> Result<Received, FolderError> {
        let flushed = self.out.flush().await;
        flushed.map_err(|error| FolderError::of(&self.folder, error))?;
        Ok(Received {
            folder: self.folder,
            name: self.name,
            part: self.part,
            size_bytes: self.size_bytes,
            sha256: self.hash.finalize().to_vec(),
        })
    }
}

/// A file that came whole, and is not kept yet; dropped, it leaves nothing.
pub struct Received {
    folder: PathBuf,
    pub name: String,
    part: Part,
    pub size_bytes: u64,
    /// Of the whole file.
    pub sha256: Vec<u8>,
}

impl Received {
    /// Opens it for reading.
    ///
    /// # Errors
    /// When it can not be read any more.
    pub async fn open(&self) -> io::Result<File> {
        File::open(self.part.path()).await
    }

    /// Puts it on the disk and gives it its name.
    ///
    /// # Errors
    /// [`FolderError`]
    pub fn keep(self) -> Result<(), FolderError> {
        let kept = self.part.keep(&self.folder.join(&self.name));
        kept.map_err(|error| FolderError::of(&self.folder, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[tokio::test]
    async fn what_came_whole_is_kept_under_its_name_and_what_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for is_kept in [false, true] {
            let mut incoming = Incoming::begin(folder.path(), "a.zip".to_owned()).unwrap();
            incoming.write(b"one ").await.unwrap();
            incoming.write(b"two").await.unwrap();
            assert_eq!(names(folder.path()), ["a.zip.part"]);
            let received = incoming.finish().await.unwrap();
            assert_eq!(received.size_bytes, 7);
            assert_eq!(received.sha256, Sha256::digest(b"one two").to_vec());
            if is_kept {
                received.keep().unwrap();
            }
        }
        assert_eq!(names(folder.path()), ["a.zip"]);
        assert_eq!(
            std::fs::read(folder.path().join("a.zip")).unwrap(),
            b"one two"
        );
    }

    #[tokio::test]
    async fn a_disk_that_fills_up_on_the_way_is_said_and_no_half_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut incoming = Incoming::begin(folder.path(), "a.zip".to_owned()).unwrap();
        // The kernel's own disk that is always full.
        let full = std::fs::File::options().write(true).open("/dev/full");
        incoming.out = File::from_std(full.unwrap());
        let refused = match incoming.write(b"x").await {
            Ok(()) => incoming.finish().await.map(drop).unwrap_err(),
            Err(refused) => {
                drop(incoming);
                refused
            }
        };
        assert!(
            matches!(refused, FolderError::FilledUp { .. }),
            "{refused:?}"
        );
        assert!(names(folder.path()).is_empty());
    }
}
