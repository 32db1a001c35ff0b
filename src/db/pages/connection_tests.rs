//! One connection test, for the person who asked for it and nobody else, while they reach its site.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

use super::Movement;
use crate::model::{
    Check, ConnectionTestId, CredentialId, DeviceId, KeyStanding, Scope, Step, StoredFailureCode,
    TestState, UserId, Verdict,
};

/// A connection test as its page shows it.
#[derive(Debug)]
pub struct ConnectionTestHead {
    pub id: ConnectionTestId,
    /// `None` for a device that is not saved.
    pub device_id: Option<DeviceId>,
    /// What the saved device is called now.
    pub device_name: Option<String>,
    /// Whether the saved device has the credential that was tried.
    pub uses_credential: Option<bool>,
    pub site_slug: String,
    pub site_name: String,
    pub timezone: String,
    /// What the device was called when it was asked for.
    pub name: String,
    pub address: String,
    pub port: i32,
    pub credential_id: CredentialId,
    pub credential_name: String,
    pub username: String,
    pub state: TestState,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub duration_ms: Option<i64>,
    pub steps: Json<Vec<Step>>,
    pub checks: Json<Vec<Check>>,
    pub verdict: Option<Verdict>,
    pub failure_code: Option<StoredFailureCode>,
    pub failure_message: Option<String>,
    pub size_bytes: Option<i64>,
    pub has_secrets: Option<bool>,
    pub identity: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    /// As the router told; else as an earlier test, or the last run of the saved device, found it.
    pub version: Option<String>,
    /// What the account's group allows; `None`: the router did not say.
    pub policies: Option<Vec<String>>,
    pub host_key_algorithm: Option<String>,
    pub host_key_fingerprint: Option<String>,
    pub host_key_standing: Option<KeyStanding>,
    /// The public half of a credential that is a key, once that is known.
    pub public_key: Option<String>,
}

/// Reads a test of this person; `None` when there is none (any more).
///
/// # Errors
/// When the query fails.
pub async fn get_connection_test(
    conn: &mut PgConnection,
    scope: &Scope,
    user: UserId,
    id: ConnectionTestId,
) -> Result<Option<ConnectionTestHead>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        ConnectionTestHead,
        r#"
        SELECT
            t.id AS "id: ConnectionTestId",
            t.device_id AS "device_id: DeviceId",
            d.name AS "device_name?",
            d.credential_id = t.credential_id AS "uses_credential?",
            s.slug AS site_slug,
            s.name AS site_name,
            s.timezone,
            t.name,
            t.address,
            t.port,
            c.id AS "credential_id: CredentialId",
            c.name AS credential_name,
            c.username,
            t.state AS "state: TestState",
            t.created_at,
            t.finished_at,
            t.duration_ms,
            t.steps AS "steps: Json<Vec<Step>>",
            t.checks AS "checks: Json<Vec<Check>>",
            t.verdict AS "verdict: Verdict",
            t.failure_code AS "failure_code: StoredFailureCode",
            t.failure_message,
            t.size_bytes,
            t.has_secrets,
            t.identity,
            t.model,
            t.serial,
            t.version,
            t.policies,
            t.host_key_algorithm,
            t.host_key_fingerprint,
            t.host_key_standing AS "host_key_standing: KeyStanding",
            t.public_key
        FROM connection_tests t
        JOIN sites s ON s.id = t.site_id
        JOIN credentials c ON c.id = t.credential_id
        LEFT JOIN devices d ON d.id = t.device_id
        WHERE t.id = $1
            AND t.user_id = $2
            AND ($3::bigint[] IS NULL OR t.site_id = ANY ($3))
        "#,
        id as ConnectionTestId,
        user as UserId,
        reach.as_deref()
    )
    .fetch_optional(conn)
    .await
}

/// Tells where a test of this person stands; `None` when there is none.
///
/// # Errors
/// When the query fails.
pub async fn get_connection_test_movement(
    conn: &mut PgConnection,
    scope: &Scope,
    user: UserId,
    id: ConnectionTestId,
) -> Result<Option<Movement>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        Movement,
        r#"
        SELECT
            state NOT IN ('queued', 'running') AS "has_ended!",
            hashtextextended(concat_ws(' ', state, jsonb_array_length(steps)), 0) AS "stamp!"
        FROM connection_tests
        WHERE id = $1
            AND user_id = $2
            AND ($3::bigint[] IS NULL OR site_id = ANY ($3))
        "#,
        id as ConnectionTestId,
        user as UserId,
        reach.as_deref()
    )
    .fetch_optional(conn)
    .await
}
