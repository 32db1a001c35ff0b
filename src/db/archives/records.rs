//! What stands in the JSON files of an archive: each record as it is in the database, so that a
//! restore is exact, with names in place of numbers.

use chrono::{DateTime, NaiveDate, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::model::{
    ArchiveChoice, Check, Platform, Retention, Right, Role, Target, Trigger, Verdict,
};

/// `site.json`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteRecord {
    pub slug: String,
    pub name: String,
    /// IANA name.
    pub timezone: String,
    pub tags: Vec<String>,
    pub notes: String,
    pub created_at: DateTime<Utc>,
    /// `None`: it is in use.
    pub archived_at: Option<DateTime<Utc>>,
}

/// `device.json`: what an administrator says of a device, and what was learnt of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// The slug of its site.
    pub site: String,
    pub name: String,
    pub address: String,
    pub port: u16,
    pub platform: Platform,
    /// The name of its credential.
    pub credential: String,
    pub tags: Vec<String>,
    pub enabled: bool,
    pub legacy_ssh: bool,
    pub connect_timeout_secs: u32,
    pub export_timeout_secs: u32,
    pub identity: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub version: Option<String>,
    pub answers_sentinel: Option<bool>,
    pub trusted_anew_at: Option<DateTime<Utc>>,
    /// A letter a day, as `model::Days` reads them.
    pub days: String,
    pub days_until: Option<NaiveDate>,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
    pub host_keys: Vec<HostKeyRecord>,
}

/// A host key that is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostKeyRecord {
    pub algorithm: String,
    /// OpenSSH's wire encoding in hexadecimal digits.
    pub public_key: String,
    pub fingerprint: String,
    pub first_seen_at: DateTime<Utc>,
}

/// A line of `snapshots.jsonl`, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRecord {
    /// The name of its file, in the same folder.
    pub file: String,
    pub taken_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub times_seen: i32,
    pub verdict: Verdict,
    pub checks: Vec<Check>,
    /// SHA-256 of the exact bytes in hexadecimal digits; of a masked file, too.
    pub sha256: String,
    pub version: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub has_secrets: bool,
    pub error_menus: Vec<String>,
    pub comment: String,
    pub pinned: bool,
    pub expires_at: Option<DateTime<Utc>>,
    /// What asked for the run that made it, to be read; a restore knows no runs.
    pub trigger: Option<Trigger>,
    pub requested_by: Option<String>,
    /// Who brought it as a file.
    pub uploaded_by: Option<String>,
}

/// A line of `credentials.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CredentialRecord {
    pub name: String,
    pub username: String,
    pub public_key: Option<String>,
    pub archived_at: Option<DateTime<Utc>>,
    /// JSON of a password or a key, as [`Secret`](crate::vault::Secret) is sealed.
    #[serde(serialize_with = "exposed")]
    pub secret: SecretString,
}

fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// A line of `users.jsonl`: no password, no second factor, no session, no token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    pub name: String,
    pub full_name: String,
    pub role: Role,
    pub withheld: Vec<Right>,
    pub all_sites: bool,
    /// Slugs.
    pub sites: Vec<String>,
    pub tags: Vec<String>,
    pub archived: bool,
}

/// A line of `schedules.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRecord {
    pub target: Target,
    /// As [`Rhythm`](crate::model::Rhythm) is written.
    pub rhythm: String,
    /// `None`: that of each site.
    pub timezone: Option<String>,
    pub spread_secs: u32,
    /// `None`: what collectors are told.
    pub per_site: Option<u32>,
}

/// A line of `maintenance_windows.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRecord {
    pub name: String,
    pub target: Target,
    /// As [`Span`](crate::model::Span) is written.
    pub span: String,
    /// `None`: that of each site.
    pub timezone: Option<String>,
}

/// A line of `retention_rules.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionRecord {
    /// Never a device.
    pub target: Target,
    pub rule: Retention,
}

/// A line of `archive_plans.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRecord {
    pub name: String,
    pub choice: ArchiveChoice,
    pub comment: String,
    /// As [`Rhythm`](crate::model::Rhythm) is written.
    pub rhythm: String,
    /// `None`: that of its site, or UTC.
    pub timezone: Option<String>,
    /// How many of its archives are kept.
    pub keep: u32,
}
