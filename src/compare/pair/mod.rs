//! Which line of a menu in one export is which line in another.
//!
//! Equal lines first, then those that something identifies, then those that have most of their
//! attributes in common. Each step takes what the ones before it left over and has a bound, so
//! that thousands of entries cost no more than their number. Stands apart from the rest because
//! it alone decides what "the same item" means.

mod equal;
mod identity;
mod place;
mod similar;

use std::collections::HashMap;

use super::configuration::Line;
use super::item::{Part, parts};

/// The lines of one menu in two exports, with what the steps have paired.
struct Sides<'a> {
    old: Vec<Known<'a>>,
    new: Vec<Known<'a>>,
    /// For each new line the old line that it is.
    old_of: Vec<Option<usize>>,
    /// For each old line whether it is paired.
    taken: Vec<bool>,
}

/// A line and its number among the different lines of both sides.
struct Known<'a> {
    text: &'a [u8],
    id: u32,
    /// Filled when lines are left over that have to be looked into.
    parts: Vec<Part>,
}

impl<'a> Known<'a> {
    /// The value of an attribute, with its quotes.
    fn value(&self, key: &[u8]) -> Option<&'a [u8]> {
        let part = self
            .parts
            .iter()
            .find(|part| part.key(self.text) == Some(key))?;
        Some(&self.text[part.value()])
    }
}

impl Sides<'_> {
    fn pair(&mut self, old: usize, new: usize) {
        debug_assert!(!self.taken[old] && self.old_of[new].is_none());
        self.old_of[new] = Some(old);
        self.taken[old] = true;
    }

    fn left_old(&self) -> Vec<usize> {
        (0..self.old.len()).filter(|&at| !self.taken[at]).collect()
    }

    fn left_new(&self) -> Vec<usize> {
        (0..self.new.len())
            .filter(|&at| self.old_of[at].is_none())
            .collect()
    }

    fn is_done(&self) -> bool {
        self.old_of.iter().all(Option::is_some) || self.taken.iter().all(|taken| *taken)
    }
}

/// A step from the old lines of a menu to the new ones. Together they name every old and every
/// new line once, the new ones in order, the old ones as well except where one is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The line stands in both, at the same place among the others.
    Both { old: usize, new: usize },
    /// The old line stood here and is gone.
    Removed { old: usize },
    /// The old line stood here and is now elsewhere.
    MovedTo { old: usize, new: usize },
    /// The new line came.
    Added { new: usize },
    /// The new line stood elsewhere before.
    MovedFrom { old: usize, new: usize },
}

/// The steps from the old lines to the new ones.
pub(super) fn steps(old: &[&Line<'_>], new: &[&Line<'_>]) -> Vec<Step> {
    let mut sides = sides(old, new);
    equal::pair(&mut sides);
    if !sides.is_done() {
        for line in sides.old.iter_mut().chain(&mut sides.new) {
            line.parts = parts(line.text);
        }
        identity::pair(&mut sides);
        similar::pair(&mut sides);
    }
    place::steps(&sides)
}

fn sides<'a>(old: &'a [&Line<'_>], new: &'a [&Line<'_>]) -> Sides<'a> {
    let mut ids: HashMap<&[u8], u32> = HashMap::with_capacity(old.len() + new.len());
    let mut known = |line: &'a &Line<'_>| {
        let next = u32::try_from(ids.len()).expect("an export has far less than 4 billion lines");
        let text: &'a [u8] = &line.text;
        Known {
            text,
            id: *ids.entry(text).or_insert(next),
            parts: Vec::new(),
        }
    };
    let old: Vec<_> = old.iter().map(&mut known).collect();
    let new: Vec<_> = new.iter().map(&mut known).collect();
    Sides {
        old_of: vec![None; new.len()],
        taken: vec![false; old.len()],
        old,
        new,
    }
}
