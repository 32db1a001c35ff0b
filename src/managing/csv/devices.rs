//! Lines that are devices.

use std::collections::HashMap;

use super::cell;
use super::decide::{Named, Standing, decide};
use super::plan::{Effect, Planner, Stored, Writes};
use super::read::Row;
use crate::db::managing::{StoredDevice, Wanted};
use crate::inventory::rules::quote;
use crate::managing::Texts as _;
use crate::managing::device::DeviceText;
use crate::managing::known::Known;
use crate::managing::text::{differences, trimmed};

/// The devices of the lines so far.
pub(super) struct Planned<'a> {
    known: &'a Known,
    /// By site and name in lower case.
    stored: HashMap<(&'a str, String), &'a StoredDevice>,
    named: Named,
    writes: Writes,
}

impl<'a> Planned<'a> {
    pub fn new(stored: &'a Stored) -> Self {
        let by_name = |device: &'a StoredDevice| {
            let values = &device.values;
            ((values.site.as_str(), values.name.to_lowercase()), device)
        };
        Self {
            known: &stored.known,
            stored: stored.devices.iter().map(by_name).collect(),
            named: Named::default(),
            writes: Writes::default(),
        }
    }
}

impl Planner for Planned<'_> {
    fn plan(&mut self, row: &Row, columns: &[&'static str], advise: bool) -> (String, Effect) {
        let text_of = |name: &str| {
            let mut cells = row.by_column(columns);
            let cell = cells.find(|(column, _)| *column == name);
            cell::unguarded(cell.map_or("", |(_, cell)| cell))
        };
        let (site, name) = (text_of("site"), text_of("name"));
        let what = format!("{site}/{name}");
        if let Some(twice) = self.named.claim(&what, row.line) {
            return (what, Effect::Wrong(vec![twice]));
        }
        let device = self.stored.get(&(site, name.to_lowercase()));
        if let Some(other) = device.filter(|device| device.values.name != name) {
            let name = quote(&other.values.name);
            let wrong = format!("The site has a device {name}; write its name in the same way");
            return (what, Effect::Wrong(vec![wrong]));
        }
        let before = match device {
            Some(device) => DeviceText::from(&device.values),
            None => DeviceText::new(self.known),
        };
        let text = match overlaid(before.clone(), row, columns) {
            Ok(text) => text,
            Err(wrong) => return (what, Effect::Wrong(vec![wrong])),
        };
        let standing = device.map(|device| Standing {
            id: device.id.0,
            origin: device.origin,
            is_archived: device.is_archived,
        });
        let differences = differences(DeviceText::FIELDS, &before.texts(), &text.texts());
        let checked = text.check(self.known, advise);
        let (effect, values) = decide(standing, differences, checked);
        let id = standing.map(|standing| standing.id);
        self.writes
            .devices
            .extend(values.map(|values| Wanted { id, values }));
        (what, effect)
    }

    fn writes(self) -> Writes {
        self.writes
    }
}

/// The text with the cells of a row in it. An empty cell says nothing, but of tags.
fn overlaid(
    mut text: DeviceText,
    row: &Row,
    columns: &[&'static str],
) -> Result<DeviceText, String> {
    for (column, cell) in row.by_column(columns) {
        if cell.is_empty() && column != "tags" {
            continue;
        }
        let value = match column {
            "tags" => cell::tags(cell),
            "enabled" | "legacy_ssh" => cell::yes_or_no(cell)
                .ok_or_else(|| format!("`{column}` must be true or false"))?
                .to_string(),
            _ => trimmed(cell::unguarded(cell)),
        };
        *text.field_mut(column).expect("columns are fields") = value;
    }
    Ok(text)
}
