//! The whole way from text to a checked inventory: the example, and a table of bad inputs.

use std::path::Path;

use secrecy::ExposeSecret;

use super::{Inventory, Problems, Secret, keys, load, parse};

/// Ends every text that is right but for the line under test.
const SITE: &str = "\n[[site]]\nslug = \"acme\"\n";

/// Lines 1 to 4 of most texts.
const CORE: &str =
    "[[credential]]\nname = \"core\"\nusername = \"backup\"\npassword = \"hunter2\"\n";

fn env(name: &str) -> Option<String> {
    match name {
        "CORE_PASSWORD" => Some("swordfish".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

fn read(text: &str) -> Result<Inventory, Problems> {
    parse(text, "devices.toml", Path::new("/nonexistent"), &env)
}

/// The one problem of a text.
fn problem(text: &str) -> (Option<usize>, String) {
    let problems = read(text).map(drop).expect_err(text);
    let list: Vec<_> = problems.iter().collect();
    assert_eq!(list.len(), 1, "{text}\n{problems}");
    (list[0].line, list[0].message.clone())
}

fn assert_problem(text: &str, line: usize, words: &[&str]) {
    let (found, message) = problem(text);
    assert_eq!(found, Some(line), "{text}\n{message}");
    for word in words {
        assert!(message.contains(word), "{text}\n{message}\nlacks {word}");
    }
    assert!(!message.contains("hunter2"), "{text}\n{message}");
}

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
        "timezone",
    ];
    let mut spoken = String::new();
    for line in text.lines() {
        let optional = line.strip_prefix("# ").filter(|rest| {
            defaults
                .iter()
                .any(|key| rest.starts_with(&format!("{key} = ")))
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
fn text_that_is_no_inventory_is_told_by_line() {
    for (text, line, words) in [
        ("", 1, "no [[site]]"),
        ("# nothing\n", 1, "no [[site]]"),
        ("site = []", 1, "no [[site]]"),
        (CORE, 1, "no [[site]]"),
        ("[[site]]\nslug = acme", 2, "not valid TOML"),
        ("[[site]]\nslug = \"acme", 2, "not valid TOML"),
        ("[[site]\nslug = \"acme\"", 1, "not valid TOML"),
        (
            "[[site]]\nslug = \"a\"\nslug = \"b\"",
            3,
            "`slug` is given twice",
        ),
        ("[site]\nslug = \"a\"", 1, "[[site]], with double"),
        ("site = [1]", 1, "a table"),
        (
            "defaults = 1\n[[site]]\nslug = \"a\"",
            1,
            "[defaults], with single",
        ),
        (
            "[[sites]]\n[[site]]\nslug = \"a\"",
            1,
            "did you mean `site`?",
        ),
        (
            "[[site]]\nslug = \"a\"\n[[site.devices]]",
            3,
            "did you mean `device`?",
        ),
    ] {
        assert_problem(text, line, &[words]);
    }
}

#[test]
fn a_bad_line_of_a_credential_is_told_without_its_value() {
    let cases: &[(&str, usize, &[&str])] = &[
        (
            "name = \"a\"\nusername = \"u\"",
            1,
            &["no secret", "password_env"],
        ),
        (
            "name = \"a\"\npassword = \"hunter2\"",
            1,
            &["no `username`"],
        ),
        (
            "username = \"u\"\npassword = \"hunter2\"",
            1,
            &["no `name`"],
        ),
        (
            "name = \"a\"\nusername = \"-u\"\npassword = \"hunter2\"",
            3,
            &["begins with `-`"],
        ),
        (
            "name = \"a\"\nusername = \"u+ct\"\npassword = \"hunter2\"",
            3,
            &["login options"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword = hunter2",
            4,
            &["TOML"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword = 7007",
            4,
            &["must be a text in quotes"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword = \"\"",
            4,
            &["empty secret"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword = \"hunter2\\n\"",
            4,
            &["line break"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword = [\"hunter2\"]",
            4,
            &["is a list"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npasword = \"hunter2\"\npassword = \"x\"",
            4,
            &["did you mean `password`?"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword_env = \"NOT_SET\"",
            4,
            &["NOT_SET", "not set"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword_env = \"EMPTY\"",
            4,
            &["EMPTY empty"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword_env = \"hunter2\"",
            4,
            &["not set"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword_file = \"hunter2\"",
            4,
            &["can not be read", "/nonexistent"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword_file = \"/\"",
            4,
            &["not a regular file"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword_file = \"/dev/zero\"",
            4,
            &["not a regular file"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword = \"hunter2\"\npassword_env = \"X\"",
            1,
            &["only one of"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword = \"hunter2\"\nprivate_key = \"x\"",
            1,
            &["a password and a private key"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\npassword = \"x\"\npassphrase = \"hunter2\"",
            5,
            &["passphrase", "remove it"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\nprivate_key = \"hunter2\"",
            4,
            &["RSA, Ed25519 or ECDSA"],
        ),
        (
            "name = \"a\"\nusername = \"u\"\nprivate_key = \"ssh-rsa AAAA\"",
            4,
            &["public"],
        ),
    ];
    for (lines, line, words) in cases {
        assert_problem(&format!("[[credential]]\n{lines}\n{SITE}"), *line, words);
    }
}

#[test]
fn a_bad_line_of_a_site_is_told() {
    for (lines, line, words) in [
        ("name = \"Acme\"", 1, "no `slug`"),
        ("slug = \"Acme\"", 2, "a-z, 0-9"),
        ("slug = 7", 2, "a text in quotes"),
        ("slug = \"a\"\nname = \"\"", 3, "empty"),
        (
            "slug = \"a\"\ntimezone = \"Europe/Lundon\"",
            3,
            "`Europe/London`",
        ),
        ("slug = \"a\"\ntags = \"x\"", 3, "a list of texts"),
        ("slug = \"a\"\ntags = [1]", 3, "a list of texts"),
        ("slug = \"a\"\ntags = [\n\"x\",\n\"y,z\"]", 5, "comma"),
        ("slug = \"a\"\ntags = [\"\"]", 3, "a tag is empty"),
        ("slug = \"a\"\ntags = [\"x\", \"x\"]", 3, "twice"),
        (
            "slug = \"a\"\n[[site]]\nslug = \"a\"",
            4,
            "already used in line 2",
        ),
    ] {
        assert_problem(&format!("[[site]]\n{lines}"), line, &[words]);
    }
}

#[test]
fn a_bad_line_of_a_device_is_told() {
    // The device begins in line 8.
    for (lines, line, words) in [
        (
            "address = \"192.0.2.1\"\ncredential = \"core\"",
            8,
            "no `name`",
        ),
        ("name = \"a\"\ncredential = \"core\"", 8, "no `address`"),
        ("name = \"a\"\naddress = \"192.0.2.1\"", 8, "no credential"),
        (
            "name = \"a\"\nadress = \"x\"\naddress = \"x\"\ncredential = \"core\"",
            10,
            "did you mean `address`?",
        ),
        (
            "name = \"a\"\naddress = \"192.0.2.1:22\"\ncredential = \"core\"",
            10,
            "`address` has a port",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"cor\"",
            11,
            "did you mean `core`?",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"other\"",
            11,
            "there are `core`",
        ),
        (
            "name = \"a/b\"\naddress = \"x\"\ncredential = \"core\"",
            9,
            "SITE/NAME",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\nport = 0",
            12,
            "from 1 to 65535",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\nport = 65536",
            12,
            "from 1 to 65535",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\nport = -1",
            12,
            "from 1 to 65535",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\nport = \"22\"",
            12,
            "without quotes",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\nport = 22.0",
            12,
            "whole number",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\nenabled = \"yes\"",
            12,
            "true or false",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\nplatform = \"ios\"",
            12,
            "known is `routeros`",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\nconnect_timeout_secs = 86401",
            12,
            "from 1 to 86400",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\nexport_timeout_secs = 99999999999999999999",
            12,
            "from 1 to 86400",
        ),
        (
            "name = \"a\"\naddress = \"x\"\ncredential = \"core\"\n[[site.device]]\nname = \"A\"\naddress = \"y\"\ncredential = \"core\"",
            13,
            "already used in line 9",
        ),
    ] {
        assert_problem(
            &format!("{CORE}{SITE}[[site.device]]\n{lines}"),
            line,
            &[words],
        );
    }
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
fn two_credentials_of_one_name_are_told_with_both_lines() {
    assert_problem(
        &format!("{CORE}{CORE}{SITE}"),
        6,
        &["already used in line 2"],
    );
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
