//! The whole way from text to a checked inventory.

mod archives;
mod bad_lines;
mod example;
mod files;
mod hostile;
mod retention;
mod schedules;
mod whole;

use std::path::Path;

use super::{Inventory, Problems, parse};

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
