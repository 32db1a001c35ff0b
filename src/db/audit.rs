//! The audit: who did what, when, from where, on what. Rows are added, and nothing else.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{AuditAction, SiteId, UserId};

/// Who acts, and from where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// `None`: nobody who was recognised, or a command on the machine itself.
    pub user: Option<UserId>,
    /// As they are called now, or call themselves; may be empty.
    pub name: String,
    /// The token by which a program acts for them.
    pub token: Option<String>,
    /// Empty: on the machine itself.
    pub address: String,
}

/// What is recorded.
#[derive(Debug)]
pub struct Entry<'a> {
    pub action: AuditAction,
    /// The site it is about; `None`: none, or several.
    pub site: Option<SiteId>,
    /// On what: `acme/gw-1, backup 17`. May be empty.
    pub subject: &'a str,
    /// What is to be known beside it, in words; never a secret. May be empty.
    pub detail: &'a str,
}

/// How many bytes of each text are kept: names may be long, and rows are for ever.
const MAX_TEXT: usize = 2000;

/// Records what was done; in the transaction that does it, so that there is no one without the
/// other.
///
/// # Errors
/// When the query fails.
pub async fn record(
    conn: &mut PgConnection,
    actor: &Actor,
    entry: &Entry<'_>,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO audit (at, user_id, user_name, token_name, address, action, site_id, subject, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        at,
        actor.user.map(|user| user.0),
        kept(&actor.name),
        actor.token.as_deref().map(kept),
        kept(&actor.address),
        entry.action.as_str(),
        entry.site.map(|site| site.0),
        kept(entry.subject),
        kept(entry.detail)
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn kept(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}
