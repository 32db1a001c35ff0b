//! What a person decides on a host key that a device showed in place of the trusted one.

use sqlx::PgConnection;

use super::Who;
use crate::db::audit::{self, Entry};
use crate::db::devices;
use crate::db::host_key_changes::{self, Decided};
use crate::model::{AuditAction, HostKeyChangeId, HostKeyDecision};
use crate::web::{error::PageError, state::AppState};

/// Decides on a change; in the caller's transaction. `is_replaced`: the device is another one, so
/// that its serial number and size are new, too. Gives whether there was something to decide.
///
/// # Errors
/// What the database answers.
pub async fn decide_host_key(
    state: &AppState,
    conn: &mut PgConnection,
    who: Who<'_>,
    (id, decision, is_replaced): (HostKeyChangeId, HostKeyDecision, bool),
) -> Result<bool, PageError> {
    let (by, now) = (who.person.user, state.now());
    let decided = host_key_changes::decide(conn, id, decision, by, now).await?;
    let Some(decided) = decided else {
        return Ok(false);
    };
    let is_new_device = is_replaced && decision == HostKeyDecision::Accepted;
    if is_new_device {
        devices::mark_trusted_anew(conn, decided.device).await?;
    }
    record(state, conn, who, (&decided, decision, is_new_device)).await?;
    Ok(true)
}

async fn record(
    state: &AppState,
    conn: &mut PgConnection,
    who: Who<'_>,
    (of, decision, is_new_device): (&Decided, HostKeyDecision, bool),
) -> Result<(), PageError> {
    let replaced = if is_new_device {
        "; the hardware was replaced"
    } else {
        ""
    };
    let entry = Entry {
        action: match decision {
            HostKeyDecision::Accepted => AuditAction::HostKeyAccepted,
            HostKeyDecision::Rejected => AuditAction::HostKeyRejected,
        },
        site: Some(of.site),
        subject: &format!("{}/{}", of.site_slug, of.device_name),
        detail: &format!(
            "{} {}, trusted before: {}{replaced}",
            of.algorithm, of.fingerprint, of.trusted_fingerprint
        ),
    };
    Ok(audit::record(conn, who.actor, &entry, state.now()).await?)
}
