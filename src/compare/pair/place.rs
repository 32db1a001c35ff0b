//! Which paired lines stand at the same place, and the steps that follow from it.
//!
//! The most lines that keep their order stay; the others moved. That is how a person would say
//! it: of ten rules one was dragged up, not nine down.

use super::{Sides, Step};

/// Lines left over between two neighbours that stand in both at the same place.
pub(super) struct Gap {
    pub old: Vec<usize>,
    pub new: Vec<usize>,
}

/// The gaps with lines left over on both sides.
pub(super) fn gaps(sides: &Sides<'_>) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let (mut old_from, mut new_from) = (0, 0);
    let end = [(sides.old.len(), sides.new.len())];
    for (old, new) in in_place(&sides.old_of).into_iter().chain(end) {
        let gap = Gap {
            old: (old_from..old).filter(|&at| !sides.taken[at]).collect(),
            new: (new_from..new)
                .filter(|&at| sides.old_of[at].is_none())
                .collect(),
        };
        if !gap.old.is_empty() && !gap.new.is_empty() {
            gaps.push(gap);
        }
        (old_from, new_from) = (old + 1, new + 1);
    }
    gaps
}

/// The steps: between two lines in place first what went, then what came.
pub(super) fn steps(sides: &Sides<'_>) -> Vec<Step> {
    let mut new_of = vec![None; sides.old.len()];
    for (new, old) in sides.old_of.iter().enumerate() {
        if let Some(old) = *old {
            new_of[old] = Some(new);
        }
    }
    let mut steps = Vec::with_capacity(sides.old.len() + sides.new.len());
    let (mut old_from, mut new_from) = (0, 0);
    let end = (sides.old.len(), sides.new.len());
    for (old, new) in in_place(&sides.old_of).into_iter().chain([end]) {
        steps.extend((old_from..old).map(|old| match new_of[old] {
            Some(new) => Step::MovedTo { old, new },
            None => Step::Removed { old },
        }));
        steps.extend((new_from..new).map(|new| match sides.old_of[new] {
            Some(old) => Step::MovedFrom { old, new },
            None => Step::Added { new },
        }));
        if (old, new) != end {
            steps.push(Step::Both { old, new });
        }
        (old_from, new_from) = (old + 1, new + 1);
    }
    steps
}

/// A longest run of pairs whose old places ascend (patience sorting), as (old, new) in order.
fn in_place(old_of: &[Option<usize>]) -> Vec<(usize, usize)> {
    let pairs: Vec<(usize, usize)> = old_of
        .iter()
        .enumerate()
        .filter_map(|(new, old)| old.map(|old| (old, new)))
        .collect();
    // For each length the pair that ends the best run of that length, and each pair's forerunner.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].0 < pair.0);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        run.push(pairs[at]);
        next = before[at];
    }
    run.reverse();
    run
}
