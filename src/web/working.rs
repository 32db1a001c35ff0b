//! Whether who works by itself does: the scheduler and the collectors, by their signs of life. Home
//! and the health check say the same.

use chrono::{DateTime, TimeDelta, Utc};

use crate::db::heartbeats::SignsOfLife;

/// How long after its last sign of life something counts as working; each gives one every few
/// seconds.
const SILENCE: TimeDelta = TimeDelta::minutes(2);

/// Who works.
#[derive(Debug, Clone, Copy)]
pub struct Working {
    pub scheduler: bool,
    /// One collector at least.
    pub collector: bool,
}

impl Working {
    /// Who works at `now`, by these signs.
    pub fn at(signs: SignsOfLife, now: DateTime<Utc>) -> Self {
        let is_alive = |seen: Option<DateTime<Utc>>| seen.is_some_and(|at| now - at < SILENCE);
        Self {
            scheduler: is_alive(signs.scheduler_seen_at),
            collector: is_alive(signs.collector_seen_at),
        }
    }

    /// Whether backups begin and are taken by themselves.
    pub const fn is_all(self) -> bool {
        self.scheduler && self.collector
    }

    /// What does not work and what to do about it; `None`: all works.
    pub const fn alarm(self) -> Option<&'static str> {
        match (self.scheduler, self.collector) {
            (true, true) => None,
            (false, true) => Some(
                "No scheduler is running, so no backup begins by itself: start `routervault \
                 serve`, or look at its log.",
            ),
            (true, false) => Some(
                "No collector is running, so backups wait in the queue: start `routervault serve` \
                 or `routervault collect`, or look at its log.",
            ),
            (false, false) => Some(
                "Neither a scheduler nor a collector is running, so nothing is backed up: start \
                 `routervault serve`, or look at its log.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_minutes_of_silence_are_the_end() {
        let now: DateTime<Utc> = "2026-05-03T12:00:00Z".parse().unwrap();
        let ago = |seconds| Some(now - TimeDelta::seconds(seconds));
        for (scheduler, collector, words) in [
            (ago(119), ago(5), None),
            (ago(120), ago(5), Some("No scheduler")),
            (ago(5), None, Some("No collector")),
            (None, ago(7200), Some("Neither")),
        ] {
            let signs = SignsOfLife {
                scheduler_seen_at: scheduler,
                collector_seen_at: collector,
            };
            let working = Working::at(signs, now);
            assert_eq!(working.is_all(), words.is_none());
            let alarm = working.alarm().unwrap_or_default();
            assert!(alarm.starts_with(words.unwrap_or_default()), "{alarm}");
        }
    }
}
