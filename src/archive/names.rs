//! Paths inside an archive, made of names from outside and read from files of others: harmless on
//! every file system, and never out of the folder that an archive is unpacked into.

use std::collections::HashMap;

/// How many characters of a name stand in a path.
const MAX_NAME_CHARS: usize = 80;

/// How many bytes a path has at most.
const MAX_PATH_BYTES: usize = 300;

/// What Windows takes for a device, whatever the ending
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Gives out paths, no two alike even where capitals do not count.
#[derive(Debug, Default)]
pub struct Names {
    /// The paths that were given out, in small letters, with how often the next one was numbered.
    taken: HashMap<String, usize>,
}

impl Names {
    /// `<parent>/<name><ending>`, with a number before the ending where that is taken.
    pub fn path(&mut self, parent: &str, name: &str, ending: &str) -> String {
        let stem = format!("{parent}/{}", plain(name));
        let first = format!("{stem}{ending}");
        let mut number = self.taken.get(&first.to_ascii_lowercase()).copied();
        let mut path = first.clone();
        while let Some(last) = number {
            let next = last + 1;
            path = format!("{stem}_{next}{ending}");
            self.taken.insert(first.to_ascii_lowercase(), next);
            number = self
                .taken
                .contains_key(&path.to_ascii_lowercase())
                .then_some(next);
        }
        self.taken.insert(path.to_ascii_lowercase(), 1);
        path
    }
}

/// A name in characters that are safe on every file system; never empty.
fn plain(name: &str) -> String {
    let safe: String = name
        .chars()
        .take(MAX_NAME_CHARS)
        .map(|c| if is_safe(c) { c } else { '_' })
        .collect();
    // No hidden file, no option of a command; Windows drops a dot at the end.
    let safe = safe.trim_start_matches(['.', '-']).trim_end_matches('.');
    let before_dot = safe.split('.').next().unwrap_or_default();
    let word = before_dot.trim_end_matches(|c: char| c.is_ascii_digit());
    if safe.is_empty() || DEVICES.contains(&word.to_ascii_lowercase().as_str()) {
        return format!("_{safe}");
    }
    safe.to_owned()
}

const fn is_safe(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '0'..='9' | '.' | '_' | '-')
}

/// Whether a path of a file that was brought stays inside: relative, plain letters, `/` between
/// folders, and no step upwards.
pub fn stays_inside(path: &str) -> bool {
    let is_plain =
        |part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(is_safe);
    path.len() <= MAX_PATH_BYTES && path.split('/').all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_harmless_and_no_two_alike() {
        let mut names = Names::default();
        let mut path = |name| names.path("sites", name, ".rsc");
        assert_eq!(path("gw-1.core"), "sites/gw-1.core.rsc");
        assert_eq!(path("GW-1.core"), "sites/GW-1.core_2.rsc");
        assert_eq!(path("gw-1.core"), "sites/gw-1.core_3.rsc");
        assert_eq!(path("../../etc/passwd"), "sites/_.._etc_passwd.rsc");
        assert_eq!(path("NUL.txt"), "sites/_NUL.txt.rsc");
        assert_eq!(path("com7"), "sites/_com7.rsc");
        assert_eq!(path("..."), "sites/_.rsc");
        assert_eq!(path("\u{202e}"), "sites/__2.rsc");
    }

    #[test]
    fn what_was_given_out_stays_inside() {
        let mut names = Names::default();
        for name in ["..", "/", "C:\\x", "a\0b", "-rf", "", "ü", &"x".repeat(500)] {
            let path = names.path("sites", name, "");
            assert!(stays_inside(&path), "{path}");
        }
    }

    #[test]
    fn a_number_that_is_taken_by_a_name_is_passed_over() {
        let mut names = Names::default();
        let mut path = |name| names.path("s", name, "");
        assert_eq!(
            [path("a_2"), path("a"), path("a")],
            ["s/a_2", "s/a", "s/a_3"]
        );
    }

    #[test]
    fn many_equal_names_cost_no_more_than_their_number() {
        let mut names = Names::default();
        let last = (0..20_000).map(|_| names.path("s", "\u{fc}", "")).last();
        assert_eq!(last.as_deref(), Some("s/__20000"));
    }

    #[test]
    fn a_path_that_climbs_out_or_is_strange_is_none() {
        for path in [
            "../x",
            "a/../b",
            "/etc/passwd",
            "a//b",
            "a/",
            "",
            ".",
            "a\\b",
            "c:x",
            "a/.b",
            "ä",
        ] {
            assert!(!stays_inside(path), "{path}");
        }
        assert!(stays_inside(
            "sites/acme/gw-1/2026-11-21T020013Z_verified.rsc"
        ));
    }
}
