//! Numbers for monitoring, and the counting of pages. They are of all sites together and name
//! none: for who may see everything, and for who asks on this machine.

use std::time::{Duration, Instant};

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};

use super::state::AppState;
use crate::db::metrics::{self as db, Counts, LastRuns, Seen};
use crate::metrics::{Exposition, Kind, PROCESS, PageClass};

/// How long the database may take before its numbers are left out.
const PATIENCE: Duration = Duration::from_secs(5);

/// All numbers; without those of the database while it is away, which is a number, too.
pub async fn show(State(state): State<AppState>) -> Response {
    let asked = tokio::time::timeout(PATIENCE, ask(&state)).await;
    let known = match asked.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
        Ok(known) => Some(known),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer monitoring");
            None
        }
    };
    let mut text = Exposition::default();
    text.family("routervault_build_info", Kind::Gauge, "The version.");
    let version = env!("CARGO_PKG_VERSION");
    text.sample("routervault_build_info", &[("version", version)], 1);
    text.gauge(
        "routervault_database_up",
        "Whether the database answered.",
        u8::from(known.is_some()),
    );
    if let Some(known) = known {
        write_counts(&mut text, &known.counts);
        write_last_runs(&mut text, &known.last_runs);
        write_seen(&mut text, &known.seen, state.now());
    }
    write_process(&mut text);
    let kind = [(header::CONTENT_TYPE, Exposition::CONTENT_TYPE)];
    (kind, text.finish()).into_response()
}

/// What the database knows.
struct Known {
    counts: Counts,
    last_runs: Vec<LastRuns>,
    seen: Vec<Seen>,
}

async fn ask(state: &AppState) -> Result<Known, sqlx::Error> {
    let mut conn = state.pool.acquire().await?;
    Ok(Known {
        counts: db::counts(&mut conn, state.covered_since()).await?,
        last_runs: db::list_last_runs(&mut conn).await?,
        seen: db::list_seen(&mut conn).await?,
    })
}

fn write_counts(text: &mut Exposition, counts: &Counts) {
    text.family("routervault_runs", Kind::Gauge, "Runs that have not ended.");
    for (state, number) in [("queued", counts.queued), ("running", counts.running)] {
        text.sample("routervault_runs", &[("state", state)], number);
    }
    let gauges = [
        (
            "routervault_collectors_at_work",
            "Collectors that have a run.",
            counts.collectors_at_work,
        ),
        ("routervault_sites", "Sites.", counts.sites),
        (
            "routervault_devices",
            "Devices that are to be backed up.",
            counts.devices,
        ),
        (
            "routervault_devices_covered",
            "Those with a verified backup of the last 24 hours.",
            counts.covered,
        ),
        (
            "routervault_devices_overdue",
            "Those without one.",
            counts.devices - counts.covered,
        ),
        (
            "routervault_devices_never_verified",
            "Those that never had one.",
            counts.never,
        ),
        (
            "routervault_snapshots",
            "Snapshots that are kept.",
            counts.snapshots,
        ),
    ];
    for (name, help, number) in gauges {
        text.gauge(name, help, number);
    }
}

fn write_last_runs(text: &mut Exposition, last_runs: &[LastRuns]) {
    let name = "routervault_devices_by_last_run";
    text.family(name, Kind::Gauge, "Devices by how their last run ended.");
    for last in last_runs {
        let labels = [("result", last.result.as_str()), ("code", &last.code)];
        text.sample(name, &labels, last.devices);
    }
}

fn write_seen(text: &mut Exposition, seen: &[Seen], now: DateTime<Utc>) {
    let name = "routervault_seen_seconds_ago";
    text.family(
        name,
        Kind::Gauge,
        "How long ago a part that works by itself was last alive.",
    );
    for part in seen {
        let ago = (now - part.seen_at).num_seconds().max(0);
        text.sample(name, &[("service", &part.service)], ago);
    }
}

fn write_process(text: &mut Exposition) {
    let runs = PROCESS.runs();
    let total = "routervault_runs_ended_total";
    text.family(
        total,
        Kind::Counter,
        "Runs that the collector of this process ended, and attempts that are made again.",
    );
    for (end, durations) in &runs {
        let labels = [("outcome", end.outcome), ("code", end.code)];
        text.sample(total, &labels, durations.count);
    }
    let name = "routervault_run_duration_seconds";
    text.family(name, Kind::Histogram, "How long these took.");
    for (end, durations) in &runs {
        let labels = [("outcome", end.outcome), ("code", end.code)];
        text.durations(name, &labels, durations);
    }
    let name = "routervault_alerts_total";
    text.family(
        name,
        Kind::Counter,
        "Attempts of this process to send alerts: sent, to be tried again, and given up.",
    );
    for (end, count) in &PROCESS.alerts() {
        let labels = [("kind", end.kind), ("result", end.result)];
        text.sample(name, &labels, *count);
    }
    let name = "routervault_page_duration_seconds";
    text.family(
        name,
        Kind::Histogram,
        "How long pages took until they began to answer.",
    );
    for (class, durations) in &PROCESS.pages() {
        text.durations(name, &[("class", class.as_str())], durations);
    }
}

/// Counts each answer by the class of its status.
pub async fn count(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let response = next.run(request).await;
    let class = PageClass::of(response.status().as_u16());
    PROCESS.page_answered(class, begun.elapsed());
    response
}
