//! What a search costs at the server over the configurations of 10,000 devices of 30 kB, each
//! with a change: indexed by the indexer's own functions, asked through the production router.
//! Prints the size of the tables, and median and worst of some searches in milliseconds.
//!
//! `cargo bench --bench search [-- SITES DEVICES_PER_SITE]`; without `--bench`, as `cargo test`
//! runs it, over a few devices.

// A bench that can not be set up has nothing to say; and of the seeding it needs a part.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "../tests/it/support/seed.rs"]
mod seed;
#[path = "../tests/it/support/signed_in.rs"]
mod signed_in;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use chrono::Utc;
use routervault::db::search::{self, Waiting};
use routervault::db::{self, cluster};
use routervault::search::lines;
use routervault::vault::{MasterKey, Vault};
use sqlx::{PgConnection, PgPool};
use tower::ServiceExt;

/// How large an export is.
const EXPORT_BYTES: usize = 30_000;

/// How many snapshots are indexed in one transaction.
const PER_TRANSACTION: usize = 100;

/// What a search takes at least when it is given up.
const GIVEN_UP: Duration = Duration::from_secs(2);

/// How often each page is asked for; the first time is not counted.
const ROUNDS: usize = 15;

/// What is asked, and in which words a table says so.
const SEARCHES: [(&str, &str); 14] = [
    ("an ordinary word", "q=forward"),
    ("an ordinary word, before", "q=forward&when=before"),
    ("an ordinary word, now or before", "q=forward&when=ever"),
    ("a rare address", "q=10.7.77.9/"),
    ("a word that nobody has", "q=xylophone"),
    ("two letters", "q=ip"),
    ("two letters that nobody has", "q=zq"),
    ("a regular expression", "q=dst-port%3D(22%7C23)%5Cy&regex=1"),
    (
        "a rare regular expression",
        "q=comment%3Dlink-9%5B0-9%5D%2B7-3%5Cy&regex=1",
    ),
    ("a word in a menu", "q=add&menu=/ip%20address"),
    ("a rare word in a menu", "q=printer&menu=/interface"),
    ("a menu alone", "menu=/queue%20simple"),
    ("a word at a site", "q=forward&site=site-5"),
    ("a word at a tag", "q=printer&tag=tag-3"),
];

fn main() {
    let numbers: Vec<u32> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let is_bench = std::env::args().any(|word| word == "--bench");
    let (sites, devices_per_site) = match (&numbers[..], is_bench) {
        ([sites, devices, ..], _) => (*sites, *devices),
        (_, true) => (1_000, 10),
        (_, false) => (6, 3),
    };
    let folder = tempfile::Builder::new()
        .prefix("routervault-search-")
        .tempdir()
        .unwrap();
    let cluster = cluster::Cluster::start(&cluster::Options {
        data_dir: folder.path().join("data"),
        durable: false,
    })
    .unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(
        cluster.url(),
        &seed::Size {
            sites,
            devices_per_site,
            nights: 2,
        },
    ));
    drop(cluster);
}

async fn measure(url: &str, size: &seed::Size) {
    let pool = db::connect(url, 8).await.unwrap();
    db::migrate(&pool).await.unwrap();
    seed::seed(&pool, size).await;
    let begin = Instant::now();
    let snapshots = index(&pool).await;
    println!(
        "{snapshots} snapshots indexed in {:.0} s",
        begin.elapsed().as_secs_f64()
    );
    print_sizes(&pool).await;
    measure_one_more(&pool).await;
    let vault = Arc::new(Vault::create(&MasterKey::generate()).0);
    let app = signed_in::signed_in(signed_in::app_state(&pool, &vault, Utc::now)).await;
    println!(
        "{:34} {:48} {:>8} {:>8}",
        "search", "asked", "median", "worst"
    );
    for (name, asked) in SEARCHES {
        let (median, worst) = measure_search(&app, asked).await;
        println!("{name:34} {asked:48} {median:8.1} {worst:8.1}");
    }
}

/// Indexes every snapshot, without the index of words, which is made afterwards: that is
/// quicker, and comes to the same.
async fn index(pool: &PgPool) -> usize {
    run(
        pool,
        "DROP INDEX search_lines_text; UPDATE snapshots SET indexed_at = NULL",
    )
    .await;
    let snapshots: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT id, device_id FROM snapshots WHERE verdict = 'verified' ORDER BY id",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for some in snapshots.chunks(PER_TRANSACTION) {
        let mut tx = pool.begin().await.unwrap();
        for &(snapshot, device) in some {
            insert(&mut tx, snapshot, device).await;
        }
        tx.commit().await.unwrap();
    }
    run(
        pool,
        "CREATE INDEX search_lines_text ON search_lines USING gin (text gin_trgm_ops)",
    )
    .await;
    run(pool, "VACUUM ANALYZE").await;
    snapshots.len()
}

async fn insert(conn: &mut PgConnection, snapshot: i64, device: i64) {
    let waiting = Waiting {
        snapshot: snapshot.into(),
        device: device.into(),
    };
    let previous = search::get_newest(conn, waiting.device).await.unwrap();
    let lines = lines(export(device, previous.is_some()).as_bytes());
    search::insert(conn, waiting, previous, &lines)
        .await
        .unwrap();
}

/// What the index costs a backup that changed: one more snapshot with the index of words there.
async fn measure_one_more(pool: &PgPool) {
    let (snapshot, device): (i64, i64) =
        sqlx::query_as("SELECT max(id), min(device_id) FROM snapshots")
            .fetch_one(pool)
            .await
            .unwrap();
    let mut tx = pool.begin().await.unwrap();
    let begin = Instant::now();
    let lines = lines(export(device + 1_000_000, false).as_bytes());
    let masked = begin.elapsed();
    let waiting = Waiting {
        snapshot: snapshot.into(),
        device: device.into(),
    };
    let previous = search::get_newest(&mut tx, waiting.device).await.unwrap();
    search::insert(&mut tx, waiting, previous, &lines)
        .await
        .unwrap();
    println!(
        "one snapshot of a new device: {:.1} ms, masking {:.1} ms",
        millis(begin.elapsed()),
        millis(masked)
    );
    tx.rollback().await.unwrap();
}

/// The configuration of a device: a third of the lines is the same everywhere, a third at its
/// site, and a third is its own. Changed, five lines are others.
fn export(device: i64, changed: bool) -> String {
    let (site, high, low) = (device / 10, device / 250 % 250, device % 250);
    let menus = [
        "/interface bridge port",
        "/ip address",
        "/ip dhcp-server lease",
        "/ip firewall address-list",
        "/ip firewall filter",
        "/ip firewall nat",
        "/queue simple",
    ];
    let per_menu = EXPORT_BYTES / menus.len();
    let mut text = "# 2026-11-21 02:00:00 by RouterOS 7.18.2\n".to_owned();
    for (menu, heading) in menus.iter().enumerate() {
        writeln!(text, "{heading}").unwrap();
        for rule in 0.. {
            if text.len() >= (menu + 1) * per_menu {
                break;
            }
            let owner = match rule % 3 {
                0 => 0,
                1 => site,
                _ => device + i64::from(changed && rule == 8) * 1_000_000,
            };
            match menu {
                0 => writeln!(text, "add bridge=bridge1 comment=link-{owner}-{rule} interface=ether{rule} pvid={}", owner % 4000),
                1 => writeln!(text, "add address=10.{}.{}.{rule}/24 comment=\"net {owner}\" interface=vlan{rule} network=10.{high}.{low}.0", owner / 250 % 250, owner % 250),
                2 => writeln!(text, "add address=192.168.{low}.{rule} comment=\"printer {owner}\" mac-address=02:00:5E:{:02X}:{high:02X}:{rule:02X} server=dhcp1", owner % 256),
                3 => writeln!(text, "add address=198.51.100.{} comment=\"seen {owner} {rule}\" list=blocked", owner % 256),
                4 => writeln!(text, "add action=accept chain=forward comment=\"rule {rule} of {owner}\" dst-address=10.{high}.{low}.0/24 dst-port={} protocol=tcp", 20 + (owner * 7 + rule) % 3000),
                5 => writeln!(text, "add action=dst-nat chain=dstnat comment=\"nat {owner}\" dst-port={} in-interface=ether1 protocol=tcp to-addresses=10.{high}.{low}.{rule}", 1024 + (owner + rule) % 50_000),
                _ => writeln!(text, "add max-limit=10M/10M name=customer-{owner}-{rule} target=10.{high}.{low}.{rule}/32"),
            }
            .unwrap();
        }
    }
    text
}

async fn print_sizes(pool: &PgPool) {
    let sizes: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT relname::text, reltuples::bigint, pg_size_pretty(pg_relation_size(oid))
         FROM pg_class
         WHERE relname ~ '^search_(lines|spans)' AND relkind IN ('r', 'i')
         ORDER BY relname",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for (name, rows, size) in sizes {
        println!("{name:28} {rows:10} rows {size:>10}");
    }
}

async fn measure_search(app: &Router, asked: &str) -> (f64, f64) {
    let mut took = Vec::new();
    for _ in 0..=ROUNDS {
        let request = Request::get(format!("/search?{asked}"))
            .header("host", "localhost")
            .body(Body::empty())
            .unwrap();
        let begin = Instant::now();
        let answer = app.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        took.push(begin.elapsed());
        // What takes two seconds is given up with a sentence.
        let gave_up = status == StatusCode::BAD_REQUEST && took.last() > Some(&GIVEN_UP);
        assert!(status.is_success() || gave_up, "{asked} answered {status}");
    }
    took.remove(0);
    took.sort_unstable();
    (millis(took[took.len() / 2]), millis(took[took.len() - 1]))
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

async fn run(pool: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
}
