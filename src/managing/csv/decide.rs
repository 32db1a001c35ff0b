//! What becomes of one line, by what is stored of it already.

use super::plan::Effect;
use crate::inventory::rules::quote;
use crate::managing::problems::Problems;
use crate::managing::text::Difference;
use crate::model::Origin;
use std::collections::HashMap;

/// What is said of a line whose thing comes from the inventory file.
const IN_FILE: &str = "It comes from devices.toml; change it there";

/// What is stored of the thing that a line names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub id: i64,
    pub origin: Origin,
    pub is_archived: bool,
}

/// What becomes of a line, and the values to write, if any.
pub(super) fn decide<V>(
    standing: Option<Standing>,
    differences: Vec<Difference>,
    checked: Result<V, Problems>,
) -> (Effect, Option<V>) {
    let is_live = standing.is_some_and(|standing| !standing.is_archived);
    if is_live && differences.is_empty() {
        return (Effect::Unchanged, None);
    }
    match (checked, standing) {
        (Err(problems), _) => (Effect::Wrong(problems.into_sentences().collect()), None),
        (Ok(values), None) => (Effect::New, Some(values)),
        (Ok(_), Some(standing)) if is_live && standing.origin.is_file() => {
            (Effect::Wrong(vec![IN_FILE.to_owned()]), None)
        }
        (Ok(values), Some(_)) if is_live => (Effect::Changed(differences), Some(values)),
        (Ok(values), Some(_)) => (Effect::Restored(differences), Some(values)),
    }
}

/// The lines that named a thing so far, whatever the case.
#[derive(Debug, Default)]
pub(super) struct Named {
    lines: HashMap<String, usize>,
}

impl Named {
    /// Notes what a line names; gives what is wrong when an earlier one named it.
    pub fn claim(&mut self, what: &str, line: usize) -> Option<String> {
        let first = *self.lines.entry(what.to_lowercase()).or_insert(line);
        let sentence = || format!("{} is in line {first} already", quote(what));
        (first != line).then(sentence)
    }
}
