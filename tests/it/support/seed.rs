//! A house with a long history, made in the database: what the pages are measured on, and what
//! the plans of their queries are looked at with.

use chrono::{TimeDelta, Utc};
use routervault::db::snapshots::{self, NewSnapshot};
use routervault::model::{BatchId, DeviceId, SnapshotId, Verdict};
use routervault::vault::Vault;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgPool};

/// How large the house is.
pub struct Size {
    pub sites: u32,
    pub devices_per_site: u32,
    pub nights: u32,
}

/// Fills an empty database, but for the search index.
pub async fn seed(pool: &PgPool, size: &Size) {
    let script = include_str!("seed.sql")
        .replace("$SITES", &size.sites.to_string())
        .replace("$DEVICES", &size.devices_per_site.to_string())
        .replace("$NIGHTS", &size.nights.to_string());
    run(pool, script).await;
    run(pool, "VACUUM ANALYZE".to_owned()).await;
}

/// Fills the search index of a house.
pub async fn seed_search(pool: &PgPool) {
    run(pool, include_str!("seed_search.sql").to_owned()).await;
    run(pool, "VACUUM ANALYZE search_lines, search_spans".to_owned()).await;
}

async fn run(pool: &PgPool, script: String) {
    let script = AssertSqlSafe(script);
    sqlx::raw_sql(script).execute(pool).await.unwrap();
}

/// Gives the first device of the house these exports as its newest snapshots, oldest first.
pub async fn keep(pool: &PgPool, vault: &Vault, exports: &[Vec<u8>]) -> Vec<SnapshotId> {
    let (device, batch) = (DeviceId(1), BatchId(1));
    let mut kept = Vec::new();
    for (export, ago) in exports.iter().zip((0..exports.len()).rev()) {
        let new = NewSnapshot {
            device,
            batch: Some(batch),
            taken_at: Utc::now() - TimeDelta::minutes(i64::try_from(ago).unwrap()),
            verdict: Verdict::Verified,
            checks: &[],
            fingerprint: &Sha256::digest(export),
            sha256: &Sha256::digest(export),
            export,
            line_count: i32::try_from(export.split(|&byte| byte == b'\n').count()).unwrap(),
            version: Some("7.18.2"),
            model: Some("RB5009UG+S+"),
            serial: Some("HE0123456789"),
            has_secrets: true,
            error_menus: &[],
        };
        let mut tx = pool.begin().await.unwrap();
        let previous = kept.last().copied();
        kept.push(
            snapshots::insert(&mut tx, vault, &new, previous)
                .await
                .unwrap(),
        );
        tx.commit().await.unwrap();
    }
    kept
}
