//! What every page costs at the server with 10,000 devices and 1,000,000 snapshots: the
//! production router over a private PostgreSQL, from the request to the last byte of the answer.
//! Prints the median and the worst of some requests, in milliseconds.
//!
//! `cargo bench --bench pages [-- SITES DEVICES_PER_SITE NIGHTS]`

// A bench that can not be set up has nothing to say; and of the seeding it needs a part.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "../tests/it/support/large_export.rs"]
mod large_export;
#[path = "../tests/it/support/seed.rs"]
mod seed;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use chrono::Utc;
use routervault::db::{self, cluster};
use routervault::vault::{MasterKey, Vault};
use routervault::web::{self, AppState};
use tower::ServiceExt;

/// How often each page is asked for; the first time is not counted.
const ROUNDS: usize = 15;

fn main() {
    let numbers: Vec<u32> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let size = match numbers[..] {
        [sites, devices_per_site, nights, ..] => seed::Size {
            sites,
            devices_per_site,
            nights,
        },
        _ => seed::Size {
            sites: 1_000,
            devices_per_site: 10,
            nights: 100,
        },
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
    let pool = db::connect(url, 8).await.unwrap();
    db::migrate(&pool).await.unwrap();
    let begin = Instant::now();
    seed::seed(&pool, size).await;
    let vault = Arc::new(Vault::create(&MasterKey::generate()).0);
    let exports: Vec<Vec<u8>> = (0..12)
        .map(|day| large_export::large_export(350_000, day))
        .collect();
    let kept = seed::keep(&pool, &vault, &exports).await;
    println!(
        "{} devices, {} snapshots, seeded in {:.0} s",
        size.sites * size.devices_per_site,
        size.sites * size.devices_per_site * size.nights,
        begin.elapsed().as_secs_f64()
    );
    let app = web::router(AppState {
        pool: pool.clone(),
        vault,
        clock: Utc::now,
        demo: false,
    });
    println!("{:64} {:>8} {:>8} {:>9}", "page", "median", "worst", "kB");
    let (old, new) = (kept[0], kept[kept.len() - 1]);
    let ids = kept
        .iter()
        .rev()
        .take(6)
        .map(|id| format!("s={id}"))
        .collect::<Vec<_>>()
        .join("&");
    for page in pages() {
        let page = page
            .replace("{old}", &old.to_string())
            .replace("{new}", &new.to_string())
            .replace("{six}", &ids);
        measure_page(&app, &page).await;
    }
}

/// Every list and page.
fn pages() -> Vec<&'static str> {
    vec![
        "/",
        "/?page=15",
        "/?q=ap-3",
        "/?q=customer%20777",
        "/?tag=tag-3",
        "/?state=attention",
        "/sites/site-500",
        "/sites/site-1/devices/core-1",
        "/snapshots/{old}",
        "/snapshots/{new}",
        "/snapshots/{new}?find=branch",
        "/snapshots/{new}/restore",
        "/compare?a={old}&b={new}",
        "/compare?{six}",
        "/compare.diff?a={old}&b={new}",
        "/batches",
        "/batches?site=site-500",
        "/batches/1000",
        "/runs",
        "/runs?site=site-500",
        "/runs?state=failed",
        "/runs?state=suspect",
        "/runs?since=30d&state=failed",
        "/runs/500000",
        "/scripts",
        "/scripts?q=rt-77",
        "/scripts?device=1&device=5000",
        "/search",
    ]
}

async fn measure_page(app: &Router, page: &str) {
    let mut took = Vec::new();
    let mut bytes = 0;
    for _ in 0..=ROUNDS {
        let request = Request::get(page)
            .header("host", "localhost")
            .body(Body::empty())
            .unwrap();
        let begin = Instant::now();
        let answer = app.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        took.push(begin.elapsed());
        assert!(status.is_success(), "{page} answered {status}");
        bytes = body.len();
    }
    took.remove(0);
    took.sort_unstable();
    let millis = |took: Duration| took.as_secs_f64() * 1000.0;
    println!(
        "{page:64} {:8.1} {:8.1} {:9.0}",
        millis(took[took.len() / 2]),
        millis(took[took.len() - 1]),
        bytes as f64 / 1000.0
    );
}
