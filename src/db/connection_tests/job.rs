//! What a collector needs to know to execute a connection test, read in one query.

use std::time::Duration;

use sqlx::PgConnection;

use super::target::{port, seconds};
use crate::db::jobs::{Credential, KnownSnapshot};
use crate::model::{ConnectionTestId, CredentialId, Platform, SnapshotId, Verdict};

/// A claimed test with all that it needs.
#[derive(Debug)]
pub struct Job {
    pub test: ConnectionTestId,
    pub address: String,
    pub port: u16,
    pub platform: Platform,
    pub legacy_ssh: bool,
    pub connect_timeout: Duration,
    pub export_timeout: Duration,
    pub credential: Credential,
    /// Of the saved device, in OpenSSH's wire encoding; none for one that is not saved.
    pub host_keys: Vec<Vec<u8>>,
    /// The version that the last run of the saved device found.
    pub version: Option<String>,
    /// As in `devices`.
    pub answers_sentinel: Option<bool>,
    /// The newest verified snapshot of the saved device.
    pub last_verified: Option<KnownSnapshot>,
}

/// The jobs of claimed tests, in no particular order.
pub(super) async fn list(conn: &mut PgConnection, tests: &[i64]) -> Result<Vec<Job>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT tests.id AS "test: ConnectionTestId",
                  tests.address,
                  tests.port,
                  tests.platform AS "platform: Platform",
                  tests.legacy_ssh,
                  tests.connect_timeout_secs,
                  tests.export_timeout_secs,
                  credentials.id AS "credential_id: CredentialId",
                  credentials.name AS credential_name,
                  credentials.username,
                  credentials.sealed,
                  ARRAY(
                      SELECT host_keys.public_key
                      FROM host_keys
                      WHERE host_keys.device_id = tests.device_id
                  ) AS "host_keys!",
                  devices.version AS "version?",
                  devices.answers_sentinel AS "answers_sentinel?",
                  verified.id AS "verified_id?: SnapshotId",
                  verified.fingerprint AS "verified_fingerprint?",
                  verified.size_bytes AS "verified_size_bytes?",
                  verified.serial AS "verified_serial?",
                  verified.has_secrets AS "verified_has_secrets?",
                  verified.error_menus AS "verified_error_menus?",
                  verified.last_seen_at >= coalesce(devices.trusted_anew_at, '-infinity')
                      AS "verified_binds?"
           FROM connection_tests tests
           JOIN credentials ON credentials.id = tests.credential_id
           LEFT JOIN devices ON devices.id = tests.device_id
           LEFT JOIN snapshots verified ON verified.id = devices.last_verified_snapshot_id
           WHERE tests.id = ANY($1)"#,
        tests,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Row::into_job).collect())
}

struct Row {
    test: ConnectionTestId,
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
    verified_fingerprint: Option<Vec<u8>>,
    verified_size_bytes: Option<i64>,
    verified_serial: Option<String>,
    verified_has_secrets: Option<bool>,
    verified_error_menus: Option<Vec<String>>,
    verified_binds: Option<bool>,
}

impl Row {
    fn into_job(self) -> Job {
        let last_verified = self.verified_id.map(|id| KnownSnapshot {
            id,
            verdict: Verdict::Verified,
            fingerprint: self.verified_fingerprint.unwrap_or_default(),
            size_bytes: self
                .verified_size_bytes
                .and_then(|size| size.try_into().ok())
                .unwrap_or(0),
            serial: self.verified_serial,
            has_secrets: self.verified_has_secrets.unwrap_or(false),
            error_menus: self.verified_error_menus.unwrap_or_default(),
            binds: self.verified_binds.unwrap_or(true),
        });
        Job {
            test: self.test,
            address: self.address,
            port: port(self.port),
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
        }
    }
}
