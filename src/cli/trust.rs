//! `trust`: after a router was replaced or reset, forget what was known of the old one.

use anyhow::Context as _;
use chrono::Utc;
use sqlx::Connection;

use crate::db::audit::{self, Entry};
use crate::db::{devices, host_keys};
use crate::model::AuditAction;
use crate::plural::counted;

use super::args::TrustArgs;
use super::inventory::site_and_name;
use super::store::Database;
use super::{Outcome, block_on, operator};

pub fn run(args: &TrustArgs) -> anyhow::Result<Outcome> {
    let (site, name) = site_and_name(&args.device)?;
    let database = Database::start_existing(&args.store)?;
    block_on(async {
        let store = database.open().await?;
        let mut conn = store.pool.acquire().await?;
        let mut tx = conn.begin().await?;
        let device = devices::get_by_name(&mut tx, site, name)
            .await?
            .with_context(|| format!("there is no device {site}/{name}"))?;
        let forgotten = host_keys::delete_all(&mut tx, device).await?;
        devices::mark_trusted_anew(&mut tx, device).await?;
        let pinned = counted(forgotten, "pinned host key");
        let entry = Entry {
            action: AuditAction::HostKeyAccepted,
            site: None,
            subject: &format!("{site}/{name}"),
            detail: &format!("{pinned} forgotten, the next is trusted"),
        };
        audit::record(&mut tx, &operator::actor(), &entry, Utc::now()).await?;
        tx.commit().await?;
        println!(
            "{site}/{name}: {forgotten} pinned host keys forgotten; the next backup trusts what it finds"
        );
        Ok(Outcome::AllGood)
    })
}
