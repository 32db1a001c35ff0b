//! A zip that somebody brought: opened with bounds, and read a file at a time. Nothing in it is
//! believed before it was looked at.
//!
//! Not by `read1` of async_zip, which is to succeed the reader used here: that of 0.0.19 refuses what
//! the writer of the same version makes above 4 GiB, for it wants sizes in an extra field that has
//! the offset alone.

use std::collections::HashMap;
use std::io::{self, SeekFrom};

use async_zip::Compression;
use async_zip::error::ZipError;
use async_zip::tokio::read::seek::ZipFileReader;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, BufReader};
use tokio_util::compat::FuturesAsyncReadCompatExt as _;

use super::names::stays_inside;

/// How many files an archive has at most: as many are in memory by their names.
const MAX_FILES: u64 = 1_000_000;

/// How many times its size in the archive all of it may have unpacked, and how many bytes it may
/// have whatever that is: exports are about six times as large as their compressed form.
const MAX_RATIO: u64 = 200;
const ALWAYS_ALLOWED_BYTES: u64 = 1 << 30;

/// Lengths and signatures of the records at the end of a zip (APPNOTE.TXT, 4.3.14 to 4.3.16).
const END_BYTES: u64 = 22;
const END_SIGNATURE: &[u8] = b"PK\x05\x06";
const LOCATOR_BYTES: u64 = 20;
const LOCATOR_SIGNATURE: &[u8] = b"PK\x06\x07";
const END64_BYTES: usize = 56;

/// Why a file is no archive that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ZipFileError {
    /// The end is missing, or is that of something else.
    #[error("it is cut short, or is no zip")]
    NoEnd,
    /// What it says of itself can not be.
    #[error("its directory is damaged: {0}")]
    Directory(#[source] ZipError),
    /// More than is read.
    #[error("it says that it has {0} files, and at most {MAX_FILES} are read")]
    TooManyFiles(u64),
    /// A name that is no path of an archive.
    #[error("it has a file whose path leads out of it or is strange: {0}")]
    StrangePath(String),
    /// The same name, whatever the case.
    #[error("it has {0} twice")]
    Twice(String),
    /// Compressed or encrypted in a way that no archive is.
    #[error("{0} is compressed in a way that is not read")]
    Compression(String),
    /// It would unpack to far more than there can be in it.
    #[error("it would unpack to {0} bytes, which is more than {MAX_RATIO} times its size")]
    Bomb(u64),
    /// Files of it overlap.
    #[error("its files claim more bytes than it has")]
    Overlaps,
    /// Not in it.
    #[error("{0} is missing in it")]
    Missing(String),
    /// Longer than it says or than is read.
    #[error("{0} is longer than it may be")]
    TooLong(String),
    /// It does not unpack.
    #[error("{0} is damaged: {1}")]
    Damaged(String, #[source] io::Error),
    /// The disk failed.
    #[error("it can not be read: {0}")]
    Io(#[from] io::Error),
}

/// An open archive.
pub struct ZipFile {
    reader: ZipFileReader<BufReader<File>>,
    /// Where the entry of a path is.
    places: HashMap<String, usize>,
}

impl ZipFile {
    /// Reads the directory, and looks at every name and size in it.
    ///
    /// # Errors
    /// [`ZipFileError`]
    pub async fn open(mut file: File) -> Result<Self, ZipFileError> {
        let length = file.seek(SeekFrom::End(0)).await?;
        let files = declared_files(&mut file, length).await?;
        if files > MAX_FILES {
            return Err(ZipFileError::TooManyFiles(files));
        }
        let reader = ZipFileReader::with_tokio(BufReader::new(file)).await;
        let reader = reader.map_err(ZipFileError::Directory)?;
        let places = look(&reader, length)?;
        Ok(Self { reader, places })
    }

    /// The paths of its files, in no order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// A file of it, of at most `most` bytes.
    ///
    /// # Errors
    /// [`ZipFileError`]
    pub async fn read(&mut self, path: &str, most: u64) -> Result<Vec<u8>, ZipFileError> {
        let missing = || ZipFileError::Missing(path.to_owned());
        let place = *self.places.get(path).ok_or_else(missing)?;
        let entry = self.reader.reader_without_entry(place).await;
        let entry = entry.map_err(ZipFileError::Directory)?;
        let mut bytes = Vec::new();
        let read = entry.compat().take(most + 1).read_to_end(&mut bytes).await;
        read.map_err(|error| ZipFileError::Damaged(path.to_owned(), error))?;
        if bytes.len() as u64 > most {
            return Err(ZipFileError::TooLong(path.to_owned()));
        }
        Ok(bytes)
    }
}

/// How many files the records at the end declare: the reader makes room for as many.
async fn declared_files(file: &mut File, length: u64) -> Result<u64, ZipFileError> {
    let end = read_at(file, length, END_BYTES, END_BYTES).await?;
    if !end.starts_with(END_SIGNATURE) {
        return Err(ZipFileError::NoEnd);
    }
    let files = u64::from(u16::from_le_bytes([end[10], end[11]]));
    if length < END_BYTES + LOCATOR_BYTES {
        return Ok(files);
    }
    let locator = read_at(file, length, END_BYTES + LOCATOR_BYTES, LOCATOR_BYTES).await?;
    if !locator.starts_with(LOCATOR_SIGNATURE) {
        return Ok(files);
    }
    let mut end64 = [0; END64_BYTES];
    file.seek(SeekFrom::Start(number(&locator[8..16]))).await?;
    file.read_exact(&mut end64)
        .await
        .map_err(|_| ZipFileError::NoEnd)?;
    Ok(files.max(number(&end64[32..40])))
}

/// `count` bytes that begin `back` bytes before the end.
async fn read_at(
    file: &mut File,
    length: u64,
    back: u64,
    count: u64,
) -> Result<Vec<u8>, ZipFileError> {
    let start = length.checked_sub(back).ok_or(ZipFileError::NoEnd)?;
    file.seek(SeekFrom::Start(start)).await?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes).await?;
    if bytes.len() as u64 == count {
        Ok(bytes)
    } else {
        Err(ZipFileError::NoEnd)
    }
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("eight bytes were taken"))
}

/// Looks at every entry of the directory, and gives their places by path.
fn look(
    reader: &ZipFileReader<BufReader<File>>,
    length: u64,
) -> Result<HashMap<String, usize>, ZipFileError> {
    let mut places = HashMap::new();
    let mut seen = std::collections::HashSet::new();
    let (mut packed, mut unpacked) = (0_u64, 0_u64);
    for (place, entry) in reader.file().entries().iter().enumerate() {
        let shown = || crate::visible::bytes(entry.filename().as_bytes());
        let path = entry.filename().as_str().unwrap_or_default();
        if !stays_inside(path) {
            return Err(ZipFileError::StrangePath(shown()));
        }
        if !matches!(
            entry.compression(),
            Compression::Stored | Compression::Deflate
        ) {
            return Err(ZipFileError::Compression(shown()));
        }
        if !seen.insert(path.to_ascii_lowercase()) {
            return Err(ZipFileError::Twice(shown()));
        }
        places.insert(path.to_owned(), place);
        packed = packed.saturating_add(entry.compressed_size());
        unpacked = unpacked.saturating_add(entry.uncompressed_size());
    }
    if packed > length {
        return Err(ZipFileError::Overlaps);
    }
    if unpacked > ALWAYS_ALLOWED_BYTES.max(length.saturating_mul(MAX_RATIO)) {
        return Err(ZipFileError::Bomb(unpacked));
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use async_zip::tokio::write::ZipFileWriter;
    use async_zip::{Compression, ZipEntryBuilder};
    use tokio::io::AsyncWrite;

    use super::*;

    /// As large as an export may be, nothing but zeros.
    static ZEROS: [u8; 16 << 20] = [0; 16 << 20];

    /// A file that takes no room for zeros.
    struct Sparse(std::fs::File);

    impl AsyncWrite for Sparse {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            if bytes.len() > 4096 && bytes == &ZEROS[..bytes.len()] {
                let length = i64::try_from(bytes.len()).unwrap();
                io::Seek::seek(&mut self.0, SeekFrom::Current(length))?;
            } else {
                self.0.write_all(bytes)?;
            }
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn stored(path: &str, crc32: u32, size: u64) -> ZipEntryBuilder {
        ZipEntryBuilder::new(path.into(), Compression::Stored)
            .crc32(crc32)
            .uncompressed_size(size)
    }

    #[tokio::test]
    async fn files_behind_the_first_four_gigabytes_are_written_and_read() {
        const FILES: u64 = 260;
        let file = tempfile::tempfile().unwrap();
        let mut zip = ZipFileWriter::with_tokio(Sparse(file.try_clone().unwrap()));
        let crc32 = async_zip::base::write::crc32(&ZEROS);
        for number in 0..FILES {
            let entry = stored(
                &format!("sites/a/b/{number}.rsc"),
                crc32,
                ZEROS.len() as u64,
            );
            zip.write_entry_whole_precompressed(entry, &ZEROS)
                .await
                .unwrap();
        }
        let last = stored("README.txt", async_zip::base::write::crc32(b"hello"), 5);
        zip.write_entry_whole_precompressed(last, b"hello")
            .await
            .unwrap();
        zip.close().await.unwrap();
        assert!(file.metadata().unwrap().len() > 4 << 30);

        let mut read = ZipFile::open(File::from_std(file)).await.unwrap();
        assert_eq!(read.paths().count() as u64, FILES + 1);
        assert_eq!(read.read("README.txt", 5).await.unwrap(), b"hello");
        let late = read
            .read("sites/a/b/259.rsc", ZEROS.len() as u64)
            .await
            .unwrap();
        assert!(late == ZEROS);
    }

    #[tokio::test]
    async fn more_files_than_a_short_number_counts_are_written_and_read() {
        const FILES: usize = 0x1_0000 + 7;
        let mut zip = ZipFileWriter::with_tokio(Vec::new());
        let crc32 = async_zip::base::write::crc32(b"x");
        for number in 0..FILES {
            let entry = stored(&format!("sites/a/b/{number}.rsc"), crc32, 1);
            zip.write_entry_whole_precompressed(entry, b"x")
                .await
                .unwrap();
        }
        let bytes = zip.close().await.unwrap().into_inner();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();

        let mut read = ZipFile::open(File::from_std(file)).await.unwrap();
        assert_eq!(read.paths().count(), FILES);
        let last = format!("sites/a/b/{}.rsc", FILES - 1);
        assert_eq!(read.read(&last, 1).await.unwrap(), b"x");
    }
}
