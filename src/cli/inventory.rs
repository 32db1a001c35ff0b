//! Reading an inventory file and applying it.

use std::path::Path;

use anyhow::Context as _;
use chrono::Utc;
use sqlx::Connection;

use crate::db::audit::{self, Entry};
use crate::db::batches;
use crate::inventory::{self, Applied, Counts, Inventory};
use crate::model::AuditAction;

use super::{operator, store::Store};

/// Reads and checks the file; every problem is in the error, a line each.
pub fn load(path: &Path) -> anyhow::Result<Inventory> {
    inventory::load(path, &|name| std::env::var(name).ok()).map_err(|problems| {
        anyhow::anyhow!("the inventory can not be used, and nothing was changed:\n{problems}")
    })
}

/// Brings the database in line with the inventory, whole or not at all.
pub async fn apply(store: &Store, inventory: &Inventory) -> anyhow::Result<Applied> {
    let mut conn = store
        .pool
        .acquire()
        .await
        .context("Cannot reach the database")?;
    let mut tx = conn.begin().await?;
    let applied = inventory::apply(&mut tx, inventory, &store.vault).await?;
    let told = applied.in_words();
    if !told.is_empty() {
        let entry = Entry {
            action: AuditAction::SettingsChanged,
            site: None,
            subject: "the inventory file",
            detail: &told,
        };
        audit::record(&mut tx, &operator::actor(), &entry, Utc::now()).await?;
    }
    tx.commit().await?;
    batches::mark_finished(&mut conn, &applied.batches).await?;
    let (sites, devices) = (applied.sites, applied.devices);
    tracing::info!(
        sites = inventory.sites.len(),
        devices_added = devices.added,
        devices_changed = devices.changed,
        devices_restored = devices.restored,
        devices_archived = devices.archived,
        sites_archived = sites.archived,
        "The inventory is applied"
    );
    let others = [
        applied.credentials,
        applied.schedules,
        applied.windows,
        applied.retention,
        applied.archives,
    ];
    let tables = [sites, devices].into_iter().chain(others);
    let sum = |one: fn(&Counts) -> u64| tables.clone().map(|of| one(&of)).sum::<u64>();
    let (taken_over, handed_over) = (sum(|of| of.taken_over), sum(|of| of.handed_over));
    if taken_over + handed_over > 0 {
        tracing::info!(
            taken_over,
            handed_over,
            "What was made in the browser and is in the inventory file now is changed there only; \
             what left the file and is still needed is managed in the browser"
        );
    }
    Ok(applied)
}

/// `SITE/NAME` in its parts. A site's slug has no slash, nor has a device's name.
pub fn site_and_name(text: &str) -> anyhow::Result<(&str, &str)> {
    text.split_once('/')
        .filter(|(site, name)| !site.is_empty() && !name.is_empty())
        .with_context(|| {
            format!("`{text}` is no device; write SITE/NAME, for example acme-hq/gw-1")
        })
}
