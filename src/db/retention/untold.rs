//! What was deleted and is not in the audit yet: kept in the transactions that delete, so that a
//! kill leaves nothing untold.

use sqlx::PgConnection;

use crate::model::SiteId;

/// What was deleted at a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    pub site: SiteId,
    pub slug: String,
    pub snapshots: i64,
    /// Sealed bytes.
    pub bytes: i64,
}

/// Adds what was deleted at a site.
///
/// # Errors
/// When the database fails.
pub async fn add_untold(
    conn: &mut PgConnection,
    site: SiteId,
    snapshots: i64,
    bytes: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO retention_untold (site_id, snapshots, bytes)
         VALUES ($1, $2, $3)
         ON CONFLICT (site_id) DO UPDATE
         SET snapshots = retention_untold.snapshots + excluded.snapshots,
             bytes = retention_untold.bytes + excluded.bytes",
        site.0,
        snapshots,
        bytes,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes what is to be told, for the caller to tell it in the same transaction.
///
/// # Errors
/// When the database fails.
pub async fn take_untold(conn: &mut PgConnection) -> Result<Vec<Untold>, sqlx::Error> {
    sqlx::query_as!(
        Untold,
        r#"DELETE FROM retention_untold
           USING sites
           WHERE sites.id = retention_untold.site_id
           RETURNING sites.id AS "site: SiteId",
                     sites.slug,
                     retention_untold.snapshots,
                     retention_untold.bytes"#,
    )
    .fetch_all(conn)
    .await
}
