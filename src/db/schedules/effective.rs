//! Which schedule each device has, and so which sites are due by which: kept on the rows, so that
//! neither a tick nor a page has to look for it.

use sqlx::PgConnection;

/// Gives each device its nearest schedule: its own, that of a tag of it (the first by name), of
/// its site, of a tag of its site, or the one for everything. Then sites are due by the schedules
/// that devices to be backed up have, and by no others; what is held back for a device that is
/// not meant any more is forgotten. To be called whenever a schedule, a site, a device or a tag
/// was changed; only rows that differ are written.
///
/// # Errors
/// When the database fails.
pub async fn resolve(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"UPDATE devices
           SET schedule_id = nearest.schedule_id, schedule_since = now()
           FROM (
               SELECT devices.id AS device_id,
                      coalesce(
                          own.id,
                          (SELECT id
                           FROM schedules
                           WHERE tag = ANY (devices.tags)
                           ORDER BY tag COLLATE "C"
                           LIMIT 1),
                          of_site.id,
                          (SELECT id
                           FROM schedules
                           WHERE tag = ANY (sites.tags)
                           ORDER BY tag COLLATE "C"
                           LIMIT 1),
                          every.id
                      ) AS schedule_id
               FROM devices
               JOIN sites ON sites.id = devices.site_id
               LEFT JOIN schedules AS own ON own.device_id = devices.id
               LEFT JOIN schedules AS of_site ON of_site.site_id = devices.site_id
               LEFT JOIN schedules AS every
                   ON every.site_id IS NULL AND every.device_id IS NULL AND every.tag IS NULL
           ) AS nearest
           WHERE devices.id = nearest.device_id
             AND devices.schedule_id IS DISTINCT FROM nearest.schedule_id"#,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "WITH pairs AS MATERIALIZED (
             SELECT DISTINCT devices.site_id, devices.schedule_id
             FROM devices
             JOIN sites ON sites.id = devices.site_id
             JOIN schedules ON schedules.id = devices.schedule_id
             WHERE devices.archived_at IS NULL
               AND devices.enabled
               AND sites.archived_at IS NULL
               AND schedules.rhythm <> 'off'
         ), gone AS (
             DELETE FROM due_times
             WHERE NOT EXISTS (
                 SELECT FROM pairs
                 WHERE pairs.site_id = due_times.site_id
                   AND pairs.schedule_id = due_times.schedule_id
             )
         )
         INSERT INTO due_times (site_id, schedule_id)
         SELECT site_id, schedule_id
         FROM pairs
         ON CONFLICT DO NOTHING",
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM held_backups
         USING devices
         WHERE devices.id = held_backups.device_id
           AND (devices.schedule_id IS DISTINCT FROM held_backups.schedule_id
                OR devices.archived_at IS NOT NULL
                OR NOT devices.enabled
                OR NOT EXISTS (
                    SELECT FROM due_times
                    WHERE due_times.site_id = devices.site_id
                      AND due_times.schedule_id = held_backups.schedule_id
                ))",
    )
    .execute(conn)
    .await?;
    Ok(())
}
