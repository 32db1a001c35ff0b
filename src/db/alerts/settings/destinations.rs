//! Where messages go.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::{AlertMessageId, DestinationId, DestinationKind, MessageState};

/// The address of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealedUrl {
    pub sealed: Vec<u8>,
    /// For people to see.
    pub host: String,
}

/// A destination as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destination {
    pub id: DestinationId,
    /// What people call it; unique.
    pub name: String,
    pub kind: DestinationKind,
    /// Addresses of mail; none for other kinds.
    pub recipients: Vec<String>,
    /// `None`: mail.
    pub url: Option<SealedUrl>,
    /// What a generic webhook is signed with; `None`: another kind.
    pub secret_sealed: Option<Vec<u8>>,
}

/// The newest message to a destination.
#[derive(Debug, Clone, Copy)]
pub struct LastMessage {
    pub id: AlertMessageId,
    pub state: MessageState,
    /// When it ended; else when it was made.
    pub at: DateTime<Utc>,
}

/// A destination in the list.
#[derive(Debug)]
pub struct DestinationRow {
    pub destination: Destination,
    /// How many rules lead to it.
    pub rules: i64,
    pub last: Option<LastMessage>,
}

struct Row {
    id: DestinationId,
    name: String,
    kind: DestinationKind,
    recipients: Vec<String>,
    url_sealed: Option<Vec<u8>>,
    url_host: Option<String>,
    secret_sealed: Option<Vec<u8>>,
    rules: i64,
    last_id: Option<AlertMessageId>,
    last_state: Option<MessageState>,
    last_at: Option<DateTime<Utc>>,
}

impl From<Row> for DestinationRow {
    fn from(row: Row) -> Self {
        let url = row.url_sealed.zip(row.url_host);
        let last = match (row.last_id, row.last_state, row.last_at) {
            (Some(id), Some(state), Some(at)) => Some(LastMessage { id, state, at }),
            _ => None,
        };
        Self {
            destination: Destination {
                id: row.id,
                name: row.name,
                kind: row.kind,
                recipients: row.recipients,
                url: url.map(|(sealed, host)| SealedUrl { sealed, host }),
                secret_sealed: row.secret_sealed,
            },
            rules: row.rules,
            last,
        }
    }
}

async fn list(
    conn: &mut PgConnection,
    id: Option<DestinationId>,
) -> Result<Vec<DestinationRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT alert_destinations.id AS "id: DestinationId", name,
                  kind AS "kind: DestinationKind", recipients, url_sealed, url_host, secret_sealed,
                  (
                      SELECT count(*)
                      FROM alert_rules
                      WHERE destination_id = alert_destinations.id
                  ) AS "rules!",
                  last.id AS "last_id?: AlertMessageId",
                  last.state AS "last_state?: MessageState",
                  last.at AS "last_at?"
           FROM alert_destinations
           LEFT JOIN LATERAL (
               SELECT id, state, coalesce(finished_at, created_at) AS at
               FROM alert_messages
               WHERE destination_id = alert_destinations.id
               ORDER BY alert_messages.destination_id DESC, alert_messages.id DESC
               LIMIT 1
           ) AS last ON true
           WHERE $1::bigint IS NULL OR alert_destinations.id = $1
           ORDER BY lower(name), name"#,
        id.map(|id| id.0),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(DestinationRow::from).collect())
}

/// Every destination, by name.
///
/// # Errors
/// When the database fails.
pub async fn list_destination_rows(
    conn: &mut PgConnection,
) -> Result<Vec<DestinationRow>, sqlx::Error> {
    list(conn, None).await
}

/// One destination; `None`: there is no such one.
///
/// # Errors
/// When the database fails.
pub async fn get_destination(
    conn: &mut PgConnection,
    id: DestinationId,
) -> Result<Option<Destination>, sqlx::Error> {
    let found = list(conn, Some(id)).await?.pop();
    Ok(found.map(|row| row.destination))
}

/// The number of the next new destination: its address is sealed for it, and so has to be known
/// before it is stored.
///
/// # Errors
/// When the database fails.
pub async fn next_destination_id(conn: &mut PgConnection) -> Result<DestinationId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT nextval(pg_get_serial_sequence('alert_destinations', 'id')) AS "id!: DestinationId""#
    )
    .fetch_one(conn)
    .await
}

/// Stores a new destination under the number that [`next_destination_id`] gave.
///
/// # Errors
/// When the database fails, or the name is taken.
pub async fn insert_destination(
    conn: &mut PgConnection,
    destination: &Destination,
) -> Result<(), sqlx::Error> {
    let url = destination.url.as_ref();
    sqlx::query!(
        "INSERT INTO alert_destinations
             (id, name, kind, recipients, url_sealed, url_host, secret_sealed)
         OVERRIDING SYSTEM VALUE
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        destination.id.0,
        destination.name,
        destination.kind.as_str(),
        &destination.recipients,
        url.map(|url| url.sealed.as_slice()),
        url.map(|url| url.host.as_str()),
        destination.secret_sealed,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Changes a destination, but for its kind.
///
/// # Errors
/// When the database fails, or the name is taken.
pub async fn update_destination(
    conn: &mut PgConnection,
    destination: &Destination,
) -> Result<(), sqlx::Error> {
    let url = destination.url.as_ref();
    sqlx::query!(
        "UPDATE alert_destinations
         SET name = $2,
             recipients = $3,
             url_sealed = $4,
             url_host = $5,
             secret_sealed = $6
         WHERE id = $1",
        destination.id.0,
        destination.name,
        &destination.recipients,
        url.map(|url| url.sealed.as_slice()),
        url.map(|url| url.host.as_str()),
        destination.secret_sealed,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a rule leads to it.
///
/// # Errors
/// When the database fails.
pub async fn is_destination_used(
    conn: &mut PgConnection,
    id: DestinationId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM alert_rules WHERE destination_id = $1) AS "is!""#,
        id.0
    )
    .fetch_one(conn)
    .await
}

/// Deletes a destination to which no rule leads; what waited for it is not sent any more.
///
/// # Errors
/// When the database fails, or a rule leads to it.
pub async fn delete_destination(
    conn: &mut PgConnection,
    id: DestinationId,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM alert_destinations WHERE id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}
