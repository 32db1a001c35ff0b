//! What every page costs at the server with 10,000 devices and 1,000,000 snapshots: the
//! production router over a private PostgreSQL, from the request to the last byte of the answer.
//! Prints the sizes of the tables, and the median and the worst of some requests to each address
//! in milliseconds. All go over one connection, which has PostgreSQL plan without the values as
//! it does after a while in production, and are compressed as for a browser.
//!
//! `cargo bench --bench pages [-- SITES DEVICES_PER_SITE NIGHTS] [/BEGIN]`, to measure only the
//! addresses that begin so; without `--bench`, as `cargo test` runs it, over a few devices.

// A bench that can not be set up has nothing to say; and of the seeding it needs a part.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "../tests/it/support/addresses.rs"]
mod addresses;
#[path = "../tests/it/support/large_export.rs"]
mod large_export;
#[path = "../tests/it/support/seed.rs"]
mod seed;
#[path = "../tests/it/support/signed_in.rs"]
mod signed_in;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use chrono::Utc;
use routervault::db::{self, cluster};
use routervault::vault::{MasterKey, Vault};
use sqlx::PgPool;
use tower::ServiceExt;

/// How often each page is asked for; the first time is not counted.
const ROUNDS: usize = 15;

fn main() {
    let numbers: Vec<u32> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let is_bench = std::env::args().any(|word| word == "--bench");
    let (sites, devices_per_site, nights) = match (&numbers[..], is_bench) {
        ([sites, devices, nights, ..], _) => (*sites, *devices, *nights),
        (_, true) => (1_000, 10, 100),
        (_, false) => (6, 10, 8),
    };
    let size = seed::Size {
        sites,
        devices_per_site,
        nights,
    };
    let folder = tempfile::Builder::new()
        .prefix("routervault-pages-")
        .tempdir()
        .unwrap();
    let cluster = cluster::Cluster::start(&cluster::Options {
        data_dir: folder.path().join("data"),
        durable: false,
    })
    .unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(cluster.url(), &size));
    drop(cluster);
}

async fn measure(url: &str, size: &seed::Size) {
    let pool = db::connect(url, 1).await.unwrap();
    db::migrate(&pool).await.unwrap();
    let begin = Instant::now();
    seed::seed(&pool, size).await;
    seed::seed_search(&pool).await;
    let vault = Arc::new(Vault::create(&MasterKey::generate()).0);
    // As many as one chain of patches has: the oldest is read through all of them.
    let exports = large_export::large_exports(350_000, 99);
    let kept = seed::keep(&pool, &vault, &exports).await;
    println!("seeded in {:.0} s", begin.elapsed().as_secs_f64());
    print_sizes(&pool).await;
    let app = signed_in::signed_in(signed_in::app_state(&pool, &vault, Utc::now)).await;
    println!(
        "{:64} {:>8} {:>8} {:>9}",
        "page", "median", "worst", "kB sent"
    );
    let begin = std::env::args().skip(1).find(|word| word.starts_with('/'));
    for address in addresses::addresses(&pool, &kept).await {
        if begin
            .as_ref()
            .is_none_or(|begin| address.starts_with(begin))
        {
            measure_page(&app, &address).await;
        }
    }
}

/// How many rows the tables have, and how large they and their indexes are.
async fn print_sizes(pool: &PgPool) {
    let sizes: Vec<(String, i64, String, String)> = sqlx::query_as(
        "SELECT relname::text, reltuples::bigint, pg_size_pretty(pg_table_size(oid)),
                pg_size_pretty(pg_indexes_size(oid))
         FROM pg_class
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 100
         ORDER BY reltuples DESC",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for (name, rows, table, indexes) in sizes {
        println!("{name:16} {rows:10} rows {table:>10}, indexes {indexes:>10}");
    }
}

async fn measure_page(app: &Router, address: &str) {
    let mut took = Vec::new();
    let mut bytes = 0;
    for _ in 0..=ROUNDS {
        let request = Request::get(address)
            .header("host", "localhost")
            .header("accept-encoding", "gzip")
            .body(Body::empty())
            .unwrap();
        let begin = Instant::now();
        let answer = app.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        took.push(begin.elapsed());
        assert!(
            status.is_success() || status.is_redirection(),
            "{address} answered {status}"
        );
        bytes = body.len();
    }
    took.remove(0);
    took.sort_unstable();
    let millis = |took: Duration| took.as_secs_f64() * 1000.0;
    let (median, worst) = (took[took.len() / 2], took[took.len() - 1]);
    println!(
        "{address:64} {:8.1} {:8.1} {:9.1}",
        millis(median),
        millis(worst),
        bytes as f64 / 1000.0
    );
}
