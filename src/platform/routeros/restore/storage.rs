//! Where a file has to lie to survive the reboot of a reset.
//!
//! A device that lists a directory `flash` keeps everything else in memory only (MikroTik's page
//! "Files"). Which models do is written down nowhere; these are models of 16 MB flash, and such
//! as have none, from general knowledge. The steps always say how to look.

use super::plain_model;

/// Where files survive a reboot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    /// Only below `flash/`.
    Flash,
    /// Anywhere.
    Root,
    Unknown,
}

/// How models of 16 MB flash begin, without `RB`.
const FLASH: &[&str] = &[
    "750GR3", "760IGS", "750R2", "750UPR2", "941-", "951UI", "952UI", "962UI", "960PGS", "D52G",
    "CAPGI", "WAPG-", "CRS305", "CRS309", "CRS326", "CRS328",
];

/// How models begin that keep files anywhere: of NAND, virtual, or with disks.
const ROOT: &[&str] = &["CHR", "X86", "CCR", "5009", "4011", "3011", "1100"];

/// Where the model keeps files.
pub(super) fn storage(model: Option<&str>) -> Storage {
    let Some(model) = model.map(plain_model) else {
        return Storage::Unknown;
    };
    let is_one_of = |models: &[&str]| models.iter().any(|begin| model.starts_with(begin));
    if is_one_of(FLASH) {
        Storage::Flash
    } else if is_one_of(ROOT) {
        Storage::Root
    } else {
        Storage::Unknown
    }
}
