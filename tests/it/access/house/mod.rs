//! A house with two customers that have nothing to do with each other, made alike, so that what
//! one may learn of the other can be asked from both sides.

mod customer;
pub mod rows;
mod visitor;

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use routervault::db::snapshots::{self, NewSnapshot};
use routervault::model::{BatchId, Check, DeviceId, SnapshotId, Verdict};
use routervault::search::index_next;
use routervault::web::ROUTES;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgPool};

pub use customer::{CUSTOMERS, Customer, NOBODY};
pub use visitor::{Answer, FORM, Reach, Signed, Somebody, Visitor};

use crate::support::{database, vault};

/// What a configuration has that is a secret.
pub const SECRET: &str = "hush-4711-quietly";

/// The time of all pages of the house.
pub fn noon() -> DateTime<Utc> {
    at("2026-05-03T12:00:00Z")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The house as it is before anybody comes; nobody is connected to it, so that each visitor gets
/// a copy.
pub struct House {
    name: String,
    /// Whoever connects here could not be copied from.
    pool: PgPool,
    copies: AtomicU32,
    /// The search's number of the line that both customers have, and of one of each.
    pub shared_line: i64,
    pub lines: Vec<i64>,
}

impl House {
    /// With both customers.
    pub async fn of_two() -> Self {
        Self::of(&CUSTOMERS).await
    }

    /// With the first customer only: the other one was never there.
    pub async fn of_one() -> Self {
        Self::of(&CUSTOMERS[..1]).await
    }

    async fn of(customers: &[Customer]) -> Self {
        let pool = database().await;
        // Over both customers: each has a run in it.
        run(
            &pool,
            "INSERT INTO batches (trigger, requested_by, created_at, finished_at)
             VALUES ('manual', 'night-shift', '2026-05-01T02:00:00Z', '2026-05-01T02:01:00Z')",
        )
        .await;
        for customer in customers {
            customer.move_in(&pool).await;
        }
        let shared_line = line(&pool, customer::SHARED_LINE).await;
        let mut lines = Vec::new();
        for customer in customers {
            lines.push(line(&pool, &customer.line()).await);
        }
        let options = pool.connect_options();
        pool.close().await;
        Self {
            name: options.get_database().unwrap().to_owned(),
            pool,
            copies: AtomicU32::new(0),
            shared_line,
            lines,
        }
    }

    /// A copy that is nobody else's.
    async fn copy(&self) -> PgPool {
        let number = self.copies.fetch_add(1, Ordering::Relaxed);
        let (house, copy) = (&self.name, format!("{}_{number}", self.name));
        let options = || self.pool.options().clone().max_connections(4);
        let connect = self.pool.connect_options();
        let server = options().connect_lazy_with((*connect).clone().database("postgres"));
        run(&server, &format!("CREATE DATABASE {copy} TEMPLATE {house}")).await;
        server.close().await;
        options().connect_lazy_with((*connect).clone().database(&copy))
    }
}

async fn run(pool: &PgPool, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
}

async fn line(pool: &PgPool, text: &str) -> i64 {
    sqlx::query_scalar("SELECT id FROM search_lines WHERE text = $1")
        .bind(text)
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Keeps an export, and takes it into the search index.
async fn keep(
    pool: &PgPool,
    customer: &Customer,
    export: &[u8],
    taken_at: &str,
    previous: Option<SnapshotId>,
) -> SnapshotId {
    let word = customer.word;
    let new = NewSnapshot {
        device: DeviceId(customer.gateway()),
        batch: Some(BatchId(customer.night())),
        taken_at: at(taken_at),
        verdict: Verdict::Verified,
        checks: &[Check {
            name: "header".to_owned(),
            ok: true,
            detail: format!("{word}-check"),
        }],
        fingerprint: export,
        sha256: &Sha256::digest(export),
        export,
        line_count: 6,
        version: Some("7.16.2"),
        model: Some(&format!("{word}-model")),
        serial: Some(&format!("{}01", customer.serial)),
        has_secrets: true,
        error_menus: &[],
    };
    let mut conn = pool.acquire().await.unwrap();
    let kept = snapshots::insert(&mut conn, &vault(), &new, previous).await;
    while index_next(pool, &vault()).await.unwrap() {}
    kept.unwrap()
}

/// Every path there is, each once.
pub fn paths() -> Vec<&'static str> {
    let mut paths: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}
