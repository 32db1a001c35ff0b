//! What the database knows, in numbers for monitoring: scans of `devices` and of what is queued,
//! and the last run of each device by its id. Nothing here reads a history.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// How many there are of what.
#[derive(Debug)]
pub struct Counts {
    /// Runs that wait, those that wait for another attempt included.
    pub queued: i64,
    pub running: i64,
    /// How many collectors have a run at this moment.
    pub collectors_at_work: i64,
    pub sites: i64,
    /// Devices that are to be backed up.
    pub devices: i64,
    /// Those of them with a verified backup since the given time.
    pub covered: i64,
    /// Those of them that never had one.
    pub never: i64,
    /// Snapshots, those of devices that left the inventory included.
    pub snapshots: i64,
}

/// Counts what is there.
///
/// # Errors
/// When the database fails.
pub async fn counts(
    conn: &mut PgConnection,
    covered_since: DateTime<Utc>,
) -> Result<Counts, sqlx::Error> {
    sqlx::query_as!(
        Counts,
        r#"SELECT (SELECT count(*) FROM runs WHERE state = 'queued') AS "queued!",
                  (SELECT count(*) FROM runs WHERE state = 'running') AS "running!",
                  (SELECT count(DISTINCT claimed_by)
                   FROM runs
                   WHERE state = 'running') AS "collectors_at_work!",
                  (SELECT count(*) FROM sites WHERE archived_at IS NULL) AS "sites!",
                  count(*) FILTER (WHERE due) AS "devices!",
                  count(*) FILTER (WHERE due AND last_verified_at >= $1) AS "covered!",
                  count(*) FILTER (WHERE due AND last_verified_at IS NULL) AS "never!",
                  coalesce(sum(snapshot_count), 0)::bigint AS "snapshots!"
           FROM (
               SELECT last_verified_at, snapshot_count, archived_at IS NULL AND enabled AS due
               FROM devices
           ) counted"#,
        covered_since,
    )
    .fetch_one(conn)
    .await
}

/// How many devices' last run ended so.
#[derive(Debug)]
pub struct LastRuns {
    /// `verified`, `suspect` or `failed`.
    pub result: String,
    /// The code of the failure; empty when it did not fail.
    pub code: String,
    pub devices: i64,
}

/// How the last runs of all devices ended, whichever collector had them.
///
/// # Errors
/// When the database fails.
pub async fn list_last_runs(conn: &mut PgConnection) -> Result<Vec<LastRuns>, sqlx::Error> {
    // OFFSET keeps the planner from joining all runs with the devices: each is looked up by its id.
    sqlx::query_as!(
        LastRuns,
        r#"SELECT coalesce(ended.verdict, ended.state) AS "result!",
                  CASE WHEN ended.state = 'failed' THEN coalesce(ended.failure_code, '')
                  ELSE '' END AS "code!",
                  count(*) AS "devices!"
           FROM devices
           CROSS JOIN LATERAL (
               SELECT state, verdict, failure_code
               FROM runs
               WHERE runs.id = devices.last_run_id
               OFFSET 0
           ) ended
           WHERE devices.archived_at IS NULL
             AND devices.enabled
           GROUP BY 1, 2
           ORDER BY 1, 2"#
    )
    .fetch_all(conn)
    .await
}

/// When a part that works by itself was last alive.
#[derive(Debug)]
pub struct Seen {
    /// `scheduler`, `indexer`, `collector`.
    pub service: String,
    pub seen_at: DateTime<Utc>,
}

/// When each kind of part was last alive, the latest of each.
///
/// # Errors
/// When the database fails.
pub async fn list_seen(conn: &mut PgConnection) -> Result<Vec<Seen>, sqlx::Error> {
    sqlx::query_as!(
        Seen,
        r#"SELECT service AS "service!", max(seen_at) AS "seen_at!"
           FROM (
               SELECT service, seen_at FROM heartbeats
               UNION ALL
               SELECT 'collector', seen_at FROM collectors
           ) seen
           GROUP BY service
           ORDER BY service"#
    )
    .fetch_all(conn)
    .await
}
