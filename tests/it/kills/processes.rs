//! The program in all its parts, each a process: started, killed, and held to not ending by
//! itself but when its database was killed.

use std::fs::File;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use tokio::process::Child;

use super::house::{House, Place};
use super::visitor::{Shown, Visit};
use super::work::Restoring;
use crate::support::routervault;

/// What a process is there for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Everything but what is below; runs until it is told to stop.
    Serve,
    /// A collector alone; runs until it is told to stop.
    Collect,
    /// One pass of retention.
    Retention,
    /// One restore.
    Restore(Restoring),
}

impl Task {
    /// What it says when it works; `None`: it ends by itself.
    const fn readiness(&self) -> Option<&'static str> {
        match self {
            Self::Serve => Some("RouterVault is at"),
            Self::Collect => Some("Collecting"),
            Self::Retention | Self::Restore(_) => None,
        }
    }

    fn arguments(&self, house: &House) -> Vec<String> {
        let archives = house.archives();
        let said = match self {
            Self::Serve => {
                let folder = archives.display().to_string();
                return ["serve", "--listen", "127.0.0.1:0", "--archive-dir", &folder]
                    .map(str::to_owned)
                    .to_vec();
            }
            Self::Collect => vec!["collect"],
            Self::Retention => vec!["retention"],
            Self::Restore(restoring) => {
                let file = archives.join(&restoring.file).display().to_string();
                return ["restore", &file, "--as", &restoring.slug]
                    .map(str::to_owned)
                    .to_vec();
            }
        };
        said.into_iter().map(str::to_owned).collect()
    }

    fn place<'a>(&self, house: &'a House) -> &'a Place {
        match self {
            Self::Restore(restoring) if restoring.is_elsewhere => &house.elsewhere,
            _ => &house.here,
        }
    }
}

/// A process of the program; killed when dropped.
pub struct Process {
    pub task: Task,
    child: Child,
    log: PathBuf,
    /// Of who asks it for pages.
    visit: Option<Visit>,
    /// How often the database had been killed when it began.
    outages: usize,
}

impl Process {
    /// The `number`th process that is started.
    pub fn start(house: &House, task: Task, number: usize, outages: usize) -> Self {
        let log = house.path(&format!("{number}.log"));
        let file = File::create(&log).unwrap();
        let place = task.place(house);
        let mut command = routervault(&[]);
        command
            .args(task.arguments(house))
            .args(["--database-url", &place.url, "--key-file"])
            .arg(&place.key_file)
            .stdout(Stdio::from(file.try_clone().unwrap()))
            .stderr(Stdio::from(file));
        let mut command = tokio::process::Command::from(command);
        let child = command.kill_on_drop(true).spawn().unwrap();
        let has_pages = task == Task::Serve;
        Self {
            child,
            visit: has_pages.then(|| Visit::begin(log.clone(), house.cookie.clone())),
            task,
            log,
            outages,
        }
    }

    pub fn said(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned()
    }

    /// Whether it works; always so for what ends by itself.
    pub fn is_ready(&self) -> bool {
        let readiness = self.task.readiness();
        readiness.is_none_or(|line| self.said().contains(line))
    }

    /// Its number among processes, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// What its pages showed since the last time.
    pub fn shown(&mut self) -> Vec<Shown> {
        self.visit.as_mut().map_or_else(Vec::new, Visit::shown)
    }

    /// Nobody asks it for pages any more: what they showed at last.
    pub async fn end_visit(&mut self) -> Vec<Shown> {
        match self.visit.take() {
            Some(visit) => visit.end().await,
            None => Vec::new(),
        }
    }

    pub async fn kill(&mut self) {
        // It may have ended by itself just now; whoever looks at it next sees no difference.
        self.child.kill().await.unwrap();
    }

    /// Whether it has ended by itself; panics when it should not have.
    pub fn has_ended(&mut self, outages: usize) -> bool {
        let Some(status) = self.child.try_wait().unwrap() else {
            return false;
        };
        let was_cut_off = outages > self.outages;
        let may_end = match self.task.readiness() {
            None => status.success() || was_cut_off,
            // Once it works, it outlives its database.
            Some(_) => was_cut_off && !self.is_ready(),
        };
        assert!(may_end, "{:?}: {status}\n{}", self.task, self.said());
        true
    }

    /// Whether it ended and said that it did what it was to do.
    pub fn has_succeeded(&mut self) -> bool {
        let status = self.child.try_wait().unwrap();
        self.task.readiness().is_none() && status.is_some_and(|status| status.success())
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }
}
