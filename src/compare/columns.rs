//! The menus of all columns in one order: that of the first export, with those that only later
//! ones have behind the menu they follow there.

use std::collections::HashMap;

use super::configuration::{Configuration, Line};

/// A menu with its lines in each column.
pub(super) struct MenuColumns<'a> {
    pub path: &'a [u8],
    /// The lines of each column; none where the column does not have the menu.
    pub lines: Vec<&'a [Line<'a>]>,
    /// Which columns have the menu, with or without lines.
    pub present: Vec<bool>,
}

impl MenuColumns<'_> {
    /// Whether no column has a line in it.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|lines| lines.is_empty())
    }
}

/// Lines up the menus of the columns.
pub(super) fn menus<'a>(columns: &'a [Configuration<'a>]) -> Vec<MenuColumns<'a>> {
    let mut places: HashMap<&[u8], usize> = HashMap::new();
    let mut menus: Vec<MenuColumns<'a>> = Vec::new();
    let mut order: Vec<usize> = Vec::new();
    for (column, configuration) in columns.iter().enumerate() {
        // Menus that come up for the first time, by the known one they follow.
        let mut new: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        let mut known = None;
        for menu in &configuration.menus {
            let next = menus.len();
            let place = *places.entry(&menu.path).or_insert(next);
            if place == next {
                menus.push(MenuColumns {
                    path: &menu.path,
                    lines: vec![&[]; columns.len()],
                    present: vec![false; columns.len()],
                });
                new.entry(known).or_default().push(place);
            } else {
                known = Some(place);
            }
            menus[place].lines[column] = &menu.lines;
            menus[place].present[column] = true;
        }
        order = std::iter::once(None)
            .chain(order.into_iter().map(Some))
            .flat_map(|place| {
                place
                    .into_iter()
                    .chain(new.remove(&place).unwrap_or_default())
            })
            .collect();
    }
    let mut menus: Vec<Option<MenuColumns<'a>>> = menus.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|place| menus[place].take())
        .collect()
}
