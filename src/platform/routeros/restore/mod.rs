//! How a technician puts a snapshot on a device: steps, warnings, and what no export holds.
//!
//! Advice only. Nothing here speaks to a router, and nothing ever should: a restore wipes a
//! device, and the person beside it decides. The facts are MikroTik's (pages "Configuration
//! Management", "Reset", "Files", "Device-mode"); where they are silent the text says so.

mod content;
mod steps;
mod storage;
#[cfg(test)]
mod tests;
mod warnings;

pub use content::Content;
pub use steps::file_name;

use crate::platform::routeros::text::major;

/// A snapshot as far as restoring it goes.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// RouterOS version, without the channel.
    pub version: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    /// Whether passwords and keys are inside.
    pub has_secrets: bool,
    /// Menus that the router could not export.
    pub error_menus: Vec<String>,
    pub size_bytes: u64,
    /// What the export holds, by [`Content::of`].
    pub content: Content,
}

/// The device that the snapshot is to be put on; each may be unknown.
#[derive(Debug, Clone, Default)]
pub struct Target {
    pub name: Option<String>,
    /// RouterOS version, without the channel.
    pub version: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
}

/// How much a warning weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Note,
    /// Something will be missing or wrong unless it is dealt with.
    Warning,
    /// The import will fail, or do harm.
    Stop,
}

/// Something to know before the first step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub level: Level,
    pub text: String,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreStep {
    pub text: String,
    /// What to type on the device, line by line; often nothing.
    pub commands: Vec<String>,
}

/// The whole advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestorePlan {
    /// The gravest first.
    pub warnings: Vec<Warning>,
    pub steps: Vec<RestoreStep>,
    /// What no export ever contains.
    pub not_included: Vec<String>,
}

/// What no export holds, in any variant (MikroTik's page "Configuration Management").
const NOT_INCLUDED: &[&str] = &[
    "users and their passwords (groups are included)",
    "SSH keys: of users and of the device itself",
    "certificates and their private keys",
    "files: hotspot pages, scripts kept as files, data of containers",
    "the databases of The Dude and of User Manager",
    "the licence",
    "device mode and boot loader settings",
    "logs, graphs, leases and all other dynamic items",
];

/// How a snapshot is put on a device.
#[must_use]
pub fn plan(source: &Source, target: &Target) -> RestorePlan {
    let mut warnings = warnings::warnings(source, target);
    warnings.sort_by_key(|warning| std::cmp::Reverse(warning.level));
    RestorePlan {
        warnings,
        steps: steps::steps(source, target),
        not_included: NOT_INCLUDED.iter().map(|&text| text.to_owned()).collect(),
    }
}

/// The major version that the commands are written for. `None` when neither is known.
fn major_of(source: &Source, target: &Target) -> Option<u32> {
    let version = target.version.as_ref().or(source.version.as_ref())?;
    major(version)
}

/// Whether the import may outlast the two minutes that `run-after-reset` is given.
fn is_long(source: &Source) -> bool {
    source.content.items > content::ITEMS_IN_TWO_MINUTES
}

/// A model as it is compared: v6 writes `RouterBOARD 3011UiAS` where v7 writes `3011UiAS`.
fn plain_model(model: &str) -> String {
    let model = model.trim();
    let model = model.strip_prefix("RouterBOARD ").unwrap_or(model);
    model
        .strip_prefix("RB")
        .unwrap_or(model)
        .to_ascii_uppercase()
}
