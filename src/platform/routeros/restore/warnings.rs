//! What to know before the first step.

use super::content::ITEMS_IN_TWO_MINUTES;
use super::{Level, Source, Target, Warning, is_long, plain_model};
use crate::platform::routeros::text::major;
use crate::plural::counted;

/// The first version with the device modes that block features (MikroTik's page "Device-mode").
const DEVICE_MODE_SINCE: (u32, u32) = (7, 17);

/// Everything to be warned of, in the order of the checks.
pub(super) fn warnings(source: &Source, target: &Target) -> Vec<Warning> {
    [
        version(source, target),
        model(source, target),
        secrets(source),
        missing_menus(source),
        long(source),
        renames(source),
        macs(source, target),
        certificates(source),
        device_mode(source, target),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn warning(level: Level, text: String) -> Option<Warning> {
    Some(Warning { level, text })
}

fn version(source: &Source, target: &Target) -> Option<Warning> {
    let (Some(old), Some(new)) = (&source.version, &target.version) else {
        return warning(
            Level::Note,
            "It is not known whether backup and device have the same RouterOS version; they \
             should."
                .to_owned(),
        );
    };
    if old == new {
        return None;
    }
    if major(old) != major(new) {
        return warning(
            Level::Stop,
            format!(
                "The backup is from RouterOS {old}, the device has {new}: not importable as it \
                 is. Routing, BGP and OSPF are written differently, and the import stops at the \
                 first error. Install {old} first, or move the parts over by hand."
            ),
        );
    }
    warning(
        Level::Warning,
        format!(
            "The backup is from RouterOS {old}, the device has {new}. Install the same version \
             first; another may refuse some lines."
        ),
    )
}

fn model(source: &Source, target: &Target) -> Option<Warning> {
    match (&source.model, &target.model) {
        (Some(old), Some(new)) if plain_model(old) == plain_model(new) => None,
        (Some(old), Some(new)) => warning(
            Level::Warning,
            format!(
                "The backup is from a {old}, the device is a {new}. Ports, radios and their \
                 names differ: check every line with default-name, and remove what the device \
                 does not have."
            ),
        ),
        _ => warning(
            Level::Note,
            "It is not known whether backup and device are the same model.".to_owned(),
        ),
    }
}

fn secrets(source: &Source) -> Option<Warning> {
    let kinds = &source.content.secret_kinds;
    if source.has_secrets {
        return None;
    }
    if kinds.is_empty() {
        return warning(
            Level::Note,
            "The backup was made without passwords and keys; its menus need none that are \
             known."
                .to_owned(),
        );
    }
    warning(
        Level::Warning,
        format!(
            "No secrets are inside. To be entered again: {}. A Wi-Fi without its passphrase may \
             stop the import, or come up open.",
            kinds.join(", ")
        ),
    )
}

fn missing_menus(source: &Source) -> Option<Warning> {
    if source.error_menus.is_empty() {
        return None;
    }
    warning(
        Level::Warning,
        format!(
            "The router could not export {}; what stood there is missing.",
            source.error_menus.join(", ")
        ),
    )
}

fn long(source: &Source) -> Option<Warning> {
    if !is_long(source) {
        return None;
    }
    warning(
        Level::Warning,
        format!(
            "With {} ({} kB) the import may outlast the two minutes that run-after-reset \
             allows. That is an estimate: {ITEMS_IN_TWO_MINUTES} items in two minutes, ten a \
             second, assumed and not measured. The steps therefore import by hand.",
            counted(source.content.items, "item"),
            source.size_bytes.div_ceil(1_000),
        ),
    )
}

fn renames(source: &Source) -> Option<Warning> {
    let count = source.content.renames;
    if count == 0 {
        return None;
    }
    warning(
        Level::Note,
        format!(
            "{} renamed. Names that are swapped with each other \
             conflict during the import; give one of them a name in between.",
            match count {
                1 => "1 physical interface is".to_owned(),
                _ => format!("{count} physical interfaces are"),
            }
        ),
    )
}

fn macs(source: &Source, target: &Target) -> Option<Warning> {
    let is_same = source.serial.is_some() && source.serial == target.serial;
    let count = source.content.mac_lines;
    if count == 0 || is_same {
        return None;
    }
    warning(
        Level::Warning,
        format!(
            "{} of the device that the backup is from (mac-address, admin-mac). On another \
             device take that out, or two devices answer to one address.",
            match count {
                1 => "1 line sets a MAC address".to_owned(),
                _ => format!("{count} lines set MAC addresses"),
            }
        ),
    )
}

fn certificates(source: &Source) -> Option<Warning> {
    if !source.content.has_certificates {
        return None;
    }
    warning(
        Level::Warning,
        "Items refer to certificates, which no export holds. Import those first, under the same \
         names; until then these lines fail."
            .to_owned(),
    )
}

fn device_mode(source: &Source, target: &Target) -> Option<Warning> {
    let features = &source.content.gated_features;
    let version = target.version.as_ref().or(source.version.as_ref())?;
    if features.is_empty() || !has_device_mode(version) {
        return None;
    }
    warning(
        Level::Warning,
        format!(
            "Device mode may block {}: the import then stops with \"not allowed by device-mode\". \
             Look at /system/device-mode/print; a change needs the button on the device, or the \
             power cut.",
            features.join(", ")
        ),
    )
}

fn has_device_mode(version: &str) -> bool {
    let minor = version.split('.').nth(1).and_then(|part| {
        let digits = part.find(|c: char| !c.is_ascii_digit());
        part[..digits.unwrap_or(part.len())].parse().ok()
    });
    match (major(version), minor) {
        (Some(major), Some(minor)) => (major, minor) >= DEVICE_MODE_SINCE,
        _ => false,
    }
}
