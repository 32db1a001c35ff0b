//! From what is due to batches: one a site and schedule, and the next time planned.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::{Connection as _, PgConnection};

use super::maintenance::{Maintenance, Place};
use super::rhythm::{Clock, place};
use crate::db::batches::{self, DeviceScope, NewBatch, Scheduled};
use crate::db::schedules::{self as db, Due};
use crate::model::{DeviceId, ScheduleId, SiteId, Trigger};

/// How many sites are planned in one transaction.
const SITES_PER_TRANSACTION: i64 = 100;

/// Queues what is due at `now`, holds back what windows forbid, and plans what comes next. Gives
/// how many batches were queued.
///
/// # Errors
/// When the database fails; what was planned before stays.
pub async fn queue_due(
    conn: &mut PgConnection,
    maintenance: &Maintenance,
    now: DateTime<Utc>,
) -> Result<usize, sqlx::Error> {
    let mut queued = 0;
    loop {
        let mut tx = conn.begin().await?;
        let pairs = db::list_due(&mut tx, now, SITES_PER_TRANSACTION).await?;
        if pairs.is_empty() {
            return Ok(queued);
        }
        for due in &pairs {
            // One that was never planned has nothing to catch up with.
            if let Some(due_at) = due.due_at {
                queued += usize::from(queue(&mut tx, maintenance, due, due_at).await?);
            }
            let next = next_due(due, now).unwrap_or(DateTime::<Utc>::MAX_UTC);
            db::mark_planned(&mut tx, (due.site, due.schedule), next).await?;
        }
        tx.commit().await?;
    }
}

/// Queues a batch of the devices that no window forbids. However often it was missed, it is one.
async fn queue(
    conn: &mut PgConnection,
    maintenance: &Maintenance,
    due: &Due,
    due_at: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let forbidden = maintenance.at(Place {
        site: due.site,
        timezone: &due.site_timezone,
        tags: &due.site_tags,
    });
    let devices = db::list_pair_devices(conn, due.site, due.schedule).await?;
    let (held, free): (Vec<_>, Vec<_>) = devices
        .iter()
        .partition(|device| forbidden.has(device.id, &device.tags));
    let ids = |devices: Vec<&db::PairDevice>| devices.iter().map(|one| one.id).collect::<Vec<_>>();
    let (held, free) = (ids(held), ids(free));
    if !held.is_empty() {
        db::hold(conn, &held, due.schedule, due_at).await?;
    }
    // What was held back for them is done by this.
    db::delete_held(conn, &free).await?;
    let scheduled = Scheduled {
        schedule: due.schedule,
        due_at,
        per_site: due.per_site,
    };
    request(conn, due.site, scheduled, free).await
}

/// Inserts a batch of these devices, unless each is being backed up already.
pub async fn request(
    conn: &mut PgConnection,
    site: SiteId,
    scheduled: Scheduled,
    devices: Vec<DeviceId>,
) -> Result<bool, sqlx::Error> {
    if devices.is_empty() {
        return Ok(false);
    }
    let new = NewBatch {
        trigger: Trigger::Scheduled,
        requested_by: None,
        site: Some(site),
        scheduled: Some(scheduled),
        scope: DeviceScope::Devices(devices),
    };
    Ok(batches::request(conn, &new).await?.batch.is_some())
}

/// When it is due next; `None`: never.
fn next_due(due: &Due, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let clock = due.rhythm.parse().ok().and_then(|rhythm| {
        let name = due.timezone.as_ref().unwrap_or(&due.site_timezone);
        Clock::new(&rhythm, timezone(name, due))
    });
    let Some(clock) = clock else {
        let ScheduleId(schedule) = due.schedule;
        tracing::error!(schedule, rhythm = due.rhythm, "A schedule can not be read");
        return None;
    };
    clock.next_due(place(due.site, due.spread_secs.unsigned_abs()), now)
}

fn timezone(name: &str, due: &Due) -> Tz {
    name.parse().unwrap_or_else(|_| {
        tracing::error!(
            site = due.slug,
            timezone = name,
            "Unknown time zone; reckoning in UTC"
        );
        Tz::UTC
    })
}
