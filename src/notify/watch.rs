//! Looks at what ended since it was last looked, and puts what a rule asks for into the rule's
//! message. Looking and gathering are one transaction, so each thing that happens is told once,
//! whoever is killed when.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool};

use super::gather::Gatherer;
use super::stand::{End, Stand, after};
use crate::db::alerts::gather::NewEvent;
use crate::db::alerts::overdue::{self, NewOverdue};
use crate::db::alerts::watch::{self as db, ChangedKey, EndedRun, Rule};
use crate::model::{AlertKind, AlertRuleId, Check, DeviceId, Outcome, Verdict};

/// How many runs one transaction looks at.
const BATCH: i64 = 500;

/// How many characters of a cause are told.
const MAX_DETAIL_CHARS: usize = 500;

/// Looks at what ended before `now`, some of it at a time, until nothing is left.
///
/// # Errors
/// When the database fails; what was gathered before stays.
pub async fn look(
    pool: &PgPool,
    gathering: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    while look_at_some(pool, gathering, now).await? {}
    Ok(())
}

/// Whether there may be more.
async fn look_at_some(
    pool: &PgPool,
    gathering: TimeDelta,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let mut tx = pool.begin().await?;
    if !db::try_lock(&mut tx).await? {
        return Ok(false);
    }
    let rules = db::list_rules(&mut tx).await?;
    let runs = db::list_ended(&mut tx, BATCH).await?;
    let keys = db::list_changed_keys(&mut tx, BATCH).await?;
    let mut events = of_runs(&mut tx, &runs).await?;
    events.extend(keys.iter().map(of_key));
    db::mark_runs(&mut tx, &runs).await?;
    db::mark_keys(&mut tx, &keys).await?;
    let concerned = concerned(&mut tx, &events).await?;
    let mut gatherer = Gatherer::begin(&mut tx, &rules, gathering, now).await?;
    let wanted = |rule: &Rule, event: &NewEvent| {
        let is_asked_for = rule.kinds.iter().any(|kind| kind == event.kind.as_str());
        is_asked_for && concerned.contains(&(rule.id, event.device))
    };
    gatherer.gather(&mut tx, &events, wanted).await?;
    tx.commit().await?;
    let is_full = |count: usize| i64::try_from(count).is_ok_and(|count| count == BATCH);
    Ok(is_full(runs.len()) || is_full(keys.len()))
}

async fn concerned(
    conn: &mut PgConnection,
    events: &[NewEvent],
) -> Result<HashSet<(AlertRuleId, DeviceId)>, sqlx::Error> {
    if events.is_empty() {
        return Ok(HashSet::new());
    }
    let devices: HashSet<DeviceId> = events.iter().map(|event| event.device).collect();
    let devices: Vec<DeviceId> = devices.into_iter().collect();
    let pairs = db::list_concerned(conn, &devices).await?;
    Ok(pairs.into_iter().collect())
}

/// What these runs, in the order in which they ended, are to how their devices stood.
async fn of_runs(conn: &mut PgConnection, runs: &[EndedRun]) -> Result<Vec<NewEvent>, sqlx::Error> {
    let mut stands: HashMap<DeviceId, Stand> = HashMap::new();
    let mut events = Vec::new();
    for run in runs {
        let first = Stand::from_word(run.stand.as_deref());
        let before = *stands.get(&run.device).unwrap_or(&first);
        let (stand, kinds) = after(before, end(run));
        if stand != before {
            db::save_stand(conn, run.device, stand.word()).await?;
        }
        stands.insert(run.device, stand);
        events.extend(kinds.into_iter().map(|kind| of_run(run, kind)));
    }
    Ok(events)
}

fn end(run: &EndedRun) -> End {
    match run.verdict {
        None => End::Failed,
        Some(Verdict::Suspect) => End::Suspect,
        Some(Verdict::Verified) => End::Verified {
            is_changed: run.outcome == Some(Outcome::Changed) && run.previous.is_some(),
        },
    }
}

fn of_run(run: &EndedRun, kind: AlertKind) -> NewEvent {
    let detail = match kind {
        AlertKind::FirstFailure => run.failure.clone().unwrap_or_default(),
        AlertKind::Suspect => doubts(&run.checks),
        _ => String::new(),
    };
    NewEvent {
        kind,
        device: run.device,
        occurred_at: run.finished_at,
        run: Some(run.id),
        snapshot: run.snapshot,
        previous_snapshot: run.previous,
        detail: cut(detail),
    }
}

/// What the checks that did not pass have seen.
fn doubts(checks: &[Check]) -> String {
    let failed = checks.iter().filter(|check| !check.ok);
    let seen: Vec<&str> = failed.map(|check| check.detail.as_str()).collect();
    seen.join("; ")
}

fn of_key(key: &ChangedKey) -> NewEvent {
    NewEvent {
        kind: AlertKind::HostKeyChanged,
        device: key.device,
        occurred_at: key.seen_at,
        run: None,
        snapshot: None,
        previous_snapshot: None,
        detail: cut(format!(
            "It showed the {} key {}; trusted is {}.",
            key.algorithm, key.fingerprint, key.trusted_fingerprint
        )),
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_DETAIL_CHARS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Finds devices that have had no verified backup for longer than a rule allows.
///
/// # Errors
/// When the database fails; what was gathered before stays.
pub async fn look_for_overdue(
    pool: &PgPool,
    gathering: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    while look_for_some_overdue(pool, gathering, now).await? {}
    Ok(())
}

async fn look_for_some_overdue(
    pool: &PgPool,
    gathering: TimeDelta,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let mut tx = pool.begin().await?;
    if !db::try_lock(&mut tx).await? {
        return Ok(false);
    }
    overdue::forget(&mut tx, now).await?;
    let found = overdue::note(&mut tx, now, BATCH).await?;
    let rules = db::list_rules(&mut tx).await?;
    let mut gatherer = Gatherer::begin(&mut tx, &rules, gathering, now).await?;
    for of_rule in found.chunk_by(|a, b| a.rule == b.rule) {
        let events: Vec<NewEvent> = of_rule.iter().map(|found| of_overdue(found, now)).collect();
        let wanted = |rule: &Rule, _: &NewEvent| rule.id == of_rule[0].rule;
        gatherer.gather(&mut tx, &events, wanted).await?;
    }
    tx.commit().await?;
    Ok(i64::try_from(found.len()).is_ok_and(|count| count == BATCH))
}

fn of_overdue(found: &NewOverdue, now: DateTime<Utc>) -> NewEvent {
    NewEvent {
        kind: AlertKind::Overdue,
        device: found.device,
        occurred_at: now,
        run: None,
        snapshot: None,
        previous_snapshot: None,
        detail: match found.last_verified_at {
            Some(at) => format!("The last verified backup is of {}.", super::minute(at)),
            None => "It never had a verified backup.".to_owned(),
        },
    }
}
