//! Large files and files of chance: no panic, no time without bound, no flood of messages.

use std::fmt::Write;

use proptest::prelude::*;

use super::{CORE, read};

/// Ten thousand devices in a hundred sites, with a line of choice in each device.
fn fleet(line: &str) -> String {
    let mut text = format!("[defaults]\ncredential = \"core\"\n{CORE}");
    for site in 0..100 {
        let _ = write!(
            text,
            "[[site]]\nslug = \"site-{site}\"\ntimezone = \"Europe/London\"\n"
        );
        for device in 0..100 {
            let _ = write!(
                text,
                "[[site.device]]\nname = \"r-{device}\"\naddress = \"10.0.{site}.{device}\"\n\
                 tags = [\"core\"]\n{line}\n"
            );
        }
    }
    text
}

#[test]
fn ten_thousand_devices_are_read() {
    let inventory = read(&fleet("port = 22")).unwrap();
    let devices: usize = inventory.sites.iter().map(|site| site.devices.len()).sum();
    assert_eq!((inventory.sites.len(), devices), (100, 10_000));
}

#[test]
fn ten_thousand_problems_become_two_hundred_lines() {
    let problems = read(&fleet("credential = \"cor\"\nadress = \"x\"")).unwrap_err();
    assert_eq!(problems.iter().count(), 20_000);
    let told = problems.to_string();
    assert_eq!(told.lines().count(), 201);
    assert!(told.ends_with("... and 19800 more"), "{told}");
}

#[test]
fn ten_thousand_credentials_and_as_many_wrong_names_and_zones_end_soon() {
    let mut text = String::new();
    for n in 0..10_000 {
        let _ = write!(
            text,
            "[[credential]]\nname = \"router-{n}\"\nusername = \"u\"\npassword = \"hunter2\"\n\
             [[site]]\nslug = \"s{n}\"\ntimezone = \"Europe/L{n}\"\n[[site.device]]\n\
             name = \"r\"\naddress = \"x\"\ncredential = \"ruter-{n}\"\n"
        );
    }
    let told = read(&text).unwrap_err().to_string();
    assert!(
        told.contains("`ruter-0`; did you mean `router-0`?"),
        "{told}"
    );
    assert!(told.ends_with("... and 19800 more"), "{told}");
}

#[test]
fn a_value_of_a_megabyte_is_not_repeated() {
    let long = "a".repeat(1 << 20);
    for line in ["platform", "credential", &long] {
        let told = read(&format!(
            "{CORE}[[site]]\nslug = \"a\"\n[[site.device]]\nname = \"a\"\naddress = \"x\"\n{line} = \"{long}\""
        ))
        .unwrap_err()
        .to_string();
        assert!(told.len() < 1_000, "{} bytes", told.len());
    }
}

/// Words of inventories in any order, so that chance comes deeper than into syntax.
fn any_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "[[site]]",
            "[site]",
            "[[site.device]]",
            "[site.device]",
            "[[credential]]",
            "[defaults]",
            "site",
            "device",
            "slug",
            "name",
            "address",
            "credential",
            "password",
            "private_key",
            "tags",
            "port",
            "timezone",
            " = ",
            "=",
            "\"a\"",
            "\"b/c\"",
            "7",
            "-1",
            "0x",
            "[",
            "]",
            "{",
            "}",
            ",",
            ".",
            "\n",
            "\n",
            "\n",
            "\"\"\"",
            "'",
            "true",
            "#",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn any_text_is_answered_by_an_inventory_or_by_problems_on_its_lines(text in any_text()) {
        let lines = text.split('\n').count();
        match read(&text) {
            Ok(inventory) => prop_assert!(!inventory.sites.is_empty()),
            Err(problems) => {
                prop_assert!(problems.iter().count() > 0);
                for problem in problems.iter() {
                    prop_assert!(problem.line.is_some_and(|line| (1..=lines).contains(&line)));
                }
            }
        }
    }
}
