//! A tag renamed or taken away everywhere.

use sqlx::PgConnection;

use super::change::Changed;
use crate::db::alerts::settings::is_tag_in_alert_rule;
use crate::db::inventory::lock;
use crate::db::managing::{self as db, TagChange};
use crate::db::schedules::is_tag_scheduled;
use crate::inventory::rules;

/// Why a tag stays as it is; the caller rolls back.
#[derive(Debug, thiserror::Error)]
pub enum TagRefused {
    /// The new one is none.
    #[error("{0}")]
    Wrong(String),
    /// People or tokens reach sites by the old one or the new one, and would reach others.
    #[error("the tag decides who reaches which sites")]
    Reached,
    /// A schedule or a maintenance window is for the old one, and would be for nothing.
    #[error("a schedule or a maintenance window is for the tag")]
    Scheduled,
    /// A rule of alerts is for the old one, and would be for nothing.
    #[error("a rule of alerts is for the tag")]
    Alerted,
    /// The database failed.
    #[error("it could not be stored: {0}")]
    Database(#[from] sqlx::Error),
}

/// Renames a tag everywhere, or takes it away where `new` is `None`, but not in what comes from
/// the inventory file. Who reaches sites by a tag would reach others after it, so such a tag is
/// refused: that is changed where people are.
///
/// # Errors
/// See [`TagRefused`].
pub async fn change_tag(
    conn: &mut PgConnection,
    tag: &str,
    new: Option<&str>,
) -> Result<(TagChange, Changed), TagRefused> {
    lock(conn).await?;
    let new = new.map(str::trim);
    if let Some(Err(wrong)) = new.map(rules::check_tag) {
        return Err(TagRefused::Wrong(format!("The new tag {wrong}")));
    }
    for name in [Some(tag), new].into_iter().flatten() {
        if db::is_tag_in_a_scope(conn, name).await? {
            return Err(TagRefused::Reached);
        }
    }
    if is_tag_scheduled(conn, tag).await? {
        return Err(TagRefused::Scheduled);
    }
    if is_tag_in_alert_rule(conn, tag).await? {
        return Err(TagRefused::Alerted);
    }
    let change = db::change_tag(conn, tag, new).await?;
    let done = new.map_or_else(
        || "taken away".to_owned(),
        |new| format!("renamed to `{new}`"),
    );
    let TagChange {
        sites,
        devices,
        kept,
    } = change;
    let changed = Changed {
        site: None,
        subject: format!("tag {tag}"),
        detail: format!("{done}: {sites} sites, {devices} devices; {kept} of the file keep it"),
        batches: Vec::new(),
    };
    Ok((change, changed))
}
