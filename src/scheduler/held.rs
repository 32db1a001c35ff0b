//! Scheduled backups and maintenance windows: what waits in the queue when one opens is taken out
//! of it, and what is held back is queued when it has ended, once a device.

use chrono::{DateTime, Utc};
use sqlx::{Connection as _, PgConnection};

use super::maintenance::{Maintenance, Place};
use super::planning::request;
use crate::db::batches::Scheduled;
use crate::db::schedules::{self as db, Held};

/// Takes out of the queue what a window forbids and was never begun. A backup that began before,
/// and is tried again, goes on to its end.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(
    conn: &mut PgConnection,
    maintenance: &Maintenance,
) -> Result<(), sqlx::Error> {
    if maintenance.is_none() {
        return Ok(());
    }
    for waiting in db::list_waiting_sites(conn).await? {
        let forbidden = maintenance.at(Place {
            site: waiting.site,
            timezone: &waiting.timezone,
            tags: &waiting.tags,
        });
        if forbidden.is_nothing() {
            continue;
        }
        let devices: Vec<i64> = forbidden.devices.iter().map(|id| id.0).collect();
        let (everything, tags) = (forbidden.everything, &forbidden.tags);
        let mut tx = conn.begin().await?;
        let runs = db::withdraw(&mut tx, waiting.site, everything, tags, &devices).await?;
        tx.commit().await?;
        if runs > 0 {
            tracing::info!(
                runs,
                "Scheduled backups wait until a maintenance window ends"
            );
        }
    }
    Ok(())
}

/// Queues what was held back and is no longer forbidden, a batch a site and schedule. Gives how
/// many batches there are.
///
/// # Errors
/// When the database fails.
pub async fn queue_ended(
    conn: &mut PgConnection,
    maintenance: &Maintenance,
    now: DateTime<Utc>,
) -> Result<usize, sqlx::Error> {
    let mut tx = conn.begin().await?;
    let held = db::list_held(&mut tx).await?;
    let mut queued = 0;
    for pair in held.chunk_by(|a, b| (a.site, a.schedule) == (b.site, b.schedule)) {
        let first = &pair[0];
        let forbidden = maintenance.at(Place {
            site: first.site,
            timezone: &first.site_timezone,
            tags: &first.site_tags,
        });
        let is_free = |one: &&Held| !forbidden.has(one.device, &one.tags);
        let free: Vec<_> = pair.iter().filter(is_free).map(|one| one.device).collect();
        if free.is_empty() {
            continue;
        }
        db::delete_held(&mut tx, &free).await?;
        let scheduled = Scheduled {
            schedule: first.schedule,
            due_at: now,
            per_site: first.per_site,
        };
        queued += usize::from(request(&mut tx, first.site, scheduled, free).await?);
    }
    tx.commit().await?;
    Ok(queued)
}
