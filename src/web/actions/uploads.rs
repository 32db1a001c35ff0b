//! A single `.rsc` that a person brings, kept in the history of a device as uploaded. Nobody saw a
//! router send it, so it is suspect for ever, and never counts as a backup.

use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::Who;
use crate::access::subject;
use crate::db::archives::insert_brought;
use crate::db::audit::{self, Entry};
use crate::db::pages::{self, DeviceHead};
use crate::db::snapshots::NewSnapshot;
use crate::model::{AuditAction, Check, SiteId, SnapshotId, Verdict};
use crate::platform::routeros::judge::{Known, judge_file};
use crate::platform::routeros::text::{Header, fingerprint, header, line_count};
use crate::web::{bodies, error::PageError, state::AppState};

/// How many bytes a file may have: as many as a collector takes.
pub const MAX_EXPORT_BYTES: usize = 16 << 20;

/// A device that is there, to bring something for.
pub struct UploadTo {
    pub device: DeviceHead,
    site: SiteId,
}

/// An export that was found in a file.
pub struct UploadedExport {
    bytes: Vec<u8>,
    checks: Vec<Check>,
    header: Header,
    fingerprint: [u8; 32],
    line_count: usize,
}

/// The device of this name, in the scope of who asks.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn upload_to(
    conn: &mut PgConnection,
    who: Who<'_>,
    (slug, name): (&str, &str),
) -> Result<UploadTo, PageError> {
    let scope = &who.person.scope;
    let device = pages::get_device(conn, scope, slug, name).await?;
    let site = pages::get_site(conn, scope, slug).await?;
    Ok(UploadTo {
        device: device.ok_or(PageError::NotFound("device"))?,
        site: site.ok_or(PageError::NotFound("site"))?.id,
    })
}

impl UploadTo {
    /// What is in a file; `None`: no export.
    ///
    /// # Errors
    /// When the fault is ours.
    pub async fn look(
        &self,
        who: Who<'_>,
        bytes: Vec<u8>,
    ) -> Result<Option<UploadedExport>, PageError> {
        let known = Known {
            serial: self.device.serial.clone(),
            ..Known::default()
        };
        let by = who.actor.name.clone();
        let looking = move || {
            Some(UploadedExport {
                checks: judge_file(&bytes, &known, &by)?,
                header: header(&bytes)?,
                fingerprint: fingerprint(&bytes),
                line_count: line_count(&bytes),
                bytes,
            })
        };
        bodies::aside(looking).await
    }

    /// Keeps an export as the newest of the device; in the caller's transaction.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn keep(
        &self,
        state: &AppState,
        conn: &mut PgConnection,
        who: Who<'_>,
        export: &UploadedExport,
    ) -> Result<SnapshotId, PageError> {
        let now = state.now();
        let new = NewSnapshot {
            device: self.device.id,
            batch: None,
            taken_at: now,
            verdict: Verdict::Suspect,
            checks: &export.checks,
            fingerprint: &export.fingerprint,
            sha256: &Sha256::digest(&export.bytes),
            export: &export.bytes,
            line_count: i32::try_from(export.line_count).unwrap_or(i32::MAX),
            version: Some(&export.header.version),
            model: export.header.model.as_deref(),
            serial: export.header.serial.as_deref(),
            // Nobody knows which command wrote it; what is masked is looked for in its text.
            has_secrets: true,
            error_menus: &[],
        };
        let id = insert_brought(conn, &state.vault, &new, &who.actor.name).await;
        let id = id.map_err(bodies::unreadable)?;
        let entry = Entry {
            action: AuditAction::BackupUploaded,
            site: Some(self.site),
            subject: &subject::backup(&self.device.site_slug, &self.device.name, id),
            detail: "",
        };
        audit::record(conn, who.actor, &entry, now).await?;
        Ok(id)
    }
}
