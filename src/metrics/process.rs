//! What this process did since it began. A static, as a log is: what counts is deep in a task,
//! and nothing that the program does depends on it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The counts of this process.
pub static PROCESS: Process = Process::new();

/// How a run ended: the outcome, and the code of its failure or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunEnd {
    pub outcome: &'static str,
    pub code: &'static str,
}

/// What came of an attempt to send an alert: the kind of message, and sent, again or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlertEnd {
    pub kind: &'static str,
    pub result: &'static str,
}

/// The first digit of an answer's status, as `2xx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageClass(&'static str);

impl PageClass {
    /// The class of a status of HTTP.
    #[must_use]
    pub const fn of(status: u16) -> Self {
        Self(match status / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        })
    }

    /// As the label has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// How many took at most so long, for bounds in seconds that rise.
#[derive(Debug, Clone)]
pub struct Durations {
    /// Upper bounds in seconds; what is above them all is only in the sum and the count.
    pub bounds: &'static [f64],
    /// As many as there are bounds, each with those of the smaller ones in it.
    pub at_most: Vec<u64>,
    pub sum_secs: f64,
    pub count: u64,
}

impl Durations {
    /// Nothing yet.
    #[must_use]
    pub fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            at_most: vec![0; bounds.len()],
            sum_secs: 0.0,
            count: 0,
        }
    }

    /// Counts one.
    pub fn add(&mut self, duration: Duration) {
        let secs = duration.as_secs_f64();
        for (bound, count) in self.bounds.iter().zip(&mut self.at_most) {
            *count += u64::from(secs <= *bound);
        }
        self.sum_secs += secs;
        self.count += 1;
    }
}

/// Bounds for runs: most take a second or two, and a slow router up to its deadline.
const RUN_BOUNDS: &[f64] = &[0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0];

/// Bounds for pages: most take milliseconds.
const PAGE_BOUNDS: &[f64] = &[0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

/// Counts since the process began.
#[derive(Debug)]
pub struct Process {
    runs: Mutex<BTreeMap<RunEnd, Durations>>,
    pages: Mutex<BTreeMap<PageClass, Durations>>,
    alerts: Mutex<BTreeMap<AlertEnd, u64>>,
}

impl Process {
    const fn new() -> Self {
        Self {
            runs: Mutex::new(BTreeMap::new()),
            pages: Mutex::new(BTreeMap::new()),
            alerts: Mutex::new(BTreeMap::new()),
        }
    }

    /// Counts a run that ended, or an attempt that is made again.
    pub fn run_ended(&self, end: RunEnd, duration: Duration) {
        let mut runs = lock(&self.runs);
        let durations = runs.entry(end);
        durations
            .or_insert_with(|| Durations::new(RUN_BOUNDS))
            .add(duration);
    }

    /// Counts a page that was answered.
    pub fn page_answered(&self, class: PageClass, duration: Duration) {
        let mut pages = lock(&self.pages);
        let durations = pages.entry(class);
        durations
            .or_insert_with(|| Durations::new(PAGE_BOUNDS))
            .add(duration);
    }

    /// Counts an attempt to send an alert.
    pub fn alert_ended(&self, end: AlertEnd) {
        *lock(&self.alerts).entry(end).or_insert(0) += 1;
    }

    /// The attempts to send alerts so far.
    #[must_use]
    pub fn alerts(&self) -> BTreeMap<AlertEnd, u64> {
        lock(&self.alerts).clone()
    }

    /// The runs so far.
    #[must_use]
    pub fn runs(&self) -> BTreeMap<RunEnd, Durations> {
        lock(&self.runs).clone()
    }

    /// The pages so far.
    #[must_use]
    pub fn pages(&self) -> BTreeMap<PageClass, Durations> {
        lock(&self.pages).clone()
    }
}

/// A count is whole after each addition, so one that a panic interrupted is still good.
fn lock<T>(counts: &Mutex<T>) -> MutexGuard<'_, T> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_in_every_bound_that_it_does_not_pass() {
        let mut durations = Durations::new(&[0.1, 1.0]);
        for millis in [100, 500, 3000] {
            durations.add(Duration::from_millis(millis));
        }
        assert_eq!(durations.at_most, [1, 2]);
        assert_eq!(durations.count, 3);
        assert!((durations.sum_secs - 3.6).abs() < 1e-9);
    }

    #[test]
    fn runs_are_counted_by_how_they_ended() {
        let process = Process::new();
        let timeout = RunEnd {
            outcome: "failed",
            code: "timeout",
        };
        let changed = RunEnd {
            outcome: "changed",
            code: "",
        };
        for end in [timeout, changed, timeout] {
            process.run_ended(end, Duration::from_secs(1));
        }
        let runs = process.runs();
        assert_eq!(runs.len(), 2);
        assert_eq!(runs[&timeout].count, 2);
        assert_eq!(runs[&changed].count, 1);
    }

    #[test]
    fn a_status_is_of_the_class_of_its_first_digit() {
        let class = |status| PageClass::of(status).as_str();
        assert_eq!(
            [200, 304, 404, 503].map(class),
            ["2xx", "3xx", "4xx", "5xx"]
        );
    }
}
