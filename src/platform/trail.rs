//! The step trail of an attempt, readable while it is written: the batch page shows it live.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::model::Step;

/// How many steps are kept; an attempt has about ten.
const MAX_STEPS: usize = 50;

/// The steps of one attempt so far.
#[derive(Debug)]
pub struct Trail {
    begin: Instant,
    recording: AtomicBool,
    steps: Mutex<Vec<Step>>,
}

impl Default for Trail {
    fn default() -> Self {
        Self {
            begin: Instant::now(),
            recording: AtomicBool::new(false),
            steps: Mutex::default(),
        }
    }
}

impl Trail {
    /// Adds a step that ended now.
    pub fn step(&self, text: impl Into<String>) {
        let at_ms = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        if steps.len() < MAX_STEPS {
            steps.push(Step {
                at_ms,
                text: text.into(),
            });
        }
    }

    /// The steps so far, in order.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        self.steps
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The attempt is over and its end is being recorded: from here on it must not be stopped,
    /// or what the record says and what the heartbeat finds would race.
    pub fn mark_recording(&self) {
        self.recording.store(true, Ordering::Relaxed);
    }

    /// Whether the end is being recorded.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.recording.load(Ordering::Relaxed)
    }

    /// Since the attempt began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.begin.elapsed()
    }
}
