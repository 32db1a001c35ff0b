//! The versions of a source, brought to the devices that they are of.

use std::collections::BTreeMap;

use crate::model::DeviceId;
use crate::plural::counted;

use super::matching::{Found, Matching};
use super::source::{Listing, Source, Version};

/// The versions of each device in order of time, and what is of none.
#[derive(Debug, Default)]
pub struct Sorted {
    pub devices: BTreeMap<DeviceId, Vec<Version>>,
    /// What, and a sentence.
    pub left_out: Vec<(String, String)>,
}

/// The sources that mean one device.
#[derive(Default)]
struct Meant {
    sources: Vec<(Source, Vec<Version>)>,
    /// Whether a person wrote each of them down.
    is_written: bool,
}

/// Brings each version to its device. Two sources that mean one device would tell its history
/// twice, so they are left out unless a person wrote down that they do.
#[must_use]
pub fn sort(listing: Listing, matching: &Matching<'_>) -> Sorted {
    let mut sorted = Sorted {
        left_out: listing.passed_over,
        ..Sorted::default()
    };
    let mut meant: BTreeMap<DeviceId, Meant> = BTreeMap::new();
    for (source, versions) in by_source(listing.versions) {
        let why = match matching.find(&source) {
            Found::Device { id, is_written } => {
                let meant = meant.entry(id).or_default();
                meant.is_written = is_written && (meant.is_written || meant.sources.is_empty());
                meant.sources.push((source, versions));
                continue;
            }
            Found::Nobody => "no device of the inventory has this name or address".to_owned(),
            Found::Several(names) => format!("several devices may be meant: {}", names.join(", ")),
        };
        sorted.leave_out(&source, versions.len(), &why);
    }
    for (id, meant) in meant {
        sorted.take(id, meant);
    }
    sorted
}

impl Sorted {
    fn leave_out(&mut self, source: &Source, versions: usize, why: &str) {
        let what = format!("{source}, {}", counted(versions as u64, "version"));
        self.left_out.push((what, why.to_owned()));
    }

    fn take(&mut self, id: DeviceId, meant: Meant) {
        if meant.sources.len() > 1 && !meant.is_written {
            for (source, versions) in &meant.sources {
                let why = "others mean the same device; say by --map which do";
                self.leave_out(source, versions.len(), why);
            }
            return;
        }
        let all = meant.sources.into_iter().flat_map(|(_, versions)| versions);
        let mut versions: Vec<Version> = all.collect();
        versions.sort_by_key(|version| version.at);
        self.devices.insert(id, versions);
    }
}

fn by_source(versions: Vec<Version>) -> BTreeMap<Source, Vec<Version>> {
    let mut sources: BTreeMap<Source, Vec<Version>> = BTreeMap::new();
    for version in versions {
        let of_source = sources.entry(version.source.clone());
        of_source.or_default().push(version);
    }
    sources
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::source::Content;
    use super::*;
    use crate::db::importing::Candidate;
    use crate::model::SiteId;

    fn version(name: &str, secs: i64) -> Version {
        Version {
            source: Source {
                group: None,
                name: name.to_owned(),
            },
            at: DateTime::from_timestamp(secs, 0).unwrap(),
            from: String::new(),
            content: Content::File("x".into()),
        }
    }

    fn device() -> [Candidate; 1] {
        [Candidate {
            id: DeviceId(7),
            site_id: SiteId(1),
            site: "acme".to_owned(),
            name: "gw-1".to_owned(),
            address: "192.0.2.1".to_owned(),
        }]
    }

    fn listing() -> Listing {
        Listing {
            versions: vec![
                version("gw-1", 300),
                version("192.0.2.1", 200),
                version("gw-1", 100),
            ],
            passed_over: Vec::new(),
        }
    }

    #[test]
    fn two_that_mean_one_device_are_left_out_unless_that_is_written_down() {
        let devices = device();
        let mut matching = Matching::new(&devices);
        let sorted = sort(listing(), &matching);
        assert!(sorted.devices.is_empty());
        assert_eq!(sorted.left_out.len(), 2);

        matching.write_down(b"gw-1,acme/gw-1\n").unwrap();
        assert!(sort(listing(), &matching).devices.is_empty());
        matching.write_down(b"192.0.2.1,acme/gw-1\n").unwrap();
        let sorted = sort(listing(), &matching);
        let times = sorted.devices[&DeviceId(7)]
            .iter()
            .map(|one| one.at.timestamp());
        assert_eq!(times.collect::<Vec<_>>(), [100, 200, 300]);
        assert!(sorted.left_out.is_empty());
    }
}
