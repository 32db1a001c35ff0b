//! The page of a comparison: what its template asks.

use std::collections::BTreeSet;

use askama::Template;
use askama_web::WebTemplate;
use chrono_tz::Tz;

use super::cells::{DifferenceLinks, class, sign, word};
use super::view::{Layout, View};
use crate::compare::{MenuRow, Row, StepSummary, Table};
use crate::db::pages::SnapshotHead;
use crate::web::{
    filters, format,
    guard::SignedIn,
    links,
    shell::{Area, Shell},
    state::AppState,
    words,
};

/// A snapshot as the head of its column.
pub struct Side {
    pub head: SnapshotHead,
    pub zone: Tz,
}

#[derive(Template, WebTemplate)]
#[template(path = "compare/show.html")]
pub struct ShowPage {
    shell: Shell,
    sides: Vec<Side>,
    pub(super) view: View,
    pub(super) table: Table,
    /// Number of the last difference that has a row; 0 without any.
    last_shown: usize,
}

/// What stands on a row of the page.
enum Block<'a> {
    /// Menus, one after the other, whose items are all equal and folded.
    EqualMenus(Vec<&'a MenuRow>),
    Row(&'a Row),
}

impl ShowPage {
    pub fn new(
        state: &AppState,
        person: &SignedIn,
        heads: Vec<SnapshotHead>,
        view: View,
        table: Table,
    ) -> Self {
        let sides = heads.into_iter().map(|head| Side {
            zone: format::zone(&head.timezone),
            head,
        });
        Self {
            shell: Shell::new(state, person, Area::Sites),
            sides: sides.collect(),
            view,
            last_shown: table.rows.iter().filter_map(number).max().unwrap_or(0),
            table,
        }
    }

    /// Whether who looks at the page is offered to see secrets, or to mask them again.
    pub(super) fn may_turn_secrets(&self) -> bool {
        self.shell.may_reveal()
    }

    fn first(&self) -> &SnapshotHead {
        &self.sides[0].head
    }

    pub(super) fn is_one_device(&self) -> bool {
        is_one_device(self.sides.iter().map(|side| &side.head))
    }

    fn is_one_site(&self) -> bool {
        self.sides
            .iter()
            .all(|side| side.head.site_slug == self.first().site_slug)
    }

    pub(super) fn is_pair(&self) -> bool {
        self.sides.len() == 2
    }

    pub(super) fn is_unified(&self) -> bool {
        self.view.layout == Layout::Unified
    }

    /// The rows, with neighbouring menus that are equal put together.
    fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        for row in &self.table.rows {
            match (row, blocks.last_mut()) {
                (Row::Menu(menu), Some(Block::EqualMenus(menus))) if is_closed(menu) => {
                    menus.push(menu);
                }
                (Row::Menu(menu), _) if is_closed(menu) => {
                    blocks.push(Block::EqualMenus(vec![menu]));
                }
                _ => blocks.push(Block::Row(row)),
            }
        }
        blocks
    }

    /// Whether secrets may differ only because a column does not hold them.
    pub(super) fn secrets_differ(&self) -> bool {
        self.sides
            .iter()
            .any(|side| side.head.has_secrets != self.first().has_secrets)
    }

    /// What changed in a step; equal is only said of all that the snapshots hold.
    fn changed(&self, step: &StepSummary) -> String {
        if step.menus.is_empty() && self.table.left_out > 0 {
            return "No difference in what was compared".to_owned();
        }
        step.sentence()
    }

    /// How many lines come and go by themselves.
    pub(super) fn noise(&self) -> usize {
        self.table.remarks + self.table.reordered
    }

    /// The links of a difference.
    pub(super) fn links(&self, number: &usize) -> DifferenceLinks {
        DifferenceLinks::new(*number, self.last_shown, self.table.differences)
    }

    /// How many columns the table has for each snapshot: mark, line number, text.
    fn table_width(&self) -> usize {
        if self.is_unified() {
            4
        } else {
            3 * self.sides.len()
        }
    }

    /// What is compared, for the heading and the title.
    fn heading(&self) -> String {
        if self.is_one_device() {
            return format!("Compare {}", self.first().device_name);
        }
        if self.is_pair() {
            return format!("Compare {} and {}", self.device(0), self.device(1));
        }
        let devices: BTreeSet<i64> = self.sides.iter().map(|s| s.head.device_id.0).collect();
        let (backups, devices) = (self.sides.len(), devices.len());
        format!("Compare {backups} backups of {devices} devices")
    }

    /// What tells a column from the others beside its device: nothing when two devices do.
    fn mark(&self, index: &usize) -> String {
        match (self.is_one_device(), self.is_pair(), index) {
            (true, true, 0) => "Old".to_owned(),
            (true, true, _) => "New".to_owned(),
            (true, false, _) => format!("{}", index + 1),
            (false, true, _) => String::new(),
            (false, false, _) => format!("{}.", index + 1),
        }
    }

    /// The name of a column beside its date: its mark, and the device where there are several.
    pub(super) fn column_name(&self, index: &usize) -> String {
        let mark = self.mark(index);
        if self.is_one_device() {
            return mark;
        }
        format!("{mark} {}", self.device(*index))
            .trim_start()
            .to_owned()
    }

    /// Whether a column and the next one are of the same device.
    pub(super) fn is_within_a_device(&self, index: &usize) -> bool {
        self.sides[*index].head.device_id == self.sides[index + 1].head.device_id
    }

    /// The device of a column, with its site unless that is the same for all.
    fn device(&self, index: usize) -> String {
        let head = &self.sides[index].head;
        if self.is_one_site() {
            head.device_name.clone()
        } else {
            format!("{} ({})", head.device_name, head.site_name)
        }
    }
}

/// Whether all snapshots are of one device.
pub fn is_one_device<'a>(heads: impl IntoIterator<Item = &'a SnapshotHead>) -> bool {
    let mut devices = heads.into_iter().map(|head| head.device_id);
    let first = devices.next();
    devices.all(|device| Some(device) == first)
}

/// The number of the difference that a row belongs to.
const fn number(row: &Row) -> Option<usize> {
    match row {
        Row::Menu(menu) => menu.difference,
        Row::Item(item) => item.difference,
        Row::Fold(_) => None,
    }
}

fn is_closed(menu: &MenuRow) -> bool {
    menu.fold.is_some_and(|fold| !fold.is_open)
}
