//! Host keys that devices showed in place of the trusted ones, and what was decided on them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{DeviceId, HostKeyChangeId, HostKeyDecision, SiteId, UserId};

use super::host_keys::NewHostKey;

/// A key in place of the one that is trusted.
#[derive(Debug, Clone)]
pub struct SeenKey {
    pub shown: NewHostKey,
    /// `SHA256:...` of the trusted one, which is of the same type.
    pub trusted_fingerprint: String,
}

/// Notes that a device showed another key. One that was rejected stays rejected.
///
/// # Errors
/// When the query fails.
pub async fn note(
    conn: &mut PgConnection,
    device: DeviceId,
    seen: &SeenKey,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO host_key_changes (
             device_id, algorithm, trusted_fingerprint, public_key, fingerprint,
             first_seen_at, last_seen_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (device_id, algorithm, fingerprint) WHERE decision IS DISTINCT FROM 'accepted'
         DO UPDATE SET
             last_seen_at = greatest(host_key_changes.last_seen_at, excluded.last_seen_at),
             times_seen = host_key_changes.times_seen + 1",
        device.0,
        seen.shown.algorithm,
        seen.trusted_fingerprint,
        seen.shown.public_key,
        seen.shown.fingerprint,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A change as the page lists it.
#[derive(Debug)]
pub struct ChangeRow {
    pub id: HostKeyChangeId,
    pub device: DeviceId,
    pub device_name: String,
    pub site: SiteId,
    pub site_slug: String,
    pub site_name: String,
    pub timezone: String,
    pub algorithm: String,
    pub trusted_fingerprint: String,
    pub fingerprint: String,
    pub first_seen_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub times_seen: i32,
    pub decision: Option<HostKeyDecision>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
}

/// Which changes to list.
#[derive(Debug, Default)]
pub struct ChangeFilter {
    /// Those that wait for a decision, or those that have one.
    pub is_open: bool,
    /// Those older than this one.
    pub before: Option<HostKeyChangeId>,
}

/// Changes, newest first; at most `limit`.
///
/// # Errors
/// When the query fails.
pub async fn list(
    conn: &mut PgConnection,
    filter: &ChangeFilter,
    limit: i64,
) -> Result<Vec<ChangeRow>, sqlx::Error> {
    sqlx::query_as!(
        ChangeRow,
        r#"SELECT changes.id AS "id: HostKeyChangeId",
                  devices.id AS "device: DeviceId", devices.name AS device_name,
                  sites.id AS "site: SiteId", sites.slug AS site_slug, sites.name AS site_name,
                  sites.timezone, changes.algorithm, changes.trusted_fingerprint,
                  changes.fingerprint, changes.first_seen_at, changes.last_seen_at,
                  changes.times_seen, changes.decision AS "decision: HostKeyDecision",
                  changes.decided_at, users.name AS "decided_by?"
           FROM host_key_changes changes
           JOIN devices ON devices.id = changes.device_id
           JOIN sites ON sites.id = devices.site_id
           LEFT JOIN users ON users.id = changes.decided_by
           WHERE (changes.decision IS NULL) = $1
               AND ($2::bigint IS NULL OR changes.id < $2)
           ORDER BY changes.id DESC
           LIMIT $3"#,
        filter.is_open,
        filter.before.map(|id| id.0),
        limit
    )
    .fetch_all(conn)
    .await
}

/// How many wait for a decision.
///
/// # Errors
/// When the query fails.
pub async fn count_open(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "open!" FROM host_key_changes WHERE decision IS NULL"#
    )
    .fetch_one(conn)
    .await
}

/// What was decided on, for the audit.
#[derive(Debug)]
pub struct Decided {
    pub device: DeviceId,
    pub site: SiteId,
    pub site_slug: String,
    pub device_name: String,
    pub algorithm: String,
    pub trusted_fingerprint: String,
    pub fingerprint: String,
}

/// Decides on a change that waits; `None` when it does not, or no longer. Of an accepted one the
/// key is trusted from now on, in place of the old one, and others that wait of the same device
/// and type still do.
///
/// # Errors
/// When a query fails.
pub async fn decide(
    conn: &mut PgConnection,
    id: HostKeyChangeId,
    decision: HostKeyDecision,
    by: UserId,
    at: DateTime<Utc>,
) -> Result<Option<Decided>, sqlx::Error> {
    let decided = sqlx::query_as!(
        Decided,
        r#"UPDATE host_key_changes changes
           SET decision = $2, decided_by = $3, decided_at = $4
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           WHERE changes.id = $1 AND changes.decision IS NULL AND devices.id = changes.device_id
           RETURNING devices.id AS "device: DeviceId", sites.id AS "site: SiteId",
                     sites.slug AS site_slug, devices.name AS device_name, changes.algorithm,
                     changes.trusted_fingerprint, changes.fingerprint"#,
        id.0,
        decision.as_str(),
        by.0,
        at
    )
    .fetch_optional(&mut *conn)
    .await?;
    if decided.is_some() && decision == HostKeyDecision::Accepted {
        trust(conn, id, at).await?;
    }
    Ok(decided)
}

async fn trust(
    conn: &mut PgConnection,
    id: HostKeyChangeId,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO host_keys (device_id, algorithm, public_key, fingerprint, first_seen_at)
         SELECT device_id, algorithm, public_key, fingerprint, $2
         FROM host_key_changes
         WHERE id = $1
         ON CONFLICT (device_id, algorithm) DO UPDATE
         SET public_key = excluded.public_key,
             fingerprint = excluded.fingerprint,
             first_seen_at = excluded.first_seen_at",
        id.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}
