//! What alerts look at, each once: runs that ended, and host keys that changed; and how each device
//! stood so far.

use chrono::{DateTime, NaiveTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::{
    AlertRuleId, Check, DestinationId, DeviceId, Outcome, RunId, SnapshotId, Verdict,
};

/// Names the lock of who looks, among all advisory locks.
const WATCH_LOCK: i64 = 0x5256_414c_4552_5453;

/// Makes the caller the only one who looks and gathers until its transaction ends; false when
/// another process does so now.
///
/// # Errors
/// When the database fails.
pub async fn try_lock(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock($1) AS "locked!""#,
        WATCH_LOCK
    )
    .fetch_one(conn)
    .await
}

/// A rule that is switched on.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: AlertRuleId,
    pub destination: DestinationId,
    pub destination_name: String,
    /// The words of [`AlertKind`](crate::model::AlertKind).
    pub kinds: Vec<String>,
    pub digest_at: Option<NaiveTime>,
    /// Both or none of the two.
    pub quiet_from: Option<NaiveTime>,
    pub quiet_until: Option<NaiveTime>,
    pub timezone: String,
}

/// The rules that are switched on.
///
/// # Errors
/// When the database fails.
pub async fn list_rules(conn: &mut PgConnection) -> Result<Vec<Rule>, sqlx::Error> {
    sqlx::query_as!(
        Rule,
        r#"SELECT rules.id AS "id: AlertRuleId", rules.destination_id AS "destination: DestinationId",
                  destinations.name AS destination_name, rules.kinds, rules.digest_at,
                  rules.quiet_from, rules.quiet_until, rules.timezone
           FROM alert_rules AS rules
           JOIN alert_destinations AS destinations ON destinations.id = rules.destination_id
           WHERE rules.enabled
           ORDER BY rules.id"#
    )
    .fetch_all(conn)
    .await
}

/// Which rules are about these devices.
///
/// # Errors
/// When the database fails.
pub async fn list_concerned(
    conn: &mut PgConnection,
    devices: &[DeviceId],
) -> Result<Vec<(AlertRuleId, DeviceId)>, sqlx::Error> {
    let ids: Vec<i64> = devices.iter().map(|device| device.0).collect();
    let rows = sqlx::query!(
        r#"SELECT rule_id AS "rule!: AlertRuleId", device_id AS "device!: DeviceId"
           FROM alert_concerned
           WHERE device_id = ANY ($1)"#,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.rule, row.device)).collect())
}

/// A run that ended and was not looked at.
#[derive(Debug)]
pub struct EndedRun {
    pub id: RunId,
    pub device: DeviceId,
    pub finished_at: DateTime<Utc>,
    /// `None`: it failed.
    pub verdict: Option<Verdict>,
    pub outcome: Option<Outcome>,
    /// Why it failed, for a technician.
    pub failure: Option<String>,
    pub checks: Json<Vec<Check>>,
    pub snapshot: Option<SnapshotId>,
    /// The verified snapshot before, of a run that brought a changed one.
    pub previous: Option<SnapshotId>,
    /// The word of how the device stood before; `None`: nothing was wrong.
    pub stand: Option<String>,
}

/// Runs that ended and were not looked at, in the order in which they did.
///
/// # Errors
/// When the database fails.
pub async fn list_ended(conn: &mut PgConnection, limit: i64) -> Result<Vec<EndedRun>, sqlx::Error> {
    sqlx::query_as!(
        EndedRun,
        r#"SELECT runs.id AS "id: RunId", runs.device_id AS "device: DeviceId",
                  runs.finished_at AS "finished_at!", runs.verdict AS "verdict: Verdict",
                  runs.outcome AS "outcome: Outcome", runs.failure_message AS failure,
                  runs.checks AS "checks: Json<Vec<Check>>",
                  runs.snapshot_id AS "snapshot: SnapshotId",
                  previous.id AS "previous?: SnapshotId", states.state AS "stand?"
           FROM runs
           LEFT JOIN alert_device_states AS states ON states.device_id = runs.device_id
           LEFT JOIN LATERAL (
               SELECT snapshots.id
               FROM snapshots
               WHERE snapshots.device_id = runs.device_id
                 AND snapshots.verdict = 'verified'
                 AND snapshots.taken_at < runs.started_at
                 AND runs.verdict = 'verified'
                 AND runs.outcome = 'changed'
               ORDER BY snapshots.taken_at DESC, snapshots.id DESC
               LIMIT 1
           ) AS previous ON true
           WHERE NOT runs.is_watched
             AND runs.state IN ('succeeded', 'failed')
           ORDER BY runs.finished_at, runs.id
           LIMIT $1"#,
        limit,
    )
    .fetch_all(conn)
    .await
}

/// Notes that these runs were looked at.
///
/// # Errors
/// When the database fails.
pub async fn mark_runs(conn: &mut PgConnection, runs: &[EndedRun]) -> Result<(), sqlx::Error> {
    let ids: Vec<i64> = runs.iter().map(|run| run.id.0).collect();
    sqlx::query!(
        "UPDATE runs SET is_watched = true WHERE id = ANY ($1)",
        &ids
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A host key that is not the trusted one, and was not looked at.
#[derive(Debug)]
pub struct ChangedKey {
    pub id: i64,
    pub device: DeviceId,
    pub seen_at: DateTime<Utc>,
    pub algorithm: String,
    pub fingerprint: String,
    pub trusted_fingerprint: String,
}

/// Host keys that changed and were not looked at, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_changed_keys(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<ChangedKey>, sqlx::Error> {
    sqlx::query_as!(
        ChangedKey,
        r#"SELECT id, device_id AS "device: DeviceId", first_seen_at AS seen_at, algorithm,
                  fingerprint, trusted_fingerprint
           FROM host_key_changes
           WHERE NOT is_watched
           ORDER BY id
           LIMIT $1"#,
        limit,
    )
    .fetch_all(conn)
    .await
}

/// Notes that these were looked at.
///
/// # Errors
/// When the database fails.
pub async fn mark_keys(conn: &mut PgConnection, keys: &[ChangedKey]) -> Result<(), sqlx::Error> {
    let ids: Vec<i64> = keys.iter().map(|key| key.id).collect();
    sqlx::query!(
        "UPDATE host_key_changes SET is_watched = true WHERE id = ANY ($1)",
        &ids
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps how a device stands; `None`: nothing is wrong.
///
/// # Errors
/// When the database fails.
pub async fn save_stand(
    conn: &mut PgConnection,
    device: DeviceId,
    stand: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH fine AS (
             DELETE FROM alert_device_states
             WHERE device_id = $1
               AND $2::text IS NULL
         )
         INSERT INTO alert_device_states (device_id, state)
         SELECT $1, $2
         WHERE $2::text IS NOT NULL
         ON CONFLICT (device_id) DO UPDATE
         SET state = excluded.state",
        device.0,
        stand,
    )
    .execute(conn)
    .await?;
    Ok(())
}
