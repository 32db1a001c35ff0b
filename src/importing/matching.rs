//! Which device of the inventory a source means: what a person wrote down, else what has exactly
//! its name or address. Where two could be meant, none is.

use std::collections::HashMap;

use crate::db::importing::Candidate;
use crate::model::DeviceId;

use super::Source;
use super::lines::Lines;

/// How many bytes a file of names has at most.
pub const MAX_MAPPING_BYTES: u64 = 4 << 20;

/// What is wrong with a file of names.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error("line {line}: two cells are needed, what the source calls it and SITE/NAME")]
    Cells { line: u64 },
    #[error("line {line}: the inventory has no device `{device}`")]
    Unknown { line: u64, device: String },
    #[error("it is no CSV: {0}")]
    Csv(#[from] csv::Error),
}

/// What a source means.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// This one; `is_written`: a person wrote that down.
    Device { id: DeviceId, is_written: bool },
    /// None has its name or address.
    Nobody,
    /// Several have: `site/name` of each.
    Several(Vec<String>),
}

/// The devices by all that they can be called.
#[derive(Debug)]
pub struct Matching<'a> {
    /// By name and by address, in lower case.
    called: HashMap<String, Vec<&'a Candidate>>,
    written: HashMap<String, DeviceId>,
}

impl<'a> Matching<'a> {
    /// The devices that may be meant.
    #[must_use]
    pub fn new(devices: &'a [Candidate]) -> Self {
        let mut called: HashMap<String, Vec<&Candidate>> = HashMap::new();
        for device in devices {
            let (name, address) = (device.name.to_lowercase(), device.address.to_lowercase());
            let whole = format!("{}/{name}", device.site);
            let is_other = address != name;
            let keys = [Some(whole), Some(name), is_other.then_some(address)];
            for key in keys.into_iter().flatten() {
                called.entry(key).or_default().push(device);
            }
        }
        Self {
            called,
            written: HashMap::new(),
        }
    }

    /// Takes what a person wrote down: a line each of what the source calls it, with its group
    /// or without, and `SITE/NAME`.
    ///
    /// # Errors
    /// [`MappingError`] of the first line that is wrong.
    pub fn write_down(&mut self, csv: &[u8]) -> Result<(), MappingError> {
        let mut lines = Lines::new(csv);
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .from_reader(csv);
        for row in rows.records() {
            let row = row?;
            let line = lines.of(row.position());
            let (Some(source), Some(device), 2) = (row.get(0), row.get(1), row.len()) else {
                return Err(MappingError::Cells { line });
            };
            let meant = self.called.get(&device.to_lowercase());
            let meant = meant.filter(|_| device.contains('/'));
            let Some([meant]) = meant.map(Vec::as_slice) else {
                let device = device.to_owned();
                return Err(MappingError::Unknown { line, device });
            };
            self.written.insert(source.to_owned(), meant.id);
        }
        Ok(())
    }

    /// What a source means.
    #[must_use]
    pub fn find(&self, source: &Source) -> Found {
        let whole = source.to_string();
        let written = self
            .written
            .get(&whole)
            .or_else(|| self.written.get(&source.name));
        if let Some(id) = written {
            return Found::Device {
                id: *id,
                is_written: true,
            };
        }
        let called = |name: &str| self.called.get(&name.to_lowercase());
        match called(&whole)
            .or_else(|| called(&source.name))
            .map(Vec::as_slice)
        {
            None | Some([]) => Found::Nobody,
            Some([one]) => Found::Device {
                id: one.id,
                is_written: false,
            },
            Some(several) => {
                let names = several
                    .iter()
                    .map(|one| format!("{}/{}", one.site, one.name));
                Found::Several(names.collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::SiteId;

    use super::*;

    fn devices() -> Vec<Candidate> {
        let device = |id, site: &str, name: &str, address: &str| Candidate {
            id: DeviceId(id),
            site_id: SiteId(1),
            site: site.to_owned(),
            name: name.to_owned(),
            address: address.to_owned(),
        };
        vec![
            device(1, "acme", "gw-1", "192.0.2.1"),
            device(2, "acme", "ap-1", "AP.example.net"),
            device(3, "beta", "gw-1", "192.0.2.3"),
            device(4, "beta", "192.0.2.1", "192.0.2.1"),
        ]
    }

    fn find(matching: &Matching<'_>, group: Option<&str>, name: &str) -> Option<i64> {
        let source = Source {
            group: group.map(str::to_owned),
            name: name.to_owned(),
        };
        match matching.find(&source) {
            Found::Device { id, .. } => Some(id.0),
            Found::Nobody | Found::Several(_) => None,
        }
    }

    #[test]
    fn a_device_is_found_by_name_or_address_and_never_guessed() {
        let devices = devices();
        let matching = Matching::new(&devices);
        assert_eq!(find(&matching, None, "AP-1"), Some(2));
        assert_eq!(find(&matching, None, "ap.example.net"), Some(2));
        assert_eq!(find(&matching, Some("beta"), "gw-1"), Some(3));
        assert_eq!(find(&matching, Some("gamma"), "192.0.2.3"), Some(3));
        assert_eq!(find(&matching, None, "gw-1"), None);
        assert_eq!(find(&matching, None, "192.0.2.1"), None);
        assert_eq!(find(&matching, None, "gw"), None);
    }

    #[test]
    fn what_a_person_wrote_down_comes_first() {
        let devices = devices();
        let mut matching = Matching::new(&devices);
        let lines = b"# names of the old tool\ngw-1,acme/gw-1\nbeta/gw-1, beta/gw-1\n\nold name,ACME/ap-1\n";
        matching.write_down(lines).unwrap();
        assert_eq!(find(&matching, None, "gw-1"), Some(1));
        assert_eq!(find(&matching, Some("other"), "gw-1"), Some(1));
        assert_eq!(find(&matching, Some("beta"), "gw-1"), Some(3));
        assert_eq!(find(&matching, None, "old name"), Some(2));
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        let devices = devices();
        let refused = |text: &[u8]| {
            let mut matching = Matching::new(&devices);
            matching.write_down(text).unwrap_err().to_string()
        };
        assert!(refused(b"gw-1,acme/gw-1\r\ngw-2,acme/none\r\n").starts_with("line 2: "));
        assert!(refused(b"gw-1\n").contains("two cells"));
        assert!(refused(b"gw-1,gw-1\n").contains("no device `gw-1`"));
        assert!(refused(b"\xff\xfe,a/b\n").contains("no CSV"));
    }
}
