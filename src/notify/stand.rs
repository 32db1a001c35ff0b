//! What a run that ended is to how its device stood before: the decision what is told, pure.

use crate::model::AlertKind;

/// How a device stood when its last run was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stand {
    #[default]
    Fine,
    Failing,
    Suspect,
}

impl Stand {
    /// From the word of the database; `None`: nothing was wrong.
    #[must_use]
    pub fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("failing") => Self::Failing,
            Some("suspect") => Self::Suspect,
            _ => Self::Fine,
        }
    }

    /// The word of the database; `None`: nothing is wrong.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Fine => None,
            Self::Failing => Some("failing"),
            Self::Suspect => Some("suspect"),
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Failed,
    Suspect,
    /// `is_changed`: it says something else than the verified one before.
    Verified {
        is_changed: bool,
    },
}

/// How the device stands after a run, and what is told of it.
#[must_use]
pub fn after(before: Stand, end: End) -> (Stand, Vec<AlertKind>) {
    match end {
        End::Failed if before == Stand::Failing => (Stand::Failing, Vec::new()),
        End::Failed => (Stand::Failing, vec![AlertKind::FirstFailure]),
        End::Suspect if before == Stand::Suspect => (Stand::Suspect, Vec::new()),
        End::Suspect => (Stand::Suspect, vec![AlertKind::Suspect]),
        End::Verified { is_changed } => {
            let recovered = (before != Stand::Fine).then_some(AlertKind::Recovered);
            let changed = is_changed.then_some(AlertKind::ConfigurationChanged);
            (Stand::Fine, recovered.into_iter().chain(changed).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of runs that end like this, one after the other.
    fn told(ends: &[End]) -> Vec<Vec<AlertKind>> {
        let mut stand = Stand::default();
        let tell = |end: &End| {
            let (next, told) = after(stand, *end);
            stand = next;
            told
        };
        ends.iter().map(tell).collect()
    }

    const SAME: End = End::Verified { is_changed: false };
    const CHANGED: End = End::Verified { is_changed: true };

    #[test]
    fn only_the_first_failure_is_told_and_then_that_it_is_over() {
        use AlertKind::{FirstFailure, Recovered};
        let told = told(&[SAME, End::Failed, End::Failed, SAME, SAME, End::Failed]);
        let wanted: [&[AlertKind]; 6] = [
            &[],
            &[FirstFailure],
            &[],
            &[Recovered],
            &[],
            &[FirstFailure],
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_suspect_backup_is_told_once_and_is_another_thing_than_a_failure() {
        use AlertKind::{FirstFailure, Recovered, Suspect};
        let told = told(&[End::Suspect, End::Suspect, End::Failed, End::Suspect, SAME]);
        let wanted: [&[AlertKind]; 5] =
            [&[Suspect], &[], &[FirstFailure], &[Suspect], &[Recovered]];
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_change_is_told_each_time_and_beside_a_recovery() {
        use AlertKind::{ConfigurationChanged, FirstFailure, Recovered};
        let told = told(&[CHANGED, CHANGED, End::Failed, CHANGED]);
        let wanted: [&[AlertKind]; 4] = [
            &[ConfigurationChanged],
            &[ConfigurationChanged],
            &[FirstFailure],
            &[Recovered, ConfigurationChanged],
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_stand_is_read_back_as_it_was_written() {
        for stand in [Stand::Fine, Stand::Failing, Stand::Suspect] {
            assert_eq!(Stand::from_word(stand.word()), stand);
        }
    }
}
