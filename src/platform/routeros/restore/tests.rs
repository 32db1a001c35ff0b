//! Each warning, and the steps of each version.

use super::{Content, Level, RestorePlan, Source, Target, file_name, plan};

/// A small snapshot of a hEX, with secrets.
fn source() -> Source {
    Source {
        version: Some("7.16.2".to_owned()),
        model: Some("RB750Gr3".to_owned()),
        serial: Some("TEST0A1B2C3".to_owned()),
        has_secrets: true,
        error_menus: Vec::new(),
        size_bytes: 20_000,
        content: Content::default(),
    }
}

/// The device it came from.
fn target() -> Target {
    Target {
        name: Some("gw-1".to_owned()),
        version: Some("7.16.2".to_owned()),
        model: Some("RB750Gr3".to_owned()),
        serial: Some("TEST0A1B2C3".to_owned()),
    }
}

fn with(export: &str) -> Source {
    Source {
        content: Content::of(export.as_bytes()),
        ..source()
    }
}

/// The only warning.
fn only(source: &Source, target: &Target) -> (Level, String) {
    let mut warnings = plan(source, target).warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let warning = warnings.remove(0);
    (warning.level, warning.text)
}

fn commands(plan: &RestorePlan) -> Vec<&str> {
    let steps = plan.steps.iter();
    steps
        .flat_map(|step| step.commands.iter().map(String::as_str))
        .collect()
}

#[test]
fn the_same_device_needs_no_warning() {
    let plan = plan(&source(), &target());
    assert_eq!(plan.warnings, []);
    assert!(
        plan.not_included
            .iter()
            .any(|text| text.contains("certificates"))
    );
}

#[test]
fn a_short_snapshot_is_imported_by_the_reset() {
    assert_eq!(
        commands(&plan(&source(), &target())),
        [
            "/file/print",
            "/import file-name=flash/gw-1.rsc verbose=yes dry-run",
            "/system/reset-configuration no-defaults=yes skip-backup=yes run-after-reset=flash/gw-1.rsc",
            "/file/remove flash/gw-1.rsc",
            "/log/print",
        ]
    );
}

#[test]
fn v6_has_its_own_spelling_and_no_dry_run() {
    let (mut old, mut device) = (source(), target());
    old.version = Some("6.49.10".to_owned());
    device.version = Some("6.49.10".to_owned());
    assert_eq!(
        commands(&plan(&old, &device)),
        [
            "/file print",
            "/system reset-configuration no-defaults=yes skip-backup=yes run-after-reset=flash/gw-1.rsc",
            "/file remove flash/gw-1.rsc",
            "/log print",
        ]
    );
}

#[test]
fn a_long_snapshot_is_imported_by_hand() {
    let items = "add list=a address=192.0.2.1\n".repeat(1_201);
    let long = with(&format!("/ip firewall address-list\n{items}"));
    let (level, text) = only(&long, &target());
    assert_eq!(level, Level::Warning);
    assert!(
        text.contains("1201 items") && text.contains("not measured"),
        "{text}"
    );
    let plan = plan(&long, &target());
    let commands = commands(&plan);
    assert_eq!(
        commands[2],
        "/system/reset-configuration no-defaults=yes skip-backup=yes"
    );
    assert_eq!(commands[3], "/import file-name=flash/gw-1.rsc verbose=yes");
    assert!(
        plan.steps
            .iter()
            .any(|step| step.text.contains("by MAC address"))
    );
}

#[test]
fn the_place_of_the_file_follows_the_model() {
    for (model, path, word) in [
        (Some("RB5009UG+S+"), "gw-1.rsc", "Should the list"),
        (Some("RouterBOARD 3011UiAS"), "gw-1.rsc", "Should the list"),
        (
            Some("RB760iGS"),
            "flash/gw-1.rsc",
            "only what lies in flash",
        ),
        (Some("Future"), "gw-1.rsc", "It is not known"),
        (None, "gw-1.rsc", "It is not known"),
    ] {
        let mut snapshot = source();
        snapshot.model = None;
        let device = Target {
            model: model.map(str::to_owned),
            ..target()
        };
        let plan = plan(&snapshot, &device);
        assert!(plan.steps[1].text.contains(word), "{model:?}");
        assert!(
            commands(&plan).contains(&format!("/file/remove {path}").as_str()),
            "{model:?}"
        );
    }
}

#[test]
fn another_version_is_warned_of_and_another_major_version_stops() {
    let device = Target {
        version: Some("7.18".to_owned()),
        ..target()
    };
    let (level, text) = only(&source(), &device);
    assert_eq!(level, Level::Warning);
    assert!(text.contains("7.16.2") && text.contains("7.18"), "{text}");
    let old = Source {
        version: Some("6.49.10".to_owned()),
        ..source()
    };
    let (level, text) = only(&old, &target());
    assert_eq!(level, Level::Stop);
    assert!(text.contains("not importable"), "{text}");
}

#[test]
fn another_model_is_warned_of_and_another_spelling_is_not() {
    let device = Target {
        model: Some("RB5009UG+S+".to_owned()),
        ..target()
    };
    assert_eq!(only(&source(), &device).0, Level::Warning);
    let old = Source {
        model: Some("RouterBOARD 750Gr3".to_owned()),
        ..source()
    };
    assert_eq!(plan(&old, &target()).warnings, []);
}

#[test]
fn what_is_not_known_is_said() {
    let warnings = plan(&source(), &Target::default()).warnings;
    assert_eq!(warnings.len(), 2);
    assert!(
        warnings
            .iter()
            .all(|warning| warning.text.starts_with("It is not known"))
    );
}

#[test]
fn missing_secrets_are_listed_by_kind() {
    let mut hidden = with(
        "/ppp secret\nadd name=a\n/ip ipsec identity\nadd peer=a\n/ip ipsec peer\nadd name=a\n",
    );
    hidden.has_secrets = false;
    let (level, text) = only(&hidden, &target());
    assert_eq!(level, Level::Warning);
    assert!(
        text.contains("again: passwords of PPP users, IPsec secrets."),
        "{text}"
    );
    hidden.content = Content::default();
    assert_eq!(only(&hidden, &target()).0, Level::Note);
}

#[test]
fn menus_that_could_not_be_exported_are_named() {
    let partial = Source {
        error_menus: vec!["/interface wifi".to_owned()],
        ..source()
    };
    assert!(only(&partial, &target()).1.contains("/interface wifi"));
}

#[test]
fn renamed_interfaces_are_counted() {
    let export = "/interface ethernet\nset [ find default-name=ether1 ] name=wan\n\
        set [ find default-name=ether2 ] mtu=1400\nset [ find default-name=ether3 ] name=lan\n\
        /interface bridge\nadd name=b\n";
    assert!(
        only(&with(export), &target())
            .1
            .starts_with("2 physical interfaces")
    );
}

#[test]
fn mac_addresses_of_another_device_are_warned_of() {
    let cloned = with(
        "/interface bridge\nadd admin-mac=00:00:5E:00:53:01 auto-mac=no name=b\n/interface ethernet\n\
        set [ find default-name=ether1 ] mac-address=00:00:5E:00:53:02\n\
        /ip dhcp-server lease\nadd address=192.0.2.2 mac-address=00:00:5E:00:53:03\n",
    );
    assert_eq!(plan(&cloned, &target()).warnings, []);
    let device = Target {
        serial: None,
        ..target()
    };
    assert!(
        only(&cloned, &device)
            .1
            .starts_with("2 lines set MAC addresses")
    );
}

#[test]
fn one_interface_and_one_line_are_told_as_one() {
    let export = "/interface ethernet\n\
        set [ find default-name=ether1 ] mac-address=00:00:5E:00:53:02 name=wan\n";
    let device = Target {
        serial: None,
        ..target()
    };
    let warnings = plan(&with(export), &device).warnings;
    let begins = |with: &str| warnings.iter().any(|told| told.text.starts_with(with));
    assert!(begins("1 physical interface is renamed. "));
    assert!(begins("1 line sets a MAC address of the device "));
}

#[test]
fn certificates_are_warned_of_when_items_refer_to_them() {
    let none = with("/ip service\nset www-ssl certificate=none\n");
    assert_eq!(plan(&none, &target()).warnings, []);
    let some = with("/ip service\nset www-ssl certificate=web\n");
    assert!(only(&some, &target()).1.contains("refer to certificates"));
}

#[test]
fn device_mode_is_named_from_the_version_that_has_it() {
    let gated = with("/system scheduler\nadd name=a\n/container\nadd name=b\n");
    assert_eq!(plan(&gated, &target()).warnings, []);
    for version in ["7.17", "7.17rc1", "7.20.8"] {
        let same = Source {
            version: Some(version.to_owned()),
            ..gated.clone()
        };
        let device = Target {
            version: Some(version.to_owned()),
            ..target()
        };
        assert!(
            only(&same, &device).1.contains("container, scheduler"),
            "{version}"
        );
    }
}

#[test]
fn radios_get_a_delay() {
    let radio = with("/interface wifi\nset [ find default-name=wifi1 ] disabled=no\n");
    assert!(plan(&radio, &target()).steps[0].text.contains(":delay 15s"));
    assert!(!plan(&source(), &target()).steps[0].text.contains(":delay"));
}

#[test]
fn the_gravest_warning_stands_first() {
    let mut old = with("/interface ethernet\nset [ find default-name=ether1 ] name=wan\n");
    old.version = Some("6.49.10".to_owned());
    old.error_menus = vec!["/ip socks".to_owned()];
    let levels: Vec<_> = plan(&old, &target())
        .warnings
        .iter()
        .map(|w| w.level)
        .collect();
    assert_eq!(levels, [Level::Stop, Level::Warning, Level::Note]);
}

#[test]
fn file_names_need_no_quotes_and_never_run_on_upload() {
    for (device, name) in [
        (Some("Gw 1 \"main\"; /user"), "Gw-1--main----user.rsc"),
        (Some("x.auto"), "x-auto.rsc"),
        (Some("../../etc"), "etc.rsc"),
        (Some("K\u{F6}ln"), "K-ln.rsc"),
        (Some("..."), "restore.rsc"),
        (None, "restore.rsc"),
    ] {
        assert_eq!(file_name(device), name);
    }
    assert_eq!(file_name(Some(&"a".repeat(500))).len(), 44);
    let never = plan(&source(), &target());
    assert!(never.steps[1].text.contains("*.auto.rsc"));
}
