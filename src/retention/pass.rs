//! Deleting what the rules say, device by device: in small transactions, each of which leaves the
//! database whole, so that a kill at any moment costs nothing but the rest of the pass.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::time::Instant;

use super::decide::{Decision, decide};
use super::nearest::{Place, Rules};
use super::runs;
use crate::db::audit::{self, Actor, Entry};
use crate::db::heartbeats::{self, Service};
use crate::db::retention::{self as db, DevicePlace, KeptSnapshot, Looked, PlacedDevice};
use crate::db::snapshots::{BodyError, delete_gap, lock_for_deletion, lock_history};
use crate::model::{AuditAction, Retention, SnapshotId};
use crate::vault::Vault;

/// How many snapshots go in one transaction at most.
const MOST_AT_ONCE: usize = 200;

/// How long one transaction goes on to the next gap: others wait for the search index meanwhile.
const AT_ONCE: Duration = Duration::from_millis(250);

/// How long a rest between two transactions is at most; else it is as long as the work was.
const LONGEST_REST: Duration = Duration::from_millis(200);

/// When a device is looked at again at the latest: a person may have taken a pin away.
const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);

/// Who is named in the audit.
const ACTOR: &str = "retention";

/// What a pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    pub snapshots: usize,
    /// Devices of which nothing more goes because something of them can not be read.
    pub stuck_devices: usize,
    pub runs: usize,
}

/// Deletes everything that is to go by `now`; `None`: another process is at it. Gives what went.
///
/// # Errors
/// When the database fails; what was deleted before stays deleted, and is told by the next pass.
pub async fn pass(
    pool: &PgPool,
    vault: &Arc<Vault>,
    now: DateTime<Utc>,
) -> Result<Option<Passed>, sqlx::Error> {
    // The lock lives as long as its connection, which is closed however this ends.
    let mut holder = pool.acquire().await?;
    holder.close_on_drop();
    if !db::try_lock(&mut holder).await? {
        return Ok(None);
    }
    let mut passed = Passed::default();
    thin_histories(pool, vault, now, &mut passed).await?;
    passed.runs = runs::delete_old(pool, now).await?;
    tell(pool, now).await?;
    Ok(Some(passed))
}

/// Goes through the devices of which something may go. Ends early when a rule is changed meanwhile:
/// the next pass begins anew.
async fn thin_histories(
    pool: &PgPool,
    vault: &Arc<Vault>,
    now: DateTime<Utc>,
    passed: &mut Passed,
) -> Result<(), sqlx::Error> {
    let mut conn = pool.acquire().await?;
    // Before the rules, so that one which is changed in between counts as changed.
    let changed_at = db::changed_at(&mut conn).await?;
    let rules: Rules = db::list_rules(&mut conn).await?.into_iter().collect();
    let mut after = DevicePlace::begin();
    loop {
        heartbeats::mark_seen(&mut conn, Service::Retention).await?;
        let devices = db::list_due(&mut conn, &after, now).await?;
        let Some(last) = devices.last() else {
            return Ok(());
        };
        after = last.into();
        for device in &devices {
            let rule = rules.nearest(&Place::of(device)).map(|(_, rule)| *rule);
            if rule.is_none() && !device.is_known {
                continue;
            }
            let history = History {
                vault,
                device,
                rule: rule.unwrap_or_default(),
                changed_at,
                now,
            };
            match history.work_off(&mut conn).await {
                Ok(gone) => passed.snapshots += gone,
                Err(Stopped::RulesChanged) => return Ok(()),
                Err(Stopped::Body(BodyError::Database(error))) => return Err(error),
                Err(Stopped::Body(error)) => {
                    passed.stuck_devices += 1;
                    tracing::error!(site = device.site_slug, device = device.name, %error, "Retention deletes nothing more of a device, for a backup would be lost with it");
                }
            }
        }
    }
}

/// Where the days of a device begin; a zone that is not known is UTC.
pub(super) fn zone_of(device: &PlacedDevice) -> Tz {
    device.timezone.parse().unwrap_or(Tz::UTC)
}

/// Why a history is not worked off.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    /// What is said of it may be something else by now.
    #[error("a rule was changed")]
    RulesChanged,
    #[error(transparent)]
    Body(#[from] BodyError),
}

impl From<sqlx::Error> for Stopped {
    fn from(error: sqlx::Error) -> Self {
        Self::Body(error.into())
    }
}

/// The history of one device, and what is said of it.
struct History<'a> {
    vault: &'a Arc<Vault>,
    device: &'a PlacedDevice,
    rule: Retention,
    /// When a rule was changed last, as it was when they were read.
    changed_at: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl History<'_> {
    /// What is there, and what becomes of it.
    async fn look(
        &self,
        conn: &mut PgConnection,
    ) -> Result<(Vec<KeptSnapshot>, Vec<Decision>), sqlx::Error> {
        let kept = db::list_history(conn, &[self.device.id]).await?;
        let decisions = decide(&kept, &self.rule, self.now, zone_of(self.device));
        Ok((kept, decisions))
    }

    /// Deletes all that is to go, and notes when the others will; gives how many went.
    async fn work_off(&self, conn: &mut PgConnection) -> Result<usize, Stopped> {
        let mut gone = 0;
        loop {
            let (kept, decisions) = self.look(conn).await?;
            if !decisions.iter().any(Decision::goes) {
                self.note(conn, &kept, &decisions).await?;
                return Ok(gone);
            }
            heartbeats::mark_seen(conn, Service::Retention).await?;
            let begun = Instant::now();
            match self.step(conn).await? {
                // One of them was pinned meanwhile: the next pass looks again.
                0 => return Ok(gone),
                went => gone += went,
            }
            tokio::time::sleep(begun.elapsed().min(LONGEST_REST)).await;
        }
    }

    /// Deletes the oldest part of what is to go, in one transaction; gives how many went.
    async fn step(&self, conn: &mut PgConnection) -> Result<usize, Stopped> {
        let begun = Instant::now();
        let mut tx = conn.begin().await?;
        lock_for_deletion(&mut tx, self.device.id).await?;
        // Last of the locks: whoever saves a rule then waits for this one step at most.
        if db::hold_rules(&mut tx).await? != self.changed_at {
            return Err(Stopped::RulesChanged);
        }
        let (kept, decisions) = self.look(&mut tx).await?;
        let mut gone: Vec<&Decision> = Vec::new();
        for gap in gaps(&decisions) {
            let room = MOST_AT_ONCE - gone.len();
            let gap = &gap[..gap.len().min(room)];
            let ids: Vec<SnapshotId> = gap.iter().map(|decision| decision.id).collect();
            let deleted = delete_gap(&mut tx, self.vault, self.device.id, &ids).await?;
            let Some(batches) = deleted else {
                break;
            };
            db::delete_unused_batches(&mut tx, &batches).await?;
            gone.extend(gap);
            if gone.len() == MOST_AT_ONCE || begun.elapsed() >= AT_ONCE {
                break;
            }
        }
        self.note_gone(&mut tx, &kept, &gone).await?;
        tx.commit().await?;
        Ok(gone.len())
    }

    /// Adds what went to what is to be told.
    async fn note_gone(
        &self,
        conn: &mut PgConnection,
        kept: &[KeptSnapshot],
        gone: &[&Decision],
    ) -> Result<(), sqlx::Error> {
        let Some(last) = gone.last() else {
            return Ok(());
        };
        let last = kept.iter().find(|kept| kept.id == last.id);
        if let Some(taken_at) = last.map(|last| last.taken_at) {
            db::mark_thinned(conn, self.device.id, taken_at, self.now).await?;
        }
        let snapshots = i64::try_from(gone.len()).unwrap_or(i64::MAX);
        let bytes = gone.iter().map(|one| one.sealed_bytes).sum();
        db::add_untold(conn, self.device.site, snapshots, bytes).await
    }

    /// Notes when each snapshot will go, where that is another time than before, and when the
    /// device is to be looked at again.
    async fn note(
        &self,
        conn: &mut PgConnection,
        kept: &[KeptSnapshot],
        decisions: &[Decision],
    ) -> Result<(), sqlx::Error> {
        let known: HashMap<_, _> = kept.iter().map(|kept| (kept.id, kept.expires_at)).collect();
        let expiry = |decision: &Decision| (decision.id, decision.goes_at());
        let moved: Vec<_> = decisions
            .iter()
            .map(expiry)
            .filter(|(id, at)| known.get(id) != Some(at))
            .collect();
        let next = decisions.iter().filter_map(Decision::goes_at).min();
        let newest = decisions.last().map(|decision| decision.id);
        let looked = Looked {
            device: self.device.id,
            at: self.now,
            newest_snapshot: newest,
            snapshot_count: i32::try_from(decisions.len()).unwrap_or(i32::MAX),
            due_at: next.map_or(self.now + LOOK_AGAIN, |next| {
                next.min(self.now + LOOK_AGAIN)
            }),
        };
        if moved.is_empty() {
            return db::mark_looked_at(conn, &looked).await;
        }
        let mut tx = conn.begin().await?;
        // Rows of one history are only written under its lock.
        lock_history(&mut tx, self.device.id).await?;
        db::mark_expiry(&mut tx, &moved).await?;
        db::mark_looked_at(&mut tx, &looked).await?;
        tx.commit().await
    }
}

/// What goes, in runs of snapshots that follow each other, the oldest first.
fn gaps(decisions: &[Decision]) -> impl Iterator<Item = &[Decision]> {
    decisions
        .chunk_by(|one, next| one.goes() == next.goes())
        .filter(|chunk| chunk[0].goes())
}

/// Tells the audit what went, once a site.
async fn tell(pool: &PgPool, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    let actor = Actor {
        name: ACTOR.to_owned(),
        ..Actor::default()
    };
    for untold in db::take_untold(&mut tx).await? {
        let entry = Entry {
            action: AuditAction::SnapshotDeleted,
            site: Some(untold.site),
            subject: &untold.slug,
            detail: &format!(
                "{} backups by the rules of retention, about {} bytes",
                untold.snapshots, untold.bytes
            ),
        };
        audit::record(&mut tx, &actor, &entry, now).await?;
    }
    tx.commit().await
}
