//! The body of a generic webhook; `docs/ALERTS.md` describes it for those who read it.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::to_bytes;
use crate::notify::compose::{Content, Item, SitePart};

pub(super) fn body(content: &Content) -> anyhow::Result<Vec<u8>> {
    let events: Vec<Value> = content
        .items()
        .map(|(site, item)| event(site, item))
        .collect();
    to_bytes(&json!({
        "id": content.token,
        "kind": content.kind,
        "created_at": content.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "rule": content.rule,
        "subject": content.subject,
        "requested_by": content.requested_by,
        "events": events,
        "coverage": content.coverage,
    }))
}

fn event(site: &SitePart, item: &Item) -> Value {
    json!({
        "id": item.id,
        "kind": item.kind,
        "occurred_at": item.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "site": { "slug": site.slug, "name": site.name },
        "device": item.device,
        "detail": item.detail,
        "summary": item.summary,
        "difference": item.difference,
        "links": item.links,
    })
}
