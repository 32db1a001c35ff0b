//! Lines that nothing identifies but that have most of their attributes in common, such as a
//! firewall rule without a comment.
//!
//! Candidates are first those left over between the same two neighbours, then those that share
//! an attribute few others have. How many are looked at is bounded, whatever a router sends.

use std::collections::HashMap;

use super::Sides;
use super::place::gaps;
use crate::compare::item::PartKind;

/// How many pairs between the same two neighbours are looked at in one gap.
const MAX_GAP_PAIRS: usize = 4_096;
/// How many pairs are looked at in a whole menu.
const MAX_PAIRS: usize = 200_000;
/// How many attributes of a line are looked at.
const MAX_PARTS: usize = 64;
/// By how many lines an attribute may be shared to lead to candidates.
const MAX_SHARED: usize = 8;

pub(super) fn pair(sides: &mut Sides<'_>) {
    if sides.is_done() {
        return;
    }
    let features = Features::of(sides);
    let mut budget = MAX_PAIRS;
    between_neighbours(sides, &features, &mut budget);
    if !sides.is_done() {
        by_rare_attribute(sides, &features, &mut budget);
    }
}

/// What is compared of a line.
#[derive(Default)]
struct Feature {
    /// Numbers of its parts but the command, ascending.
    parts: Vec<u32>,
    /// Number of its command.
    command: Option<u32>,
    /// Number of its name, when it has one.
    name: Option<u32>,
}

struct Features {
    old: Vec<Feature>,
    new: Vec<Feature>,
}

impl Features {
    /// The features of the lines left over; empty ones for the others.
    fn of(sides: &Sides<'_>) -> Self {
        let mut ids = HashMap::new();
        let mut of = |lines: &[super::Known<'_>], left: Vec<usize>| {
            let mut features: Vec<Feature> = Vec::new();
            features.resize_with(lines.len(), Feature::default);
            for at in left {
                features[at] = feature(&lines[at], |text| {
                    let next = u32::try_from(ids.len()).expect("fewer than 4 billion parts");
                    *ids.entry(text.to_vec()).or_insert(next)
                });
            }
            features
        };
        Self {
            old: of(&sides.old, sides.left_old()),
            new: of(&sides.new, sides.left_new()),
        }
    }
}

fn feature(line: &super::Known<'_>, mut id: impl FnMut(&[u8]) -> u32) -> Feature {
    let mut feature = Feature::default();
    for part in line.parts.iter().take(MAX_PARTS) {
        let id = id(line.text[part.range.clone()].trim_ascii_start());
        if part.kind == PartKind::Command {
            feature.command = Some(id);
        } else {
            feature.parts.push(id);
        }
        if part.key(line.text) == Some(b"name") {
            feature.name = Some(id);
        }
    }
    feature.parts.sort_unstable();
    feature
}

/// How alike two lines are, in thousandths of what they have together. `None` unless it is more
/// than half. Two different names are two items, unless all else is equal: then it was renamed.
fn likeness(old: &Feature, new: &Feature) -> Option<usize> {
    let total = old.parts.len() + new.parts.len();
    if old.command != new.command || total == 0 {
        return None;
    }
    let common = common(&old.parts, &new.parts);
    let names_differ = old.name.is_some() && new.name.is_some() && old.name != new.name;
    if names_differ && (common + 1) * 2 < total {
        return None;
    }
    let likeness = common * 2_000 / total;
    (likeness > 500).then_some(likeness)
}

fn common(old: &[u32], new: &[u32]) -> usize {
    let (mut at, mut common) = (0, 0);
    for id in old {
        while new.get(at).is_some_and(|other| other < id) {
            at += 1;
        }
        if new.get(at) == Some(id) {
            common += 1;
            at += 1;
        }
    }
    common
}

/// Pairs lines that stand between the same two neighbours, the likest first.
fn between_neighbours(sides: &mut Sides<'_>, features: &Features, budget: &mut usize) {
    for gap in gaps(sides) {
        let count = gap.old.len().saturating_mul(gap.new.len());
        if count > MAX_GAP_PAIRS || count > *budget {
            continue;
        }
        *budget -= count;
        let mut found = Vec::new();
        for (&old, place) in gap.old.iter().zip(0_usize..) {
            for (&new, other) in gap.new.iter().zip(0_usize..) {
                if let Some(likeness) = likeness(&features.old[old], &features.new[new]) {
                    found.push((likeness, place.abs_diff(other), old, new));
                }
            }
        }
        found.sort_by_key(|&(likeness, distance, old, new)| {
            (std::cmp::Reverse(likeness), distance, old, new)
        });
        for (_, _, old, new) in found {
            pair_if_free(sides, old, new);
        }
    }
}

/// Pairs lines that share an attribute which few others have, wherever they stand.
fn by_rare_attribute(sides: &mut Sides<'_>, features: &Features, budget: &mut usize) {
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for old in sides.left_old() {
        for &id in &features.old[old].parts {
            let places = places.entry(id).or_default();
            if places.len() <= MAX_SHARED {
                places.push(old);
            }
        }
    }
    for new in sides.left_new() {
        let mut best = None;
        let rare = features.new[new]
            .parts
            .iter()
            .filter_map(|id| places.get(id));
        for &old in rare.filter(|places| places.len() <= MAX_SHARED).flatten() {
            if *budget == 0 {
                return;
            }
            *budget -= 1;
            if !sides.taken[old] {
                let likeness = likeness(&features.old[old], &features.new[new]);
                best = best.max(likeness.map(|likeness| (likeness, std::cmp::Reverse(old))));
            }
        }
        if let Some((_, std::cmp::Reverse(old))) = best {
            pair_if_free(sides, old, new);
        }
    }
}

fn pair_if_free(sides: &mut Sides<'_>, old: usize, new: usize) {
    if !sides.taken[old] && sides.old_of[new].is_none() {
        sides.pair(old, new);
    }
}
