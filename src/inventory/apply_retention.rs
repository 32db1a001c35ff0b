//! The rules of retention of an inventory, brought into the database. One that left the file is
//! deleted: what it was for is kept by the next nearest rule from then on, or for ever.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::apply::Counts;
use super::types::{KeptOf, RetentionRule};
use crate::db::retention as db;
use crate::model::{Origin, RetentionTarget, SiteId};

/// Writes the rules that differ. `sites` has every site of the inventory.
pub(super) async fn apply_retention(
    conn: &mut PgConnection,
    wanted: &[RetentionRule],
    sites: &HashMap<String, SiteId>,
) -> Result<Counts, sqlx::Error> {
    let now = db::lock_rules(conn).await?;
    let stored = db::list_rules(conn).await?;
    let by_target: HashMap<&RetentionTarget, &db::StoredRule> =
        stored.iter().map(|one| (&one.target, one)).collect();
    let wanted: HashMap<RetentionTarget, &RetentionRule> = wanted
        .iter()
        .map(|one| (target(&one.target, sites), one))
        .collect();
    let mut counts = Counts::default();
    for (target, RetentionRule { rule, .. }) in &wanted {
        match by_target.get(target) {
            None => counts.added += 1,
            Some(one) if one.origin.is_file() && one.rule == *rule => continue,
            Some(one) => {
                counts.changed += 1;
                counts.taken_over += u64::from(!one.origin.is_file());
            }
        }
        db::save_rule(conn, Origin::File, (target, rule), now).await?;
    }
    let left = stored
        .iter()
        .filter(|one| one.origin.is_file() && !wanted.contains_key(&one.target));
    for one in left {
        db::delete_rule(conn, &one.target, now).await?;
        counts.deleted += 1;
    }
    Ok(counts)
}

fn target(named: &KeptOf, sites: &HashMap<String, SiteId>) -> RetentionTarget {
    match named {
        KeptOf::Everything => RetentionTarget::All,
        KeptOf::Tag(tag) => RetentionTarget::Tag(tag.clone()),
        KeptOf::Site(slug) => {
            let site = sites.get(slug).expect("every wanted site was just written");
            RetentionTarget::Site(*site)
        }
    }
}
