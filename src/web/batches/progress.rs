//! How far a batch is, in words and as a bar: for its own page and for every list of batches.

use crate::db::pages::RunCounts;
use crate::plural::counted;

/// A part of the progress bar, in thousandths of its width.
#[derive(Debug, PartialEq, Eq)]
pub struct Bar {
    pub tone: &'static str,
    pub start: i64,
    pub width: i64,
}

/// Where a batch stands, for a mark beside it.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    pub tone: &'static str,
    pub words: String,
}

fn thousandths(part: i64, whole: i64) -> i64 {
    part * 1000 / whole.max(1)
}

/// The runs whose export counts as a backup.
fn good(counts: &RunCounts) -> i64 {
    counts.succeeded - counts.suspect
}

/// Whether any run is queued or running.
pub const fn is_active(counts: &RunCounts) -> bool {
    counts.queued + counts.running > 0
}

/// The coloured parts of the progress bar, from left to right.
pub fn bar(counts: &RunCounts) -> Vec<Bar> {
    let parts = [
        ("good", good(counts)),
        ("warn", counts.suspect),
        ("bad", counts.failed),
        ("cancelled", counts.cancelled),
        ("busy", counts.running),
    ];
    let mut done = 0;
    let bars = parts.map(|(tone, runs)| {
        let start = thousandths(done, counts.total());
        done += runs;
        let width = thousandths(done, counts.total()) - start;
        Bar { tone, start, width }
    });
    bars.into_iter().filter(|bar| bar.width > 0).collect()
}

/// The state of a batch: one word when all of its runs came to the same, else how many came to
/// what.
pub fn state(counts: &RunCounts) -> State {
    if is_active(counts) {
        return match counts.running + counts.ended() {
            0 => mark("quiet", "Queued".to_owned()),
            _ => mark("busy", "Running".to_owned()),
        };
    }
    let ends = [
        (good(counts), "Completed"),
        (counts.suspect, "Suspect"),
        (counts.failed, "Failed"),
        (counts.cancelled, "Cancelled"),
    ];
    let some: Vec<(i64, &str)> = ends.into_iter().filter(|(runs, _)| *runs > 0).collect();
    let tone = match counts {
        counts if counts.failed > 0 => "bad",
        counts if counts.suspect > 0 => "warn",
        counts if counts.cancelled > 0 || counts.total() == 0 => "quiet",
        _ => "good",
    };
    let words = match some.as_slice() {
        [] => "Empty".to_owned(),
        [(_, word)] => (*word).to_owned(),
        several => several
            .iter()
            .map(|(runs, word)| format!("{runs} {}", word.to_lowercase()))
            .collect::<Vec<_>>()
            .join(", "),
    };
    mark(tone, words)
}

const fn mark(tone: &'static str, words: String) -> State {
    State { tone, words }
}

/// Where a batch stands, as a sentence.
pub fn summary(counts: &RunCounts) -> String {
    let (ended, total) = (counts.ended(), counts.total());
    let devices = counted(total, "device");
    if is_active(counts) {
        return format!("{ended} of {devices} done");
    }
    if counts.cancelled == total {
        return format!("Cancelled: none of {devices} was backed up");
    }
    let cancelled = match counts.cancelled {
        0 => String::new(),
        runs => format!(", {runs} cancelled"),
    };
    let verified = match good(counts) {
        good if good == total => devices,
        good => format!("{good} of {devices}"),
    };
    format!("{verified} backed up and verified{cancelled}")
}

/// The same for those who hear the page: it changes with each quarter, and not with each run.
pub fn announcement(counts: &RunCounts) -> String {
    if !is_active(counts) {
        return summary(counts);
    }
    let total = counts.total();
    let part = match thousandths(counts.ended(), total) {
        0..250 => "under way",
        250..500 => "a quarter done",
        500..750 => "half done",
        _ => "three quarters done",
    };
    format!("Backup of {}: {part}", counted(total, "device"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Queued, running, succeeded, of these suspect, failed, cancelled.
    fn counts([queued, running, succeeded, suspect, failed, cancelled]: [i64; 6]) -> RunCounts {
        RunCounts {
            queued,
            running,
            succeeded,
            failed,
            cancelled,
            suspect,
        }
    }

    fn told(runs: [i64; 6]) -> (&'static str, String) {
        let state = state(&counts(runs));
        (state.tone, state.words)
    }

    #[test]
    fn a_batch_is_told_in_one_word_when_all_came_to_the_same() {
        assert_eq!(told([3, 0, 0, 0, 0, 0]), ("quiet", "Queued".to_owned()));
        assert_eq!(told([3, 1, 0, 0, 0, 0]), ("busy", "Running".to_owned()));
        assert_eq!(told([3, 0, 1, 0, 0, 0]), ("busy", "Running".to_owned()));
        assert_eq!(told([0, 0, 3, 0, 0, 0]), ("good", "Completed".to_owned()));
        assert_eq!(told([0, 0, 3, 3, 0, 0]), ("warn", "Suspect".to_owned()));
        assert_eq!(told([0, 0, 0, 0, 2, 0]), ("bad", "Failed".to_owned()));
        assert_eq!(told([0, 0, 0, 0, 0, 2]), ("quiet", "Cancelled".to_owned()));
    }

    #[test]
    fn a_batch_of_several_ends_counts_each() {
        assert_eq!(
            told([0, 0, 3, 0, 0, 2]),
            ("quiet", "3 completed, 2 cancelled".to_owned())
        );
        assert_eq!(
            told([0, 0, 4, 1, 1, 2]),
            (
                "bad",
                "3 completed, 1 suspect, 1 failed, 2 cancelled".to_owned()
            )
        );
    }

    #[test]
    fn the_summary_never_calls_backed_up_what_was_cancelled() {
        let told = |runs| summary(&counts(runs));
        assert_eq!(told([1, 1, 2, 0, 0, 0]), "2 of 4 devices done");
        assert_eq!(told([0, 0, 1, 0, 0, 0]), "1 device backed up and verified");
        assert_eq!(
            told([0, 0, 3, 1, 1, 0]),
            "2 of 4 devices backed up and verified"
        );
        assert_eq!(
            told([0, 0, 3, 0, 0, 2]),
            "3 of 5 devices backed up and verified, 2 cancelled"
        );
        assert_eq!(
            told([0, 0, 0, 0, 0, 2]),
            "Cancelled: none of 2 devices was backed up"
        );
    }

    #[test]
    fn what_is_announced_changes_with_each_quarter_only() {
        let heard = |ended| announcement(&counts([60 - ended, 0, ended, 0, 0, 0]));
        let mut announced: Vec<String> = (0..=60).map(heard).collect();
        announced.dedup();
        assert_eq!(
            announced,
            [
                "Backup of 60 devices: under way",
                "Backup of 60 devices: a quarter done",
                "Backup of 60 devices: half done",
                "Backup of 60 devices: three quarters done",
                "60 devices backed up and verified",
            ]
        );
    }

    #[test]
    fn the_parts_of_the_bar_lie_side_by_side_and_fill_it() {
        let bars = bar(&counts([0, 1, 3, 1, 1, 1]));
        let mut end = 0;
        for bar in &bars {
            assert_eq!(bar.start, end);
            end += bar.width;
        }
        assert_eq!((bars.len(), end), (5, 1000));
        assert_eq!(bar(&counts([5, 0, 0, 0, 0, 0])), []);
    }
}
