//! What changed from one export to the next, counted and in words.

use super::configuration::Line;
use super::grid::GridRow;
use super::table::{Change, Column, MenuSummary, StepSummary};
use crate::platform::routeros::text::comparison_form;
use crate::visible;

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
    /// changed`. `No difference` when there is none.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.menus.is_empty() {
            return "No difference".to_owned();
        }
        let menus: Vec<String> = self.menus.iter().map(MenuSummary::sentence).collect();
        menus.join("; ")
    }
}

impl MenuSummary {
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
    let mut summary = MenuSummary {
        menu: visible::bytes(path.strip_prefix(b"/").unwrap_or(path)),
        ..MenuSummary::default()
    };
    for row in rows {
        let slot = &row.slots[column];
        if is_noise_at(row, column) {
            continue;
        }
        match slot.change {
            Change::Added => summary.added += 1,
            Change::Removed => summary.removed += 1,
            Change::Changed => summary.changed += 1,
            Change::Moved => {
                summary.moved += 1;
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
pub(super) fn is_noise(row: &GridRow<'_>) -> bool {
    !row.is_equal() && (1..row.slots.len()).all(|column| is_noise_at(row, column))
}

/// Whether what a column has is no difference from the column before.
fn is_noise_at(row: &GridRow<'_>, column: usize) -> bool {
    let slot = &row.slots[column];
    let line = slot.line.or(row.slots[column - 1].line);
    match (slot.change, line) {
        (Change::Equal | Change::Absent, _) | (_, None) => true,
        (_, Some(line)) if line.is_noise => true,
        (Change::Changed, Some(line)) => slot.against.is_some_and(|old| is_same_form(old, line)),
        _ => false,
    }
}

/// Whether two header lines differ in the time only.
fn is_same_form(old: &Line<'_>, new: &Line<'_>) -> bool {
    new.text.starts_with(b"#") && comparison_form(&old.text) == comparison_form(&new.text)
}
