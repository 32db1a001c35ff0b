//! The pages as a browser asks for them: the production router over a real database.

mod actions;
mod archives;
mod batches;
mod compare;
mod failures;
mod headers;
mod history;
mod home;
mod live;
mod monitoring;
mod reach;
mod reader;
mod reports;
mod reports_of_all;
mod restore;
mod results;
mod rights;
mod runs;
mod scope;
mod scripts;
mod single_sign_on;
mod views;

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use chrono::{DateTime, Utc};
use routervault::access::Person;
use routervault::db::snapshots::{self, NewSnapshot};
use routervault::model::{BatchId, Check, DeviceId, SnapshotId, Verdict};
use routervault::vault::{MasterKey, Vault};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tower::ServiceExt;

use crate::support;

/// Bytes that are no UTF-8, an escape sequence, CR LF, markup, and no line end at the end.
const OLD_EXPORT: &[u8] = b"# 2026-05-01 02:00:11 by RouterOS 7.15.2\r\n/ip address\r\nadd address=192.0.2.1/24 comment=\"<script>\xe9\x1b[31m\" interface=a\r\n/system identity\r\nset name=gw-1";
const NEW_EXPORT: &[u8] = b"# 2026-05-02 02:00:11 by RouterOS 7.16.2\r\n/ip address\r\nadd address=192.0.2.9/24 comment=\"<script>\xe9\x1b[31m\" interface=a\r\n/system identity\r\nset name=gw-1";

fn noon() -> DateTime<Utc> {
    at("2026-05-03T12:00:00Z")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

struct Stage {
    pool: PgPool,
    vault: Arc<Vault>,
    app: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Stage {
    /// An empty house.
    async fn empty() -> Self {
        let pool = support::database().await;
        let vault = Arc::new(Vault::create(&MasterKey::generate()).0);
        let app = support::signed_in(support::app_state(&pool, &vault, noon)).await;
        Self { pool, vault, app }
    }

    /// The same house as this person sees it.
    async fn seen_by(&self, person: Person) -> Self {
        let state = support::app_state(&self.pool, &self.vault, noon);
        Self {
            pool: self.pool.clone(),
            vault: Arc::clone(&self.vault),
            app: support::signed_in_as(state, person).await,
        }
    }

    /// One site with one device.
    async fn acme() -> Self {
        let stage = Self::empty().await;
        stage
            .run(
                "INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '');
                 INSERT INTO sites (slug, name, timezone) VALUES ('acme', 'Acme', 'Europe/Berlin');
                 INSERT INTO devices (site_id, name, address, port, platform, credential_id)
                 VALUES (1, 'gw-1', '192.0.2.1', 22, 'routeros', 1);
                 INSERT INTO batches (trigger, site_id, created_at) VALUES ('scheduled', 1, '2026-05-01T02:00:00Z')",
            )
            .await;
        stage
    }

    /// The same with two snapshots, numbers 1 (older) and 2.
    async fn backed_up() -> Self {
        let stage = Self::acme().await;
        let old = stage.keep(OLD_EXPORT, "2026-05-01T02:00:11Z", None).await;
        stage
            .keep(NEW_EXPORT, "2026-05-02T02:00:11Z", Some(old))
            .await;
        stage
            .run("UPDATE devices SET newest_snapshot_id = 2, last_verified_snapshot_id = 2, last_verified_at = '2026-05-03T02:00:00Z'")
            .await;
        stage
    }

    async fn run(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&self.pool).await.unwrap();
    }

    async fn keep(
        &self,
        export: &[u8],
        taken_at: &str,
        previous: Option<SnapshotId>,
    ) -> SnapshotId {
        self.keep_of(1, export, taken_at, previous).await
    }

    /// Keeps an export of the device with this id.
    async fn keep_of(
        &self,
        device: i64,
        export: &[u8],
        taken_at: &str,
        previous: Option<SnapshotId>,
    ) -> SnapshotId {
        let new = NewSnapshot {
            device: DeviceId(device),
            batch: Some(BatchId(1)),
            taken_at: at(taken_at),
            verdict: Verdict::Verified,
            checks: &[Check {
                name: "sentinel".to_owned(),
                ok: true,
                detail: "The <sentinel> was seen.".to_owned(),
            }],
            fingerprint: export,
            sha256: &Sha256::digest(export),
            export,
            line_count: 5,
            version: Some("7.16.2"),
            model: None,
            serial: None,
            has_secrets: true,
            error_menus: &[],
        };
        let mut conn = self.pool.acquire().await.unwrap();
        snapshots::insert(&mut conn, &self.vault, &new, previous)
            .await
            .unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: to_bytes(body, usize::MAX).await.unwrap().into(),
        }
    }

    async fn get(&self, address: &str) -> Answer {
        let request = Request::get(address).header("host", "localhost:8080");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, address: &str, form: &'static str, fetch_site: &str) -> Answer {
        let request = Request::post(address)
            .header("host", "localhost:8080")
            .header("sec-fetch-site", fetch_site)
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form)).unwrap()).await
    }

    async fn count_runs(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM runs")
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }
}
