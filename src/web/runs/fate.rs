//! What is still to come of a run, decided once for its own page and for that of its batch.

use chrono::{DateTime, Utc};

use crate::db::pages::{BatchRunRow, RunHead};
use crate::model::{RunState, StoredFailureCode};
use crate::web::words;

/// What decides about what comes next.
#[derive(Debug, Clone, Copy)]
pub struct Fate<'a> {
    state: RunState,
    attempt: i32,
    not_before: DateTime<Utc>,
    failure_code: Option<&'a StoredFailureCode>,
}

impl<'a> From<&'a RunHead> for Fate<'a> {
    fn from(run: &'a RunHead) -> Self {
        Self {
            state: run.state,
            attempt: run.attempt,
            not_before: run.not_before,
            failure_code: run.failure_code.as_ref(),
        }
    }
}

impl<'a> From<&'a BatchRunRow> for Fate<'a> {
    fn from(run: &'a BatchRunRow) -> Self {
        Self {
            state: run.state,
            attempt: run.attempt,
            not_before: run.not_before,
            failure_code: run.failure_code.as_ref(),
        }
    }
}

impl Fate<'_> {
    /// Whether it waits for its next attempt after one that failed.
    pub fn backs_off(&self, now: &DateTime<Utc>) -> bool {
        self.state == RunState::Queued && self.attempt > 0 && self.not_before > *now
    }

    /// What to do after a failure; nothing while it is tried again by itself.
    pub fn next_step(&self) -> Option<&'static str> {
        let code = self.failure_code?;
        words::next_step(code).filter(|_| self.state == RunState::Failed)
    }
}
