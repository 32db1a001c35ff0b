//! One entry of a zip: named, dated and compressed in memory, ready to be written. For archives and
//! for downloads of several backups alike.

use async_zip::{
    Compression, ZipDateTimeBuilder, ZipEntry, ZipEntryBuilder,
    base::write::{compress, crc32},
};
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use futures_util::FutureExt as _;

/// The years that the date of a file in a zip can tell (APPNOTE.TXT, 4.4.6).
const ZIP_YEARS: (i32, i32) = (1980, 2107);

/// An entry of that name and date.
pub fn entry(path: &str, at: DateTime<Utc>) -> ZipEntryBuilder {
    let date = ZipDateTimeBuilder::new()
        .year(at.year().clamp(ZIP_YEARS.0, ZIP_YEARS.1))
        .month(at.month())
        .day(at.day())
        .hour(at.hour())
        .minute(at.minute())
        .second(at.second());
    ZipEntryBuilder::new(path.to_owned().into(), Compression::Deflate)
        .last_modification_date(date.build())
}

/// Compresses what is to be written.
pub fn pack(entry: ZipEntryBuilder, bytes: &[u8]) -> (ZipEntry, Vec<u8>) {
    let size = u64::try_from(bytes.len()).expect("memory is smaller than 2^64 bytes");
    let entry = entry.crc32(crc32(bytes)).uncompressed_size(size).build();
    let packed = compress(&entry, bytes)
        .now_or_never()
        .expect("from memory into memory nothing waits");
    (entry, packed)
}
