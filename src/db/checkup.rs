//! What `doctor` asks of a database: how it is, and what waits longest.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::TRIGRAMS;

/// What a server says of itself. Asked without the tables, which may not be there yet.
#[derive(Debug, sqlx::FromRow)]
pub struct Server {
    /// For example `16.4 (Debian 16.4-1)`.
    pub version: String,
    /// Whether the extension that search needs is in this database.
    pub has_trigrams: bool,
    /// Its clock.
    pub now: DateTime<Utc>,
}

/// Asks a server about itself.
///
/// # Errors
/// When the database fails.
pub async fn server(conn: &mut PgConnection) -> Result<Server, sqlx::Error> {
    let asked = "SELECT current_setting('server_version') AS version,
                        EXISTS (SELECT FROM pg_extension WHERE extname = $1) AS has_trigrams,
                        clock_timestamp() AS now";
    sqlx::query_as(asked).bind(TRIGRAMS).fetch_one(conn).await
}

/// Since when the run that waits longest could have been claimed; `None`: none waits.
///
/// # Errors
/// When the database fails.
pub async fn waiting_since(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT min(not_before)
         FROM runs
         WHERE state = 'queued'
           AND not_before <= $1",
        now,
    )
    .fetch_one(conn)
    .await
}

/// The device that is overdue longest.
#[derive(Debug)]
pub struct Overdue {
    pub site: String,
    pub device: String,
    /// `None`: it never had a verified backup.
    pub last_verified_at: Option<DateTime<Utc>>,
}

/// The device that waits longest for a verified backup, of those that have none since then;
/// `None`: each has one.
///
/// # Errors
/// When the database fails.
pub async fn longest_overdue(
    conn: &mut PgConnection,
    covered_since: DateTime<Utc>,
) -> Result<Option<Overdue>, sqlx::Error> {
    sqlx::query_as!(
        Overdue,
        "SELECT sites.slug AS site,
                devices.name AS device,
                devices.last_verified_at
         FROM devices
         JOIN sites ON sites.id = devices.site_id
         WHERE devices.archived_at IS NULL
           AND devices.enabled
           AND (devices.last_verified_at IS NULL OR devices.last_verified_at < $1)
         ORDER BY devices.last_verified_at NULLS FIRST, sites.slug, devices.name
         LIMIT 1",
        covered_since,
    )
    .fetch_optional(conn)
    .await
}
