//! Sites with devices and a history each, made without routers; and archives of them.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use routervault::archive::{self, CheckError, Checked, Manifest, Progress, Source};
use routervault::db::schedules;
use routervault::db::snapshots::{self, NewSnapshot};
use routervault::model::{
    ArchiveChoice, ArchivedSecrets, Check, Contents, DeviceId, History, SnapshotId, Verdict,
};
use routervault::platform::routeros::text::fingerprint;
use routervault::vault::{MasterKey, Secret, Vault, credential_context};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tokio::fs::File;

use crate::support::database;

/// An installation of its own: a database and a key.
pub struct House {
    pub pool: PgPool,
    pub vault: Arc<Vault>,
    folder: tempfile::TempDir,
}

/// Everything there is.
pub fn everything() -> ArchiveChoice {
    ArchiveChoice {
        site: None,
        history: History::Whole,
        contents: Contents::Everything,
        secrets: ArchivedSecrets::Exact,
    }
}

/// A moment.
pub fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap() + TimeDelta::hours(hours)
}

/// An export, invented; the secret is `hunter2`.
pub fn export(name: &str, revision: usize) -> Vec<u8> {
    let rules: String = (0..20 + revision)
        .map(|n| format!("add action=accept chain=input comment=\"rule {n} of {name}\"\r\n"))
        .collect();
    format!(
        "# 2026-11-21 02:00:13 by RouterOS 7.18.2\r\n# software id = AAAA-BBBB\r\n\
         /ip firewall filter\r\n{rules}/ppp secret\r\nadd name=kim password=hunter2\r\n\
         /system identity\r\nset name={name}\r\n"
    )
    .into_bytes()
}

impl House {
    /// With nothing in it.
    pub async fn empty() -> Self {
        Self {
            pool: database().await,
            vault: Arc::new(Vault::create(&MasterKey::generate()).0),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Sites `site-1`, ... of as many devices each, which have as many snapshots each; a credential
    /// and a technician of the first site.
    pub async fn with(sites: i32, devices: i32, history: usize) -> Self {
        let house = Self::empty().await;
        let secret = Secret::Password("swordfish".into()).to_sealable_bytes();
        let sealed = house.vault.seal(&credential_context("core"), &secret);
        sqlx::query(
            "INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', $1)",
        )
        .bind(sealed)
        .execute(&house.pool)
        .await
        .unwrap();
        let furnish = include_str!("house.sql")
            .replace("$SITES", &sites.to_string())
            .replace("$DEVICES", &devices.to_string());
        sqlx::raw_sql(sqlx::AssertSqlSafe(furnish))
            .execute(&house.pool)
            .await
            .unwrap();
        let mut conn = house.pool.acquire().await.unwrap();
        schedules::resolve(&mut conn).await.unwrap();
        drop(conn);
        let ids: Vec<(i64, String)> = sqlx::query_as("SELECT id, name FROM devices ORDER BY id")
            .fetch_all(&house.pool)
            .await
            .unwrap();
        for (id, name) in ids {
            house.keep(DeviceId(id), &name, history).await;
        }
        house
    }

    /// The same with plans by which archives are made: of everything, and of the first site.
    pub async fn with_plans(self) -> Self {
        sqlx::raw_sql(include_str!("plans.sql"))
            .execute(&self.pool)
            .await
            .unwrap();
        self
    }

    /// Gives a device a history, of which the last is suspect when there are several.
    async fn keep(&self, device: DeviceId, name: &str, history: usize) {
        let mut tx = self.pool.begin().await.unwrap();
        let (mut previous, mut verified) = (None, None);
        for revision in 0..history {
            let is_suspect = revision > 0 && revision + 1 == history;
            let verdict = if is_suspect {
                Verdict::Suspect
            } else {
                Verdict::Verified
            };
            let text = export(name, revision);
            let id = self
                .insert(&mut tx, (device, verdict), &text, (revision, previous))
                .await;
            previous = Some(id);
            verified = if is_suspect { verified } else { Some(id) };
        }
        sqlx::query(
            "UPDATE devices
             SET newest_snapshot_id = $2, last_verified_snapshot_id = $3, snapshot_count = $4,
                 last_verified_at = (SELECT last_seen_at FROM snapshots WHERE id = $3)
             WHERE id = $1",
        )
        .bind(device.0)
        .bind(previous.map(|id: SnapshotId| id.0))
        .bind(verified.map(|id: SnapshotId| id.0))
        .bind(i32::try_from(history).unwrap())
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    async fn insert(
        &self,
        conn: &mut sqlx::PgConnection,
        (device, verdict): (DeviceId, Verdict),
        text: &[u8],
        (revision, previous): (usize, Option<SnapshotId>),
    ) -> SnapshotId {
        let check = Check {
            name: "header".to_owned(),
            ok: verdict == Verdict::Verified,
            detail: "The header names RouterOS 7.18.2.".to_owned(),
        };
        let new = NewSnapshot {
            device,
            batch: None,
            taken_at: at(24 * i64::try_from(revision).unwrap()),
            verdict,
            checks: &[check],
            fingerprint: &fingerprint(text),
            sha256: &Sha256::digest(text),
            export: text,
            line_count: i32::try_from(text.split(|&byte| byte == b'\n').count() - 1).unwrap(),
            version: Some("7.18.2"),
            model: None,
            serial: Some("AAAA-BBBB"),
            has_secrets: true,
            error_menus: &["/ip ssh".to_owned()],
        };
        let id = snapshots::insert(conn, &self.vault, &new, previous)
            .await
            .unwrap();
        sqlx::query(
            "UPDATE snapshots
             SET last_seen_at = taken_at + interval '5 hours', times_seen = 6, pinned = id % 3 = 0,
                 comment = format('before the change %s', id % 7)
             WHERE id = $1",
        )
        .bind(id.0)
        .execute(conn)
        .await
        .unwrap();
        id
    }

    /// An archive in a file of this house.
    pub async fn archive(&self, choice: &ArchiveChoice) -> (PathBuf, Manifest) {
        let path = self.folder.path().join("archive.zip");
        let source = Source {
            pool: self.pool.clone(),
            vault: Arc::clone(&self.vault),
            now: at(1000),
        };
        let file = File::create(&path).await.unwrap();
        let progress = Progress::default();
        let (_, manifest) = archive::make(&source, choice, file, &progress)
            .await
            .unwrap();
        assert_eq!(progress.done(), manifest.counts.snapshots);
        (path, manifest)
    }

    /// Checks bytes as a file that was brought.
    pub async fn check(&self, bytes: &[u8]) -> Result<Checked, CheckError> {
        let path = self.folder.path().join("brought.zip");
        std::fs::write(&path, bytes).unwrap();
        archive::check(File::open(&path).await.unwrap()).await
    }

    /// Everything that an archive carries as text, without numbers of rows and without bodies.
    pub async fn told(&self) -> Vec<String> {
        sqlx::query_scalar(include_str!("told.sql"))
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    /// The exact bytes of all snapshots, by site, device and time.
    pub async fn bodies(&self) -> Vec<Vec<u8>> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT snapshots.id
             FROM snapshots
             JOIN devices ON devices.id = snapshots.device_id
             JOIN sites ON sites.id = devices.site_id
             ORDER BY sites.name, devices.name, taken_at, snapshots.id",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let mut conn = self.pool.acquire().await.unwrap();
        let mut bodies = Vec::new();
        for id in ids {
            let body = snapshots::load_body(&mut conn, &self.vault, SnapshotId(id)).await;
            bodies.push(body.unwrap().unwrap());
        }
        bodies
    }
}
