//! **Upload a backup**: a single `.rsc` kept in the history of a device, as uploaded. Nobody saw a
//! router send it, so it is suspect for ever, and never counts as a backup.

use axum::{
    Router,
    extract::{Multipart, Path, State, multipart::MultipartError},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use sha2::{Digest, Sha256};

use super::{
    bodies,
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    shell::Notice,
    state::AppState,
};
use crate::access::subject;
use crate::db::archives::insert_brought;
use crate::db::audit::{self, Entry};
use crate::db::pages::{self as db, DeviceHead};
use crate::db::snapshots::NewSnapshot;
use crate::model::{AuditAction, Check, Verdict};
use crate::platform::routeros::judge::{Known, judge_file};
use crate::platform::routeros::text::{Header, fingerprint, header, line_count};

/// How many bytes a file may have: as many as a collector takes.
const MAX_BYTES: usize = 16 << 20;

/// What takes a file.
pub fn routes() -> Router<AppState> {
    Router::new().route("/sites/{slug}/devices/{name}/upload", post(create))
}

/// What was read in a file.
struct Read {
    bytes: Vec<u8>,
    checks: Vec<Check>,
    header: Header,
    fingerprint: [u8; 32],
    line_count: usize,
}

/// Keeps a file as the newest backup of a device.
async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path((slug, name)): Path<(String, String)>,
    multipart: Multipart,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let device = db::get_device(&mut conn, &person.scope, &slug, &name)
        .await?
        .ok_or(PageError::NotFound("device"))?;
    let site = db::get_site(&mut conn, &person.scope, &slug)
        .await?
        .ok_or(PageError::NotFound("site"))?;
    drop(conn);
    let lead = |notice: Notice| {
        let device = links::device(&device.site_slug, &device.name);
        Redirect::to(&links::history(&device, None, notice.as_str())).into_response()
    };
    let bytes = match receive(multipart).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(lead(Notice::NoExport)),
        Err(refusal) => return Ok(refusal.status().into_response()),
    };
    let Some(read) = look(bytes, &device, actor.name.clone()).await? else {
        return Ok(lead(Notice::NoExport));
    };
    let now = state.now();
    let new = NewSnapshot {
        device: device.id,
        batch: None,
        taken_at: now,
        verdict: Verdict::Suspect,
        checks: &read.checks,
        fingerprint: &read.fingerprint,
        sha256: &Sha256::digest(&read.bytes),
        export: &read.bytes,
        line_count: i32::try_from(read.line_count).unwrap_or(i32::MAX),
        version: Some(&read.header.version),
        model: read.header.model.as_deref(),
        serial: read.header.serial.as_deref(),
        // Nobody knows which command wrote it; what is masked is looked for in its text.
        has_secrets: true,
        error_menus: &[],
    };
    let mut tx = state.pool.begin().await?;
    let id = insert_brought(&mut tx, &state.vault, &new, &actor.name).await;
    let id = id.map_err(bodies::unreadable)?;
    let entry = Entry {
        action: AuditAction::BackupUploaded,
        site: Some(site.id),
        subject: &subject::backup(&device.site_slug, &device.name, id),
        detail: "",
    };
    audit::record(&mut tx, &actor, &entry, now).await?;
    tx.commit().await?;
    Ok(lead(Notice::Uploaded))
}

/// The file of the form; `None`: there is none, or it is larger than an export.
async fn receive(mut multipart: Multipart) -> Result<Option<Vec<u8>>, MultipartError> {
    while let Some(mut field) = multipart.next_field().await? {
        if field.name() != Some("file") {
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await? {
            if bytes.len() + chunk.len() > MAX_BYTES {
                return Ok(None);
            }
            bytes.extend_from_slice(&chunk);
        }
        return Ok(Some(bytes));
    }
    Ok(None)
}

/// What is in a file; `None`: no export.
async fn look(
    bytes: Vec<u8>,
    device: &DeviceHead,
    person: String,
) -> Result<Option<Read>, PageError> {
    let known = Known {
        serial: device.serial.clone(),
        ..Known::default()
    };
    let looking = move || {
        Some(Read {
            checks: judge_file(&bytes, &known, &person)?,
            header: header(&bytes)?,
            fingerprint: fingerprint(&bytes),
            line_count: line_count(&bytes),
            bytes,
        })
    };
    bodies::aside(looking).await
}
