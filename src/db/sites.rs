//! Looking sites up.

use sqlx::PgConnection;

/// Whether there is a site of that slug, archived or not.
///
/// # Errors
/// When the database fails.
pub async fn exists(conn: &mut PgConnection, slug: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM sites WHERE slug = $1) AS "exists!""#,
        slug,
    )
    .fetch_one(conn)
    .await
}
