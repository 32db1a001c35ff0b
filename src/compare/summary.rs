//! What changed from one export to the next, counted and in words.

use super::configuration::Line;
use super::grid::{GridRow, Slot};
use super::order::is_ordered;
use super::table::{Change, Column, MenuSummary, StepSummary};
use crate::platform::routeros::text::comparison_form;
use crate::visible;

/// How many menus a sentence names: an upgrade touches dozens, a hostile export 100,000.
const MAX_MENUS_IN_WORDS: usize = 50;

impl StepSummary {
    /// The step between two columns, its menus not counted yet.
    pub(super) fn between(old: &Column, new: &Column) -> Self {
        let pair = |old: &Option<String>, new: &Option<String>| {
            let (old, new) = (old.clone()?, new.clone()?);
            (old != new).then_some((old, new))
        };
        Self {
            version: pair(&old.version, &new.version),
            model: pair(&old.model, &new.model),
            menus: Vec::new(),
        }
    }

    /// The step in one line: `ip firewall filter: 2 added, 1 removed, 1 moved; system identity
    /// changed`. Of very many menus the first, and how many more there are. `No difference` when
    /// there is none.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.menus.is_empty() {
            return "No difference".to_owned();
        }
        let menus = self.menus.iter().take(MAX_MENUS_IN_WORDS);
        let mut words: Vec<String> = menus.map(MenuSummary::sentence).collect();
        match self.menus.len().saturating_sub(MAX_MENUS_IN_WORDS) {
            0 => {}
            1 => words.push("1 more menu".to_owned()),
            more => words.push(format!("{more} more menus")),
        }
        words.join("; ")
    }
}

impl MenuSummary {
    /// Of a menu in which nothing was counted yet.
    pub(super) fn of(path: &[u8]) -> Self {
        Self {
            menu: visible::bytes(path.strip_prefix(b"/").unwrap_or(path)),
            ..Self::default()
        }
    }

    /// The menu in words, `ip firewall filter: 2 added` or `system identity changed`.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.is_single && self.changed == 1 {
            return format!("{} changed", self.menu);
        }
        let counts = [
            (self.added, "added"),
            (self.removed, "removed"),
            (self.changed, "changed"),
            (self.moved, "moved"),
        ];
        let words: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        format!("{}: {}", self.menu, words.join(", "))
    }
}

/// A menu's summary for the step to `column`. `None` when nothing differs there.
pub(super) fn menu(path: &[u8], rows: &[GridRow<'_>], column: usize) -> Option<MenuSummary> {
    let mut summary = MenuSummary::of(path);
    for row in rows.iter().filter(|row| !is_noise_at(path, row, column)) {
        let slot = &row.slots[column];
        match slot.change {
            Change::Added => summary.added += 1,
            Change::Removed => summary.removed += 1,
            Change::Changed => summary.changed += 1,
            Change::Moved => {
                summary.moved += usize::from(is_ordered(path));
                summary.changed += usize::from(slot.against.is_some());
            }
            Change::Equal | Change::MovedAway | Change::Absent => {}
        }
    }
    let items = |column| rows.iter().filter(|row| row.has(column)).count();
    summary.is_single = items(column - 1) <= 1 && items(column) <= 1;
    let all = summary.added + summary.removed + summary.changed + summary.moved;
    (all > 0).then_some(summary)
}

/// Whether a row only differs in what comes and goes by itself.
pub(super) fn is_noise(path: &[u8], row: &GridRow<'_>) -> bool {
    !row.is_equal() && (1..row.slots.len()).all(|column| is_noise_at(path, row, column))
}

/// Whether what a column has is no difference from the column before.
fn is_noise_at(path: &[u8], row: &GridRow<'_>, column: usize) -> bool {
    let slot = &row.slots[column];
    let is_remark = |line: Option<&Line<'_>>| line.is_some_and(|line| line.is_noise);
    match slot.change {
        Change::Equal | Change::Absent => true,
        Change::Added => is_remark(slot.line),
        Change::Removed => is_remark(row.slots[column - 1].line),
        Change::Changed => is_same_form(slot),
        Change::MovedAway => !is_ordered(path),
        Change::Moved => !is_ordered(path) && (slot.against.is_none() || is_same_form(slot)),
    }
}

/// Whether a line differs in the time only, as that at the top of an export does.
fn is_same_form(slot: &Slot<'_>) -> bool {
    let both = slot.line.zip(slot.against);
    both.is_some_and(|(line, against)| {
        line.text.starts_with(b"#") && comparison_form(&line.text) == comparison_form(&against.text)
    })
}
