//! Invented RouterOS configurations: the same seed, version and size always give the same text,
//! which then changes as an administrator would change it, a few lines at a time.

mod change;
mod growth;
mod item;
mod sections;
mod text;

use item::Section;

use super::dice::Dice;
use super::version::Version;

/// What a configuration is made from.
#[derive(Debug, Clone)]
pub(super) struct Blueprint {
    pub(super) seed: u64,
    pub(super) identity: String,
    pub(super) version: Version,
    /// How many Ethernet ports the router has.
    pub(super) ports: usize,
    /// How large the whole export should be, about, with secrets shown.
    pub(super) size_bytes: usize,
}

/// Which form of the export is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Form {
    pub(super) show_secrets: bool,
    pub(super) terse: bool,
}

/// A configuration at one revision.
#[derive(Debug, Clone)]
pub(super) struct Configuration {
    blueprint: Blueprint,
    sections: Vec<Section>,
    revision: u64,
}

impl Configuration {
    /// Revision 0.
    pub(super) fn new(blueprint: Blueprint) -> Self {
        let mut dice = Dice::new(blueprint.seed, "configuration");
        let mut sections = sections::base(&blueprint, &mut dice);
        growth::grow(&mut sections, blueprint.size_bytes, &mut dice);
        Self {
            blueprint,
            sections,
            revision: 0,
        }
    }

    /// How often it was changed.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Goes on to the next revision: one to four lines change.
    pub(super) fn change(&mut self) {
        self.revision += 1;
        let purpose = format!("revision {}", self.revision);
        let mut dice = Dice::new(self.blueprint.seed, &purpose);
        change::apply(&mut self.sections, self.revision, &mut dice);
    }

    /// The export without its header, with CRLF line ends.
    pub(super) fn render(&self, form: Form) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.blueprint.size_bytes + 1024);
        for section in self.sections.iter().filter(|s| !s.items.is_empty()) {
            if !form.terse {
                out.extend_from_slice(section.menu.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            for item in &section.items {
                let line = item.line(form.show_secrets);
                if form.terse {
                    text::push_terse(&format!("{} {line}", section.menu), &mut out);
                } else {
                    text::push_wrapped(&line, &mut out);
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
