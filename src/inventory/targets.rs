//! What a `[[schedule]]`, a `[[maintenance_window]]` or a `[[retention]]` is for, and an `[[archive]]`
//! of, by names of the file.

use std::collections::BTreeSet;

use toml::Spanned;

use super::report::Report;
use super::section::Section;
use super::suggest::{near_or_all, quote, quote_list};
use super::types::Site;
use super::values;
use crate::model::Target;

/// What the file has that such a table may be for.
pub(super) struct Known {
    sites: BTreeSet<String>,
    /// As commands write them; `None`: something in the file is wrong, so that one may be missing
    /// here that is meant to be there.
    devices: Option<BTreeSet<String>>,
}

impl Known {
    pub fn of(sites: &[Site], report: &Report) -> Self {
        let devices = sites.iter().flat_map(|site| {
            let named = site.devices.iter();
            named.map(|device| format!("{}/{}", site.slug, device.name))
        });
        Self {
            sites: sites.iter().map(|site| site.slug.clone()).collect(),
            devices: report.is_empty().then(|| devices.collect()),
        }
    }

    fn site(&self, slug: &str, advise: bool) -> Result<Target, String> {
        if self.sites.contains(slug) {
            return Ok(Target::Site(slug.to_owned()));
        }
        Err(unknown("site", slug, &self.sites, advise))
    }

    fn device(&self, text: &str, advise: bool) -> Result<Target, String> {
        let Some((slug, name)) = text.split_once('/') else {
            return Err(format!(
                "is written as SITE/NAME, as `acme-hq/gw-1`; {} is not",
                quote(text)
            ));
        };
        match &self.devices {
            Some(devices) if !devices.contains(text) => {
                Err(unknown("device", text, devices, advise))
            }
            _ => Ok(Target::Device(slug.to_owned(), name.to_owned())),
        }
    }
}

/// That nothing of the file is called so.
fn unknown(what: &str, name: &str, there: &BTreeSet<String>, advise: bool) -> String {
    let advice = advise.then(|| near_or_all(name, there)).flatten();
    let advice = advice.unwrap_or_else(|| "name one of this file".to_owned());
    format!(
        "names the {what} {}, which this file does not have; {advice}",
        quote(name)
    )
}

/// What a section is for: one of `keys`, which are some of `tag`, `site` and `device`, or everything.
pub(super) fn read(
    section: &Section<'_>,
    known: &Known,
    keys: &[&'static str],
    report: &mut Report,
) -> Option<Target> {
    let mut present = keys.iter().copied().filter(|key| section.has(key));
    let key = match (present.next(), present.next()) {
        (None, _) => return Some(Target::Everything),
        (Some(key), None) => key,
        (Some(_), Some(_)) => {
            let message = format!("keep only one of {}", quote_list(keys.iter().copied()));
            report.add(&section.header, message);
            return None;
        }
    };
    let advise = !report.is_crowded();
    let check = |text: &str| match key {
        "tag" => values::check_tag(text).map(|()| Target::Tag(text.to_owned())),
        "site" => known.site(text, advise),
        _ => known.device(text, advise),
    };
    let target = section.checked_text(key, check, report);
    target.map(Spanned::into_inner)
}
