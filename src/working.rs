//! Whether who works by itself does, by its signs of life. Home, the health check and `doctor` judge
//! by this and so say the same.

use chrono::{DateTime, TimeDelta, Utc};

use crate::db::heartbeats::SignsOfLife;

/// How long after its last sign of life something counts as working; each gives one every few
/// seconds.
const SILENCE: TimeDelta = TimeDelta::minutes(2);

/// Whether who was `seen` last then works at `now`; `None`: it was never seen.
pub fn is_alive(seen: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    seen.is_some_and(|at| now - at < SILENCE)
}

/// Who works.
#[derive(Debug, Clone, Copy)]
pub struct Working {
    pub scheduler: bool,
    /// One collector at least.
    pub collector: bool,
    pub alerts: Alerts,
}

/// Whether alerts are looked for and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alerts {
    Work,
    Silent,
    /// Silent, and nobody waits for any: no rule is switched on and no message is to be sent.
    NotNeeded,
}

impl Alerts {
    /// Whether they work at `now`, by these signs.
    pub fn at(signs: &SignsOfLife, now: DateTime<Utc>) -> Self {
        match (is_alive(signs.alerts_seen_at, now), signs.is_alerting) {
            (true, _) => Self::Work,
            (false, true) => Self::Silent,
            (false, false) => Self::NotNeeded,
        }
    }
}

impl Working {
    /// Who works at `now`, by these signs.
    pub fn at(signs: SignsOfLife, now: DateTime<Utc>) -> Self {
        Self {
            scheduler: is_alive(signs.scheduler_seen_at, now),
            collector: is_alive(signs.collector_seen_at, now),
            alerts: Alerts::at(&signs, now),
        }
    }

    /// Whether backups begin and are taken by themselves.
    pub const fn backs_up(self) -> bool {
        self.scheduler && self.collector
    }

    /// What does not work and what to do about it, a sentence each; empty: all works.
    pub fn alarms(self) -> Vec<&'static str> {
        let backups = match (self.scheduler, self.collector) {
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
        };
        let alerts = (self.alerts == Alerts::Silent).then_some(
            "No worker of alerts is running, so nobody is told of what fails: start `routervault \
             serve`, or look at its log.",
        );
        backups.into_iter().chain(alerts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-05-03T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn two_minutes_of_silence_are_the_end() {
        let ago = |seconds| Some(now() - TimeDelta::seconds(seconds));
        for (scheduler, collector, words) in [
            (ago(119), ago(5), None),
            (ago(120), ago(5), Some("No scheduler")),
            (ago(5), None, Some("No collector")),
            (None, ago(7200), Some("Neither")),
        ] {
            let signs = SignsOfLife {
                scheduler_seen_at: scheduler,
                collector_seen_at: collector,
                ..SignsOfLife::default()
            };
            let working = Working::at(signs, now());
            assert_eq!(working.backs_up(), words.is_none());
            let alarms = working.alarms();
            assert_eq!(alarms.len(), usize::from(words.is_some()));
            assert!(alarms.concat().starts_with(words.unwrap_or_default()));
        }
    }

    #[test]
    fn silent_alerts_are_an_alarm_of_their_own_when_somebody_waits_for_them() {
        let ago = |seconds| Some(now() - TimeDelta::seconds(seconds));
        for (seen, is_alerting, expected) in [
            (ago(119), true, Alerts::Work),
            (ago(119), false, Alerts::Work),
            (ago(120), true, Alerts::Silent),
            (None, true, Alerts::Silent),
            (ago(120), false, Alerts::NotNeeded),
            (None, false, Alerts::NotNeeded),
        ] {
            let signs = SignsOfLife {
                scheduler_seen_at: ago(5),
                collector_seen_at: ago(5),
                alerts_seen_at: seen,
                is_alerting,
            };
            let working = Working::at(signs, now());
            assert_eq!(working.alerts, expected);
            assert!(working.backs_up());
            let has_alarm = working.alarms().iter().any(|one| one.contains("alerts"));
            assert_eq!(has_alarm, expected == Alerts::Silent);
            let nobody = SignsOfLife {
                scheduler_seen_at: None,
                collector_seen_at: None,
                ..signs
            };
            let both = Working::at(nobody, now()).alarms();
            assert_eq!(both.len(), 1 + usize::from(expected == Alerts::Silent));
        }
    }
}
