//! What the audit calls the things that somebody does something to, in one place, so that a search
//! in it finds all that was done to one of them, and a page finds the way back to it.

use crate::model::{BatchId, RunId, SnapshotId};

/// A snapshot: `acme/gw-1, backup 17`.
#[must_use]
pub fn backup(site: &str, device: &str, id: SnapshotId) -> String {
    format!("{site}/{device}, backup {id}")
}

/// A run: `acme/gw-1, run 9`.
#[must_use]
pub fn run(site: &str, device: &str, id: RunId) -> String {
    format!("{site}/{device}, run {id}")
}

/// A batch: `batch 4`.
#[must_use]
pub fn batch(id: BatchId) -> String {
    format!("batch {id}")
}

/// Somebody who may sign in: `user kim`.
#[must_use]
pub fn user(name: &str) -> String {
    format!("user {name}")
}

/// What a subject ends in that has a page of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing<'a> {
    Backup(SnapshotId),
    Run(RunId),
    Batch(BatchId),
    /// By name.
    User(&'a str),
}

impl<'a> Thing<'a> {
    /// What a subject names; `None`: nothing of these.
    #[must_use]
    pub fn of(subject: &'a str) -> Option<Self> {
        if let Some(name) = subject.strip_prefix("user ") {
            return Some(Self::User(name));
        }
        let (_, last) = subject.rsplit_once(", ").unwrap_or(("", subject));
        let (word, id) = last.split_once(' ')?;
        match word {
            "backup" => id.parse().ok().map(Self::Backup),
            "run" => id.parse().ok().map(Self::Run),
            "batch" => id.parse().ok().map(Self::Batch),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_found_again() {
        let backup = backup("acme", "gw, east", SnapshotId(17));
        assert_eq!(Thing::of(&backup), Some(Thing::Backup(SnapshotId(17))));
        let run = run("acme", "gw-1", RunId(9));
        assert_eq!(Thing::of(&run), Some(Thing::Run(RunId(9))));
        assert_eq!(
            Thing::of(&batch(BatchId(4))),
            Some(Thing::Batch(BatchId(4)))
        );
        assert_eq!(Thing::of(&user("kim")), Some(Thing::User("kim")));
        for other in [
            "",
            "site acme",
            "acme/gw-1",
            "acme, backup x",
            "2 backups: 1, 2",
        ] {
            assert_eq!(Thing::of(other), None, "{other}");
        }
    }
}
