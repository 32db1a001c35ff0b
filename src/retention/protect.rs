//! What never goes, whatever a rule says.

use std::collections::HashSet;

use crate::db::retention::KeptSnapshot;
use crate::model::Verdict;

/// Which of these, oldest first, never go: what a person pinned, the newest (it is still valid),
/// the newest verified one, and the newest verified one of each version of RouterOS.
pub(super) fn protected(ordered: &[&KeptSnapshot]) -> Vec<bool> {
    let mut versions = HashSet::new();
    let mut has_verified = false;
    let mut protected: Vec<bool> = ordered
        .iter()
        .rev()
        .enumerate()
        .map(|(newer, snapshot)| {
            let mut stays = newer == 0 || snapshot.pinned;
            if snapshot.verdict == Verdict::Verified {
                stays |= !has_verified;
                has_verified = true;
                let version = snapshot.version.as_deref();
                stays |= version.is_some_and(|version| versions.insert(version));
            }
            stays
        })
        .collect();
    protected.reverse();
    protected
}
