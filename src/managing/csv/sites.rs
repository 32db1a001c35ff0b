//! Lines that are sites.

use std::collections::HashMap;

use super::cell;
use super::decide::{Named, Standing, decide};
use super::plan::{Effect, Planner, Stored, Writes};
use super::read::Row;
use crate::db::managing::{StoredSite, Wanted};
use crate::managing::Texts as _;
use crate::managing::site::SiteText;
use crate::managing::text::{differences, trimmed};

/// The sites of the lines so far.
pub(super) struct Planned<'a> {
    stored: HashMap<&'a str, &'a StoredSite>,
    named: Named,
    writes: Writes,
}

impl<'a> Planned<'a> {
    pub fn new(stored: &'a Stored) -> Self {
        let by_slug = |site: &'a StoredSite| (site.values.slug.as_str(), site);
        Self {
            stored: stored.sites.iter().map(by_slug).collect(),
            named: Named::default(),
            writes: Writes::default(),
        }
    }
}

impl Planner for Planned<'_> {
    fn plan(&mut self, row: &Row, columns: &[&'static str], advise: bool) -> (String, Effect) {
        let mut cells = row.by_column(columns);
        let slug = cells.find(|(column, _)| *column == "slug");
        let slug = cell::unguarded(slug.map_or("", |(_, cell)| cell)).to_owned();
        if let Some(twice) = self.named.claim(&slug, row.line) {
            return (slug, Effect::Wrong(vec![twice]));
        }
        let site = self.stored.get(slug.as_str());
        let before = site.map_or_else(SiteText::new, |site| SiteText::from(&site.values));
        let text = overlaid(before.clone(), row, columns);
        let standing = site.map(|site| Standing {
            id: site.id.0,
            origin: site.origin,
            is_archived: site.is_archived,
        });
        let differences = differences(SiteText::FIELDS, &before.texts(), &text.texts());
        let (effect, values) = decide(standing, differences, text.check(advise));
        let id = standing.map(|standing| standing.id);
        self.writes
            .sites
            .extend(values.map(|values| Wanted { id, values }));
        (slug, effect)
    }

    fn writes(self) -> Writes {
        self.writes
    }
}

/// The text with the cells of a row in it. An empty cell says nothing, but of tags and notes.
fn overlaid(mut text: SiteText, row: &Row, columns: &[&'static str]) -> SiteText {
    for (column, cell) in row.by_column(columns) {
        if cell.is_empty() && !matches!(column, "tags" | "notes") {
            continue;
        }
        let value = match column {
            "tags" => cell::tags(cell),
            _ => trimmed(cell::unguarded(cell)),
        };
        *text.field_mut(column).expect("columns are fields") = value;
    }
    text
}
