//! **Download**: the exact bytes that the router sent, or of one menu of them; or, when asked
//! for, with the secrets masked, which is all that those get who may not see secrets.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{
    assets, bodies,
    error::PageError,
    file_names::plain,
    guard::{Acting, SignedIn},
    state::AppState,
};
use crate::access::subject;
use crate::db::audit::{self, Actor, Entry};
use crate::db::pages::{self as db, SnapshotHead};
use crate::model::{AuditAction, Right, SnapshotId};
use crate::platform::routeros::text::{masked, section_text};

/// What is said to who asks for exact bytes and may not see secrets.
const MASKED_ONLY: &str = "You may not see secrets, and the exact configuration has them inside. Go back and download it \
     with its secrets masked.";

/// What the address may say, and nothing else, so that a slip (`Masked=1`) shows no secret.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShowQuery {
    /// Only the sections of this menu, and the remarks at the top: `/ip firewall filter`.
    menu: Option<String>,
    masked: Option<Masked>,
}

/// The one value of `masked`: any other is refused, so that a slip shows no secret.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
pub enum Masked {
    #[serde(rename = "1")]
    Yes,
}

/// Sends a snapshot as a file.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<SnapshotId>,
    Query(query): Query<ShowQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let snapshot = db::get_snapshot(&mut conn, &person.scope, id)
        .await?
        .ok_or(PageError::NotFound("backup"))?;
    if query.masked.is_none() && !person.may(Right::Reveal) {
        return Err(PageError::Forbidden(MASKED_ONLY));
    }
    let name = file_name(&snapshot, &query);
    if query.is_whole() {
        let etag = etag(&snapshot.sha256);
        if assets::is_known(&headers, &etag) {
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
        }
        let body = bodies::load(&state, &mut conn, id).await?;
        record(&mut conn, &state, &actor, (&snapshot, &query)).await?;
        return Ok(file(etag, &name, body));
    }
    let body = bodies::load(&state, &mut conn, id).await?;
    drop(conn);
    let asked = query.clone();
    let part = bodies::aside(move || asked.part_of(body))
        .await?
        .ok_or(PageError::NotFound("menu in this backup"))?;
    let mut conn = state.connection().await?;
    record(&mut conn, &state, &actor, (&snapshot, &query)).await?;
    Ok(file(etag(&Sha256::digest(&part)), &name, part))
}

/// Records a download, before the first byte of it goes out.
async fn record(
    conn: &mut PgConnection,
    state: &AppState,
    actor: &Actor,
    (snapshot, query): (&SnapshotHead, &ShowQuery),
) -> Result<(), PageError> {
    let kind = if query.masked.is_some() {
        "secrets masked"
    } else {
        "exact"
    };
    let menu = query.menu.iter();
    let detail: String = menu.map(|menu| format!("menu {menu}, ")).collect();
    let entry = Entry {
        action: AuditAction::Download,
        site: Some(snapshot.site_id),
        subject: &subject::backup(&snapshot.site_slug, &snapshot.device_name, snapshot.id),
        detail: &format!("{detail}{kind}"),
    };
    Ok(audit::record(conn, actor, &entry, state.now()).await?)
}

impl ShowQuery {
    const fn is_whole(&self) -> bool {
        self.menu.is_none() && self.masked.is_none()
    }

    /// What is asked for of the body; `None` when it does not have the menu. Masked first, for
    /// what is secret is told by the whole.
    fn part_of(&self, body: Vec<u8>) -> Option<Vec<u8>> {
        let body = match self.masked {
            Some(Masked::Yes) => masked(&body),
            None => body,
        };
        match &self.menu {
            Some(menu) => section_text(&body, menu),
            None => Some(body),
        }
    }
}

fn etag(sha256: &[u8]) -> String {
    format!("\"{}\"", hex::encode(sha256))
}

fn file(etag: String, name: &str, body: Vec<u8>) -> Response {
    let about = [
        // Not text: nothing on the way may convert line ends or guess at an encoding.
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::ETAG, etag),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (about, body).into_response()
}

/// `<site>_<device>[_<menu>][_masked]_<UTC time>.rsc`. The time stands last, so the name can not
/// end in `.auto.rsc`, which RouterOS executes when it is uploaded.
fn file_name(snapshot: &SnapshotHead, query: &ShowQuery) -> String {
    let mut parts = vec![plain(&snapshot.site_slug), plain(&snapshot.device_name)];
    if let Some(menu) = &query.menu {
        parts.push(plain(
            &menu.trim_start_matches('/').replace([' ', '/'], "-"),
        ));
    }
    if query.masked.is_some() {
        parts.push("masked".to_owned());
    }
    parts.push(snapshot.taken_at.format("%Y-%m-%dT%H%M%SZ").to_string());
    format!("{}.rsc", parts.join("_"))
}
