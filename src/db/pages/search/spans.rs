//! Which devices have or had a line, since when and until when.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Devices, SearchError, Searching, When};
use crate::model::{DeviceId, LineId, SnapshotId};

/// A time during which a device had a line.
#[derive(Debug)]
pub struct SpanRow {
    pub line: LineId,
    pub device: DeviceId,
    pub device_name: String,
    pub site_slug: String,
    pub site_name: String,
    /// IANA name.
    pub timezone: String,
    /// Whether the device left the inventory.
    pub is_archived: bool,
    /// When the newest verified snapshot of the device was last seen.
    pub last_verified_at: Option<DateTime<Utc>>,
    /// The first snapshot that has it.
    pub first: SnapshotId,
    pub first_taken_at: DateTime<Utc>,
    /// Whether there is no verified snapshot before, so that it may have had the line earlier.
    pub is_oldest: bool,
    /// The last snapshot that has it; `None`: the newest one has it, too.
    pub last: Option<SnapshotId>,
    /// When that was last seen on the device.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// Behind which row of a line the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanCursor {
    pub device: DeviceId,
    pub first: SnapshotId,
}

/// The first spans of each of these lines, at most `per_line` of each, by device.
///
/// # Errors
/// [`SearchError::TooSlow`] or [`SearchError::Database`].
pub async fn list_first_spans(
    conn: &mut Searching<'_>,
    lines: &[LineId],
    devices: &Devices,
    when: When,
    per_line: i64,
) -> Result<Vec<SpanRow>, SearchError> {
    let ids: Vec<i64> = lines.iter().map(|line| line.0).collect();
    let asked = Asked {
        lines: &ids,
        devices,
        when,
        after: SpanCursor {
            device: DeviceId(0),
            first: SnapshotId(0),
        },
        per_line,
    };
    Ok(list(conn, &asked).await?)
}

/// The spans of a line by device, at most `limit` behind `after`.
///
/// # Errors
/// [`SearchError::TooSlow`] or [`SearchError::Database`].
pub async fn list_spans(
    conn: &mut Searching<'_>,
    line: LineId,
    devices: &Devices,
    when: When,
    after: Option<SpanCursor>,
    limit: i64,
) -> Result<Vec<SpanRow>, SearchError> {
    let asked = Asked {
        lines: &[line.0],
        devices,
        when,
        after: after.unwrap_or(SpanCursor {
            device: DeviceId(0),
            first: SnapshotId(0),
        }),
        per_line: limit,
    };
    Ok(list(conn, &asked).await?)
}

struct Asked<'a> {
    lines: &'a [i64],
    devices: &'a Devices,
    when: When,
    after: SpanCursor,
    per_line: i64,
}

/// The spans are found once, before anything is looked up for them: the planner expects few of
/// them, and would find them again for every site. Of few devices each is asked by itself: whether
/// the planner would rather go through all spans of a line hangs on which rows its statistics saw.
async fn list(conn: &mut PgConnection, asked: &Asked<'_>) -> Result<Vec<SpanRow>, sqlx::Error> {
    sqlx::query_as!(
        SpanRow,
        r#"WITH found AS MATERIALIZED (
               SELECT wanted.id AS line_id, wanted.place, span.*
               FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, place)
               CROSS JOIN LATERAL (
                   SELECT device_id, first_snapshot_id, last_snapshot_id
                   FROM asked_spans(wanted.id, $4, $5, $10, $7, $8)
                   WHERE $6::bigint[] IS NULL
                     AND (device_id, first_snapshot_id) > ($2, $3)
                   ORDER BY device_id, first_snapshot_id
                   LIMIT $9
               ) span
               UNION ALL
               SELECT wanted.id, wanted.place, span.*
               FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, place)
               CROSS JOIN LATERAL (
                   SELECT own.*
                   FROM unnest($6::bigint[]) AS few (id)
                   CROSS JOIN LATERAL (
                       SELECT device_id, first_snapshot_id, last_snapshot_id
                       FROM asked_spans(wanted.id, $4, $5, $10, $7, $8)
                       WHERE device_id = few.id
                         AND (device_id, first_snapshot_id) > ($2, $3)
                       ORDER BY first_snapshot_id
                       LIMIT $9
                   ) own
                   ORDER BY own.device_id, own.first_snapshot_id
                   LIMIT $9
               ) span
           )
           SELECT found.line_id AS "line!: LineId",
                  found.device_id AS "device!: DeviceId",
                  devices.name AS device_name,
                  sites.slug AS site_slug,
                  sites.name AS site_name,
                  sites.timezone,
                  devices.archived_at IS NOT NULL AS "is_archived!",
                  devices.last_verified_at,
                  found.first_snapshot_id AS "first!: SnapshotId",
                  first.taken_at AS "first_taken_at!",
                  NOT EXISTS (
                      SELECT
                      FROM snapshots older
                      WHERE older.device_id = found.device_id
                        AND older.taken_at < first.taken_at
                        AND older.verdict = 'verified'
                  ) AS "is_oldest!",
                  found.last_snapshot_id AS "last: SnapshotId",
                  last.last_seen_at AS "last_seen_at?"
           FROM found
           JOIN devices ON devices.id = found.device_id
           JOIN sites ON sites.id = devices.site_id
           JOIN snapshots first ON first.id = found.first_snapshot_id
           LEFT JOIN snapshots last ON last.id = found.last_snapshot_id
           ORDER BY found.place, found.device_id, found.first_snapshot_id"#,
        asked.lines,
        asked.after.device.0,
        asked.after.first.0,
        asked.when == When::Now,
        asked.when == When::Before,
        asked.devices.few.as_deref(),
        asked.devices.site.as_deref(),
        asked.devices.tag.as_deref(),
        asked.per_line,
        asked.devices.reach.as_deref(),
    )
    .fetch_all(conn)
    .await
}

/// How many of `devices` have each of these lines now, counted up to `up_to`; in the order of
/// `lines`. They are those that [`list_spans`] lists for [`When::Now`].
///
/// # Errors
/// [`SearchError::TooSlow`] or [`SearchError::Database`].
pub async fn count_now(
    conn: &mut Searching<'_>,
    lines: &[LineId],
    devices: &Devices,
    up_to: i64,
) -> Result<Vec<i64>, SearchError> {
    let ids: Vec<i64> = lines.iter().map(|line| line.0).collect();
    let counts = sqlx::query_scalar!(
        r#"SELECT (
               SELECT count(*)
               FROM (
                   (
                       SELECT
                       FROM asked_spans(wanted.id, true, false, $6, $3, $4)
                       WHERE $5::bigint[] IS NULL
                       LIMIT $2
                   )
                   UNION ALL
                   (
                       SELECT
                       FROM unnest($5::bigint[]) AS few (id)
                       CROSS JOIN LATERAL (
                           SELECT
                           FROM asked_spans(wanted.id, true, false, $6, $3, $4)
                           WHERE device_id = few.id
                           LIMIT 1
                       ) own
                       LIMIT $2
                   )
               ) now
           ) AS "devices!"
           FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, place)
           ORDER BY wanted.place"#,
        &ids,
        up_to,
        devices.site.as_deref(),
        devices.tag.as_deref(),
        devices.few.as_deref(),
        devices.reach.as_deref(),
    )
    .fetch_all(&mut **conn)
    .await?;
    Ok(counts)
}
