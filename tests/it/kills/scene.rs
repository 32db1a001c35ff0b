//! Processes at work on one installation, who kills them, and who watches.

use std::time::Duration;

use futures_util::future::select_all;
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use tokio::time::{Instant, timeout_at};

use super::house::House;
use super::moment::{Archive, Moment};
use super::observer::Observer;
use super::processes::{Process, Task};
use super::visitor::Shown;
use super::work::{self, Restoring};
use crate::support::until;

/// Whom it hits how often: the program's processes, one connection's part of PostgreSQL, and the
/// whole of PostgreSQL.
const CHANCES: [(Victim, u32); 6] = [
    (Victim::Serve, 24),
    (Victim::Collect, 20),
    (Victim::Retention, 12),
    (Victim::Restore, 16),
    (Victim::Backend, 7),
    (Victim::Postmaster, 1),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Serve,
    Collect,
    Retention,
    Restore,
    Backend,
    Postmaster,
}

impl Victim {
    const fn is_of_database(self) -> bool {
        matches!(self, Self::Backend | Self::Postmaster)
    }

    const fn is(self, task: &Task) -> bool {
        matches!(
            (self, task),
            (Self::Serve, Task::Serve)
                | (Self::Collect, Task::Collect)
                | (Self::Retention, Task::Retention)
                | (Self::Restore, Task::Restore(_))
        )
    }
}

pub struct Scene {
    pub house: House,
    pub observer: Observer,
    pub kills: usize,
    processes: Vec<Process>,
    /// How many processes were started.
    started: usize,
    /// How often the database was killed.
    outages: usize,
    /// The archives as they were seen last.
    archives: Vec<Archive>,
    /// What pages showed since then.
    shown: Vec<Shown>,
    restores: usize,
    /// How long the program takes to get to work: the moments of kills lie within twice that.
    round: Duration,
    rng: StdRng,
}

impl Scene {
    /// Everything runs, and nothing was killed yet.
    pub async fn open(rng: StdRng) -> Self {
        let mut scene = Self {
            house: House::build().await,
            observer: Observer::default(),
            kills: 0,
            processes: Vec::new(),
            started: 0,
            outages: 0,
            archives: Vec::new(),
            shown: Vec::new(),
            restores: 0,
            round: Duration::ZERO,
            rng,
        };
        let begun = Instant::now();
        scene.start_missing();
        until("the program works", async || {
            scene.processes.iter().all(Process::is_ready).then_some(())
        })
        .await;
        scene.round = begun.elapsed();
        scene
    }

    /// Asks for things, as people would, and starts what does not run.
    pub async fn ask(&mut self) {
        work::ask_for_backups(&self.house, &mut self.rng).await;
        work::ask_for_an_archive(&self.house, &mut self.rng, &self.archives).await;
        let deleted = {
            let mut tasks = self.processes.iter().map(|process| &process.task);
            let in_use = tasks.find_map(|task| match task {
                Task::Restore(restoring) => Some(restoring.file.as_str()),
                _ => None,
            });
            work::delete_an_archive(&self.house, &self.archives, in_use).await
        };
        if let Some(deleted) = deleted {
            self.observer.told_deleted(deleted);
            self.archives.retain(|archive| archive.id != deleted);
        }
        self.start_missing();
    }

    fn start_missing(&mut self) {
        for victim in [Victim::Serve, Victim::Collect, Victim::Retention] {
            let mut running = self.processes.iter();
            if running.any(|process| victim.is(&process.task)) {
                continue;
            }
            self.start(match victim {
                Victim::Serve => Task::Serve,
                Victim::Collect => Task::Collect,
                _ => Task::Retention,
            });
        }
        let is_restoring = |process: &Process| Victim::Restore.is(&process.task);
        let newest = self.archives.iter().rfind(|archive| archive.is_completed());
        if !self.processes.iter().any(is_restoring)
            && let Some(archive) = newest
        {
            self.restores += 1;
            let restoring = Restoring::of(archive, self.restores);
            self.observer.expect(&restoring);
            self.start(Task::Restore(restoring));
        }
    }

    pub fn start(&mut self, task: Task) {
        let process = Process::start(&self.house, task, self.started, self.outages);
        self.started += 1;
        self.processes.push(process);
    }

    /// Lets it run until a moment of chance.
    pub async fn run_for_a_moment(&mut self) {
        let moment = self.round.mul_f64(self.rng.random_range(0.0..2.0));
        let at = Instant::now() + moment;
        loop {
            let ends = self.processes.iter_mut().map(|one| Box::pin(one.ended()));
            if timeout_at(at, select_all(ends)).await.is_err() {
                return;
            }
            self.forget_ended().await;
        }
    }

    pub async fn kill_one(&mut self) {
        let victim = self.draw();
        match victim {
            Victim::Backend => self.house.kill_backend().await,
            Victim::Postmaster => self.house.kill_postmaster().await,
            _ => {
                let mut running = self.processes.iter();
                let hit = running.position(|process| victim.is(&process.task));
                self.kill(hit.expect("only what runs is drawn")).await;
            }
        }
        self.kills += 1;
        println!("kill {}: {victim:?}", self.kills);
        self.outages += usize::from(victim.is_of_database());
    }

    /// One that runs, by its chances.
    fn draw(&mut self) -> Victim {
        let runs = |victim: Victim| {
            let mut running = self.processes.iter();
            victim.is_of_database() || running.any(|process| victim.is(&process.task))
        };
        let running: Vec<_> = CHANCES.into_iter().filter(|(one, _)| runs(*one)).collect();
        let drawn = running.choose_weighted(&mut self.rng, |(_, chances)| *chances);
        drawn.expect("the database always runs").0
    }

    /// Kills a process, and lets its leases run out: the next one need not wait for that.
    async fn kill(&mut self, hit: usize) {
        let mut process = self.processes.remove(hit);
        let pid = process.pid();
        process.kill().await;
        self.shown.extend(process.end_visit().await);
        if process.has_succeeded() {
            self.note_success(&process.task);
        }
        let archives = process.task == Task::Serve;
        let Some(pid) = pid else { return };
        self.house
            .here
            .with(async |conn| {
                sqlx::query(
                    "WITH runs AS (
                         UPDATE runs
                         SET lease_until = now() - interval '1 second'
                         WHERE state = 'running'
                           AND claimed_by LIKE format('%%:%s:%%', $1)
                     )
                     UPDATE archives
                     SET lease_until = now() - interval '1 second'
                     WHERE state = 'running'
                       AND $2",
                )
                .bind(i64::from(pid))
                .bind(archives)
                .execute(conn)
                .await
            })
            .await;
    }

    fn note_success(&mut self, task: &Task) {
        println!("succeeded: {task:?}");
        if let Task::Restore(restoring) = task {
            self.observer.told_restored(&restoring.slug);
        }
    }

    /// Takes note of those that have ended by themselves.
    async fn forget_ended(&mut self) {
        let mut running = Vec::new();
        for mut process in std::mem::take(&mut self.processes) {
            if !process.has_ended(self.outages) {
                running.push(process);
                continue;
            }
            self.shown.extend(process.end_visit().await);
            if process.has_succeeded() {
                self.note_success(&process.task);
            }
        }
        self.processes = running;
    }

    pub async fn look(&mut self) -> Moment {
        let shown = self.take_shown();
        let moment = self.observer.look(&self.house, shown).await;
        self.archives.clone_from(&moment.archives);
        moment
    }

    /// What pages showed since the last time.
    pub fn take_shown(&mut self) -> Vec<Shown> {
        let mut shown = std::mem::take(&mut self.shown);
        shown.extend(self.processes.iter_mut().flat_map(Process::shown));
        shown
    }

    /// Nobody asks for pages any more.
    pub async fn end_visits(&mut self) {
        for process in &mut self.processes {
            self.shown.extend(process.end_visit().await);
        }
    }

    /// Kills all processes.
    pub async fn kill_all(&mut self) {
        while !self.processes.is_empty() {
            self.kill(0).await;
        }
    }

    /// The processes that run.
    pub fn processes(&mut self) -> &mut Vec<Process> {
        &mut self.processes
    }
}
