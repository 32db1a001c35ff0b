//! Names of files that are downloaded, made of names from outside: harmless in a header, on
//! every file system, and on a router.

use std::collections::HashSet;

/// How many characters of a site's or a device's name stand in a file name.
const MAX_NAME_CHARS: usize = 80;

/// A name in characters that are safe in a header and on every file system.
pub fn plain(name: &str) -> String {
    name.chars()
        .take(MAX_NAME_CHARS)
        .map(|c| match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '.' | '_' | '-' => c,
            _ => '_',
        })
        .collect::<String>()
        // No hidden file, no option of a command.
        .trim_start_matches(['.', '-'])
        .to_owned()
}

/// Gives out names of files for one archive, no two alike even where capitals do not count.
#[derive(Debug, Default)]
pub struct Unique(HashSet<String>);

impl Unique {
    /// `<site>/<device>_<rest>.rsc`, with a number where that is taken. Something stands between
    /// the device's name and the ending, so no name ends in `.auto.rsc`, which RouterOS executes
    /// when it is uploaded.
    pub fn name(&mut self, site: &str, device: &str, rest: &str) -> String {
        // Windows drops a dot at the end of a folder.
        let (site, device) = (plain(site), plain(device));
        let site = site.trim_end_matches('.');
        let stem = format!("{}/{}_{rest}", or(site, "site"), or(&device, "device"));
        let mut name = format!("{stem}.rsc");
        let mut number = 2;
        while !self.0.insert(name.to_ascii_lowercase()) {
            name = format!("{stem}_{number}.rsc");
            number += 1;
        }
        name
    }
}

const fn or<'a>(name: &'a str, otherwise: &'a str) -> &'a str {
    if name.is_empty() { otherwise } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_harmless_file_names() {
        assert_eq!(plain("gw-1.core"), "gw-1.core");
        assert_eq!(plain("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(plain("a\"b\r\nc;ü"), "a_b__c__");
        assert_eq!(plain("-rf"), "rf");
        assert_eq!(plain(&"x".repeat(500)).len(), MAX_NAME_CHARS);
    }

    #[test]
    fn names_of_an_archive_are_unique_and_never_executed() {
        let mut names = Unique::default();
        let day = "2026-11-21_verified";
        assert_eq!(
            names.name("acme", "gw", day),
            "acme/gw_2026-11-21_verified.rsc"
        );
        assert_eq!(
            names.name("acme", "GW", day),
            "acme/GW_2026-11-21_verified_2.rsc"
        );
        assert_eq!(
            names.name("acme", "gw.auto", day),
            "acme/gw.auto_2026-11-21_verified.rsc"
        );
        assert_eq!(
            names.name("..", "\u{202e}", day),
            "site/__2026-11-21_verified.rsc"
        );
        assert_eq!(
            names.name("a.", "...", day),
            "a/device_2026-11-21_verified.rsc"
        );
    }

    #[test]
    fn many_equal_names_cost_no_more_than_their_number() {
        let mut names = Unique::default();
        let long = "x".repeat(300);
        let all: HashSet<String> = (0..500).map(|_| names.name(&long, &long, "day")).collect();
        assert_eq!(all.len(), 500);
    }
}
