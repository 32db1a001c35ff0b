//! What the pages read of the tables that grow with the history: with a long one behind it, no
//! page scans such a table, or reads more of its rows by index than a page can explain. The list
//! of runs is looked at in every combination of its filters by `run_lists`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use chrono::Utc;
use routervault::model::{Role, SnapshotId};
use routervault::vault::{MasterKey, Vault};
use routervault::web::{Need, ROUTES};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tower::ServiceExt;

use crate::support::addresses::{ADDRESSES, addresses};
use crate::support::large_export::large_exports;
use crate::support::{app_state, database, kim, seed, signed_in, signed_in_as};

/// A house of 590 devices, with some 28,000 snapshots and as many runs.
const SIZE: seed::Size = seed::Size {
    sites: 40,
    devices_per_site: 10,
    nights: 45,
};

/// The tables, and how many rows of each a page may read. The most snapshots are those of ten
/// ticked devices, twenty of each; the most runs those of a page of batches of the site that has a
/// third of the devices, counted; the most spans those of ten lines that every device has, counted.
/// One reading of the audit looks at 20,000 entries from each of three indexes at most, and may
/// have to find out from which.
const MOST_ROWS: [(&str, i64); 4] = [
    ("audit", 80_000),
    ("snapshots", 1_000),
    ("runs", 5_000),
    ("search_spans", 7_500),
];

/// The same for a technician of 210 devices: all lines of these are gone through, some thirty of
/// each, and each device is asked for each of ten lines, twice; or all spans of those ten are.
const MOST_ROWS_OF_FEW: [(&str, i64); 4] = [
    ("audit", 0),
    ("snapshots", 1_000),
    ("runs", 5_000),
    ("search_spans", 20_000),
];

/// The same for a report over all sites, which reads a month of every device by index: its runs and
/// its snapshots.
const MOST_ROWS_OF_A_REPORT: [(&str, i64); 4] = [
    ("audit", 0),
    ("snapshots", 25_000),
    ("runs", 25_000),
    ("search_spans", 0),
];

/// How PostgreSQL plans: with the values, and without, as it may from the sixth time on.
const PLAN_MODES: [&str; 2] = [
    "SET plan_cache_mode = force_custom_plan",
    "SET plan_cache_mode = force_generic_plan",
];

/// What was read of a table so far: how often it was scanned, and how many of its rows were
/// read by scans and entries by its indexes.
#[derive(Clone, Copy)]
struct Read {
    scans: i64,
    rows: i64,
}

/// A pool of one connection: what it has read is told by itself, so that nothing is told late.
async fn one_connection() -> PgPool {
    let pool = database().await;
    let options = pool.connect_options().as_ref().clone();
    pool.close().await;
    let single = PgPoolOptions::new().max_connections(1);
    single.connect_with(options).await.unwrap()
}

/// What was read of each table so far.
async fn read_so_far(pool: &PgPool) -> HashMap<String, Read> {
    sqlx::query("SELECT pg_stat_force_next_flush()")
        .execute(pool)
        .await
        .unwrap();
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT relname::text, seq_scan, seq_tup_read + (
             SELECT coalesce(sum(idx_tup_read), 0)::bigint
             FROM pg_stat_user_indexes
             WHERE pg_stat_user_indexes.relid = pg_stat_user_tables.relid
         )
         FROM pg_stat_user_tables",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let named = |(name, scans, rows)| (name, Read { scans, rows });
    rows.into_iter().map(named).collect()
}

async fn ask(app: &Router, address: &str) -> StatusCode {
    let request = Request::get(address)
        .header("host", "localhost")
        .body(Body::empty())
        .unwrap();
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    status
}

/// Which tables were scanned, or read far into, between two times.
fn too_much(
    most_rows: &[(&str, i64); 4],
    before: &HashMap<String, Read>,
    after: &HashMap<String, Read>,
) -> Vec<String> {
    let read = most_rows.map(|(table, most)| {
        let scans = after[table].scans - before[table].scans;
        let rows = after[table].rows - before[table].rows;
        (scans > 0 || rows > most).then(|| format!("{rows} rows of {table} with {scans} scans"))
    });
    read.into_iter().flatten().collect()
}

/// The house, with all that its pages need.
struct House {
    pool: PgPool,
    vault: Arc<Vault>,
    kept: Vec<SnapshotId>,
}

impl House {
    async fn new() -> Self {
        let pool = one_connection().await;
        seed::seed(&pool, &SIZE).await;
        seed::seed_search(&pool).await;
        let vault = Arc::new(Vault::create(&MasterKey::generate()).0);
        let exports = large_exports(40_000, 8);
        let kept = seed::keep(&pool, &vault, &exports).await;
        Self { pool, vault, kept }
    }

    /// Asks for each of these addresses, however PostgreSQL plans: each is answered as it may be,
    /// and reads no more than it may.
    async fn check(
        &self,
        app: &Router,
        addresses: &[String],
        most_rows: &[(&str, i64); 4],
        may_be: fn(&str, StatusCode) -> bool,
    ) {
        let mut faults = Vec::new();
        for plan_mode in PLAN_MODES {
            sqlx::query(plan_mode).execute(&self.pool).await.unwrap();
            for address in addresses {
                let before = read_so_far(&self.pool).await;
                let status = ask(app, address).await;
                let after = read_so_far(&self.pool).await;
                assert!(may_be(address, status), "{address} answered {status}");
                let page = address.strip_prefix("/api/v1").unwrap_or(address);
                let is_of_all = page.starts_with("/reports/") || page == "/reports";
                let most_rows = if is_of_all {
                    &MOST_ROWS_OF_A_REPORT
                } else {
                    most_rows
                };
                for fault in too_much(most_rows, &before, &after) {
                    faults.push(format!("{address} reads {fault} ({plan_mode})"));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

fn is_shown(_: &str, status: StatusCode) -> bool {
    status.is_success() || status.is_redirection()
}

/// As a technician is answered. Which batches and runs the addresses name is by chance: they may be
/// of other sites.
fn is_shown_or_elsewhere(address: &str, status: StatusCode) -> bool {
    let managing = ["/manage/", "/settings/", "/metrics"];
    let managing_by_api = [
        "/schedules",
        "/maintenance-windows",
        "/credentials",
        "/tags",
        "/audit",
        "/archives",
        "/archive-plans",
        "/export",
        "/retention",
        "/host-keys",
        "/alerts",
        "/users",
        "/single-sign-on",
    ];
    let page = address.strip_prefix("/api/v1").unwrap_or(address);
    let is_managing = managing.iter().any(|begin| address.starts_with(begin))
        || managing_by_api.iter().any(|begin| page.starts_with(begin));
    if address.ends_with("/delete") || address.ends_with("/settings") || is_managing {
        return status == StatusCode::FORBIDDEN;
    }
    let may_be_elsewhere = page.starts_with("/batches/") || page.starts_with("/runs/");
    is_shown(address, status) || may_be_elsewhere && status == StatusCode::NOT_FOUND
}

#[tokio::test]
async fn no_page_scans_the_history_or_reads_far_into_it() {
    let house = House::new().await;
    let app = signed_in(app_state(&house.pool, &house.vault, Utc::now)).await;
    let addresses = addresses(&house.pool, &house.kept).await;
    house.check(&app, &addresses, &MOST_ROWS, is_shown).await;
}

/// The sites that the addresses name or have a device of.
const OWN_SITES: &str = "
    SELECT array_agg(DISTINCT id)
    FROM (
        SELECT 1::bigint AS id
        UNION SELECT (SELECT id FROM sites ORDER BY id OFFSET (SELECT count(*) / 2 FROM sites) LIMIT 1)
        UNION SELECT site_id FROM devices WHERE id = (SELECT max(id) / 2 FROM devices)
    ) named";

/// What a technician of those may not know of.
const ELSEWHERE: &str = "
    SELECT unnest(ARRAY[
        '/sites/' || slug,
        '/sites/' || slug || '/newest.zip',
        '/sites/' || slug || '/devices/' || devices.name,
        '/snapshots/' || newest_snapshot_id,
        '/snapshots/' || newest_snapshot_id || '/text',
        '/snapshots/' || newest_snapshot_id || '/restore',
        '/snapshots/' || newest_snapshot_id || '/download',
        '/api/v1/snapshots/' || newest_snapshot_id || '/restore',
        '/api/v1/sites/' || slug || '/newest.zip',
        '/compare?s=1&s=' || newest_snapshot_id,
        '/search/lines/' || (SELECT min(line_id) FROM search_spans WHERE device_id = devices.id AND line_id NOT IN (
            SELECT line_id FROM search_spans WHERE device_id = 1
        ))
    ])
    FROM devices
    JOIN sites ON sites.id = devices.site_id
    WHERE devices.id = (SELECT max(id) FROM devices)";

#[tokio::test]
async fn a_technician_of_few_sites_reads_no_more_than_who_sees_all() {
    let house = House::new().await;
    let sites: Vec<i64> = sqlx::query_scalar(OWN_SITES)
        .fetch_one(&house.pool)
        .await
        .unwrap();
    assert_eq!(sites.len(), 3);
    let state = app_state(&house.pool, &house.vault, Utc::now);
    let app = signed_in_as(state, kim(Role::Technician.rights(), &sites)).await;
    let own = addresses(&house.pool, &house.kept).await;
    house
        .check(&app, &own, &MOST_ROWS_OF_FEW, is_shown_or_elsewhere)
        .await;
    let elsewhere: Vec<String> = sqlx::query_scalar(ELSEWHERE)
        .fetch_all(&house.pool)
        .await
        .unwrap();
    let is_hidden = |_: &str, status| status == StatusCode::NOT_FOUND;
    house
        .check(&app, &elsewhere, &MOST_ROWS_OF_FEW, is_hidden)
        .await;
}

#[tokio::test]
async fn who_has_small_sites_reads_no_further_into_the_work_of_all() {
    let house = House::new().await;
    let state = app_state(&house.pool, &house.vault, Utc::now);
    let app = signed_in_as(state, kim(Role::Technician.rights(), &[21, 22, 38])).await;
    let mut work = addresses(&house.pool, &house.kept).await;
    work.retain(|address| address.starts_with("/batches") || address.starts_with("/runs"));
    house
        .check(&app, &work, &MOST_ROWS_OF_FEW, is_shown_or_elsewhere)
        .await;
}

#[test]
fn every_page_is_among_the_addresses() {
    // What nobody need be signed in for, and one's own account, does not grow.
    let pages = ROUTES.iter().filter(|route| {
        route.method == "GET" && matches!(route.need, Need::Right(_) | Need::Whole)
    });
    let missing: Vec<&str> = pages
        .map(|route| route.path)
        // A file that somebody brought, and a test of a connection, are there for an hour or a day
        // and for nobody else.
        .filter(|path| *path != "/manage/import/{id}" && !path.contains("/connection-tests/"))
        // An export is as long as what is exported, up to its limit.
        .filter(|path| *path != "/manage/audit.csv")
        // What was made of the history as a file is read as a file.
        .filter(|path| !path.starts_with("/manage/archives/"))
        // None is there; a list of them is.
        .filter(|path| *path != "/api/v1/maintenance-windows/{id}")
        .filter(|path| *path != "/api/v1/retention/rules/{target}")
        .filter(|path| !path.starts_with("/api/v1/archives/{id}"))
        .filter(|path| *path != "/api/v1/archive-plans/{id}")
        .filter(|path| *path != "/api/v1/alerts/mail-server")
        .filter(|path| *path != "/api/v1/single-sign-on")
        .filter(|path| *path != "/api/v1/single-sign-on/groups/{id}")
        .chain(["/healthz", "/readyz", "/metrics"])
        .filter(|route| !ADDRESSES.iter().any(|address| is_of(address, route)))
        .collect();
    assert!(missing.is_empty(), "no address of {missing:?}");
}

fn is_of(address: &str, route: &str) -> bool {
    let path = address.split('?').next().unwrap();
    let parts: Vec<&str> = path.split('/').collect();
    let names: Vec<&str> = route.split('/').collect();
    let is_named = |(part, name): (&&str, &&str)| part == name || name.starts_with('{');
    parts.len() == names.len() && parts.iter().zip(&names).all(is_named)
}
