//! How large an archive will be, reckoned before it is made.

use sqlx::PgConnection;

use crate::model::{ArchiveChoice, History};

/// What goes into an archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    pub snapshots: i64,
    /// Of the exports as routers sent them; the file is far smaller.
    pub bytes: i64,
}

/// What an archive of this would hold now.
///
/// # Errors
/// When the database fails.
pub async fn measure(conn: &mut PgConnection, choice: &ArchiveChoice) -> Result<Size, sqlx::Error> {
    sqlx::query_as!(
        Size,
        r#"SELECT count(*) AS "snapshots!", coalesce(sum(size_bytes), 0)::bigint AS "bytes!"
           FROM snapshots
           JOIN devices ON devices.id = snapshots.device_id
           JOIN sites ON sites.id = devices.site_id
           WHERE ($1::text IS NULL OR sites.slug = $1)
             AND (NOT $2 OR snapshots.id = devices.last_verified_snapshot_id)"#,
        choice.site,
        choice.history == History::Newest,
    )
    .fetch_one(conn)
    .await
}
