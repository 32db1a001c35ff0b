//! States as the words and marks that people read. The word always stands beside the colour.

use chrono::{DateTime, Utc};

use crate::db::batches::{COMMAND_LINE, DEMO};
use crate::db::pages::{DeviceRow, NewestRow, WorstDevice};
use crate::model::{
    Check, FailureCode, Outcome, Rhythm, RunState, StoredFailureCode, Trigger, Verdict,
};
use crate::platform::routeros::judge::suspicion;

/// Who or what made something: `Scheduled`, a person with where they did it, or a program's name.
/// What was asked for by hand before there was a sign-in has no name.
pub fn made_by(trigger: &Trigger, requested_by: &Option<String>) -> String {
    match (trigger, requested_by.as_deref()) {
        (Trigger::Scheduled, _) => "Scheduled".to_owned(),
        (Trigger::Manual, None) => "By hand, in the browser".to_owned(),
        (Trigger::Manual, Some(name)) if ![COMMAND_LINE, DEMO].contains(&name) => {
            format!("By {name}, in the browser")
        }
        (Trigger::Api, None) => "API".to_owned(),
        (_, Some(name)) => name.to_owned(),
    }
}

/// The word for a verdict.
pub const fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Verified => "Verified",
        Verdict::Suspect => "Suspect",
    }
}

/// The style class of a verdict.
pub const fn verdict_tone(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Verified => "good",
        Verdict::Suspect => "warn",
    }
}

/// The style class of a run's state; a completed run is only as good as its verdict.
pub const fn run_tone(state: &RunState, verdict: &Option<Verdict>) -> &'static str {
    match (state, verdict) {
        (RunState::Queued | RunState::Cancelled, _) => "quiet",
        (RunState::Running, _) => "busy",
        (RunState::Failed, _) => "bad",
        (RunState::Succeeded, Some(Verdict::Suspect)) => "warn",
        (RunState::Succeeded, _) => "good",
    }
}

/// What a completed run brought: `Verified, unchanged`, or why it is only suspect.
pub fn result(given: &Verdict, outcome: &Option<Outcome>, checks: &[Check]) -> String {
    let word = verdict(given);
    let brought = match outcome {
        Some(Outcome::Changed) => ", changed",
        Some(Outcome::Unchanged) => ", unchanged",
        None => "",
    };
    match given {
        Verdict::Verified => format!("{word}{brought}"),
        Verdict::Suspect => {
            format!("{word}{brought}: {}", doubt(checks))
        }
    }
}

/// Why an export is suspect, in a sentence.
fn doubt(checks: &[Check]) -> String {
    suspicion(checks).unwrap_or_else(|| "Not counted as a backup.".to_owned())
}

/// Why a run failed, in a word or two; the run's own sentence says what to do.
pub const fn failure(code: FailureCode) -> &'static str {
    match code {
        FailureCode::Unreachable => "unreachable",
        FailureCode::ConnectionLost => "connection lost",
        FailureCode::Timeout => "no answer in time",
        FailureCode::AuthFailed => "sign-in refused",
        FailureCode::HostKeyChanged => "host key changed",
        FailureCode::NoCommonAlgorithm => "no common SSH algorithm",
        FailureCode::ProtocolError => "no proper SSH",
        FailureCode::ExportRefused => "export refused",
        FailureCode::ExportIncomplete => "export not whole",
        FailureCode::ExportTooLarge => "export too large",
        FailureCode::PolicyMissing => "policy missing",
        FailureCode::CredentialUnusable => "credential can not be used",
        FailureCode::CollectorLost => "collector stopped",
        FailureCode::Internal => "fault of RouterVault",
    }
}

/// Why a device has no recent verified backup, in a word or two, from the end of its last run.
/// Where this version does not know the code of its failure, what happened in a sentence.
fn cause<'a>(
    state: Option<RunState>,
    verdict: Option<Verdict>,
    code: Option<&StoredFailureCode>,
    message: Option<&'a str>,
) -> &'a str {
    match (state, verdict) {
        (Some(RunState::Failed), _) => match (code.and_then(StoredFailureCode::known), message) {
            (Some(code), _) => failure(code),
            (None, Some(message)) => in_short(message),
            (None, None) => "failed",
        },
        (Some(RunState::Succeeded), Some(Verdict::Suspect)) => "suspect",
        (Some(RunState::Succeeded), _) => "not tried since",
        (Some(RunState::Cancelled), _) => "cancelled",
        (None | Some(RunState::Queued | RunState::Running), _) => "not tried yet",
    }
}

/// The cause of the worst device of a site.
pub fn cause_of(worst: &WorstDevice) -> &str {
    cause(
        worst.last_state,
        worst.last_verdict,
        worst.last_failure_code.as_ref(),
        worst.last_failure.as_deref(),
    )
}

/// The cause of a device that an archive lacks.
pub fn cause_for(row: &NewestRow) -> &str {
    cause(
        row.last_state,
        row.last_verdict,
        row.last_failure_code.as_ref(),
        row.last_failure.as_deref(),
    )
}

/// What to do after a failure, in the few words of a link. The failure's own sentence tells what
/// to look at, and is not repeated here. `None` for a code that this version does not know.
pub fn next_step(code: &StoredFailureCode) -> Option<&'static str> {
    Some(match code.known()? {
        FailureCode::Unreachable => "back it up again once it answers",
        FailureCode::ConnectionLost
        | FailureCode::Timeout
        | FailureCode::ExportIncomplete
        | FailureCode::CollectorLost
        | FailureCode::Internal => "back it up again",
        FailureCode::AuthFailed | FailureCode::CredentialUnusable => {
            "back it up again with the right credential"
        }
        FailureCode::HostKeyChanged => "trust the new key, if it is the router's own",
        FailureCode::NoCommonAlgorithm
        | FailureCode::ProtocolError
        | FailureCode::ExportRefused
        | FailureCode::ExportTooLarge
        | FailureCode::PolicyMissing => "back it up again when that is done",
    })
}

/// The first sentence of a failure's: what happened, without what to do.
pub fn in_short(message: &str) -> &str {
    message.find(". ").map_or(message, |end| &message[..=end])
}

/// The command that trusts a device anew, for a failure that asks for it.
pub fn trust_command(code: &StoredFailureCode, site: &str, device: &str) -> Option<String> {
    (code.known() == Some(FailureCode::HostKeyChanged))
        .then(|| format!("routervault trust {site}/{device}"))
}

/// The last ended run of a device, as its row tells it.
#[derive(Debug, PartialEq, Eq)]
pub enum LastResult<'a> {
    /// There was none.
    Never,
    /// A verified export; with the time since when nothing changed, unless this run changed it.
    Verified {
        at: DateTime<Utc>,
        unchanged_since: Option<DateTime<Utc>>,
    },
    /// An export that is kept, but not counted as a backup, and why.
    Suspect { at: DateTime<Utc>, why: String },
    /// No export, and why.
    Failed { at: DateTime<Utc>, message: &'a str },
    /// Taken back before it began.
    Cancelled { at: DateTime<Utc> },
}

/// What is known of the last ended run of a device.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// `None`, as the time: none has ended.
    pub state: Option<RunState>,
    pub at: Option<DateTime<Utc>>,
    pub outcome: Option<Outcome>,
    pub verdict: Option<Verdict>,
    pub checks: &'a [Check],
    pub failure: Option<&'a str>,
    /// When the newest verified snapshot was first taken.
    pub verified_taken_at: Option<DateTime<Utc>>,
}

impl<'a> From<&'a DeviceRow> for Ended<'a> {
    fn from(device: &'a DeviceRow) -> Self {
        Self {
            state: device.last_state,
            at: device.last_finished_at,
            outcome: device.last_outcome,
            verdict: device.last_verdict,
            checks: device.last_checks.as_ref().map_or(&[], |checks| checks),
            failure: device.last_failure.as_deref(),
            verified_taken_at: device.verified_taken_at,
        }
    }
}

/// Reads the last result of a device from its last ended run.
pub fn last_result(ended: Ended<'_>) -> LastResult<'_> {
    let (Some(state), Some(at)) = (ended.state, ended.at) else {
        return LastResult::Never;
    };
    match state {
        RunState::Failed => LastResult::Failed {
            at,
            message: ended.failure.unwrap_or_default(),
        },
        RunState::Succeeded if ended.verdict == Some(Verdict::Suspect) => LastResult::Suspect {
            at,
            why: doubt(ended.checks),
        },
        RunState::Succeeded => LastResult::Verified {
            at,
            unchanged_since: ended
                .verified_taken_at
                .filter(|_| ended.outcome == Some(Outcome::Unchanged)),
        },
        RunState::Cancelled => LastResult::Cancelled { at },
        // An ended run is what the column names; anything else is no result yet.
        RunState::Queued | RunState::Running => LastResult::Never,
    }
}

/// The last verified backup of a device, as far as its last result does not tell of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing {
    /// The last result was a verified one, and recent; or the device is not to be backed up.
    Told,
    /// The last result was none, and yet there is a recent verified backup.
    Covered { at: DateTime<Utc> },
    /// There was one, too long ago.
    Overdue { at: DateTime<Utc> },
    /// There was none, whatever was tried.
    Never,
}

/// How a device stands; what was verified since `covered_since` is recent.
pub fn standing(device: &DeviceRow, covered_since: DateTime<Utc>) -> Standing {
    let result_is_verified = device.last_verdict == Some(Verdict::Verified);
    match device.last_verified_at {
        _ if !device.enabled => Standing::Told,
        None => Standing::Never,
        Some(at) if at < covered_since => Standing::Overdue { at },
        Some(_) if result_is_verified => Standing::Told,
        Some(at) => Standing::Covered { at },
    }
}

/// When backups begin by themselves, by a rhythm as the database keeps it: `daily at 02:00`.
pub fn rhythm(text: &str) -> String {
    let rhythm = text.parse::<Rhythm>();
    rhythm.map_or_else(|_| text.to_owned(), |rhythm| rhythm.in_words())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_to_do_next_and_an_unknown_one_nothing() {
        assert_eq!(
            next_step(&FailureCode::Unreachable.into()),
            Some("back it up again once it answers")
        );
        assert_eq!(next_step(&"<script>".to_owned().into()), None);
    }

    #[test]
    fn whoever_made_it_has_a_name_on_the_page() {
        let kim = Some("kim".to_owned());
        assert_eq!(made_by(&Trigger::Scheduled, &None), "Scheduled");
        assert_eq!(made_by(&Trigger::Manual, &None), "By hand, in the browser");
        assert_eq!(made_by(&Trigger::Manual, &kim), "By kim, in the browser");
        assert_eq!(made_by(&Trigger::Api, &None), "API");
        assert_eq!(made_by(&Trigger::Api, &kim), "kim");
        let on_the_machine = Some(COMMAND_LINE.to_owned());
        assert_eq!(made_by(&Trigger::Manual, &on_the_machine), "command line");
    }

    #[test]
    fn in_short_is_the_first_sentence() {
        assert_eq!(
            in_short("192.0.2.1 is down. Check it."),
            "192.0.2.1 is down."
        );
        assert_eq!(in_short("\u{e9}. \u{e9}"), "\u{e9}.");
        assert_eq!(in_short("No end"), "No end");
        assert_eq!(in_short(""), "");
    }

    #[test]
    fn only_a_changed_host_key_asks_for_trust() {
        let asked = |code: FailureCode| trust_command(&code.into(), "acme", "gw-1");
        assert_eq!(
            asked(FailureCode::HostKeyChanged).as_deref(),
            Some("routervault trust acme/gw-1")
        );
        assert_eq!(asked(FailureCode::AuthFailed), None);
    }
}
