//! Lines that are not equal but are the same item, because something identifies them.
//!
//! RouterOS gives items no name that an export shows and that lasts. What identifies one differs
//! from menu to menu, and menus come with every version, so the rules are generic: what serves
//! as a name where it occurs, then pairs of attributes that are unique together in most menus,
//! then single ones. All but the first only count where no other item of the menu has the same:
//! ten rules with the comment "office" are not told apart by it.

use std::collections::{HashMap, HashSet};

use super::{Known, Sides};
use crate::compare::item::PartKind;

/// Attributes that together identify an item, the surest first.
const IDENTITIES: [&[&[u8]]; 17] = [
    &[b"name"],
    &[b"default-name"],
    // Peers of WireGuard.
    &[b"public-key"],
    // Entries of address lists, and members of interface lists.
    &[b"address", b"list"],
    &[b"interface", b"list"],
    // Ports and VLANs of a bridge, addresses, neighbours.
    &[b"bridge", b"interface"],
    &[b"bridge", b"vlan-ids"],
    &[b"address", b"interface"],
    // Routes.
    &[b"dst-address", b"gateway"],
    // Leases, access lists of radios.
    &[b"mac-address", b"server"],
    &[b"mac-address"],
    // Clients and servers of an interface, networks of a server, services elsewhere.
    &[b"interface"],
    &[b"address"],
    &[b"remote-address"],
    &[b"dst-address"],
    &[b"topics"],
    // What a person wrote to know it again.
    &[b"comment"],
];

/// How many of them name an item even where several have the same name.
const NAMES: usize = 2;

pub(super) fn pair(sides: &mut Sides<'_>) {
    pair_by(sides, false, target);
    for (rank, keys) in IDENTITIES.iter().enumerate() {
        if sides.is_done() {
            return;
        }
        pair_by(sides, rank >= NAMES, |line| values(line, keys));
    }
}

/// What a `set` is for, together with the command; the key of a remark. `None` for an `add`.
fn target<'a>(line: &Known<'a>) -> Option<Vec<&'a [u8]>> {
    let cut = |range: &std::ops::Range<usize>| line.text[range.clone()].trim_ascii_start();
    let first = line.parts.first()?;
    if line.text.starts_with(b"#") {
        return first.key(line.text).map(|key| vec![key]);
    }
    let command = cut(&first.range);
    if first.kind != PartKind::Command || command == b"add" {
        return None;
    }
    let target = line
        .parts
        .get(1)
        .filter(|part| part.kind == PartKind::Target);
    Some(vec![
        command,
        target.map_or(&b""[..], |part| cut(&part.range)),
    ])
}

/// The values of these attributes. `None` unless it is an `add` and has them all.
fn values<'a>(line: &Known<'a>, keys: &[&[u8]]) -> Option<Vec<&'a [u8]>> {
    if !line.text.starts_with(b"add ") {
        return None;
    }
    keys.iter().map(|key| line.value(key)).collect()
}

/// Pairs the lines left over that have the same identity, in the order in which they come; with
/// `unique` only where no further line of either side has it.
fn pair_by<'a>(
    sides: &mut Sides<'a>,
    unique: bool,
    identity: impl Fn(&Known<'a>) -> Option<Vec<&'a [u8]>>,
) {
    let mut places: HashMap<Vec<&[u8]>, Vec<usize>> = HashMap::new();
    for old in sides.left_old() {
        if let Some(found) = identity(&sides.old[old]) {
            places.entry(found).or_default().push(old);
        }
    }
    if places.is_empty() {
        return;
    }
    let mut pairs = Vec::new();
    for new in sides.left_new() {
        if let Some(found) = identity(&sides.new[new])
            && places.contains_key(&found)
        {
            pairs.push((found, new));
        }
    }
    if unique && !pairs.is_empty() {
        let seen = [&sides.old, &sides.new].map(|side| repeated(side, &identity));
        pairs.retain(|(found, _)| !seen.iter().any(|seen| seen.contains(found)));
    }
    places.values_mut().for_each(|old| old.reverse());
    for (found, new) in pairs {
        let old = places.get_mut(&found).and_then(Vec::pop);
        // Who has another name is somebody else, whatever else is the same.
        let old = old.filter(|&old| !unique || !names_differ(&sides.old[old], &sides.new[new]));
        if let Some(old) = old {
            sides.pair(old, new);
        }
    }
}

/// The identities that more than one line of a side has.
fn repeated<'a>(
    side: &[Known<'a>],
    identity: impl Fn(&Known<'a>) -> Option<Vec<&'a [u8]>>,
) -> HashSet<Vec<&'a [u8]>> {
    let mut seen = HashSet::new();
    let mut repeated = HashSet::new();
    for found in side.iter().filter_map(identity) {
        if seen.contains(&found) {
            repeated.insert(found);
        } else {
            seen.insert(found);
        }
    }
    repeated
}

fn names_differ(old: &Known<'_>, new: &Known<'_>) -> bool {
    let names = old.value(b"name").zip(new.value(b"name"));
    names.is_some_and(|(old, new)| old != new)
}
