//! Devices with histories that are made by the functions which store backups, without any router.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use routervault::db::snapshots::{self, NewSnapshot};
use routervault::model::{BatchId, DeviceId, SnapshotId, Verdict};
use routervault::vault::Vault;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgPool};

use super::promise::Remembered;
use crate::support::WRONG_HISTORIES;

/// Sites with devices, and their histories, oldest first.
pub struct House {
    pub pool: PgPool,
    pub vault: Arc<Vault>,
    pub histories: Vec<Vec<Remembered>>,
    devices_per_site: usize,
}

/// One that is to be stored.
pub struct Backup {
    pub revision: u32,
    pub at: DateTime<Utc>,
    pub is_verified: bool,
    pub version: &'static str,
}

/// What a device sends: something that stays, something that grows, and something that changes.
pub fn export(device: usize, revision: u32) -> Vec<u8> {
    let mut text = format!(
        "# 2026-01-01 02:00:00 by RouterOS 7.16\r\n/system identity\r\nset name=router-{device}\r\n\
         /ip address\r\nadd address=192.0.2.{}/24 interface=ether1 comment=\"revision {revision}\"\r\n\
         /ip firewall address-list\r\n",
        1 + revision % 250
    );
    for line in 0..10 + revision % 40 {
        let mixed = Sha256::digest([device as u8, (device >> 8) as u8, line as u8]);
        let [a, b, c, ..] = mixed[..] else {
            unreachable!()
        };
        text.push_str(&format!(
            "add address=198.51.100.{a} list=l{b} comment=c{c}\r\n"
        ));
    }
    text.into_bytes()
}

impl House {
    /// `zones`: a site each, with so many devices; none has a backup yet. The tags of a device are
    /// `even` or `odd`, those of site 3 `gold`.
    pub async fn new(
        pool: PgPool,
        vault: Arc<Vault>,
        zones: &[&str],
        devices_per_site: usize,
    ) -> Self {
        let house = Self {
            pool,
            vault,
            histories: vec![Vec::new(); zones.len() * devices_per_site],
            devices_per_site,
        };
        house
            .run("INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '')")
            .await;
        for (number, zone) in (1..).zip(zones) {
            let tags = if number == 3 { "{gold}" } else { "{}" };
            house
                .run(&format!(
                    "INSERT INTO sites (slug, name, timezone, tags)
                     VALUES ('site-{number}', 'Site {number}', '{zone}', '{tags}');
                     INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags)
                     SELECT {number}, 'router-' || n, '192.0.2.1', 22, 'routeros', 1,
                            ARRAY[(ARRAY['even', 'odd'])[1 + n % 2]]
                     FROM generate_series(1, {devices_per_site}) AS n
                     ORDER BY n;"
                ))
                .await;
        }
        house
            .run("INSERT INTO batches (trigger, requested_by, finished_at) VALUES ('manual', 'kim', now())")
            .await;
        house
    }

    pub async fn run(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&self.pool).await.unwrap();
    }

    pub async fn count(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// The site of a device, from 0 on both.
    pub const fn site_of(&self, device: usize) -> usize {
        device / self.devices_per_site
    }

    /// The number of the device in the database.
    pub fn id_of(device: usize) -> DeviceId {
        DeviceId(i64::try_from(device).unwrap() + 1)
    }

    /// Stores a backup of a device as its newest.
    pub async fn store(&mut self, device: usize, backup: &Backup) {
        let text = export(device, backup.revision);
        let sha256 = Sha256::digest(&text);
        let id = Self::id_of(device);
        let new = NewSnapshot {
            device: id,
            batch: Some(BatchId(1)),
            taken_at: backup.at,
            verdict: if backup.is_verified {
                Verdict::Verified
            } else {
                Verdict::Suspect
            },
            checks: &[],
            fingerprint: &sha256,
            sha256: &sha256,
            export: &text,
            line_count: 20,
            version: Some(backup.version),
            model: None,
            serial: None,
            has_secrets: true,
            error_menus: &[],
        };
        let previous = self.histories[device].last().map(|last| last.id);
        let mut tx = self.pool.begin().await.unwrap();
        let stored = snapshots::insert(&mut tx, &self.vault, &new, previous)
            .await
            .unwrap();
        sqlx::query(
            "UPDATE devices
             SET newest_snapshot_id = $2, snapshot_count = snapshot_count + 1,
                 last_verified_snapshot_id = CASE WHEN $3 THEN $2 ELSE last_verified_snapshot_id END
             WHERE id = $1",
        )
        .bind(id.0)
        .bind(stored.0)
        .bind(backup.is_verified)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self.histories[device].push(Remembered {
            id: stored,
            revision: backup.revision,
            taken_at: backup.at,
            last_seen_at: backup.at,
            is_verified: backup.is_verified,
            version: backup.version,
            pinned: false,
        });
    }

    /// The newest of these devices are still so; what `mark_seen` does, for all of them at once.
    pub async fn see_again(&mut self, devices: &[usize], at: DateTime<Utc>) {
        let mut ids = Vec::new();
        for device in devices {
            if let Some(newest) = self.histories[*device].last_mut() {
                newest.last_seen_at = at;
                ids.push(newest.id.0);
            }
        }
        let update = "UPDATE snapshots SET last_seen_at = $2, times_seen = times_seen + 1
                      WHERE id = ANY ($1)";
        let updated = sqlx::query(update).bind(&ids).bind(at);
        updated.execute(&self.pool).await.unwrap();
    }

    /// The snapshots that a device has, oldest first.
    pub async fn stored(&self, device: usize) -> Vec<SnapshotId> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM snapshots WHERE device_id = $1 ORDER BY taken_at, id",
        )
        .bind(Self::id_of(device).0)
        .fetch_all(&self.pool)
        .await
        .unwrap();
        ids.into_iter().map(SnapshotId).collect()
    }

    /// Reads back everything that is stored, as one moment has it, and panics unless all of it is
    /// what was sent and everything beside it agrees. Gives how many there are.
    pub async fn check(&self) -> usize {
        let mut tx = self.pool.begin().await.unwrap();
        sqlx::raw_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            .execute(&mut *tx)
            .await
            .unwrap();
        let rows: Vec<(i64, i64, Vec<u8>)> =
            sqlx::query_as("SELECT id, device_id, sha256 FROM snapshots")
                .fetch_all(&mut *tx)
                .await
                .unwrap();
        for (id, device, sha256) in &rows {
            let device = usize::try_from(device - 1).unwrap();
            let mut history = self.histories[device].iter();
            let known = history.find(|known| known.id.0 == *id).unwrap();
            let body = snapshots::load_body(&mut tx, &self.vault, known.id)
                .await
                .unwrap();
            assert_eq!(
                body.unwrap(),
                export(device, known.revision),
                "snapshot {id}"
            );
            assert_eq!(
                sha256[..],
                Sha256::digest(export(device, known.revision))[..]
            );
        }
        let wrong: i64 = sqlx::query_scalar(WRONG_HISTORIES)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        assert_eq!(wrong, 0, "chains or devices that are not as they say");
        rows.len()
    }
}
