//! What a collector needs to know to execute the runs it claimed, read in one query.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{
    BatchId, CredentialId, DeviceId, Platform, RunId, SnapshotId, Trigger, Verdict,
};

/// A claimed run with its device.
#[derive(Debug)]
pub struct Job {
    pub run: RunId,
    pub batch: BatchId,
    pub trigger: Trigger,
    /// When it was claimed, by the database's clock.
    pub started_at: DateTime<Utc>,
    pub device: DeviceId,
    pub site_slug: String,
    /// IANA name; what day it is at the site is reckoned in it.
    pub timezone: String,
    pub device_name: String,
    pub address: String,
    pub port: u16,
    pub platform: Platform,
    pub legacy_ssh: bool,
    pub connect_timeout: Duration,
    pub export_timeout: Duration,
    pub credential: Credential,
    /// Pinned host keys in OpenSSH's wire encoding.
    pub host_keys: Vec<Vec<u8>>,
    /// The version the last run found.
    pub version: Option<String>,
    /// Whether it answers a `:put` behind `/export`; `None`: not known yet.
    pub answers_sentinel: Option<bool>,
    /// The newest verified snapshot.
    pub last_verified: Option<KnownSnapshot>,
    /// The newest snapshot of any verdict.
    pub newest: Option<KnownSnapshot>,
}

/// A credential, still sealed.
#[derive(Debug)]
pub struct Credential {
    pub id: CredentialId,
    pub name: String,
    pub username: String,
    pub sealed: Vec<u8>,
}

/// What is known of an earlier snapshot.
#[derive(Debug, Clone)]
pub struct KnownSnapshot {
    pub id: SnapshotId,
    pub verdict: Verdict,
    pub fingerprint: Vec<u8>,
    pub size_bytes: u64,
    /// Serial number, or software or system id; `None` when the export named neither.
    pub serial: Option<String>,
    pub has_secrets: bool,
    pub error_menus: Vec<String>,
    /// Whether what it says of the device still binds: false once a person said that the device
    /// was replaced or reset since.
    pub binds: bool,
}

/// The jobs of `runs`, in no particular order.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut PgConnection, runs: &[RunId]) -> Result<Vec<Job>, sqlx::Error> {
    let ids: Vec<i64> = runs.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT runs.id AS "run: RunId",
                  runs.batch_id AS "batch: BatchId",
                  batches.trigger AS "trigger: Trigger",
                  runs.started_at AS "started_at!",
                  devices.id AS "device: DeviceId",
                  sites.slug AS site_slug,
                  sites.timezone,
                  devices.name AS device_name,
                  devices.address,
                  devices.port,
                  devices.platform AS "platform: Platform",
                  devices.legacy_ssh,
                  devices.connect_timeout_secs,
                  devices.export_timeout_secs,
                  credentials.id AS "credential_id: CredentialId",
                  credentials.name AS credential_name,
                  credentials.username,
                  credentials.sealed,
                  ARRAY(
                      SELECT host_keys.public_key
                      FROM host_keys
                      WHERE host_keys.device_id = devices.id
                  ) AS "host_keys!",
                  devices.version,
                  devices.answers_sentinel,
                  verified.id AS "verified_id?: SnapshotId",
                  verified.verdict AS "verified_verdict?: Verdict",
                  verified.fingerprint AS "verified_fingerprint?",
                  verified.size_bytes AS "verified_size_bytes?",
                  verified.serial AS "verified_serial?",
                  verified.has_secrets AS "verified_has_secrets?",
                  verified.error_menus AS "verified_error_menus?",
                  verified.last_seen_at >= coalesce(devices.trusted_anew_at, '-infinity')
                      AS "verified_binds?",
                  newest.id AS "newest_id?: SnapshotId",
                  newest.verdict AS "newest_verdict?: Verdict",
                  newest.fingerprint AS "newest_fingerprint?",
                  newest.size_bytes AS "newest_size_bytes?",
                  newest.serial AS "newest_serial?",
                  newest.has_secrets AS "newest_has_secrets?",
                  newest.error_menus AS "newest_error_menus?",
                  newest.last_seen_at >= coalesce(devices.trusted_anew_at, '-infinity')
                      AS "newest_binds?"
           FROM runs
           JOIN batches ON batches.id = runs.batch_id
           JOIN devices ON devices.id = runs.device_id
           JOIN sites ON sites.id = devices.site_id
           JOIN credentials ON credentials.id = devices.credential_id
           LEFT JOIN snapshots verified ON verified.id = devices.last_verified_snapshot_id
           LEFT JOIN snapshots newest ON newest.id = devices.newest_snapshot_id
           WHERE runs.id = ANY($1)"#,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Row::into_job).collect())
}

struct Row {
    run: RunId,
    batch: BatchId,
    trigger: Trigger,
    started_at: DateTime<Utc>,
    device: DeviceId,
    site_slug: String,
    timezone: String,
    device_name: String,
    address: String,
    port: i32,
    platform: Platform,
    legacy_ssh: bool,
    connect_timeout_secs: i32,
    export_timeout_secs: i32,
    credential_id: CredentialId,
    credential_name: String,
    username: String,
    sealed: Vec<u8>,
    host_keys: Vec<Vec<u8>>,
    version: Option<String>,
    answers_sentinel: Option<bool>,
    verified_id: Option<SnapshotId>,
    verified_verdict: Option<Verdict>,
    verified_fingerprint: Option<Vec<u8>>,
    verified_size_bytes: Option<i64>,
    verified_serial: Option<String>,
    verified_has_secrets: Option<bool>,
    verified_error_menus: Option<Vec<String>>,
    verified_binds: Option<bool>,
    newest_id: Option<SnapshotId>,
    newest_verdict: Option<Verdict>,
    newest_fingerprint: Option<Vec<u8>>,
    newest_size_bytes: Option<i64>,
    newest_serial: Option<String>,
    newest_has_secrets: Option<bool>,
    newest_error_menus: Option<Vec<String>>,
    newest_binds: Option<bool>,
}

impl Row {
    fn into_job(self) -> Job {
        let last_verified = self.verified_id.map(|id| KnownSnapshot {
            id,
            verdict: self.verified_verdict.unwrap_or(Verdict::Verified),
            fingerprint: self.verified_fingerprint.unwrap_or_default(),
            size_bytes: unsigned(self.verified_size_bytes),
            serial: self.verified_serial,
            has_secrets: self.verified_has_secrets.unwrap_or(false),
            error_menus: self.verified_error_menus.unwrap_or_default(),
            binds: self.verified_binds.unwrap_or(true),
        });
        let newest = self.newest_id.map(|id| KnownSnapshot {
            id,
            verdict: self.newest_verdict.unwrap_or(Verdict::Suspect),
            fingerprint: self.newest_fingerprint.unwrap_or_default(),
            size_bytes: unsigned(self.newest_size_bytes),
            serial: self.newest_serial,
            has_secrets: self.newest_has_secrets.unwrap_or(false),
            error_menus: self.newest_error_menus.unwrap_or_default(),
            binds: self.newest_binds.unwrap_or(true),
        });
        Job {
            run: self.run,
            batch: self.batch,
            trigger: self.trigger,
            started_at: self.started_at,
            device: self.device,
            site_slug: self.site_slug,
            timezone: self.timezone,
            device_name: self.device_name,
            address: self.address,
            // CHECK devices_port_range and the positive timeouts hold in the database.
            port: u16::try_from(self.port).unwrap_or(22),
            platform: self.platform,
            legacy_ssh: self.legacy_ssh,
            connect_timeout: seconds(self.connect_timeout_secs),
            export_timeout: seconds(self.export_timeout_secs),
            credential: Credential {
                id: self.credential_id,
                name: self.credential_name,
                username: self.username,
                sealed: self.sealed,
            },
            host_keys: self.host_keys,
            version: self.version,
            answers_sentinel: self.answers_sentinel,
            last_verified,
            newest,
        }
    }
}

fn unsigned(number: Option<i64>) -> u64 {
    number
        .and_then(|number| number.try_into().ok())
        .unwrap_or(0)
}

fn seconds(secs: i32) -> Duration {
    Duration::from_secs(secs.unsigned_abs().into())
}
