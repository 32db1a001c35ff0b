//! `backup`: one batch now, without pages.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::{Context as _, bail};
use chrono::Utc;
use serde_json::json;
use sqlx::{Connection, PgPool};
use tokio_util::sync::CancellationToken;

use crate::access::subject;
use crate::collector::Collector;
use crate::db::audit::{self, Entry};
use crate::db::batches::{self, DeviceScope, NewBatch, Requested};
use crate::db::devices::{self, Place};
use crate::db::runs::{self, Report};
use crate::model::{AuditAction, BatchId, DeviceId, RunId, RunState, Trigger, Verdict};
use crate::plural::counted;

use super::args::BackupArgs;
use super::inventory::site_and_name;
use super::store::{Database, Store};
use super::{Outcome, block_on, collect, inventory, operator, stop, table};

/// How often it is looked whether all runs have ended.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

pub fn run(args: &BackupArgs) -> anyhow::Result<Outcome> {
    let inventory = inventory::load(&args.inventory)?;
    let database = Database::start(&args.store)?;
    let (batch, reports, chosen) = block_on(async {
        let store = database.open().await?;
        inventory::apply(&store, &inventory).await?;
        let (requested, chosen) = request(args, &store).await?;
        let batch = requested.batch.or(requested.already_active_batch);
        let reports = collect(args, store, &requested.runs).await?;
        Ok((batch, reports, chosen))
    })?;
    if args.json {
        print_json(batch, &reports)?;
    } else {
        print_table(&reports)?;
    }
    let is_verified = |report: &Report| report.verdict == Some(Verdict::Verified);
    let all_good = reports.len() == chosen && reports.iter().all(is_verified);
    Ok(if all_good {
        Outcome::AllGood
    } else {
        Outcome::SomeFailed
    })
}

/// Asks for the batch; also gives how many devices it is for.
async fn request(args: &BackupArgs, store: &Store) -> anyhow::Result<(Requested, usize)> {
    let mut conn = store.pool.acquire().await?;
    let places = devices::list_places(&mut conn).await?;
    let chosen = choose(args, &places)?;
    let count = chosen.len();
    let mut tx = conn.begin().await?;
    let new = NewBatch {
        trigger: Trigger::Manual,
        requested_by: Some(batches::COMMAND_LINE.to_owned()),
        site: None,
        scheduled: None,
        scope: DeviceScope::Devices(chosen),
    };
    let requested = batches::request(&mut tx, &new).await?;
    if let Some(batch) = requested.batch {
        let new = requested.runs.len() - requested.already_active;
        let entry = Entry {
            action: AuditAction::BackupRequested,
            site: None,
            subject: &subject::batch(batch),
            detail: &counted(new, "device"),
        };
        audit::record(&mut tx, &operator::actor(), &entry, Utc::now()).await?;
    }
    tx.commit().await?;
    Ok((requested, count))
}

/// The devices that were asked for; all enabled ones when nothing was.
fn choose(args: &BackupArgs, places: &[Place]) -> anyhow::Result<Vec<DeviceId>> {
    if args.sites.is_empty() && args.devices.is_empty() {
        let enabled: Vec<_> = places
            .iter()
            .filter(|place| place.enabled)
            .map(|place| place.id)
            .collect();
        if enabled.is_empty() {
            bail!("the inventory has no enabled device");
        }
        return Ok(enabled);
    }
    let mut chosen = BTreeSet::new();
    for slug in &args.sites {
        let mut of_site = places
            .iter()
            .filter(|place| place.site_slug == *slug)
            .peekable();
        if of_site.peek().is_none() {
            bail!("--site {slug}: the inventory has no such site, or it has no device");
        }
        chosen.extend(of_site.filter(|place| place.enabled).map(|place| place.id));
    }
    for text in &args.devices {
        let (site, name) = site_and_name(text)?;
        let place = places
            .iter()
            .find(|place| place.site_slug == site && place.name == name)
            .with_context(|| format!("--device {text}: the inventory has no such device"))?;
        if !place.enabled {
            bail!("--device {text}: it is not enabled in the inventory");
        }
        chosen.insert(place.id);
    }
    if chosen.is_empty() {
        bail!("none of these devices is enabled in the inventory");
    }
    Ok(chosen.into_iter().collect())
}

/// Collects until every one of `runs` has ended, and reports them.
async fn collect(args: &BackupArgs, store: Store, runs: &[RunId]) -> anyhow::Result<Vec<Report>> {
    let stop = stop::on_signal()?;
    let collector = Collector::new(
        store.pool.clone(),
        store.vault.clone(),
        collect::settings(&args.pace),
    );
    let collecting = tokio::spawn(collector.run(stop.clone()));
    let ended = watch(&store.pool, runs, &stop).await;
    stop.cancel();
    tokio::time::timeout(stop::PATIENCE, collecting)
        .await
        .context("The database does not answer")?
        .context("The collector ended by a fault")?;
    if !ended {
        bail!("stopped; the backups that are left go on at the next start");
    }
    let mut conn = store.pool.acquire().await?;
    Ok(runs::list_reports(&mut conn, runs).await?)
}

/// Waits for the runs, with a line of progress on a terminal. `false` when stopped before. A
/// database that is away is waited for: the collector says so in the log.
async fn watch(pool: &PgPool, runs: &[RunId], stop: &CancellationToken) -> bool {
    let is_terminal = std::io::stderr().is_terminal();
    let mut shown = None;
    loop {
        let active = async {
            let mut conn = pool.acquire().await?;
            runs::count_active(&mut conn, runs).await
        }
        .await;
        if let Ok(active) = active {
            if is_terminal && shown != Some(active) {
                shown = Some(active);
                eprint!(
                    "\r{} of {} done ",
                    runs.len() as i64 - active,
                    counted(runs.len(), "device")
                );
            }
            if active == 0 {
                if is_terminal {
                    eprintln!();
                }
                return true;
            }
        }
        tokio::select! {
            () = stop.cancelled() => return false,
            () = tokio::time::sleep(WATCH_INTERVAL) => {}
        }
    }
}

fn print_json(batch: Option<BatchId>, reports: &[Report]) -> anyhow::Result<()> {
    let runs: Vec<_> = reports.iter().map(json_run).collect();
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &json!({ "batch": batch, "runs": runs }))?;
    writeln!(out)?;
    Ok(())
}

fn json_run(report: &Report) -> serde_json::Value {
    let failure = match (report.state, &report.failure_code) {
        (RunState::Failed, Some(code)) => json!({
            "code": code,
            "message": report.failure_message,
        }),
        _ => serde_json::Value::Null,
    };
    json!({
        "site": report.site,
        "device": report.device,
        "state": report.state,
        "outcome": report.outcome,
        "verdict": report.verdict,
        "checks": report.checks,
        "failure": failure,
        "snapshot": report.snapshot,
        "size_bytes": report.size_bytes,
        "sha256": report.sha256.as_ref().map(hex::encode),
        "duration_ms": report.duration_ms,
        "attempts": report.attempts,
    })
}

fn print_table(reports: &[Report]) -> anyhow::Result<()> {
    let rows: Vec<_> = reports.iter().map(row).collect();
    let mut out = std::io::stdout().lock();
    table::write(
        &mut out,
        [
            "DEVICE",
            "STATE",
            "VERDICT",
            "OUTCOME",
            "BYTES",
            "SECS",
            "WHAT HAPPENED",
        ],
        &rows,
    )?;
    let verified = reports
        .iter()
        .filter(|report| report.verdict == Some(Verdict::Verified))
        .count();
    writeln!(
        out,
        "{verified} of {} verified",
        counted(reports.len(), "device")
    )?;
    Ok(())
}

fn row(report: &Report) -> [String; 7] {
    let secs = report.duration_ms.unwrap_or(0) as f64 / 1000.0;
    let what = match report.state {
        RunState::Failed => report.failure_message.clone().unwrap_or_default(),
        _ => crate::platform::routeros::judge::suspicion(&report.checks).unwrap_or_default(),
    };
    [
        format!("{}/{}", report.site, report.device),
        report.state.label().to_owned(),
        report
            .verdict
            .map(|verdict| verdict.to_string())
            .unwrap_or_default(),
        report
            .outcome
            .map(|outcome| outcome.to_string())
            .unwrap_or_default(),
        report
            .size_bytes
            .map(|size| size.to_string())
            .unwrap_or_default(),
        format!("{secs:.1}"),
        what,
    ]
}
