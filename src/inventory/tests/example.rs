//! `devices.example.toml` is copied by people, so it must be right and complete.

use std::path::Path;

use secrecy::ExposeSecret;

use super::{env, read};
use crate::inventory::{keys, load};
use crate::model::{ArchiveChoice, Thinning};
use crate::vault::Secret;

#[test]
fn the_example_loads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("devices.example.toml");
    let inventory = load(&path, &env).unwrap();
    let [hq, depot] = inventory.sites.as_slice() else {
        panic!("the example has two sites");
    };
    assert_eq!((hq.slug.as_str(), hq.devices.len()), ("acme-hq", 2));
    assert_eq!(hq.tags, ["acme"]);
    assert_eq!(depot.name, "acme-depot");
    assert_eq!(depot.timezone, chrono_tz::Europe::Berlin);
    let gateway = &depot.devices[0];
    assert_eq!((gateway.port, gateway.credential.as_str()), (2222, "core"));
    assert_eq!(
        (gateway.connect_timeout_secs, gateway.export_timeout_secs),
        (10, 600)
    );
    let Secret::Password(password) = &inventory.credentials[0].secret else {
        panic!("the example has a password");
    };
    assert_eq!(password.expose_secret(), "swordfish");
    let schedule = &inventory.schedules[0];
    assert_eq!(schedule.target.to_string(), "tag core");
    assert_eq!(schedule.rhythm.to_string(), "weekly mon,thu 03:30");
    let window = &inventory.windows[0];
    assert_eq!(window.span.to_string(), "weekly sun 01:00 120");
    let kept = &inventory.retention[0];
    assert_eq!(kept.target.to_string(), "tag core");
    assert_eq!(kept.rule.thinning, Some(Thinning::USUAL));
    let plan = &inventory.archives[0];
    assert_eq!((plan.name.as_str(), plan.keep), ("Weekly", 7));
    assert_eq!(plan.choice, ArchiveChoice::usual(None));
    assert_eq!(plan.rhythm.to_string(), "weekly sun 04:00");
}

#[test]
fn the_example_explains_every_key_of_every_section() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("devices.example.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let mut section = "";
    let mut found: Vec<(&str, &str)> = Vec::new();
    for line in text.lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_matches(['[', ']']);
            found.extend(section.rsplit('.').next().map(|key| ("", key)));
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") {
            found.push((section, key));
        }
    }
    for (section, known) in [
        ("", keys::TOP),
        ("defaults", keys::DEFAULTS),
        ("credential", keys::CREDENTIAL),
        ("site.device", keys::DEVICE),
        ("schedule", keys::SCHEDULE),
        ("maintenance_window", keys::MAINTENANCE_WINDOW),
        ("retention", keys::RETENTION),
        ("archive", keys::ARCHIVE),
    ] {
        for key in known {
            assert!(found.contains(&(section, key)), "{key} in [{section}]");
        }
    }
    for key in keys::SITE.iter().filter(|key| **key != "device") {
        assert!(found.contains(&("site", key)), "{key} in [site]");
    }
}

#[test]
fn the_optional_lines_of_the_example_say_what_the_program_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("devices.example.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let plain = read(&text).unwrap();
    let defaults = [
        "port",
        "legacy_ssh",
        "connect_timeout_secs",
        "export_timeout_secs",
        "timezone = \"UTC\"",
        "spread_minutes",
        "history",
        "contents",
        "secrets",
        "keep",
    ];
    let mut spoken = String::new();
    for line in text.lines() {
        let optional = line.strip_prefix("# ").filter(|rest| {
            defaults
                .iter()
                .any(|key| rest.starts_with(&format!("{key} = ")) || *rest == *key)
        });
        spoken.push_str(optional.unwrap_or(line));
        spoken.push('\n');
    }
    assert_ne!(spoken, text);
    assert_eq!(
        format!("{:?}", read(&spoken).unwrap()),
        format!("{plain:?}")
    );
}
