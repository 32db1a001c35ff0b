//! Counting how attempts end, for monitoring. Apart from what records them: it is done for each
//! that is in the database, whoever put it there.

use std::time::Duration;

use crate::db::runs::EndResult;
use crate::metrics::{PROCESS, RunEnd};
use crate::model::Verdict;

/// Counts an end that was recorded.
pub(super) fn count(result: &EndResult, duration: Duration) {
    PROCESS.run_ended(end(result), duration);
}

fn end(result: &EndResult) -> RunEnd {
    let (outcome, code) = match result {
        EndResult::Succeeded {
            verdict: Verdict::Suspect,
            ..
        } => (Verdict::Suspect.as_str(), ""),
        EndResult::Succeeded { outcome, .. } => (outcome.as_str(), ""),
        EndResult::Failed(failure) => ("failed", failure.code.as_str()),
        EndResult::TryAgain { failure, .. } => ("tried_again", failure.code.as_str()),
        EndResult::Cancelled => ("cancelled", ""),
    };
    RunEnd { outcome, code }
}

#[cfg(test)]
mod tests {
    use crate::model::{Failure, FailureCode, Outcome, SnapshotId};

    use super::*;

    #[test]
    fn what_is_suspect_is_no_outcome_like_the_others_and_failures_keep_their_code() {
        let succeeded = |verdict| EndResult::Succeeded {
            outcome: Outcome::Changed,
            verdict,
            snapshot: SnapshotId(1),
        };
        assert_eq!(end(&succeeded(Verdict::Verified)).outcome, "changed");
        assert_eq!(end(&succeeded(Verdict::Suspect)).outcome, "suspect");
        let failure = Failure::new(FailureCode::Timeout, "slow");
        let failed = end(&EndResult::Failed(failure.clone()));
        assert_eq!((failed.outcome, failed.code), ("failed", "timeout"));
        let retry_in = Duration::from_secs(1);
        let again = end(&EndResult::TryAgain { failure, retry_in });
        assert_eq!((again.outcome, again.code), ("tried_again", "timeout"));
    }
}
