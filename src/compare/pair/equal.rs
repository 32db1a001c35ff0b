//! Lines that are equal: those in the same order first, then those at other places.

use std::collections::{HashMap, VecDeque};

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::{Known, Sides};

/// How many lines of a menu are searched for the order they share: some 15 MB of configuration.
/// A hostile router can make the search of so many take a second; beyond it, equal lines are
/// paired in the order in which they come.
const MAX_SEARCHED_LINES: usize = 400_000;

pub(super) fn pair(sides: &mut Sides<'_>) {
    let pairs = in_order(sides);
    for (old, new) in pairs {
        sides.pair(old, new);
    }
    elsewhere(sides);
}

/// Pairs of equal lines that keep their order. Lines that only one side has are taken out first:
/// they pair with nothing, and are what makes the search slow.
fn in_order(sides: &Sides<'_>) -> Vec<(usize, usize)> {
    let (old, new) = (
        shared(&sides.old, &sides.new),
        shared(&sides.new, &sides.old),
    );
    if old.len() + new.len() > MAX_SEARCHED_LINES {
        return Vec::new();
    }
    let ids = |places: &[usize], lines: &[Known<'_>]| -> Vec<u32> {
        places.iter().map(|&at| lines[at].id).collect()
    };
    let ops = capture_diff_slices(
        Algorithm::Myers,
        &ids(&old, &sides.old),
        &ids(&new, &sides.new),
    );
    ops.iter()
        .filter(|op| op.tag() == DiffTag::Equal)
        .flat_map(|op| op.old_range().zip(op.new_range()))
        .map(|(at_old, at_new)| (old[at_old], new[at_new]))
        .collect()
}

/// The places of the lines that the other side has too.
fn shared(lines: &[Known<'_>], others: &[Known<'_>]) -> Vec<usize> {
    let highest = others.iter().map(|line| line.id).max();
    let mut exists = vec![false; highest.map_or(0, |id| id as usize + 1)];
    for line in others {
        exists[line.id as usize] = true;
    }
    (0..lines.len())
        .filter(|&at| exists.get(lines[at].id as usize) == Some(&true))
        .collect()
}

/// Pairs what is equal and stands at another place, in the order in which it comes.
fn elsewhere(sides: &mut Sides<'_>) {
    let mut places: HashMap<u32, VecDeque<usize>> = HashMap::new();
    for old in sides.left_old() {
        places.entry(sides.old[old].id).or_default().push_back(old);
    }
    for new in sides.left_new() {
        let places = places.get_mut(&sides.new[new].id);
        if let Some(old) = places.and_then(VecDeque::pop_front) {
            sides.pair(old, new);
        }
    }
}
