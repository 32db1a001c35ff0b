//! Whether and when a failed run is tried again in its batch.

use std::time::Duration;

use crate::model::{Failure, FailureCode, Trigger};

/// How long to wait before each further attempt.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// Where a person waits.
    pub manual: Vec<Duration>,
    /// In the night there is time: a router that restarts for an upgrade, or a line that is
    /// down for a while, need not cost the day's backup.
    pub scheduled: Vec<Duration>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            manual: vec![Duration::from_secs(2), Duration::from_secs(8)],
            scheduled: vec![Duration::from_secs(60), Duration::from_secs(15 * 60)],
        }
    }
}

impl RetryPolicy {
    /// How long until the next attempt after `attempt` (from 1 on) failed; `None`: it is over.
    #[must_use]
    pub fn retry_in(&self, trigger: Trigger, failure: &Failure, attempt: i32) -> Option<Duration> {
        if !failure.code.is_retryable() {
            return None;
        }
        let delays = match trigger {
            Trigger::Manual | Trigger::Api => &self.manual,
            Trigger::Scheduled => &self.scheduled,
        };
        // A device that ran into its deadline cost a slot for minutes: once more, not twice.
        let most = match failure.code {
            FailureCode::Timeout | FailureCode::Internal => 1,
            _ => delays.len(),
        };
        let done = usize::try_from(attempt).ok()?.checked_sub(1)?;
        delays.iter().take(most).nth(done).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry_in(code: FailureCode, attempt: i32) -> Option<Duration> {
        let failure = Failure::new(code, "");
        RetryPolicy::default().retry_in(Trigger::Manual, &failure, attempt)
    }

    #[test]
    fn a_refused_credential_and_a_changed_host_key_are_never_tried_again() {
        assert_eq!(retry_in(FailureCode::AuthFailed, 1), None);
        assert_eq!(retry_in(FailureCode::HostKeyChanged, 1), None);
    }

    #[test]
    fn the_wait_grows_and_ends() {
        let first = retry_in(FailureCode::Unreachable, 1).unwrap();
        let second = retry_in(FailureCode::Unreachable, 2).unwrap();
        assert!(first < second);
        assert_eq!(retry_in(FailureCode::Unreachable, 3), None);
    }

    #[test]
    fn a_device_that_hangs_is_tried_once_more_only() {
        assert!(retry_in(FailureCode::Timeout, 1).is_some());
        assert_eq!(retry_in(FailureCode::Timeout, 2), None);
    }
}
