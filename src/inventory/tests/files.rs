//! Inventories and secrets in files, with what can be wrong with a file.

use std::fs;
use std::path::Path;

use russh::keys::ssh_key::LineEnding;
use russh::keys::{Algorithm, PrivateKey};
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::SITE;
use crate::inventory::{Inventory, Problems, load};
use crate::vault::Secret;

/// A folder with an inventory of one credential, whose secret the lines give.
fn folder(secret: &str, files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("[[credential]]\nname = \"a\"\nusername = \"u\"\n{secret}\n{SITE}");
    fs::write(folder.path().join("devices.toml"), text).unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn load_from(folder: &Path) -> Result<Inventory, Problems> {
    load(&folder.join("devices.toml"), &|_| None)
}

fn password(content: &[u8]) -> Result<String, Problems> {
    let folder = folder("password_file = \"secret\"", &[("secret", content)]);
    let inventory = load_from(folder.path())?;
    match &inventory.credentials[0].secret {
        Secret::Password(password) => Ok(password.expose_secret().to_owned()),
        other => panic!("{other:?} is no password"),
    }
}

#[test]
fn a_password_file_lies_beside_the_inventory_and_may_end_its_line() {
    for content in ["hunter2", "hunter2\n", "hunter2\r\n"] {
        assert_eq!(password(content.as_bytes()).unwrap(), "hunter2");
    }
    assert_eq!(password(b" hunter2 \n").unwrap(), " hunter2 ");
}

#[test]
fn a_password_file_that_holds_no_password_is_told_without_its_content() {
    let large = b"hunter2".repeat(10_000);
    for (content, words) in [
        (&b""[..], "empty secret"),
        (b"\n", "empty secret"),
        (b"hunter2\nhunter2\n", "line break"),
        (b"hunter2\xff", "not text"),
        (&large, "larger than 64 kB"),
    ] {
        let problems = password(content).unwrap_err().to_string();
        assert!(problems.contains(":4: `password_file` "), "{problems}");
        assert!(problems.contains(words), "{problems}");
        assert!(!problems.contains("hunter2"), "{problems}");
    }
}

#[test]
fn a_key_file_and_its_passphrase_are_opened_together() {
    let key = PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).unwrap();
    let key = key.encrypt(&mut rand::rng(), "hunter2").unwrap();
    let pem = key.to_openssh(LineEnding::LF).unwrap();
    let keys = "private_key_file = \"key\"\npassphrase_file = \"pass\"";
    let key: (&str, &[u8]) = ("key", pem.as_bytes());

    let right = folder(keys, &[key, ("pass", b"hunter2\n")]);
    let inventory = load_from(right.path()).unwrap();
    let secret = &inventory.credentials[0].secret;
    assert!(matches!(
        secret,
        Secret::PrivateKey {
            passphrase: Some(_),
            ..
        }
    ));
    let shown = format!("{inventory:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("BEGIN"),
        "{shown}"
    );

    let wrong = folder(keys, &[key, ("pass", b"shut")]);
    let problems = load_from(wrong.path()).unwrap_err().to_string();
    assert!(
        problems.contains(":5: the passphrase does not open"),
        "{problems}"
    );

    let none = folder("private_key_file = \"key\"", &[key]);
    let problems = load_from(none.path()).unwrap_err().to_string();
    assert!(
        problems.contains(":4: the private key has a passphrase"),
        "{problems}"
    );
}

#[test]
fn a_file_that_is_no_text_is_told_in_one_sentence() {
    for (content, words) in [
        (
            &b"[[site]]\nslug = \"\xff\""[..],
            ":2: this line is not UTF-8",
        ),
        (b"\x7fELF\0\0", ": is a binary file"),
        (b"\xff\xfe[\0", ": is UTF-16"),
        (b"", ":1: there is no [[site]]"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("devices.toml"), content).unwrap();
        let problems = load_from(folder.path()).unwrap_err().to_string();
        assert!(problems.contains(words), "{problems}");
        assert_eq!(problems.lines().count(), 1, "{problems}");
    }
}

#[test]
fn a_file_that_can_not_be_read_is_told_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let absent = load_from(folder.path()).unwrap_err().to_string();
    assert!(
        absent.contains("devices.toml: can not be read: No such file"),
        "{absent}"
    );
    let directory = load(folder.path(), &|_| None).unwrap_err().to_string();
    assert!(
        directory.contains("can not be read: Is a directory"),
        "{directory}"
    );
}
