//! Schedules as an administrator or the inventory file says them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::target::TargetNames;
use crate::db::pages::Slice;
use crate::model::{Origin, Rhythm, ScheduleId, Target};

/// What is said of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleValues {
    /// The same for as long as the schedule is there; each has one.
    pub target: Target,
    pub rhythm: Rhythm,
    /// IANA name; `None`: that of each site.
    pub timezone: Option<String>,
    /// Over how long the sites are spread.
    pub spread_secs: u32,
    /// How many backups of a site may run at once; `None`: what collectors are told.
    pub per_site: Option<u32>,
}

/// A schedule as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSchedule {
    pub id: ScheduleId,
    pub origin: Origin,
    pub values: ScheduleValues,
}

/// A schedule in the list.
#[derive(Debug)]
pub struct ScheduleRow {
    pub schedule: StoredSchedule,
    /// How many devices that are to be backed up have it.
    pub devices: i64,
    /// When the first of its sites is due; `None`: none is, or it is not reckoned yet.
    pub next_at: Option<DateTime<Utc>>,
    /// How many schedules fit, on every row.
    pub total: i64,
}

/// A row of the list.
struct Row {
    id: ScheduleId,
    origin: Origin,
    site: Option<String>,
    device: Option<String>,
    tag: Option<String>,
    rhythm: String,
    timezone: Option<String>,
    spread_secs: i32,
    per_site: Option<i32>,
    devices: i64,
    next_at: Option<DateTime<Utc>>,
    total: i64,
}

impl TryFrom<Row> for ScheduleRow {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let names = TargetNames {
            site: row.site,
            device: row.device,
            tag: row.tag,
        };
        let rhythm = row.rhythm.parse();
        let values = ScheduleValues {
            target: names.into(),
            rhythm: rhythm.map_err(|unwritten| sqlx::Error::Decode(Box::new(unwritten)))?,
            timezone: row.timezone,
            spread_secs: row.spread_secs.unsigned_abs(),
            per_site: row.per_site.map(i32::unsigned_abs),
        };
        Ok(Self {
            schedule: StoredSchedule {
                id: row.id,
                origin: row.origin,
                values,
            },
            devices: row.devices,
            next_at: row.next_at,
            total: row.total,
        })
    }
}

/// Which schedules to list.
#[derive(Default)]
struct Which<'a> {
    id: Option<ScheduleId>,
    search: Option<&'a str>,
}

/// The schedules that fit: the one for everything, those of tags, of sites, of devices.
async fn list(
    conn: &mut PgConnection,
    which: Which<'_>,
    slice: Slice,
) -> Result<Vec<ScheduleRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT schedules.id AS "id: ScheduleId", schedules.origin AS "origin: Origin",
                  sites.slug AS "site?", devices.name AS "device?", schedules.tag,
                  schedules.rhythm, schedules.timezone, schedules.spread_secs,
                  schedules.per_site,
                  (SELECT count(*)
                   FROM devices
                   WHERE devices.schedule_id = schedules.id
                     AND devices.archived_at IS NULL
                     AND devices.enabled) AS "devices!",
                  (SELECT min(due_at)
                   FROM due_times
                   WHERE due_times.schedule_id = schedules.id) AS next_at,
                  count(*) OVER () AS "total!"
           FROM schedules
           LEFT JOIN devices ON devices.id = schedules.device_id
           LEFT JOIN sites ON sites.id = coalesce(schedules.site_id, devices.site_id)
           WHERE ($1::bigint IS NULL OR schedules.id = $1)
             AND ($2::text IS NULL
                  OR strpos(lower(concat_ws('/', schedules.tag, sites.slug, devices.name)),
                            lower($2)) > 0)
           ORDER BY (schedules.device_id IS NOT NULL), (schedules.site_id IS NOT NULL),
                    schedules.tag NULLS FIRST, sites.slug, devices.name
           LIMIT $3
           OFFSET $4"#,
        which.id.map(|id| id.0),
        which.search,
        slice.limit,
        slice.offset,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(ScheduleRow::try_from).collect()
}

/// Every schedule.
const EVERY: Slice = Slice {
    limit: i64::MAX,
    offset: 0,
};

/// A page of the schedules whose target has these letters in its name.
///
/// # Errors
/// When the database fails.
pub async fn list_schedule_rows(
    conn: &mut PgConnection,
    search: Option<&str>,
    slice: Slice,
) -> Result<Vec<ScheduleRow>, sqlx::Error> {
    list(conn, Which { id: None, search }, slice).await
}

/// Every schedule.
///
/// # Errors
/// When the database fails.
pub async fn list_schedules(conn: &mut PgConnection) -> Result<Vec<StoredSchedule>, sqlx::Error> {
    let rows = list(conn, Which::default(), EVERY).await?;
    Ok(rows.into_iter().map(|row| row.schedule).collect())
}

/// One schedule with what the list tells of it.
///
/// # Errors
/// When the database fails.
pub async fn get_schedule(
    conn: &mut PgConnection,
    id: ScheduleId,
) -> Result<Option<ScheduleRow>, sqlx::Error> {
    let id = Some(id);
    let rows = list(conn, Which { id, search: None }, EVERY).await?;
    Ok(rows.into_iter().next())
}

/// The schedule for this, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn get_schedule_of(
    conn: &mut PgConnection,
    target: &Target,
) -> Result<Option<StoredSchedule>, sqlx::Error> {
    let all = list_schedules(conn).await?.into_iter();
    let mut of = all.filter(|schedule| schedule.values.target == *target);
    Ok(of.next())
}

/// A schedule as the statements take it.
#[derive(Serialize)]
struct WantedRow {
    id: Option<ScheduleId>,
    #[serde(flatten)]
    target: TargetNames,
    rhythm: String,
    timezone: Option<String>,
    spread_secs: u32,
    per_site: Option<u32>,
}

/// Writes schedules, new ones without a number; all are of this origin from then on. Those whose
/// times became others are planned anew, and where their days may have, their devices remember since
/// when. Their targets are there.
///
/// # Errors
/// When the database fails, or a target has a schedule already.
pub async fn save_schedules(
    conn: &mut PgConnection,
    origin: Origin,
    schedules: &[(Option<ScheduleId>, ScheduleValues)],
) -> Result<(), sqlx::Error> {
    let wanted = schedules.iter().map(|(id, values)| WantedRow {
        id: *id,
        target: TargetNames::from(&values.target),
        rhythm: values.rhythm.to_string(),
        timezone: values.timezone.clone(),
        spread_secs: values.spread_secs,
        per_site: values.per_site,
    });
    let rows = serde_json::to_value(wanted.collect::<Vec<_>>())
        .expect("texts, numbers and lists of them always become JSON");
    update(conn, origin, &rows).await?;
    insert(conn, origin, &rows).await
}

async fn update(
    conn: &mut PgConnection,
    origin: Origin,
    rows: &serde_json::Value,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH wanted AS (
             SELECT id, rhythm, timezone, spread_secs, per_site
             FROM jsonb_to_recordset($1)
                      AS wanted (id bigint, rhythm text, timezone text, spread_secs integer,
                                 per_site integer)
         ), moved AS (
             UPDATE due_times
             SET due_at = NULL
             FROM wanted
             JOIN schedules ON schedules.id = wanted.id
             WHERE due_times.schedule_id = wanted.id
               AND (schedules.rhythm, schedules.timezone, schedules.spread_secs)
                   IS DISTINCT FROM (wanted.rhythm, wanted.timezone, wanted.spread_secs)
         ), retimed AS (
             UPDATE devices
             SET schedule_since = now()
             FROM wanted
             JOIN schedules ON schedules.id = wanted.id
             WHERE devices.schedule_id = wanted.id
               AND (regexp_replace(schedules.rhythm, ' [0-9]{2}:[0-9]{2}$', ''), schedules.timezone)
                   IS DISTINCT FROM
                   (regexp_replace(wanted.rhythm, ' [0-9]{2}:[0-9]{2}$', ''), wanted.timezone)
         )
         UPDATE schedules
         SET origin = $2,
             rhythm = wanted.rhythm,
             timezone = wanted.timezone,
             spread_secs = wanted.spread_secs,
             per_site = wanted.per_site
         FROM wanted
         WHERE schedules.id = wanted.id",
        rows,
        origin.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert(
    conn: &mut PgConnection,
    origin: Origin,
    rows: &serde_json::Value,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO schedules (origin, site_id, device_id, tag, rhythm, timezone, spread_secs,
                                per_site)
         SELECT $2, CASE WHEN wanted.device IS NULL THEN sites.id END, devices.id, wanted.tag,
                wanted.rhythm, wanted.timezone, wanted.spread_secs, wanted.per_site
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, site text, device text, tag text, rhythm text,
                             timezone text, spread_secs integer, per_site integer)
         LEFT JOIN sites ON sites.slug = wanted.site
         LEFT JOIN devices ON devices.site_id = sites.id AND devices.name = wanted.device
         WHERE wanted.id IS NULL",
        rows,
        origin.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes a schedule of the file the browser's: the one for everything, which is always there.
///
/// # Errors
/// When the database fails.
pub async fn hand_over_schedule(
    conn: &mut PgConnection,
    id: ScheduleId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE schedules SET origin = 'browser' WHERE id = $1",
        id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a schedule with what was planned by it; its devices have none until
/// [`resolve`](super::resolve).
///
/// # Errors
/// When the database fails.
pub async fn delete_schedule(conn: &mut PgConnection, id: ScheduleId) -> Result<(), sqlx::Error> {
    // What a tick holds first goes first, so that the two never wait for each other.
    sqlx::query!("DELETE FROM due_times WHERE schedule_id = $1", id.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM held_backups WHERE schedule_id = $1", id.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM schedules WHERE id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_comes_back_from_its_columns() {
        for target in [
            Target::Everything,
            Target::Tag("gold".to_owned()),
            Target::Site("acme".to_owned()),
            Target::Device("acme".to_owned(), "gw-1".to_owned()),
        ] {
            assert_eq!(Target::from(TargetNames::from(&target)), target);
        }
    }
}
