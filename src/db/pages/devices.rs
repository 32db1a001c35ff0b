//! Devices with their last result, and one device with its runs.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, types::Json};

use super::{Slice, Stand};
use crate::model::{
    BatchId, Check, DeviceId, Outcome, RunId, RunState, ScheduleId, Scope, SiteId, SnapshotId,
    Step, Trigger, Verdict,
};

/// Which devices of a site to list.
#[derive(Debug, Default)]
pub struct DeviceFilter<'a> {
    /// Part of the name, the address, the model, the serial number, the identity or a tag, in any
    /// case.
    pub search: Option<&'a str>,
    pub stand: Stand,
}

/// One device in the list of its site.
#[derive(Debug)]
pub struct DeviceRow {
    pub id: DeviceId,
    pub name: String,
    pub address: String,
    pub port: i32,
    pub tags: Vec<String>,
    pub enabled: bool,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub version: Option<String>,
    pub last_verified_at: Option<DateTime<Utc>>,
    /// When the newest verified snapshot was first taken: since then no verified export was
    /// another one.
    pub verified_taken_at: Option<DateTime<Utc>>,
    /// The state of the run that waits or goes on.
    pub active: Option<RunState>,
    pub active_batch_id: Option<BatchId>,
    pub last_run_id: Option<RunId>,
    pub last_state: Option<RunState>,
    pub last_outcome: Option<Outcome>,
    pub last_verdict: Option<Verdict>,
    pub last_checks: Option<Json<Vec<Check>>>,
    pub last_finished_at: Option<DateTime<Utc>>,
    pub last_failure: Option<String>,
    /// As the columns of a device: its last days, and the day of the last of them.
    pub days: String,
    pub days_until: Option<NaiveDate>,
    /// How many devices of the site pass the filter, on every row.
    pub total: i64,
}

/// Lists the devices of a site, if that is in the scope: those without a verified backup since the given time first,
/// then by name. Archived ones are left out.
///
/// # Errors
/// When the query fails.
pub async fn list_devices(
    conn: &mut PgConnection,
    scope: &Scope,
    site_id: SiteId,
    filter: &DeviceFilter<'_>,
    verified_since: DateTime<Utc>,
    slice: Slice,
) -> Result<Vec<DeviceRow>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        DeviceRow,
        r#"
        SELECT
            d.id AS "id: DeviceId",
            d.name,
            d.address,
            d.port,
            d.tags,
            d.enabled,
            d.model,
            d.serial,
            d.version,
            d.last_verified_at,
            v.taken_at AS "verified_taken_at?",
            a.state AS "active?: RunState",
            a.batch_id AS "active_batch_id?: BatchId",
            d.last_run_id AS "last_run_id: RunId",
            r.state AS "last_state?: RunState",
            r.outcome AS "last_outcome?: Outcome",
            r.verdict AS "last_verdict?: Verdict",
            r.checks AS "last_checks?: Json<Vec<Check>>",
            r.finished_at AS last_finished_at,
            r.failure_message AS last_failure,
            d.days,
            d.days_until,
            count(*) OVER () AS "total!"
        FROM devices d
        LEFT JOIN runs r ON r.id = d.last_run_id
        LEFT JOIN runs a ON a.device_id = d.id AND a.state IN ('queued', 'running')
        LEFT JOIN snapshots v ON v.id = d.last_verified_snapshot_id
        WHERE d.site_id = $1
            AND ($7::bigint[] IS NULL OR d.site_id = ANY ($7))
            AND d.archived_at IS NULL
            AND ($3::text IS NULL
                OR strpos(lower(concat_ws(' ', d.name, d.address, d.model, d.serial, d.identity, array_to_string(d.tags, ' '))), lower($3)) > 0)
            AND CASE $4::text
                WHEN 'attention' THEN d.enabled AND (d.last_verified_at >= $2) IS NOT TRUE
                WHEN 'verified' THEN d.last_verified_at >= $2
                WHEN 'never' THEN d.enabled AND d.last_verified_at IS NULL
                ELSE true
            END
        ORDER BY d.enabled DESC, (d.last_verified_at >= $2) IS TRUE, d.name, d.id
        LIMIT $5
        OFFSET $6
        "#,
        site_id as SiteId,
        verified_since,
        filter.search,
        filter.stand.as_str(),
        slice.limit,
        slice.offset,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}

/// A device as the head of its page, with the site it stands in.
#[derive(Debug)]
pub struct DeviceHead {
    pub id: DeviceId,
    pub name: String,
    pub address: String,
    pub port: i32,
    pub tags: Vec<String>,
    pub enabled: bool,
    pub identity: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub version: Option<String>,
    pub last_verified_at: Option<DateTime<Utc>>,
    /// When the newest verified snapshot was first taken: since then no verified export was
    /// another one.
    pub verified_taken_at: Option<DateTime<Utc>>,
    /// How many snapshots it has.
    pub snapshot_count: i32,
    pub days: String,
    pub days_until: Option<NaiveDate>,
    pub archived_at: Option<DateTime<Utc>>,
    pub site_slug: String,
    pub site_name: String,
    pub timezone: String,
    pub site_archived_at: Option<DateTime<Utc>>,
    /// When its site is due by its schedule; `None`: that is off, or it was not reckoned yet.
    pub next_due_at: Option<DateTime<Utc>>,
    /// The schedule it has, and its rhythm as the database keeps it; `None`: not looked for yet.
    pub schedule_id: Option<ScheduleId>,
    pub rhythm: Option<String>,
}

/// Gets a device of the scope by its site's slug and its name, also an archived one.
///
/// # Errors
/// When the query fails.
pub async fn get_device(
    conn: &mut PgConnection,
    scope: &Scope,
    slug: &str,
    name: &str,
) -> Result<Option<DeviceHead>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        DeviceHead,
        r#"
        SELECT
            d.id AS "id: DeviceId",
            d.name,
            d.address,
            d.port,
            d.tags,
            d.enabled,
            d.identity,
            d.model,
            d.serial,
            d.version,
            d.last_verified_at,
            v.taken_at AS "verified_taken_at?",
            d.snapshot_count,
            d.days,
            d.days_until,
            d.archived_at,
            s.slug AS site_slug,
            s.name AS site_name,
            s.timezone,
            s.archived_at AS site_archived_at,
            due.due_at AS "next_due_at?",
            d.schedule_id AS "schedule_id: ScheduleId",
            schedules.rhythm AS "rhythm?"
        FROM devices d
        JOIN sites s ON s.id = d.site_id
        LEFT JOIN schedules ON schedules.id = d.schedule_id
        LEFT JOIN due_times due ON due.site_id = d.site_id AND due.schedule_id = d.schedule_id
        LEFT JOIN snapshots v ON v.id = d.last_verified_snapshot_id
        WHERE s.slug = $1
            AND d.name = $2
            AND ($3::bigint[] IS NULL OR d.site_id = ANY ($3))
        "#,
        slug,
        name,
        reach.as_deref()
    )
    .fetch_optional(conn)
    .await
}

/// One run of a device, with what asked for it.
#[derive(Debug)]
pub struct DeviceRunRow {
    pub id: RunId,
    pub batch_id: BatchId,
    pub trigger: Trigger,
    pub requested_by: Option<String>,
    pub state: RunState,
    pub attempt: i32,
    pub outcome: Option<Outcome>,
    pub verdict: Option<Verdict>,
    pub checks: Json<Vec<Check>>,
    pub steps: Json<Vec<Step>>,
    pub failure_message: Option<String>,
    pub snapshot_id: Option<SnapshotId>,
    pub queued_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub duration_ms: Option<i64>,
}

/// Lists the newest runs of a device at the sites of the scope, newest first.
///
/// # Errors
/// When the query fails.
pub async fn list_device_runs(
    conn: &mut PgConnection,
    scope: &Scope,
    device_id: DeviceId,
    limit: i64,
) -> Result<Vec<DeviceRunRow>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        DeviceRunRow,
        r#"
        SELECT
            r.id AS "id: RunId",
            r.batch_id AS "batch_id: BatchId",
            b.trigger AS "trigger: Trigger",
            b.requested_by,
            r.state AS "state: RunState",
            r.attempt,
            r.outcome AS "outcome: Outcome",
            r.verdict AS "verdict: Verdict",
            r.checks AS "checks: Json<Vec<Check>>",
            r.steps AS "steps: Json<Vec<Step>>",
            r.failure_message,
            r.snapshot_id AS "snapshot_id: SnapshotId",
            r.queued_at,
            r.finished_at,
            r.duration_ms
        FROM runs r
        JOIN batches b ON b.id = r.batch_id
        WHERE r.device_id = $1
            AND ($3::bigint[] IS NULL OR r.site_id = ANY ($3))
        ORDER BY r.id DESC
        LIMIT $2
        "#,
        device_id as DeviceId,
        limit,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}

/// Where a device of the scope stands: the slug of its site, and its name.
///
/// # Errors
/// When the query fails.
pub async fn get_device_place(
    conn: &mut PgConnection,
    scope: &Scope,
    id: DeviceId,
) -> Result<Option<(String, String)>, sqlx::Error> {
    let reach = scope.ids();
    let row = sqlx::query!(
        "SELECT s.slug, d.name
         FROM devices d
         JOIN sites s ON s.id = d.site_id
         WHERE d.id = $1
             AND ($2::bigint[] IS NULL OR d.site_id = ANY ($2))",
        id as DeviceId,
        reach.as_deref()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.slug, row.name)))
}

/// Those of `ids` that are devices of the site, if that is in the scope.
///
/// # Errors
/// When the query fails.
pub async fn list_device_ids(
    conn: &mut PgConnection,
    scope: &Scope,
    site_id: SiteId,
    ids: &[DeviceId],
) -> Result<Vec<DeviceId>, sqlx::Error> {
    let reach = scope.ids();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query_scalar!(
        r#"
        SELECT id AS "id: DeviceId"
        FROM devices
        WHERE site_id = $1
            AND id = ANY ($2)
            AND ($3::bigint[] IS NULL OR site_id = ANY ($3))
        "#,
        site_id as SiteId,
        &ids,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}
