//! `[[site]]` and its `[[site.device]]`s.

use super::credentials::Names;
use super::defaults::Defaults;
use super::report::Report;
use super::section::Section;
use super::types::{Device, Site};
use super::unique::Unique;
use super::{address, keys, values};

/// What a device is checked against.
pub(super) struct Surroundings<'a> {
    pub defaults: &'a Defaults,
    pub credentials: &'a Names,
}

/// Reads every `[[site]]`; those with a problem are reported and left out.
pub(super) fn read(
    top: &Section<'_>,
    surroundings: &Surroundings<'_>,
    report: &mut Report,
) -> Vec<Site> {
    let mut sites = Vec::new();
    let mut slugs = Unique::default();
    for section in top.tables("site", ("[[site]]", keys::SITE), report) {
        let slug = section.required_text("slug", values::slug, report);
        if let Some(slug) = &slug {
            slugs.claim("slug", slug, report);
        }
        let name = section.checked_text("name", values::name, report);
        let timezone = values::time_zone(&section, report);
        let tags = values::tags(&section, report);
        let devices = read_devices(&section, surroundings, report);
        if let Some(slug) = slug.map(toml::Spanned::into_inner) {
            sites.push(Site {
                name: name.map_or_else(|| slug.clone(), toml::Spanned::into_inner),
                slug,
                timezone: timezone.unwrap_or(surroundings.defaults.timezone),
                tags,
                devices,
            });
        }
    }
    sites
}

fn read_devices(
    site: &Section<'_>,
    surroundings: &Surroundings<'_>,
    report: &mut Report,
) -> Vec<Device> {
    let mut devices = Vec::new();
    let mut names = Unique::default();
    for section in site.tables("device", ("[[site.device]]", keys::DEVICE), report) {
        devices.extend(read_device(&section, surroundings, &mut names, report));
    }
    devices
}

fn read_device(
    section: &Section<'_>,
    surroundings: &Surroundings<'_>,
    names: &mut Unique,
    report: &mut Report,
) -> Option<Device> {
    let name = section.required_text("name", values::device_name, report);
    if let Some(name) = &name {
        names.claim("device name", name, report);
    }
    let address = section.required_text("address", address::check, report);
    let credential = read_credential(section, surroundings, report);
    let settings = surroundings
        .defaults
        .settings
        .overridden_by(section, report);
    let tags = values::tags(section, report);
    let enabled = section.boolean("enabled", report).unwrap_or(true);
    Some(Device {
        name: name?.into_inner(),
        address: address?.into_inner(),
        port: settings.port,
        platform: settings.platform,
        credential: credential?,
        tags,
        enabled,
        legacy_ssh: settings.legacy_ssh,
        connect_timeout_secs: settings.connect_timeout_secs,
        export_timeout_secs: settings.export_timeout_secs,
    })
}

fn read_credential(
    section: &Section<'_>,
    surroundings: &Surroundings<'_>,
    report: &mut Report,
) -> Option<String> {
    if section.has("credential") {
        return surroundings.credentials.read_reference(section, report);
    }
    let inherited = surroundings.defaults.credential.clone();
    if inherited.is_none() {
        report.add(
            &section.header,
            "this [[site.device]] has no credential; add `credential = \"...\"` to it or to \
             [defaults]",
        );
    }
    inherited
}
