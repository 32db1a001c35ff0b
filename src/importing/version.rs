//! One version on its way into the database: what its text says, and that it was imported.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::db::importing::IMPORTED_CHECK;
use crate::db::snapshots::NewSnapshot;
use crate::model::{Check, DeviceId, Verdict};
use crate::platform::routeros::{judge, text};

/// A version that is an export.
#[derive(Debug)]
pub struct Export {
    bytes: Vec<u8>,
    sha256: Vec<u8>,
    pub fingerprint: Vec<u8>,
    header: Option<text::Header>,
    checks: Vec<Check>,
    error_menus: Vec<String>,
    line_count: i32,
}

impl Export {
    /// Reads the text; `None`: it has no menu of RouterOS, so it is no export. `from` says where
    /// it is from.
    #[must_use]
    pub fn read(bytes: Vec<u8>, from: &str) -> Option<Self> {
        let mut checks = judge::check_text(&bytes);
        if !judge::has_menus(&checks) {
            return None;
        }
        checks.push(Check {
            name: IMPORTED_CHECK.to_owned(),
            ok: false,
            detail: format!(
                "Imported: {from}. RouterVault did not fetch it and can not prove it whole, so it \
                 is no backup."
            ),
        });
        Some(Self {
            sha256: Sha256::digest(&bytes).to_vec(),
            fingerprint: text::fingerprint(&bytes).to_vec(),
            header: text::header(&bytes),
            error_menus: text::marks(&bytes).error_menus,
            line_count: i32::try_from(text::line_count(&bytes)).unwrap_or(i32::MAX),
            checks,
            bytes,
        })
    }

    /// The snapshot that it becomes.
    #[must_use]
    pub fn snapshot(&self, device: DeviceId, taken_at: DateTime<Utc>) -> NewSnapshot<'_> {
        let header = self.header.as_ref();
        let serial =
            header.and_then(|header| header.serial.as_ref().or(header.software_id.as_ref()));
        NewSnapshot {
            device,
            batch: None,
            taken_at,
            // Never verified: only what was proven is.
            verdict: Verdict::Suspect,
            checks: &self.checks,
            fingerprint: &self.fingerprint,
            sha256: &self.sha256,
            export: &self.bytes,
            line_count: self.line_count,
            version: header.map(|header| header.version.as_str()),
            model: header.and_then(|header| header.model.as_deref()),
            serial: serial.map(String::as_str),
            // Nobody knows by which command it was made, so it is shown to nobody who may not
            // see secrets.
            has_secrets: true,
            error_menus: &self.error_menus,
        }
    }
}
