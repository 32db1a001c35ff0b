//! A table of bad lines: each is told by its line, with the words that help, and never with a
//! value that may be a secret (`hunter2`).

use super::{CORE, SITE, assert_problem};

#[test]
fn text_that_is_no_inventory_is_told() {
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
        ("defaults = 1\n[[site]]\nslug = \"a\"", 1, "with single"),
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
fn what_a_section_lacks_is_told_at_its_header() {
    for (text, words) in [
        (
            "[[credential]]\nusername = \"u\"\npassword = \"hunter2\"",
            "no `name`",
        ),
        (
            "[[credential]]\nname = \"a\"\npassword = \"hunter2\"",
            "no `username`",
        ),
        (
            "[[credential]]\nname = \"a\"\nusername = \"u\"",
            "add `password_env`",
        ),
        ("[[site]]\nname = \"Acme\"", "no `slug`"),
    ] {
        assert_problem(&format!("{text}{SITE}"), 1, &[words]);
    }
    for (lines, words) in [
        ("address = \"x\"\ncredential = \"core\"", "no `name`"),
        ("name = \"a\"\ncredential = \"core\"", "no `address`"),
        ("name = \"a\"\naddress = \"x\"", "no credential"),
    ] {
        let text = format!("{CORE}{SITE}[[site.device]]\n{lines}");
        assert_problem(&text, 8, &[words]);
    }
}

#[test]
fn a_bad_user_name_is_told() {
    for (username, words) in [
        ("", "is empty"),
        ("-u", "begins with `-`"),
        ("u+ct", "login options"),
        ("u\\n", "begins or ends with a blank"),
        ("u\\tv", "control characters"),
    ] {
        let lines = format!("name = \"a\"\nusername = \"{username}\"\npassword = \"hunter2\"");
        assert_problem(&format!("[[credential]]\n{lines}{SITE}"), 3, &[words]);
    }
}

#[test]
fn a_bad_secret_is_told_without_its_value() {
    for (line, words) in [
        ("password = hunter2", "TOML"),
        ("password = 7007", "must be a text in quotes"),
        ("password = [\"hunter2\"]", "is a list"),
        ("password = \"\"", "empty secret"),
        ("password = \"hunter2\\n\"", "line break"),
        (
            "password = \"x\"\npasword = \"hunter2\"",
            "did you mean `password`?",
        ),
        (
            "password_env = \"NOT_SET\"",
            "variable NOT_SET, which is not set",
        ),
        ("password_env = \"EMPTY\"", "variable EMPTY, which is empty"),
        ("password_env = \"hunter2\"", "variable that is not set"),
        ("password_file = \"hunter2\"", "(relative to /nonexistent)"),
        ("password_file = \"/\"", "not a regular file"),
        ("password_file = \"/dev/zero\"", "not a regular file"),
        ("password = \"x\"\npassphrase = \"hunter2\"", "remove it"),
        ("private_key = \"hunter2\"", "RSA, Ed25519 or ECDSA"),
        ("private_key = \"ssh-rsa AAAA\"", "public"),
    ] {
        let start = "[[credential]]\nname = \"a\"\nusername = \"u\"\n";
        // The last of the lines is the bad one.
        assert_problem(
            &format!("{start}{line}{SITE}"),
            3 + line.lines().count(),
            &[words],
        );
    }
}

#[test]
fn two_secrets_in_one_credential_are_told() {
    for (second, words) in [
        ("password_env = \"X\"", "keep only one of `password`"),
        ("private_key = \"x\"", "a password and a private key"),
    ] {
        assert_problem(&format!("{CORE}{second}{SITE}"), 1, &[words]);
    }
}

#[test]
fn a_bad_line_of_a_site_is_told() {
    for (lines, line, words) in [
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
fn a_bad_value_of_a_device_is_told() {
    for (key, value, words) in [
        ("name", "\"a/b\"", "SITE/NAME"),
        ("address", "\"192.0.2.1:22\"", "`address` has a port"),
        ("credential", "\"cor\"", "did you mean `core`?"),
        ("credential", "\"other\"", "there are `core`"),
        ("credential", "1", "a text in quotes"),
        ("port", "0", "from 1 to 65535"),
        ("port", "65536", "from 1 to 65535"),
        ("port", "-1", "from 1 to 65535"),
        ("port", "\"22\"", "without quotes"),
        ("port", "22.0", "whole number"),
        ("enabled", "\"yes\"", "true or false"),
        ("legacy_ssh", "1", "true or false"),
        ("platform", "\"ios\"", "known is `routeros`"),
        ("connect_timeout_secs", "86401", "from 1 to 86400"),
        (
            "export_timeout_secs",
            "99999999999999999999",
            "from 1 to 86400",
        ),
        ("adress", "\"x\"", "did you mean `address`?"),
        ("colour", "\"x\"", "known are `name`, `address`"),
    ] {
        let mut text = format!("{CORE}{SITE}[[site.device]]\n{key} = {value}\n");
        for (other, good) in [("name", "a"), ("address", "x"), ("credential", "core")] {
            if other != key {
                text.push_str(&format!("{other} = \"{good}\"\n"));
            }
        }
        assert_problem(&text, 9, &[words]);
    }
}

#[test]
fn names_used_twice_are_told_with_both_lines() {
    assert_problem(
        &format!("{CORE}{CORE}{SITE}"),
        6,
        &["already used in line 2"],
    );
    let device = |name| {
        format!("[[site.device]]\nname = \"{name}\"\naddress = \"x\"\ncredential = \"core\"\n")
    };
    let text = format!("{CORE}{SITE}{}{}", device("gw"), device("GW"));
    assert_problem(&text, 13, &["already used in line 9"]);
}
