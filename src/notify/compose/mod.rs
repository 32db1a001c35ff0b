//! Makes the content of a message, once for all ways to deliver it: what happened by site, what
//! changed, how the devices stand, and links. All text in it is ready to be shown, each character
//! visible; only the markup of where it goes is still to be escaped.

mod content;
mod coverage;
mod difference;
mod subject;
mod text;

pub use content::{Content, Item, Links, SitePart};
pub use text::{html, plain};

use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::minute;
use crate::db::alerts::content::{self as db, Happened, Outgoing};
use crate::model::MessageKind;
use crate::vault::Vault;
use crate::visible;
use crate::web::{compare_link, device_link, run_link, snapshot_link};
use coverage::coverage;
use difference::{Differences, Told};

/// Where messages are composed from.
pub struct Source<'a> {
    pub pool: &'a PgPool,
    pub vault: &'a Arc<Vault>,
    /// Scheme, name and port of the pages; `None`: it is not known, and there are no links.
    pub origin: Option<&'a str>,
    pub now: DateTime<Utc>,
}

/// The content of a message.
///
/// # Errors
/// When the database fails, or the work panics.
pub async fn compose(source: &Source<'_>, outgoing: &Outgoing) -> anyhow::Result<Content> {
    let mut conn = source.pool.acquire().await?;
    let events = db::list_events(&mut conn, outgoing.id)
        .await
        .context("Cannot read what happened")?;
    let coverage = match (outgoing.kind, outgoing.rule) {
        (MessageKind::Digest, Some(rule)) => Some(coverage(&mut conn, rule, source).await?),
        _ => None,
    };
    drop(conn);
    let mut differences = Differences::new(source.pool, source.vault);
    let mut sites: Vec<SitePart> = Vec::new();
    for event in &events {
        let told = differences.of(event).await?;
        let item = item(event, told, source.origin);
        match sites.last_mut() {
            Some(site) if site.slug == event.site_slug => site.items.push(item),
            _ => sites.push(SitePart {
                slug: event.site_slug.clone(),
                name: visible::text(&event.site_name),
                items: vec![item],
            }),
        }
    }
    let mut content = Content {
        token: outgoing.token.clone(),
        kind: outgoing.kind,
        created_at: outgoing.created_at,
        rule: outgoing.rule_name.as_deref().map(visible::text),
        requested_by: outgoing.requested_by.as_deref().map(visible::text),
        subject: String::new(),
        sites,
        coverage,
        origin: source.origin.map(str::to_owned),
    };
    content.subject = subject::subject(&content);
    Ok(content)
}

fn item(event: &Happened, told: Told, origin: Option<&str>) -> Item {
    Item {
        id: event.id,
        kind: event.kind,
        occurred_at: event.occurred_at,
        device: visible::text(&event.device),
        detail: visible::text(&event.detail),
        summary: told.summary,
        difference: told.difference,
        links: origin.map(|origin| links(event, origin)),
    }
}

fn links(event: &Happened, origin: &str) -> Links {
    let at = |path: String| format!("{origin}{path}");
    let pair = event.previous_snapshot.zip(event.snapshot);
    Links {
        device: at(device_link(&event.site_slug, &event.device)),
        run: event.run.map(|run| at(run_link(&run))),
        snapshot: event.snapshot.map(|id| at(snapshot_link(&id))),
        comparison: pair.map(|(old, new)| at(compare_link(&old, &new))),
    }
}
