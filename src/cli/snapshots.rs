//! `snapshots`, `show` and `diff`: what is kept.

use std::io::Write as _;

use anyhow::{Context as _, bail};
use sqlx::PgConnection;

use crate::compare;
use crate::db::snapshots::{self as db, Listed};
use crate::db::{devices, sites, snapshots};
use crate::model::SnapshotId;
use crate::vault::Vault;

use super::args::{DiffArgs, ShowArgs, SnapshotsArgs};
use super::inventory::site_and_name;
use super::store::Database;
use super::{Outcome, block_on, table};

/// `snapshots`
pub fn list(args: &SnapshotsArgs) -> anyhow::Result<Outcome> {
    let database = Database::start_existing(&args.store)?;
    let listed = block_on(async {
        let store = database.open().await?;
        let mut conn = store.pool.acquire().await?;
        let device = match &args.device {
            Some(text) => {
                let (site, name) = site_and_name(text)?;
                let id = devices::get_by_name(&mut conn, site, name).await?;
                Some(id.with_context(|| format!("there is no device {text}"))?)
            }
            None => None,
        };
        if let Some(slug) = &args.site
            && !sites::exists(&mut conn, slug).await?
        {
            bail!("there is no site {slug}");
        }
        Ok(db::list(
            &mut conn,
            args.site.as_deref(),
            device,
            args.limit,
            args.offset,
        )
        .await?)
    })?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &listed)?;
        writeln!(out)?;
    } else {
        let rows: Vec<_> = listed.iter().map(row).collect();
        table::write(
            &mut out,
            [
                "SNAPSHOT",
                "DEVICE",
                "TAKEN (UTC)",
                "LAST SEEN (UTC)",
                "BYTES",
                "VERSION",
                "VERDICT",
            ],
            &rows,
        )?;
    }
    Ok(Outcome::AllGood)
}

fn row(listed: &Listed) -> [String; 7] {
    const TIME: &str = "%Y-%m-%d %H:%M";
    [
        listed.id.to_string(),
        format!("{}/{}", listed.site, listed.device),
        listed.taken_at.format(TIME).to_string(),
        listed.last_seen_at.format(TIME).to_string(),
        listed.size_bytes.to_string(),
        listed.version.clone().unwrap_or_default(),
        listed.verdict.to_string(),
    ]
}

/// `show`
pub fn show(args: &ShowArgs) -> anyhow::Result<Outcome> {
    let database = Database::start_existing(&args.store)?;
    let bytes = block_on(async {
        let store = database.open().await?;
        let mut conn = store.pool.acquire().await?;
        load(&mut conn, &store.vault, args.snapshot).await
    })?;
    std::io::stdout()
        .lock()
        .write_all(&bytes)
        .context("Cannot write to standard output")?;
    Ok(Outcome::AllGood)
}

/// `diff`
pub fn diff(args: &DiffArgs) -> anyhow::Result<Outcome> {
    let database = Database::start_existing(&args.store)?;
    let (a, b) = block_on(async {
        let store = database.open().await?;
        let mut conn = store.pool.acquire().await?;
        let a = load(&mut conn, &store.vault, args.a).await?;
        let b = load(&mut conn, &store.vault, args.b).await?;
        Ok((a, b))
    })?;
    let label = |id: SnapshotId| format!("snapshot-{id}");
    let unified = compare::unified(&label(args.a), &label(args.b), &a, &b);
    std::io::stdout()
        .lock()
        .write_all(&unified)
        .context("Cannot write to standard output")?;
    Ok(Outcome::AllGood)
}

async fn load(conn: &mut PgConnection, vault: &Vault, id: SnapshotId) -> anyhow::Result<Vec<u8>> {
    snapshots::load_body(conn, vault, id)
        .await?
        .with_context(|| format!("there is no snapshot {id}"))
}
