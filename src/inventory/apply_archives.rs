//! The archive plans of an inventory, brought into the database. One that left the file is deleted;
//! the archives that it made stay, as those of a plan that somebody deletes.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;

use super::apply::Counts;
use crate::db::archives::{self as db, PlanValues, StoredPlan};
use crate::model::Origin;

/// Writes the plans that differ, and deletes those that left the file. Their sites are there.
pub(super) async fn apply_archives(
    conn: &mut PgConnection,
    wanted: &[PlanValues],
) -> Result<Counts, sqlx::Error> {
    let stored = db::list_plans(conn).await?;
    let by_name: HashMap<&str, &StoredPlan> = stored
        .iter()
        .map(|one| (one.values.name.as_str(), one))
        .collect();
    let mut counts = Counts::default();
    for values in wanted {
        match by_name.get(values.name.as_str()) {
            None => {
                db::insert_plan(conn, Origin::File, values).await?;
                counts.added += 1;
            }
            Some(one) if one.origin.is_file() && one.values == *values => {}
            Some(one) => {
                db::update_plan(conn, one.id, Origin::File, values).await?;
                counts.changed += 1;
                counts.taken_over += u64::from(!one.origin.is_file());
            }
        }
    }
    let named: HashSet<&str> = wanted.iter().map(|values| values.name.as_str()).collect();
    let left = stored
        .iter()
        .filter(|one| one.origin.is_file() && !named.contains(one.values.name.as_str()));
    for one in left {
        db::delete_plan(conn, one.id).await?;
        counts.deleted += 1;
    }
    Ok(counts)
}
