//! Devices as other tools list them, as the files that **Manage**, Import takes. No credential is
//! taken, and each line that is not understood is told.

mod librenms;
mod netbox;
mod router_db;
mod table;

use std::collections::{BTreeMap, HashSet};

use crate::inventory::rules;

pub use librenms::read as read_librenms;
pub use netbox::read as read_netbox;
pub use router_db::{Columns, ColumnsError, read as read_router_db};

/// How many bytes a list has at most: that of 100,000 devices has some fifty million.
pub const MAX_LIST_BYTES: u64 = 64 << 20;

/// How long the short name of a site may be, as `rules::slug` has it.
const LONGEST_SLUG: usize = 63;

/// A device as a tool lists it, nothing of it checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Where it stands: `line 3`.
    place: String,
    /// What the tool calls its site; empty: it does not say.
    site: String,
    name: String,
    address: String,
    enabled: bool,
}

/// What a list has.
#[derive(Debug, Default)]
pub struct Listed {
    entries: Vec<Entry>,
    /// What was not understood: a sentence that begins with the place.
    pub problems: Vec<String>,
}

impl Listed {
    fn problem(&mut self, place: &str, what: &str) {
        self.problems.push(format!("{place}: {what}"));
    }
}

/// Sites and devices that may be imported.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Importable {
    /// Short name and name of each site.
    pub sites: BTreeMap<String, String>,
    /// Site, name, address, and whether it is to be backed up.
    pub devices: Vec<[String; 4]>,
    pub problems: Vec<String>,
}

/// Checks each device by the rules that the import has; one without a site is of `default_site`.
#[must_use]
pub fn importable(listed: Listed, default_site: Option<&str>) -> Importable {
    let mut importable = Importable {
        problems: listed.problems,
        ..Importable::default()
    };
    let mut named = HashSet::new();
    for entry in listed.entries {
        match checked(&entry, default_site) {
            Ok([site, name, _, _]) if !named.insert((site.clone(), name.to_lowercase())) => {
                let problem = format!("{}: {site} has this name already", entry.place);
                importable.problems.push(problem);
            }
            Ok(device) => {
                let [site, ..] = &device;
                let called = Some(entry.site).filter(|name| rules::name(name).is_ok());
                let called = called.unwrap_or_else(|| site.clone());
                importable.sites.entry(site.clone()).or_insert(called);
                importable.devices.push(device);
            }
            Err(problem) => importable
                .problems
                .push(format!("{}: {problem}", entry.place)),
        }
    }
    importable
}

fn checked(entry: &Entry, default_site: Option<&str>) -> Result<[String; 4], String> {
    let site = match slug_of(&entry.site) {
        Some(slug) => slug,
        None => default_site
            .ok_or("it says no site; --site gives one to those without")?
            .to_owned(),
    };
    let site = rules::slug(&site).map_err(|why| format!("its site {why}"))?;
    let name = rules::device_name(&entry.name).map_err(|why| format!("its name {why}"))?;
    let address = rules::address(&entry.address).map_err(|why| format!("its address {why}"))?;
    Ok([site, name, address, entry.enabled.to_string()])
}

/// A short name for a site; `None`: nothing of its name can stand in one.
fn slug_of(name: &str) -> Option<String> {
    let mut slug = String::new();
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug: String = slug.trim_matches('-').chars().take(LONGEST_SLUG).collect();
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// Whether what a tool says of maker or system is RouterOS, or nothing.
fn may_be_routeros(said: &str) -> bool {
    let said = said.to_lowercase();
    said.is_empty() || said.contains("routeros") || said.contains("mikrotik")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(site: &str, name: &str, address: &str) -> Entry {
        Entry {
            place: format!("line of {name}"),
            site: site.to_owned(),
            name: name.to_owned(),
            address: address.to_owned(),
            enabled: true,
        }
    }

    #[test]
    fn a_site_gets_a_short_name_of_what_can_stand_in_one() {
        assert_eq!(
            slug_of("Acme Ltd., Head-Office").as_deref(),
            Some("acme-ltd-head-office")
        );
        assert_eq!(slug_of("  42 "), Some("42".to_owned()));
        assert_eq!(slug_of("серьёзно"), None);
        assert_eq!(slug_of(&"x".repeat(200)).unwrap().len(), LONGEST_SLUG);
    }

    #[test]
    fn what_the_import_would_refuse_is_told_here() {
        let listed = Listed {
            entries: vec![
                entry("Acme", "gw-1", "192.0.2.1"),
                entry("acme", "GW-1", "192.0.2.2"),
                entry("", "gw-2", "192.0.2.3"),
                entry("acme", "a/b", "192.0.2.4"),
                entry("acme", "gw-3", "ssh://root@x"),
            ],
            problems: vec!["line 9: it is odd".to_owned()],
        };
        let found = importable(listed, None);
        assert_eq!(
            found.devices,
            [["acme", "gw-1", "192.0.2.1", "true"].map(str::to_owned)]
        );
        assert_eq!(found.sites["acme"], "Acme");
        assert_eq!(found.problems.len(), 5, "{:?}", found.problems);
        assert!(found.problems[1].contains("has this name already"));
        assert!(found.problems[2].contains("--site"));
    }

    #[test]
    fn who_has_no_site_is_of_the_one_that_is_given() {
        let listed = Listed {
            entries: vec![entry("", "gw-1", "192.0.2.1")],
            problems: Vec::new(),
        };
        let found = importable(listed, Some("acme"));
        assert_eq!(found.devices[0][0], "acme");
        assert_eq!(found.sites["acme"], "acme");
    }
}
