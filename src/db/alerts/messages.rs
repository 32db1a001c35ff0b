//! The message that somebody asks for, as a test.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{AlertMessageId, DestinationId};

/// Asks for a message that says it is a test; it is sent within seconds of the caller's commit.
///
/// # Errors
/// When the database fails; [`sqlx::Error::RowNotFound`] when there is no such destination.
pub async fn request_test(
    conn: &mut PgConnection,
    destination: DestinationId,
    requested_by: &str,
    now: DateTime<Utc>,
) -> Result<AlertMessageId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO alert_messages (token, destination_id, destination_name, kind, created_at,
                                       due_at, requested_by)
           SELECT $2, id, name, 'test', $4, $4, $3
           FROM alert_destinations
           WHERE id = $1
           RETURNING id AS "id: AlertMessageId""#,
        destination.0,
        new_token(),
        requested_by,
        now,
    )
    .fetch_one(conn)
    .await
}

/// What tells a message from all others, for who receives it twice.
pub(super) fn new_token() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
