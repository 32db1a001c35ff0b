//! The collector's side of connection tests: claimed, kept alive, ended once, swept. A test whose
//! collector vanished is failed and not tried again: the person who waits for it presses the
//! button.

use std::time::Duration;

use sqlx::PgConnection;
use sqlx::types::Json;

use super::job::{self, Job};
use crate::db::runs::millis;
use crate::model::{Check, ConnectionTestId, Failure, FailureCode, KeyStanding, Step, Verdict};

/// What came of a test.
#[derive(Debug)]
pub struct Ended {
    pub duration: Duration,
    pub steps: Vec<Step>,
    pub checks: Vec<Check>,
    /// Why it failed, or what an export that came is worth.
    pub result: Result<Verdict, Failure>,
    pub size_bytes: Option<usize>,
    /// Whether the command used shows passwords and keys; `None` when no export came.
    pub has_secrets: Option<bool>,
    pub identity: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub version: Option<String>,
    /// What the account's group allows; `None` when the router did not say.
    pub policies: Option<Vec<String>>,
    pub host_key: Option<SeenKey>,
    /// The public half of a credential that is a key, in OpenSSH form.
    pub public_key: Option<String>,
}

/// A host key that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenKey {
    /// `ssh-ed25519`, `ssh-rsa`, ...
    pub algorithm: String,
    /// `SHA256:...`
    pub fingerprint: String,
    pub standing: KeyStanding,
}

/// How long what came of a test is kept.
const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Claims at most `slots` waiting tests for `collector`, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    conn: &mut PgConnection,
    collector: &str,
    slots: i64,
    lease: Duration,
) -> Result<Vec<Job>, sqlx::Error> {
    let claimed = sqlx::query_scalar!(
        r#"UPDATE connection_tests
           SET state = 'running',
               claimed_by = $1,
               lease_until = now() + $2 * interval '1 millisecond'
           WHERE id IN (
               SELECT id
               FROM connection_tests
               WHERE state = 'queued'
               ORDER BY id
               LIMIT $3
               FOR UPDATE SKIP LOCKED
           )
           RETURNING id"#,
        collector,
        millis(lease) as f64,
        slots,
    )
    .fetch_all(&mut *conn)
    .await?;
    if claimed.is_empty() {
        return Ok(Vec::new());
    }
    job::list(conn, &claimed).await
}

/// Prolongs the leases of a collector's tests and shows their steps so far. Gives the tests that
/// are still its own; any other was cancelled, or taken from it as lost, and is to be dropped.
///
/// # Errors
/// When the database fails.
pub async fn heartbeat(
    conn: &mut PgConnection,
    collector: &str,
    tests: &[(ConnectionTestId, Vec<Step>)],
    lease: Duration,
) -> Result<Vec<ConnectionTestId>, sqlx::Error> {
    let ids: Vec<i64> = tests.iter().map(|(id, _)| id.0).collect();
    let steps: Vec<serde_json::Value> = tests
        .iter()
        .map(|(_, steps)| serde_json::json!(steps))
        .collect();
    sqlx::query_scalar!(
        r#"UPDATE connection_tests
           SET lease_until = now() + $4 * interval '1 millisecond',
               steps = mine.steps
           FROM unnest($1::bigint[], $2::jsonb[]) AS mine (id, steps)
           WHERE connection_tests.id = mine.id
             AND state = 'running'
             AND claimed_by = $3
           RETURNING connection_tests.id AS "id: ConnectionTestId""#,
        &ids,
        &steps,
        collector,
        millis(lease) as f64,
    )
    .fetch_all(conn)
    .await
}

/// Records what came of a test, and nothing anywhere else. Gives `false` when it is no longer this
/// collector's.
///
/// # Errors
/// When the database fails.
pub async fn mark_ended(
    conn: &mut PgConnection,
    collector: &str,
    test: ConnectionTestId,
    ended: &Ended,
) -> Result<bool, sqlx::Error> {
    let failure = ended.result.as_ref().err();
    let key = ended.host_key.as_ref();
    let updated = sqlx::query!(
        "UPDATE connection_tests
         SET state = CASE WHEN $3::text IS NULL THEN 'succeeded' ELSE 'failed' END,
             failure_code = $3,
             failure_message = $4,
             verdict = $5,
             finished_at = now(),
             lease_until = NULL,
             duration_ms = $6,
             steps = $7,
             checks = $8,
             size_bytes = $9,
             has_secrets = $10,
             identity = $11,
             model = $12,
             serial = $13,
             version = coalesce($14, version),
             policies = $15,
             host_key_algorithm = $16,
             host_key_fingerprint = $17,
             host_key_standing = $18,
             public_key = coalesce($19, public_key)
         WHERE id = $1
           AND claimed_by = $2
           AND state = 'running'",
        test.0,
        collector,
        failure.map(|failure| failure.code.as_str()),
        failure.map(|failure| failure.message.as_str()),
        ended.result.as_ref().ok().map(|verdict| verdict.as_str()),
        millis(ended.duration),
        Json(&ended.steps) as _,
        Json(&ended.checks) as _,
        ended.size_bytes.and_then(|size| i64::try_from(size).ok()),
        ended.has_secrets,
        ended.identity,
        ended.model,
        ended.serial,
        ended.version,
        ended.policies.as_deref(),
        key.map(|key| key.algorithm.as_str()),
        key.map(|key| key.fingerprint.as_str()),
        key.map(|key| key.standing.as_str()),
        ended.public_key,
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Queues the tests of a collector that stops again.
///
/// # Errors
/// When the database fails.
pub async fn release(conn: &mut PgConnection, collector: &str) -> Result<u64, sqlx::Error> {
    let released = sqlx::query!(
        "UPDATE connection_tests
         SET state = 'queued',
             claimed_by = NULL,
             lease_until = NULL,
             steps = '[]'
         WHERE state = 'running'
           AND claimed_by = $1",
        collector,
    )
    .execute(conn)
    .await?;
    Ok(released.rows_affected())
}

/// Fails the tests whose collector fell silent, and deletes what is older than a day.
///
/// # Errors
/// When the database fails.
pub async fn sweep(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH old AS (
             DELETE FROM connection_tests
             WHERE created_at < now() - $2 * interval '1 millisecond'
         )
         UPDATE connection_tests
         SET state = 'failed',
             failure_code = $1,
             failure_message = 'The collector that ran this test stopped before it was done. '
                 || 'Test again.',
             finished_at = now(),
             lease_until = NULL
         WHERE state = 'running'
           AND lease_until < now()",
        FailureCode::CollectorLost.as_str(),
        millis(KEPT_FOR) as f64,
    )
    .execute(conn)
    .await?;
    Ok(())
}
