//! Days of the week as a form has them, a box each.

use crate::managing::problems::Problems;
use crate::model::{Weekdays, schedule::weekday};

/// The names of the boxes.
pub(super) const BOXES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The days whose boxes are ticked, in the order of [`BOXES`]; at least one.
pub(super) fn check(ticked: [&str; 7], problems: &mut Problems) -> Option<Weekdays> {
    let named = BOXES.iter().zip(ticked);
    let chosen = named.filter(|(_, ticked)| *ticked == "true");
    let days = Weekdays::new(chosen.filter_map(|(name, _)| weekday(name)));
    if days.is_none() {
        problems.add("days", "Tick at least one day");
    }
    days
}

/// The boxes of these days, in the order of [`BOXES`].
pub(super) fn boxes(days: Weekdays) -> [String; 7] {
    BOXES.map(|name| {
        let is_ticked = weekday(name).is_some_and(|day| days.has(day));
        if is_ticked { "true" } else { "" }.to_owned()
    })
}
