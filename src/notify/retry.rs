//! When a message that could not be sent is tried again, and when it is given up: pure.

use chrono::{DateTime, TimeDelta, Utc};

/// How long after each attempt the next one is made, in minutes; the last counts for all after it.
const DELAYS_MINS: [i64; 5] = [1, 5, 15, 60, 60];

/// How long after a message was first tried it is given up.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(24);

/// How often a message is tried that is refused for good: who refuses may have been set up wrongly
/// for a moment.
const REFUSED_ATTEMPTS: i32 = 3;

/// When a message is tried again whose attempt of this number (from 1) failed at `now`; `None`: it
/// is given up. `is_final`: whoever refused it said that trying again does not help.
#[must_use]
pub fn again_at(attempt: i32, is_final: bool, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if is_final && attempt >= REFUSED_ATTEMPTS {
        return None;
    }
    let made = usize::try_from(attempt).unwrap_or(1).max(1);
    if total(made) > GIVEN_UP_AFTER {
        return None;
    }
    Some(now + TimeDelta::minutes(delay_mins(made)))
}

fn delay_mins(made: usize) -> i64 {
    DELAYS_MINS[(made - 1).min(DELAYS_MINS.len() - 1)]
}

/// How long it takes from the first attempt to the one after `made`.
fn total(made: usize) -> TimeDelta {
    TimeDelta::minutes((1..=made).map(delay_mins).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The minutes between the attempts, until it is given up.
    fn delays(is_final: bool) -> Vec<i64> {
        let now = Utc::now();
        let again = |attempt| again_at(attempt, is_final, now);
        let delays = (1..).map_while(again).map(|at| (at - now).num_minutes());
        delays.collect()
    }

    #[test]
    fn the_delays_grow_to_an_hour_and_end_after_a_day() {
        let delays = delays(false);
        assert_eq!(delays[..6], [1, 5, 15, 60, 60, 60]);
        assert_eq!(delays.len(), 26);
        assert!(delays.iter().sum::<i64>() <= 24 * 60);
    }

    #[test]
    fn what_is_refused_for_good_is_tried_three_times() {
        assert_eq!(delays(true), [1, 5]);
    }
}
