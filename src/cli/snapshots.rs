//! `snapshots`, `show` and `diff`: what is kept.

use std::io::Write as _;

use anyhow::{Context as _, bail};
use chrono::Utc;

use crate::access::subject;
use crate::compare;
use crate::db::audit::{self, Entry};
use crate::db::snapshots::{self as db, Listed};
use crate::db::{devices, pages, sites};
use crate::model::{AuditAction, Scope, SnapshotId};

use super::args::{DiffArgs, ShowArgs, SnapshotsArgs};
use super::inventory::site_and_name;
use super::store::{Database, Store};
use super::{Outcome, block_on, operator, table};

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
        load(&store, args.snapshot, (AuditAction::Download, "exact")).await
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
        let shown = (AuditAction::SecretsShown, "Compare");
        let a = load(&store, args.a, shown).await?;
        let b = load(&store, args.b, shown).await?;
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

/// The exact bytes of a snapshot, for what is recorded before they are given.
async fn load(
    store: &Store,
    id: SnapshotId,
    (action, detail): (AuditAction, &str),
) -> anyhow::Result<Vec<u8>> {
    let mut conn = store.pool.acquire().await?;
    let missing = || format!("there is no snapshot {id}");
    let notes = pages::get_snapshot_notes(&mut conn, &Scope::All, id).await?;
    let notes = notes.with_context(missing)?;
    let body = db::load_body(&mut conn, &store.vault, id).await?;
    let body = body.with_context(missing)?;
    let entry = Entry {
        action,
        site: Some(notes.site_id),
        subject: &subject::backup(&notes.site_slug, &notes.device_name, id),
        detail,
    };
    audit::record(&mut conn, &operator::actor(), &entry, Utc::now()).await?;
    Ok(body)
}
