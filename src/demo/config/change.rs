//! What an administrator does to a configuration between two backups.

use super::growth;
use super::item::Section;
use crate::demo::dice::Dice;

/// Where administrators work.
const MENUS: [&str; 5] = [
    growth::QUEUES,
    growth::NAMES,
    growth::ADDRESSES,
    growth::RULES,
    growth::SECRETS,
];

/// What the numbers of items added later start from, so that their names stay unique.
const LATER: u64 = 1_000_000;

/// Applies one to four small changes of one kind of work.
pub(super) fn apply(sections: &mut [Section], revision: u64, dice: &mut Dice) {
    let times = 1 + dice.below(4) as u64;
    let menu = *dice.pick(&MENUS);
    let Some(section) = sections.iter_mut().find(|section| section.menu == menu) else {
        return;
    };
    // An addition comes first: it can not be undone by what follows, so that no revision equals
    // the one before.
    let number = LATER + revision * 10;
    section.items.push(growth::new_item(menu, number, dice));
    for step in 1..times {
        one(section, number + step, dice);
    }
}

fn one(section: &mut Section, number: u64, dice: &mut Dice) {
    // The newest item is left alone, see above.
    let older = section.items.len() - 1;
    if older < 2 {
        return;
    }
    let index = dice.below(older);
    match dice.below(5) {
        0 => {
            section.items.remove(index);
        }
        1 => section.items[index].change("comment", format!("Checked, ticket {number}")),
        2 => {
            if !section.items[index].remove("disabled") {
                section.items[index].change("disabled", "yes");
            }
        }
        3 if section.menu == growth::QUEUES => {
            section.items[index].change("name", format!("queue-{number}"));
        }
        _ => section.items.swap(index, (index + 1).min(older - 1)),
    }
}
