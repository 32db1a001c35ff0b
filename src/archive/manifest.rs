//! What an archive says of itself: the last file of it, by which a reader knows that it is whole.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::older;
use crate::model::ArchiveChoice;

/// The version of the format that is written. A reader refuses newer ones, and turns older ones
/// into this one ([`Manifest::parse`]).
///
/// 1: sites, devices, snapshots, credentials and users. 2: schedules, maintenance windows and
/// retention rules, too. 3: archive plans, too.
pub const FORMAT: u32 = 3;

/// The path of the manifest.
pub const MANIFEST: &str = "manifest.json";

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The program: `RouterVault 0.1.0`.
    pub made_with: String,
    pub made_at: DateTime<Utc>,
    pub choice: ArchiveChoice,
    pub counts: Counts,
    /// What could not be read when it was made, and is not in it: a sentence each.
    pub left_out: Vec<String>,
    /// Every file but this one, in the order of the archive.
    pub files: Vec<FileEntry>,
}

/// How many there are of what an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ArchiveCounts)]
pub struct Counts {
    pub sites: u32,
    pub devices: u32,
    pub snapshots: u32,
    pub credentials: u32,
    pub users: u32,
    pub schedules: u32,
    pub maintenance_windows: u32,
    pub retention_rules: u32,
    pub archive_plans: u32,
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub path: String,
    pub size_bytes: u64,
    /// In hexadecimal digits.
    pub sha256: String,
}

/// Why a manifest can not be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Made by a newer version.
    #[error(
        "it was made by a newer RouterVault ({made_with}, format {format}); this one reads up to \
         format {FORMAT}: update it, then restore"
    )]
    Newer { format: u32, made_with: String },
    /// Not in the form that it says it has.
    #[error("its {MANIFEST} can not be read: {0}")]
    Unreadable(#[source] serde_json::Error),
    /// A format that never was.
    #[error("its {MANIFEST} names format {0}, which never was")]
    Unknown(u32),
}

/// What every version writes.
#[derive(Deserialize)]
struct Head {
    format: u32,
    #[serde(default)]
    made_with: String,
}

/// How much of the name of a foreign program is repeated.
const MAX_MADE_WITH_CHARS: usize = 60;

impl Manifest {
    /// Reads a manifest of any format up to [`FORMAT`]; that of an older one is turned into this
    /// one here.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
        let head: Head = serde_json::from_slice(json).map_err(ManifestError::Unreadable)?;
        match head.format {
            FORMAT => serde_json::from_slice(json).map_err(ManifestError::Unreadable),
            1 => older::parse_1(json).map_err(ManifestError::Unreadable),
            2 => older::parse_2(json).map_err(ManifestError::Unreadable),
            format @ 0 => Err(ManifestError::Unknown(format)),
            format => {
                let made_with = head.made_with.chars().take(MAX_MADE_WITH_CHARS);
                let made_with: String = made_with.collect();
                Err(ManifestError::Newer {
                    format,
                    made_with: crate::visible::text(&made_with),
                })
            }
        }
    }
}

/// This program and its version.
#[must_use]
pub fn made_with() -> String {
    format!("RouterVault {}", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_format_is_refused_with_a_sentence_whatever_else_it_says() {
        let json = br#"{"format":4,"made_with":"RouterVault 9.0","files":{"of":"tomorrow"}}"#;
        let sentence = Manifest::parse(json).unwrap_err().to_string();
        assert!(
            sentence.contains("newer RouterVault (RouterVault 9.0, format 4)"),
            "{sentence}"
        );
        assert!(sentence.contains("up to format 3"), "{sentence}");
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for json in [
            &b""[..],
            b"[]",
            b"{}",
            br#"{"format":1}"#,
            br#"{"format":2}"#,
            br#"{"format":3}"#,
            br#"{"format":-1}"#,
        ] {
            assert!(matches!(
                Manifest::parse(json),
                Err(ManifestError::Unreadable(_))
            ));
        }
        assert!(matches!(
            Manifest::parse(br#"{"format":0}"#),
            Err(ManifestError::Unknown(0))
        ));
    }
}
