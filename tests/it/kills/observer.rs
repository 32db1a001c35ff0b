//! Somebody who remembers everything that was ever reported done, and holds each new look
//! against it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use super::house::{House, KEPT};
use super::moment::{Archive, Copy, Moment, Run, Snapshot, copies};
use super::visitor::Shown;
use super::work::Restoring;

/// What the fault of the program itself is called.
const OUR_FAULT: &str = "internal";

/// What was told.
#[derive(Default)]
pub struct Observer {
    /// Those that ended.
    runs: BTreeMap<i64, Run>,
    /// All before this one have ended.
    first_run: i64,
    finished_batches: BTreeSet<i64>,
    snapshots: BTreeMap<i64, Snapshot>,
    gone: BTreeSet<i64>,
    /// Those that were completed; their files are looked at again and again.
    pub archives: BTreeMap<i64, Archive>,
    deleted_archives: BTreeSet<i64>,
    /// What each restore that was begun is to come to.
    restores: HashMap<String, Restoring>,
    restored: BTreeSet<String>,
    /// How often pages showed a backup, an archive, and a site that was restored.
    shown: [usize; 3],
}

impl Observer {
    /// Looks at what may have moved and at what pages `shown` until now, and panics when anything
    /// that was told is no longer so, or anything is half.
    pub async fn look(&mut self, house: &House, shown: Vec<Shown>) -> Moment {
        let (first_run, known) = (self.first_run, &self.snapshots);
        let moment = house
            .here
            .with(async |conn| Moment::read(conn, &house.vault, first_run, known).await)
            .await;
        assert_eq!(
            moment.wrong, 0,
            "chains or devices that are not as they say"
        );
        self.see_snapshots(&moment);
        self.see_runs(first_run, &moment);
        self.see_batches(&moment);
        self.see_archives(house, &moment.archives);
        let elsewhere = house.elsewhere.with(copies).await;
        self.see_copies(&moment.copies, false);
        self.see_copies(&elsewhere, true);
        for shown in shown {
            self.see_shown(shown, &moment);
        }
        let active = moment.runs.iter().filter(|run| run.is_active());
        let ended = moment.runs.iter().map(|run| run.id + 1).max();
        let next = active.map(|run| run.id).min().or(ended);
        self.first_run = next.unwrap_or(first_run);
        moment
    }

    /// The same, at everything there is.
    pub async fn look_at_all(&mut self, house: &House, shown: Vec<Shown>) -> Moment {
        self.first_run = 0;
        self.look(house, shown).await
    }

    fn see_snapshots(&mut self, moment: &Moment) {
        for (id, seen) in &self.snapshots {
            if let Some(now) = moment.snapshots.get(id) {
                let now = Snapshot {
                    pinned: seen.pinned,
                    ..now.clone()
                };
                assert_eq!(now, *seen);
                continue;
            }
            let newer = |other: &&Snapshot| {
                other.device_id == seen.device_id && other.taken_at > seen.taken_at
            };
            let newer = moment.snapshots.values().filter(newer).count();
            let may_go = !seen.pinned && newer >= KEPT.unsigned_abs() as usize;
            assert!(may_go, "lost, with {newer} newer ones: {seen:?}");
            self.gone.insert(*id);
        }
        self.snapshots.clone_from(&moment.snapshots);
        let back = self.gone.iter().find(|id| self.snapshots.contains_key(id));
        assert_eq!(back, None, "deleted, and back");
    }

    fn see_runs(&mut self, first: i64, moment: &Moment) {
        for run in &moment.runs {
            self.see_run(run, moment);
        }
        let ids: BTreeSet<i64> = moment.runs.iter().map(|run| run.id).collect();
        let mut known = self.runs.range(first..);
        let lost = known.find(|(id, _)| !ids.contains(id));
        assert_eq!(lost, None, "a run is lost");
    }

    fn see_run(&mut self, run: &Run, moment: &Moment) {
        let Some(seen) = self.runs.get(&run.id) else {
            if !run.is_active() {
                check_end(run, moment);
                self.runs.insert(run.id, run.clone());
            }
            return;
        };
        let mut seen = seen.clone();
        // What it stored may be deleted by a rule.
        if seen.snapshot_id.is_some_and(|id| self.gone.contains(&id)) {
            seen.snapshot_id = None;
        }
        assert_eq!(*run, seen);
    }

    fn see_batches(&mut self, moment: &Moment) {
        for batch in &moment.batches {
            let is_finished = batch.finished_at.is_some();
            assert!(!is_finished || batch.active == 0, "{batch:?}");
            let was_finished = self.finished_batches.contains(&batch.id);
            assert!(is_finished || !was_finished, "{batch:?}");
            if is_finished {
                self.finished_batches.insert(batch.id);
            }
        }
        let ids: BTreeSet<i64> = moment.batches.iter().map(|batch| batch.id).collect();
        let lost: Vec<_> = self.finished_batches.difference(&ids).collect();
        assert!(lost.is_empty(), "batches that are lost: {lost:?}");
    }

    /// Every archive that is completed has the file that it says.
    fn see_archives(&mut self, house: &House, listed: &[Archive]) {
        for archive in listed {
            assert!(!self.deleted_archives.contains(&archive.id), "{archive:?}");
            match archive.state.as_str() {
                "completed" => check_file(house, archive),
                "failed" => assert_sentence(archive.failure.as_deref()),
                "queued" => assert_eq!(archive.file_name, None),
                _ => {}
            }
            if archive.is_completed() {
                let seen = self.archives.entry(archive.id);
                assert_eq!(seen.or_insert_with(|| archive.clone()), archive);
            }
        }
        let is_listed = |id: &&i64| listed.iter().any(|archive| archive.id == **id);
        let lost = self.archives.keys().find(|id| !is_listed(id));
        assert_eq!(lost, None, "an archive is lost");
    }

    /// Every site that was restored is whole, and stays.
    fn see_copies(&mut self, found: &[Copy], is_elsewhere: bool) {
        for copy in found {
            let expected = &self.restores[&copy.slug];
            assert_eq!(expected.is_elsewhere, is_elsewhere);
            let counts = (copy.devices, copy.snapshots);
            assert_eq!(counts, (expected.devices, expected.snapshots), "{copy:?}");
            self.restored.insert(copy.slug.clone());
        }
        let is_there = |slug: &str| found.iter().any(|copy| copy.slug == slug);
        let lost = self.restored.iter().find(|slug| {
            self.restores[slug.as_str()].is_elsewhere == is_elsewhere && !is_there(slug)
        });
        assert_eq!(lost, None, "a site that was restored is lost");
    }

    /// What a page showed before this moment is what is there, whole, or went since.
    fn see_shown(&mut self, shown: Shown, moment: &Moment) {
        let kind = match shown {
            Shown::Backup { id, sha256 } => {
                let there = moment.snapshots.get(&id);
                assert!(there.is_none_or(|there| there.sha256 == sha256), "{id}");
                0
            }
            Shown::NoBackup(id) => {
                let is_there = moment.snapshots.contains_key(&id);
                return assert!(!is_there, "listed, there, and not to be had: backup {id}");
            }
            Shown::Archive { id, sha256 } => {
                let is_it = match self.archives.get(&id) {
                    Some(there) => there.sha256 == Some(sha256),
                    None => self.deleted_archives.contains(&id),
                };
                assert!(is_it, "not what is told of it: archive {id}");
                1
            }
            Shown::NoFile(id) => {
                let is_deleted = self.deleted_archives.contains(&id);
                return assert!(is_deleted, "completed without its file: archive {id}");
            }
            Shown::Copy { slug, devices } => {
                assert_eq!(devices, self.restores[&slug].devices, "{slug}");
                self.restored.insert(slug);
                2
            }
        };
        self.shown[kind] += 1;
    }

    /// A restore was begun.
    pub fn expect(&mut self, restoring: &Restoring) {
        self.restores
            .insert(restoring.slug.clone(), restoring.clone());
    }

    /// It said that it is done.
    pub fn told_restored(&mut self, slug: &str) {
        self.restored.insert(slug.to_owned());
    }

    /// A person deleted an archive.
    pub fn told_deleted(&mut self, archive: i64) {
        self.archives.remove(&archive);
        self.deleted_archives.insert(archive);
    }

    /// How many snapshots were seen to go.
    pub fn gone(&self) -> usize {
        self.gone.len()
    }

    /// How much was seen to be done: backups, deleted snapshots, archives, restores; and how often
    /// pages showed a backup, an archive and a restored site.
    pub fn done(&self) -> [usize; 7] {
        let succeeded = |run: &&Run| run.state == "succeeded";
        let [backups, archives, copies] = self.shown;
        [
            self.runs.values().filter(succeeded).count(),
            self.gone.len(),
            self.archives.len() + self.deleted_archives.len(),
            self.restored.len(),
            backups,
            archives,
            copies,
        ]
    }
}

/// A run that ended has what it stored, or says why it has nothing.
fn check_end(run: &Run, moment: &Moment) {
    assert!(run.finished_at.is_some(), "{run:?}");
    if run.state != "succeeded" {
        assert_eq!(run.state, "failed");
        assert_ne!(run.failure_code.as_deref(), Some(OUR_FAULT), "{run:?}");
        return assert_sentence(run.failure.as_deref());
    }
    let stored = run.snapshot_id.and_then(|id| moment.snapshots.get(&id));
    let stored = stored.unwrap_or_else(|| panic!("without what it stored: {run:?}"));
    assert_eq!(stored.device_id, run.device_id);
    assert_eq!(run.verdict.as_deref(), Some("verified"));
    // One that is unchanged has another date in its header.
    if run.outcome.as_deref() == Some("changed") {
        assert_eq!(run.sha256.as_ref(), Some(&stored.sha256), "{run:?}");
    }
}

fn check_file(house: &House, archive: &Archive) {
    let name = archive.file_name.as_deref().unwrap();
    let file = std::fs::read(house.archives().join(name));
    let file = file.unwrap_or_else(|error| panic!("{error}: {archive:?}"));
    assert_eq!(archive.size_bytes, i64::try_from(file.len()).ok());
    let sha256 = Sha256::digest(&file).to_vec();
    assert_eq!(archive.sha256.as_ref(), Some(&sha256), "{archive:?}");
}

fn assert_sentence(text: Option<&str>) {
    let is_sentence = |text: &str| text.len() > 20 && text.ends_with('.');
    assert!(text.is_some_and(is_sentence), "{text:?}");
}
