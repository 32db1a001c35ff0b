//! The end: everything is let run, until nothing is left to be done; then all of it is read.

use std::collections::BTreeSet;
use std::fs::File;
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use routervault::db::snapshots;
use routervault::model::SnapshotId;

use super::house::House;
use super::moment::Moment;
use super::processes::Task;
use super::scene::Scene;
use crate::support::until;

/// As old as a file is to be that nobody lists, to be swept.
const OLD: Duration = Duration::from_secs(2 * 60 * 60);

impl Scene {
    /// Kills everything a last time, lets it run undisturbed, and checks all that is left.
    pub async fn end(mut self) {
        self.kill_all().await;
        age(&self.house);
        self.start(Task::Serve);
        self.start(Task::Collect);
        until("everything has ended", async || {
            let moment = self.look().await;
            has_ended(&moment, &self.house).then_some(())
        })
        .await;
        self.start(Task::Retention);
        self.end_visits().await;
        for process in self.processes() {
            if process.task != Task::Retention {
                let pid = i32::try_from(process.pid().unwrap()).unwrap();
                kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
            }
            let status = process.ended().await;
            assert!(status.success(), "{status}\n{}", process.said());
        }
        self.check().await;
    }

    /// Everything once more, and every body there is.
    async fn check(&mut self) {
        let shown = self.take_shown();
        let moment = self.observer.look_at_all(&self.house, shown).await;
        let gone = i64::try_from(self.observer.gone()).unwrap();
        assert_eq!(moment.told, gone, "what retention tells, and what went");
        let here = self.house.here.pool.acquire().await.unwrap();
        let elsewhere = self.house.elsewhere.pool.acquire().await.unwrap();
        let vaults = [self.house.vault.clone(), self.house.elsewhere.vault().await];
        for (mut conn, vault) in [here, elsewhere].into_iter().zip(vaults) {
            let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM snapshots")
                .fetch_all(&mut *conn)
                .await
                .unwrap();
            assert!(!ids.is_empty());
            for id in ids {
                // It checks what it gives.
                let body = snapshots::load_body(&mut conn, &vault, SnapshotId(id)).await;
                assert!(body.unwrap().is_some());
            }
        }
    }
}

/// Nothing waits or runs, and there is no file that is not listed.
fn has_ended(moment: &Moment, house: &House) -> bool {
    let mut runs = moment.runs.iter();
    let mut batches = moment.batches.iter();
    let mut archives = moment.archives.iter();
    let is_idle = !runs.any(|run| run.is_active())
        && batches.all(|batch| batch.finished_at.is_some())
        && !archives.any(|archive| archive.is_on_its_way());
    let listed = moment.archives.iter();
    let listed: BTreeSet<String> = listed.filter_map(|one| one.file_name.clone()).collect();
    is_idle && files(house) == listed
}

fn files(house: &House) -> BTreeSet<String> {
    let files = std::fs::read_dir(house.archives()).unwrap();
    files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Lets two hours pass for the files.
fn age(house: &House) {
    for name in files(house) {
        let file = File::options()
            .write(true)
            .open(house.archives().join(name))
            .unwrap();
        file.set_modified(SystemTime::now() - OLD).unwrap();
    }
}
