//! Search: what the indexer keeps, and what the pages find in it.

mod finding;
mod indexing;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use chrono::{DateTime, Utc};
use routervault::db::snapshots::{self, NewSnapshot};
use routervault::model::{BatchId, DeviceId, SnapshotId, Verdict};
use routervault::search::index_next;
use routervault::vault::Vault;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use crate::support::{self, vault};

fn noon() -> DateTime<Utc> {
    at("2026-06-20T12:00:00Z")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Two sites: `acme` with the devices 1 and 2, tagged `core`; `bistro`, tagged `gastro`, with
/// device 3.
struct House {
    pool: PgPool,
    vault: Arc<Vault>,
    app: Router,
}

impl House {
    async fn new() -> Self {
        let pool = support::database().await;
        let app = support::signed_in(support::app_state(&pool, &vault(), noon)).await;
        let house = Self {
            pool,
            vault: vault(),
            app,
        };
        house
            .run(
                "INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '');
                 INSERT INTO sites (slug, name, timezone, tags)
                 VALUES ('acme', 'Acme', 'UTC', '{}'), ('bistro', 'Bistro Nord', 'UTC', '{gastro}');
                 INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags)
                 VALUES (1, 'gw-1', '192.0.2.1', 22, 'routeros', 1, '{}'),
                        (1, 'gw-2', '192.0.2.2', 22, 'routeros', 1, '{core}'),
                        (2, 'gw-3', '192.0.2.3', 22, 'routeros', 1, '{}');
                 INSERT INTO batches (trigger, site_id) VALUES ('scheduled', 1)",
            )
            .await;
        house
    }

    async fn run(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&self.pool).await.unwrap();
    }

    /// Keeps a verified snapshot that was taken and last seen on these days of June 2026.
    async fn keep(&self, device: i64, days: (u32, u32), export: &str) -> SnapshotId {
        let taken_at = at(&format!("2026-06-{:02}T02:00:00Z", days.0));
        let last_seen_at = at(&format!("2026-06-{:02}T02:00:00Z", days.1));
        let sha256 = Sha256::digest(export);
        let new = NewSnapshot {
            device: DeviceId(device),
            batch: Some(BatchId(1)),
            taken_at,
            verdict: Verdict::Verified,
            checks: &[],
            fingerprint: &sha256,
            sha256: &sha256,
            export: export.as_bytes(),
            line_count: 1,
            version: None,
            model: None,
            serial: None,
            has_secrets: true,
            error_menus: &[],
        };
        let mut conn = self.pool.acquire().await.unwrap();
        let id = snapshots::insert(&mut conn, &self.vault, &new, None)
            .await
            .unwrap();
        snapshots::mark_seen(&mut conn, new.device, id, last_seen_at)
            .await
            .unwrap();
        id
    }

    /// Indexes all that waits; gives how many steps that took.
    async fn index(&self) -> usize {
        let mut steps = 0;
        while index_next(&self.pool, &self.vault).await.unwrap() {
            steps += 1;
        }
        steps
    }

    async fn page(&self, address: &str) -> (StatusCode, String) {
        let request = Request::get(address).header("host", "localhost:8080");
        let response =
            tower::ServiceExt::oneshot(self.app.clone(), request.body(Body::empty()).unwrap())
                .await
                .unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.into()).unwrap())
    }

    /// The page of a search that can be made.
    async fn search(&self, asked: &str) -> String {
        let (status, text) = self.page(&format!("/search?{asked}")).await;
        assert_eq!(status, StatusCode::OK, "{asked}: {text}");
        text
    }

    /// The devices on that page, as often as they stand there.
    async fn found(&self, asked: &str) -> Vec<String> {
        devices(&self.search(asked).await)
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }
}

/// The devices that a page links to.
fn devices(page: &str) -> Vec<String> {
    let mut links = page.split("/devices/");
    links.next();
    links
        .map(|link| link.split('"').next().unwrap().to_owned())
        .collect()
}

/// The address behind `label` on a page.
fn link(page: &str, label: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!("\">{label}</a>"))?;
    let (_, address) = before.rsplit_once("href=\"")?;
    Some(address.replace("&#38;", "&").replace("&amp;", "&"))
}
