//! The schedules and maintenance windows of an inventory, brought into the database. What left the
//! file is deleted, for nothing hangs on it; but there is always a schedule for everything.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;

use super::apply::Counts;
use crate::db::schedules::{self as db, ScheduleValues, WindowValues};
use crate::model::{Origin, Target};

/// Writes the schedules that differ. A device has its nearest one after
/// [`resolve`](db::resolve) only.
pub(super) async fn apply_schedules(
    conn: &mut PgConnection,
    wanted: &[ScheduleValues],
) -> Result<Counts, sqlx::Error> {
    let stored = db::list_schedules(conn).await?;
    let by_target: HashMap<&Target, _> =
        stored.iter().map(|one| (&one.values.target, one)).collect();
    let (mut counts, mut writes) = (Counts::default(), Vec::new());
    for values in wanted {
        let there = by_target.get(&values.target);
        match there {
            None => counts.added += 1,
            Some(one) if one.origin.is_file() && one.values == *values => continue,
            Some(one) => {
                counts.changed += 1;
                counts.taken_over += u64::from(!one.origin.is_file());
            }
        }
        writes.push((there.map(|one| one.id), values.clone()));
    }
    let named: HashSet<&Target> = wanted.iter().map(|values| &values.target).collect();
    let left = stored
        .iter()
        .filter(|one| one.origin.is_file() && !named.contains(&one.values.target));
    for one in left {
        if one.values.target == Target::Everything {
            db::hand_over_schedule(conn, one.id).await?;
            counts.handed_over += 1;
        } else {
            db::delete_schedule(conn, one.id).await?;
            counts.deleted += 1;
        }
    }
    db::save_schedules(conn, Origin::File, &writes).await?;
    Ok(counts)
}

/// Writes the windows that differ, and deletes those that left the file.
pub(super) async fn apply_windows(
    conn: &mut PgConnection,
    wanted: &[WindowValues],
) -> Result<Counts, sqlx::Error> {
    let stored = db::list_windows(conn).await?;
    let by_name: HashMap<&str, _> = stored
        .iter()
        .map(|one| (one.values.name.as_str(), one))
        .collect();
    let (mut counts, mut writes) = (Counts::default(), Vec::new());
    for values in wanted {
        let there = by_name.get(values.name.as_str());
        match there {
            None => counts.added += 1,
            Some(one) if one.origin.is_file() && one.values == *values => continue,
            Some(one) => {
                counts.changed += 1;
                counts.taken_over += u64::from(!one.origin.is_file());
            }
        }
        writes.push((there.map(|one| one.id), values.clone()));
    }
    let named: HashSet<&str> = wanted.iter().map(|values| values.name.as_str()).collect();
    let left = stored
        .iter()
        .filter(|one| one.origin.is_file() && !named.contains(one.values.name.as_str()));
    for one in left {
        db::delete_window(conn, one.id).await?;
        counts.deleted += 1;
    }
    db::save_windows(conn, Origin::File, &writes).await?;
    Ok(counts)
}
