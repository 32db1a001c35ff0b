//! `[defaults]`: what a device or a site has when it does not say otherwise.

use chrono_tz::Tz;

use super::credentials::Names;
use super::report::Report;
use super::section::Section;
use super::{keys, values};
use crate::model::Platform;

/// The longest deadline that can be asked for: a day, in seconds.
pub(crate) const LONGEST_TIMEOUT_SECS: u32 = 86_400;

/// What a device may say itself and inherits otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub platform: Platform,
    pub port: u16,
    pub legacy_ssh: bool,
    pub connect_timeout_secs: u32,
    pub export_timeout_secs: u32,
}

/// What the program itself sets; `devices.example.toml` says the same.
pub(crate) const BUILT_IN: Settings = Settings {
    platform: Platform::Routeros,
    port: 22,
    legacy_ssh: false,
    connect_timeout_secs: 10,
    export_timeout_secs: 300,
};

impl Settings {
    /// These settings with what the section says instead.
    pub(super) fn overridden_by(self, section: &Section<'_>, report: &mut Report) -> Self {
        let platform = section.checked_text("platform", values::platform, report);
        let port = section.number("port", u16::MAX.into(), report);
        let mut secs = |key, inherited| {
            let own = section.number(key, LONGEST_TIMEOUT_SECS, report);
            own.unwrap_or(inherited)
        };
        Self {
            platform: platform.map_or(self.platform, toml::Spanned::into_inner),
            port: port
                .and_then(|port| port.try_into().ok())
                .unwrap_or(self.port),
            connect_timeout_secs: secs("connect_timeout_secs", self.connect_timeout_secs),
            export_timeout_secs: secs("export_timeout_secs", self.export_timeout_secs),
            legacy_ssh: section
                .boolean("legacy_ssh", report)
                .unwrap_or(self.legacy_ssh),
        }
    }
}

/// Everything that is inherited.
pub(super) struct Defaults {
    pub settings: Settings,
    pub credential: Option<String>,
    pub timezone: Tz,
}

impl Defaults {
    /// Reads `[defaults]`, if it is there.
    pub fn read(top: &Section<'_>, credentials: &Names, report: &mut Report) -> Self {
        let Some(section) = top.table("defaults", ("[defaults]", keys::DEFAULTS), report) else {
            return Self {
                settings: BUILT_IN,
                credential: None,
                timezone: Tz::UTC,
            };
        };
        let timezone = values::time_zone(&section, report);
        Self {
            settings: BUILT_IN.overridden_by(&section, report),
            credential: credentials.read_reference(&section, report),
            timezone: timezone.unwrap_or(Tz::UTC),
        }
    }
}
