//! The snapshots of a comparison, their exports, and the unified text of them: the same for a page
//! and for a program.

use sqlx::PgConnection;

use crate::compare::unified_steps;
use crate::db::audit::Actor;
use crate::db::pages::{self as db, SnapshotHead};
use crate::model::{Scope, SnapshotId};
use crate::visible;
use crate::web::{
    bodies,
    error::PageError,
    secrets::{self, Secrets},
    state::AppState,
};

/// The snapshots of these numbers, in their order.
///
/// # Errors
/// [`PageError::NotFound`] when one is not in the scope, or what the database answers.
pub async fn list_heads(
    conn: &mut PgConnection,
    scope: &Scope,
    ids: &[SnapshotId],
) -> Result<Vec<SnapshotHead>, PageError> {
    let mut heads = Vec::with_capacity(ids.len());
    for id in ids {
        let head = db::get_snapshot(conn, scope, *id).await?;
        heads.push(head.ok_or(PageError::NotFound("backup"))?);
    }
    Ok(heads)
}

/// Their exports. That `actor` is shown the secrets in them is recorded before.
///
/// # Errors
/// [`PageError::Damaged`] when one can not be read, or what the database answers.
pub async fn load_exports(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    heads: &[SnapshotHead],
    granted: Secrets,
) -> Result<Vec<Vec<u8>>, PageError> {
    let mut exports = Vec::with_capacity(heads.len());
    for head in heads {
        if granted == Secrets::Shown {
            secrets::record_shown(conn, actor, head, "Compare", state.now()).await?;
        }
        exports.push(bodies::load(state, conn, head.id).await?);
    }
    Ok(exports)
}

/// Unified text over the comparison forms: each snapshot against the one before. Every character
/// of it is visible.
pub fn unified(heads: &[SnapshotHead], exports: &[&[u8]], granted: Secrets) -> String {
    let labels: Vec<String> = heads.iter().map(label).collect();
    let labels = labels.iter().map(String::as_str);
    let columns: Vec<(&str, &[u8])> = labels.zip(exports.iter().copied()).collect();
    shown(&unified_steps(&columns, granted == Secrets::Masked))
}

/// Text line by line as pages show it.
fn shown(text: &[u8]) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        shown.push_str(&visible::bytes(line.strip_suffix(b"\n").unwrap_or(line)));
        shown.push('\n');
    }
    shown
}

fn label(head: &SnapshotHead) -> String {
    format!(
        "{}/{} {}",
        head.site_slug,
        head.device_name,
        head.taken_at.format("%Y-%m-%d %H:%M:%S +0000")
    )
}
