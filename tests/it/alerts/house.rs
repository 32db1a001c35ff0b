//! An installation with devices, rules and destinations, made without routers, and its time.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use routervault::db::alerts::log::{LoggedMessage, list_messages};
use routervault::model::DestinationId;
use routervault::notify::{Settings, Worker, sealed};
use routervault::vault::Vault;
use sqlx::PgPool;

use super::mail_server::MailServer;
use super::receiver::Receiver;
use crate::support::{database, vault};

/// What the generic webhook's messages are signed with: `0123456789abcdef0123456789abcdef`.
pub const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// The password for the mail server.
pub const PASSWORD: &str = "ZqUpassword-of-the-mail-server";

/// Where the pages are said to be.
pub const ORIGIN: &str = "https://backup.example.com";

/// A Sunday, at noon in UTC.
pub fn noon() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// How long messages gather.
pub const GATHERING: TimeDelta = TimeDelta::seconds(30);

pub struct House {
    pub pool: PgPool,
    pub vault: Arc<Vault>,
}

/// What a rule says beside its destination.
pub struct Rule<'a> {
    pub kinds: &'a [&'a str],
    /// Slugs; empty and no tags: all sites.
    pub sites: &'a [&'a str],
    pub tags: &'a [&'a str],
    pub digest_at: Option<&'a str>,
    pub quiet: Option<(&'a str, &'a str)>,
}

/// The words of all that can happen.
pub const ALL: [&str; 6] = [
    "first_failure",
    "recovered",
    "overdue",
    "suspect",
    "host_key_changed",
    "configuration_changed",
];

impl Default for Rule<'_> {
    fn default() -> Self {
        Self {
            kinds: &ALL,
            sites: &[],
            tags: &[],
            digest_at: None,
            quiet: None,
        }
    }
}

impl House {
    /// Sites `alpha` (tag `gold`) and `beta` with three devices each, `a1`, `b1`, ..., of which the
    /// first of each has the tag `core`; all were verified at noon.
    pub async fn new() -> Self {
        let house = Self::over(database().await, vault());
        house
            .run(
                "INSERT INTO credentials (name, username, sealed) VALUES ('c', 'u', '\\x00');
                 INSERT INTO sites (slug, name, timezone, tags)
                 VALUES ('alpha', 'Alpha', 'UTC', '{gold}'), ('beta', 'Beta', 'UTC', '{}');
                 INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags,
                                      last_verified_at, created_at)
                 SELECT sites.id, left(slug, 1) || number, '192.0.2.1', 22, 'routeros', 1,
                        CASE WHEN number = 1 THEN '{core}'::text[] ELSE '{}' END,
                        '2026-11-22T12:00:00Z', '2026-11-01T00:00:00Z'
                 FROM sites
                 CROSS JOIN generate_series(1, 3) AS number
                 ORDER BY slug, number;
                 INSERT INTO batches (trigger) VALUES ('manual')",
            )
            .await;
        house
    }

    /// One that has no destinations yet, over this database.
    pub fn over(pool: PgPool, vault: Arc<Vault>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { pool, vault }
    }

    pub fn worker(&self) -> Worker {
        self.worker_with(Duration::from_secs(30))
    }

    /// One that gives a destination so long.
    pub fn worker_with(&self, deadline: Duration) -> Worker {
        let settings = Settings {
            gathering: GATHERING,
            deadline,
            origin: Some(ORIGIN.to_owned()),
        };
        Worker::new(self.pool.clone(), Arc::clone(&self.vault), settings)
    }

    /// Statements without parameters.
    pub async fn run(&self, statements: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements))
            .execute(&self.pool)
            .await
            .unwrap();
    }

    pub async fn count(&self, statement: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    /// A destination that is called as its kind.
    pub async fn webhook(&self, kind: &str, receiver: &Receiver) -> DestinationId {
        let mut tx = self.pool.begin().await.unwrap();
        let id: i64 = sqlx::query_scalar("SELECT nextval('alert_destinations_id_seq')")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        let id = DestinationId(id);
        let url = self
            .vault
            .seal(&sealed::url_context(id), receiver.url.as_bytes());
        let secret = self
            .vault
            .seal(&sealed::secret_context(id), SECRET.as_bytes());
        sqlx::query(
            "INSERT INTO alert_destinations (id, name, kind, url_sealed, url_host, secret_sealed)
             OVERRIDING SYSTEM VALUE
             VALUES ($1, $2 || $1, $2, $3, '127.0.0.1', $4)",
        )
        .bind(id.0)
        .bind(kind)
        .bind(url)
        .bind((kind == "webhook").then_some(secret))
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Mail over this server in the clear, to these addresses.
    pub async fn mail(&self, server: &MailServer, recipients: &[&str]) -> DestinationId {
        sqlx::query(
            "INSERT INTO mail_server (host, port, security, sender)
             VALUES ('127.0.0.1', $1, 'clear', 'RouterVault <vault@example.com>')",
        )
        .bind(i32::from(server.port))
        .execute(&self.pool)
        .await
        .unwrap();
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO alert_destinations (name, kind, recipients)
             VALUES ('mail', 'mail', $1)
             RETURNING id",
        )
        .bind(recipients)
        .fetch_one(&self.pool)
        .await
        .unwrap();
        DestinationId(id)
    }

    pub async fn rule(&self, to: DestinationId, rule: Rule<'_>) -> i64 {
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO alert_rules (name, destination_id, enabled, kinds, all_sites, tags,
                                      digest_at, quiet_from, quiet_until, timezone)
             SELECT 'rule ' || count(*), $1, true, $2, $3, $4, $5::time, $6::time, $7::time,
                    'Europe/Berlin'
             FROM alert_rules
             RETURNING id",
        )
        .bind(to.0)
        .bind(rule.kinds)
        .bind(rule.sites.is_empty() && rule.tags.is_empty())
        .bind(rule.tags)
        .bind(rule.digest_at)
        .bind(rule.quiet.map(|(from, _)| from))
        .bind(rule.quiet.map(|(_, until)| until))
        .fetch_one(&self.pool)
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO alert_rule_sites (rule_id, site_id)
             SELECT $1, id FROM sites WHERE slug = ANY ($2)",
        )
        .bind(id)
        .bind(rule.sites)
        .execute(&self.pool)
        .await
        .unwrap();
        id
    }

    /// A run of a device that ended: `failed`, `verified` or `suspect`.
    pub async fn ended(&self, device: &str, how: &str, at: DateTime<Utc>) {
        let ended = sqlx::query(
            "INSERT INTO runs (batch_id, device_id, site_id, priority, state, verdict, outcome,
                               checks, started_at, finished_at, failure_code, failure_message)
             SELECT 1, id, site_id, 0, CASE WHEN $2 = 'failed' THEN 'failed' ELSE 'succeeded' END,
                    nullif($2, 'failed'), CASE WHEN $2 = 'failed' THEN NULL ELSE 'unchanged' END,
                    '[{\"name\": \"size\", \"ok\": false, \"detail\": \"less than half\"}]',
                    $3, $3, 'timeout', 'It did not answer within 10 seconds.'
             FROM devices
             WHERE name = $1",
        )
        .bind(device)
        .bind(how)
        .bind(at)
        .execute(&self.pool)
        .await
        .unwrap();
        assert_eq!(ended.rows_affected(), 1);
    }

    /// Sends what is due at `now`; gives how many messages that were.
    pub async fn send(&self, now: DateTime<Utc>) -> usize {
        let worker = self.worker();
        let mut sent = 0;
        while worker.send_next(now).await.unwrap() {
            sent += 1;
        }
        sent
    }

    /// Looks at `now`, and sends what is due half a minute later.
    pub async fn look_and_send(&self, now: DateTime<Utc>) -> usize {
        self.worker().look(now).await.unwrap();
        self.send(now + GATHERING).await
    }

    /// The log, the oldest first.
    pub async fn messages(&self) -> Vec<LoggedMessage> {
        let mut conn = self.pool.acquire().await.unwrap();
        let mut rows = list_messages(&mut conn, None, None, 1000).await.unwrap();
        rows.reverse();
        rows
    }
}
