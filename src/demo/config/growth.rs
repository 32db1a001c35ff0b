//! The sections that make a large configuration large: lists, rules, queues and accounts.

use super::item::{Item, Section};
use crate::demo::dice::Dice;

pub(super) const QUEUES: &str = "/queue simple";
pub(super) const NAMES: &str = "/ip dns static";
pub(super) const ADDRESSES: &str = "/ip firewall address-list";
pub(super) const RULES: &str = "/ip firewall filter";
pub(super) const SIX: &str = "/ipv6 firewall address-list";
pub(super) const SECRETS: &str = "/ppp secret";

/// The sections that grow and change, and how many of ten new items go there.
const SHARES: [(&str, usize); 6] = [
    (QUEUES, 1),
    (NAMES, 1),
    (ADDRESSES, 3),
    (RULES, 2),
    (SIX, 1),
    (SECRETS, 2),
];

/// Documentation networks (RFC 5737), without the last octet.
const NETWORKS: [&str; 3] = ["192.0.2", "198.51.100", "203.0.113"];
const LISTS: [&str; 5] = ["watch", "partners", "cameras", "blocked", "guests"];
const PLACES: [&str; 6] = [
    "reception",
    "workshop",
    "first floor",
    "archive room",
    "loading bay",
    "roof",
];
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Adds items until the export with secrets has about `size_bytes`.
pub(super) fn grow(sections: &mut [Section], size_bytes: usize, dice: &mut Dice) {
    let mut size: usize = sections.iter().map(written_size).sum();
    let mut number = 1;
    loop {
        for (menu, share) in SHARES {
            let Some(section) = sections.iter_mut().find(|section| section.menu == menu) else {
                continue;
            };
            for _ in 0..share {
                if size >= size_bytes {
                    return;
                }
                let item = new_item(menu, number, dice);
                size += line_size(&item);
                section.items.push(item);
                number += 1;
            }
        }
    }
}

/// A further item of a growing section; `number` makes its name unique.
pub(super) fn new_item(menu: &str, number: u64, dice: &mut Dice) -> Item {
    let address = format!("{}.{}", dice.pick(&NETWORKS), 1 + dice.below(254));
    let place = *dice.pick(&PLACES);
    match menu {
        QUEUES => Item::add()
            .with("comment", format!("Fair share, {place}"))
            .with("max-limit", format!("{}M/50M", 5 + dice.below(40)))
            .with("name", format!("queue-{number}"))
            .with("target", format!("{address}/32")),
        NAMES => Item::add()
            .with("address", address)
            .with("name", format!("host-{number}.example.net")),
        ADDRESSES => Item::add()
            .with("address", address)
            .with("comment", format!("{place}, ticket {number}"))
            .with("list", format!("{}-{}", dice.pick(&LISTS), number / 50)),
        RULES => Item::add()
            .with("action", *dice.pick(&["accept", "drop", "reject"]))
            .with("chain", *dice.pick(&["input", "forward"]))
            .with("comment", format!("Rule {number}: {place}"))
            .with("dst-port", (1024 + dice.below(60_000)).to_string())
            .with("protocol", *dice.pick(&["tcp", "udp"]))
            .with("src-address-list", *dice.pick(&LISTS)),
        SIX => Item::add()
            .with("address", format!("2001:db8:{:x}::/48", number % 0xffff))
            .with("list", *dice.pick(&LISTS)),
        _ => Item::add()
            .with("comment", format!("Account of the {place}"))
            .with("name", format!("user-{number}"))
            .secret("password", dice.text(LETTERS, 16))
            .with("profile", "default-encryption")
            .with("service", "l2tp"),
    }
}

fn written_size(section: &Section) -> usize {
    let lines: usize = section.items.iter().map(line_size).sum();
    section.menu.len() + 2 + lines
}

/// Bytes of the item with its line ends; each broken line costs seven more.
fn line_size(item: &Item) -> usize {
    let length = item.line(true).len();
    length + 2 + 7 * (length / 76)
}
