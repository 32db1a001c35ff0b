//! For which device a snapshot is to be restored: one by its id, or found by its name.

use sqlx::PgConnection;

use crate::model::{DeviceId, Scope};

/// A device that a snapshot may be restored to.
#[derive(Debug)]
pub struct RestoreTarget {
    pub id: DeviceId,
    pub name: String,
    pub site_slug: String,
    pub site_name: String,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub version: Option<String>,
}

/// Gets a device of the scope, also one that left the inventory.
///
/// # Errors
/// When the query fails.
pub async fn get_restore_target(
    conn: &mut PgConnection,
    scope: &Scope,
    id: DeviceId,
) -> Result<Option<RestoreTarget>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        RestoreTarget,
        r#"
        SELECT
            d.id AS "id: DeviceId",
            d.name,
            s.slug AS site_slug,
            s.name AS site_name,
            d.model,
            d.serial,
            d.version
        FROM devices d
        JOIN sites s ON s.id = d.site_id
        WHERE d.id = $1
            AND ($2::bigint[] IS NULL OR d.site_id = ANY ($2))
        "#,
        id as DeviceId,
        reach.as_deref()
    )
    .fetch_optional(conn)
    .await
}

/// Lists the devices of the scope that are in the inventory, with `word`, in any case, in their own or their site's
/// name: those whose name begins with it first, then by site and name.
///
/// # Errors
/// When the query fails.
pub async fn list_restore_targets(
    conn: &mut PgConnection,
    scope: &Scope,
    word: &str,
    limit: i64,
) -> Result<Vec<RestoreTarget>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        RestoreTarget,
        r#"
        SELECT
            d.id AS "id: DeviceId",
            d.name,
            s.slug AS site_slug,
            s.name AS site_name,
            d.model,
            d.serial,
            d.version
        FROM devices d
        JOIN sites s ON s.id = d.site_id
        WHERE d.archived_at IS NULL
            AND ($3::bigint[] IS NULL OR d.site_id = ANY ($3))
            AND (strpos(lower(d.name), lower($1)) > 0 OR strpos(lower(s.name), lower($1)) > 0)
        ORDER BY strpos(lower(d.name), lower($1)) = 1 DESC, lower(s.name), s.id, d.name, d.id
        LIMIT $2
        "#,
        word,
        limit,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}
