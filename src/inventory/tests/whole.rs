//! What the parts of a file mean together.

use super::{CORE, SITE, assert_problem, read};

#[test]
fn a_site_without_devices_is_fine() {
    let inventory = read(SITE).unwrap();
    assert_eq!(inventory.sites[0].name, "acme");
    assert_eq!(inventory.sites[0].timezone, chrono_tz::UTC);
    assert!(inventory.sites[0].devices.is_empty());
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_do_not_matter() {
    let text = format!("\u{feff}{CORE}{SITE}port = 1").replace('\n', "\r\n");
    assert_problem(&text, 8, &["unknown key `port` in [[site]]"]);
}

#[test]
fn a_wrong_default_is_told_once_and_not_by_every_device() {
    let devices = "[[site.device]]\nname = \"a\"\naddress = \"x\"\n[[site.device]]\nname = \"b\"\naddress = \"x\"\n";
    let text = format!("[defaults]\ncredential = \"none\"\n{CORE}{SITE}{devices}");
    assert_problem(&text, 2, &["no credential `none`", "`core`"]);
}

#[test]
fn a_device_of_a_broken_credential_is_not_wrong_itself() {
    let text = "[[credential]]\nname = \"core\"\nusername = \"u\"\npassword_env = \"NOT_SET\"\n\
                [[site]]\nslug = \"a\"\n[[site.device]]\nname = \"a\"\naddress = \"x\"\ncredential = \"core\"";
    assert_problem(text, 4, &["NOT_SET"]);
}

#[test]
fn all_problems_are_told_at_once_and_by_line() {
    let text = format!(
        "[defaults]\nport = 0\n{CORE}{SITE}[[site.device]]\nname = \"\"\naddress = \"\"\n\
         [[credential]]\nname = \"edge\"\n"
    );
    let problems = read(&text).unwrap_err();
    let lines: Vec<_> = problems.iter().filter_map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 10, 11, 12, 13, 13]);
    assert!(
        problems
            .to_string()
            .starts_with("devices.toml:2: `port` must be")
    );
}

#[test]
fn no_secret_is_shown_by_debug() {
    let inventory = read(&format!("{CORE}{SITE}")).unwrap();
    assert!(!format!("{inventory:?}").contains("hunter2"));
}

#[test]
fn devices_inherit_what_they_do_not_say() {
    let text = format!(
        "[defaults]\ncredential = \"core\"\nport = 2222\nlegacy_ssh = true\ntimezone = \"Asia/Tokyo\"\n\
         connect_timeout_secs = 5\n{CORE}{SITE}[[site.device]]\nname = \"a\"\naddress = \"[2001:db8::1]\"\n\
         [[site.device]]\nname = \"b\"\naddress = \"x\"\nport = 22\nlegacy_ssh = false\n"
    );
    let site = &read(&text).unwrap().sites[0];
    assert_eq!(site.timezone, chrono_tz::Asia::Tokyo);
    let [a, b] = site.devices.as_slice() else {
        panic!("two devices");
    };
    assert_eq!(
        (a.port, a.legacy_ssh, a.connect_timeout_secs),
        (2222, true, 5)
    );
    assert_eq!(
        (b.port, b.legacy_ssh, b.connect_timeout_secs),
        (22, false, 5)
    );
    assert_eq!(
        (a.address.as_str(), a.export_timeout_secs),
        ("2001:db8::1", 300)
    );
}
