//! Archives that are due by a plan: one a due time, however often it was missed.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::{Connection as _, PgConnection};

use super::rhythm::Clock;
use crate::db::archives::{self as db, StoredPlan};
use crate::db::audit::{self, Actor, Entry};
use crate::model::AuditAction;

/// Queues the archives that are due at `now`, and reckons when the next ones are.
///
/// # Errors
/// When the database fails; nothing was queued then.
pub async fn queue_due(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let mut tx = conn.begin().await?;
    for plan in db::list_due_plans(&mut tx, now).await? {
        // One that was never reckoned has nothing to catch up with.
        if let Some(due_at) = plan.due_at {
            queue(&mut tx, &plan, due_at, now).await?;
        }
        let next = next_due(&plan, now).unwrap_or(DateTime::<Utc>::MAX_UTC);
        db::mark_plan_due(&mut tx, plan.id, next).await?;
    }
    tx.commit().await
}

async fn queue(
    conn: &mut PgConnection,
    plan: &StoredPlan,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if !db::queue_planned(conn, plan, due_at, now).await? {
        tracing::warn!(plan = %plan.id, "An archive is due by a plan whose last one is not made yet; it is left out");
        return Ok(());
    }
    let choice = &plan.values.choice;
    let actor = Actor {
        name: plan.actor_name(),
        ..Actor::default()
    };
    let entry = Entry {
        action: AuditAction::ArchiveRequested,
        site: None,
        subject: choice.site.as_deref().unwrap_or("everything"),
        detail: &choice.in_words(),
    };
    audit::record(conn, &actor, &entry, now).await
}

/// When it is due next; `None`: never.
fn next_due(plan: &StoredPlan, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let zone = plan.zone_name().parse().unwrap_or_else(|_| {
        tracing::error!(plan = %plan.id, timezone = plan.zone_name(), "Unknown time zone; reckoning in UTC");
        Tz::UTC
    });
    Clock::new(&plan.values.rhythm, zone)?.next(now)
}
