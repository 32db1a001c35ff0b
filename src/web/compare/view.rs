//! What the address of a comparison says: which snapshots, and how they are shown. Every link of
//! the page is the same address with one thing changed, so that each state can be sent to a
//! colleague.

use std::collections::BTreeSet;

use crate::compare::{MAX_COLUMNS, Open, Options};
use crate::model::{Rights, SnapshotId};
use crate::web::error::PageError;
use crate::web::fields::{self, Fields};
use crate::web::secrets::{Secrets, granted};

/// How many folds an address may open one by one; beyond that "all" is the better word.
const MAX_OPEN_FOLDS: usize = 200;

/// How differing items stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A column for each snapshot.
    Columns,
    /// One column, what went above what came; for two snapshots.
    Unified,
}

/// What the address says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Each once, in the order of the columns.
    pub snapshots: Vec<SnapshotId>,
    pub layout: Layout,
    /// Whether status remarks, times and meaningless order are shown.
    pub noise: bool,
    /// Whether secrets are shown as they are.
    pub secrets: bool,
    pub open: Open,
}

impl View {
    /// Reads the parameters: `s` names a snapshot; `layout=unified`, `noise=1`, `secrets=shown`,
    /// `open=all` or the numbers of folds say how, as far as who has these
    /// rights is granted it.
    pub fn read(fields: &Fields, rights: Rights) -> Result<Self, PageError> {
        let no_number = "A backup has a number; this address names none.";
        let snapshots: Vec<SnapshotId> = fields::ids(fields, "s", no_number)?;
        if snapshots.len() > MAX_COLUMNS {
            return Err(PageError::BadRequest(
                "Six backups can be compared at once, and no more. Go back and tick fewer.",
            ));
        }
        if snapshots.is_empty() {
            return Err(PageError::BadRequest(
                "Tick two to six backups to compare them. Go back and choose.",
            ));
        }
        let says = |name: &str, value: &str| fields.iter().any(|(n, v)| n == name && v == value);
        let layout = if says("layout", "unified") && snapshots.len() == 2 {
            Layout::Unified
        } else {
            Layout::Columns
        };
        let wish = if says("secrets", "shown") {
            Secrets::Shown
        } else {
            Secrets::Masked
        };
        Ok(Self {
            layout,
            noise: says("noise", "1"),
            secrets: granted(rights, wish) == Secrets::Shown,
            open: read_open(fields),
            snapshots,
        })
    }

    /// How secrets are shown.
    pub const fn secrets(&self) -> Secrets {
        if self.secrets {
            Secrets::Shown
        } else {
            Secrets::Masked
        }
    }

    /// How the comparison is to be made.
    pub fn options(&self) -> Options {
        Options {
            mask: !self.secrets,
            noise: self.noise,
            open: self.open.clone(),
            ..Options::default()
        }
    }

    fn parameters(&self) -> String {
        let mut parts: Vec<String> = self.snapshots.iter().map(|id| format!("s={id}")).collect();
        if self.layout == Layout::Unified {
            parts.push("layout=unified".to_owned());
        }
        if self.noise {
            parts.push("noise=1".to_owned());
        }
        if self.secrets {
            parts.push("secrets=shown".to_owned());
        }
        match &self.open {
            Open::All => parts.push("open=all".to_owned()),
            Open::Some(folds) => parts.extend(folds.iter().map(|fold| format!("open={fold}"))),
        }
        parts.join("&")
    }

    /// The address of this state.
    pub fn link(&self) -> String {
        format!("/compare?{}", self.parameters())
    }

    /// The address of the same as unified text.
    pub fn text_link(&self) -> String {
        format!("/compare.diff?{}", self.parameters())
    }

    /// The same in another layout.
    pub fn in_layout(&self, layout: Layout) -> Self {
        Self {
            layout,
            ..self.clone()
        }
    }

    /// The same with noise shown when it is hidden, and the reverse. Other rows are other folds.
    pub fn with_noise_turned(&self) -> Self {
        Self {
            noise: !self.noise,
            open: closed(),
            ..self.clone()
        }
    }

    /// The same with secrets shown when they are hidden, and the reverse.
    pub fn with_secrets_turned(&self) -> Self {
        Self {
            secrets: !self.secrets,
            ..self.clone()
        }
    }

    /// The same with the columns in the other order.
    pub fn swapped(&self) -> Self {
        let snapshots = self.snapshots.iter().rev().copied().collect();
        Self {
            snapshots,
            open: closed(),
            ..self.clone()
        }
    }

    /// The same with a fold opened when it is closed, and the reverse.
    pub fn with_fold_turned(&self, fold: usize) -> Self {
        let open = match &self.open {
            Open::All => closed(),
            Open::Some(open) => {
                let mut open = open.clone();
                if !open.remove(&fold) {
                    open.insert(fold);
                }
                Open::Some(open)
            }
        };
        Self {
            open,
            ..self.clone()
        }
    }

    /// The same with every fold open, or with none when all are.
    pub fn with_all_turned(&self) -> Self {
        let open = match self.open {
            Open::All => closed(),
            Open::Some(_) => Open::All,
        };
        Self {
            open,
            ..self.clone()
        }
    }

    /// Whether every fold is open.
    pub const fn is_all_open(&self) -> bool {
        matches!(self.open, Open::All)
    }
}

fn closed() -> Open {
    Open::Some(BTreeSet::new())
}

/// Folds that are no numbers are none.
fn read_open(fields: &Fields) -> Open {
    let open = || {
        fields
            .iter()
            .filter(|(name, _)| name == "open")
            .map(|(_, value)| value)
    };
    if open().any(|value| value == "all") {
        return Open::All;
    }
    Open::Some(
        open()
            .filter_map(|fold| fold.parse().ok())
            .take(MAX_OPEN_FOLDS)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    fn view(parameters: &[(&str, &str)]) -> Result<View, PageError> {
        let fields = parameters
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        View::read(&fields.collect(), Role::Technician.rights())
    }

    #[test]
    fn the_address_of_a_view_gives_the_view_again() {
        let view = view(&[
            ("s", "7"),
            ("s", "9"),
            ("layout", "unified"),
            ("noise", "1"),
            ("secrets", "shown"),
            ("open", "3"),
            ("open", "1"),
        ])
        .unwrap();
        assert_eq!(
            view.link(),
            "/compare?s=7&s=9&layout=unified&noise=1&secrets=shown&open=1&open=3"
        );
        assert_eq!(view.with_fold_turned(3).with_fold_turned(3), view);
        assert_eq!(
            view.with_secrets_turned().link(),
            view.link().replace("&secrets=shown", "")
        );
        assert!(view.with_all_turned().link().ends_with("&open=all"));
    }

    #[test]
    fn secrets_are_hidden_and_folds_closed_unless_asked_for() {
        let view = view(&[("s", "1"), ("s", "2"), ("secrets", "yes"), ("open", "x")]).unwrap();
        assert!(view.options().mask);
        assert_eq!(view.link(), "/compare?s=1&s=2");
    }

    #[test]
    fn nothing_seven_and_words_are_refused_and_repeats_are_one() {
        assert!(view(&[]).is_err());
        assert!(view(&[("s", "one")]).is_err());
        assert_eq!(view(&[("s", "1"), ("s", "1")]).unwrap().snapshots.len(), 1);
        let seven: Vec<String> = (1..8).map(|id| id.to_string()).collect();
        let seven: Vec<(&str, &str)> = seven.iter().map(|id| ("s", id.as_str())).collect();
        assert!(view(&seven).is_err());
        assert!(view(&seven[..6]).is_ok());
    }
}
