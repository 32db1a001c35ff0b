//! The rules for single values. Each function answers the value or what is wrong with it, as
//! the end of a sentence that begins with the key's name.

use std::collections::HashSet;

use chrono_tz::{TZ_VARIANTS, Tz};

use super::report::Report;
use super::section::Section;
use super::suggest::{nearest, quote, quote_list};
use crate::model::Platform;
use crate::model::archive::MAX_COMMENT_CHARS;

/// How many characters a name may have.
const LONGEST_NAME: usize = 200;

/// How many characters a slug may have: one label of a host name.
const LONGEST_SLUG: usize = 63;

/// How many characters a tag may have.
const LONGEST_TAG: usize = 50;

/// The drivers that an inventory can name.
const PLATFORMS: &[Platform] = &[Platform::Routeros];

/// A name for people: of a site, a device or a credential.
pub(crate) fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    if text.trim() != text {
        return Err("begins or ends with a blank; remove it".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("has control characters (a line break?) in it; remove them".to_owned());
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(format!(
            "is longer than {LONGEST_NAME} characters; shorten it"
        ));
    }
    Ok(text.to_owned())
}

/// The comment that archives of a plan get; blanks around it mean nothing.
pub(crate) fn archive_comment(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > MAX_COMMENT_CHARS || text.contains('\0') {
        return Err(format!(
            "may have at most {MAX_COMMENT_CHARS} characters, none of them NUL"
        ));
    }
    Ok(text)
}

/// A device's name; commands write `SITE/NAME`.
pub(crate) fn device_name(text: &str) -> Result<String, String> {
    if text.contains('/') {
        return Err("has a `/` in it, but commands write SITE/NAME; use `-` instead".to_owned());
    }
    // A browser takes them in an address for this folder and the one above.
    if matches!(text, "." | "..") {
        return Err("can not stand in the address of a page; choose another".to_owned());
    }
    name(text)
}

/// A site's slug.
pub(crate) fn slug(text: &str) -> Result<String, String> {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > LONGEST_SLUG {
        return Err(format!("must have 1 to {LONGEST_SLUG} characters"));
    }
    if !text.bytes().all(known) || text.starts_with('-') || text.ends_with('-') {
        return Err(format!(
            "may hold a-z, 0-9 and `-`, and neither begin nor end with `-`; {} does not",
            quote(text)
        ));
    }
    Ok(text.to_owned())
}

/// A user name on a device. It is not quoted: people put passwords into the wrong line.
pub(crate) fn username(text: &str) -> Result<String, String> {
    if text.starts_with('-') {
        return Err("begins with `-`, which programs take for an option".to_owned());
    }
    if text.contains('+') {
        return Err(
            "has a `+` in it; RouterOS takes what follows for login options, so write the \
             user name alone (they are not needed here)"
                .to_owned(),
        );
    }
    name(text)
}

/// The IANA time zone of a site or of `[defaults]`.
pub(super) fn time_zone(section: &Section<'_>, report: &mut Report) -> Option<Tz> {
    let text = section.text("timezone", report)?;
    match zone(text.get_ref(), !report.is_crowded()) {
        Ok(zone) => Some(zone),
        Err(wrong) => {
            report.add(&text.span(), wrong);
            None
        }
    }
}

/// An IANA time zone. What is wrong is a whole sentence; with `advise` it names the zone that was
/// meant, which takes long.
pub(crate) fn zone(text: &str, advise: bool) -> Result<Tz, String> {
    text.parse().map_err(|_| {
        let advice = match advise.then(|| near_time_zone(text)).flatten() {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "write its IANA name, as `Europe/London`".to_owned(),
        };
        format!("{} is no time zone; {advice}", quote(text))
    })
}

/// A whole number from 1 to `most`; `None` is one that could not be read.
pub(crate) fn in_range(number: Option<u32>, most: u32) -> Result<u32, String> {
    let in_range = number.filter(|number| (1..=most).contains(number));
    in_range.ok_or_else(|| format!("must be from 1 to {most}"))
}

fn near_time_zone(text: &str) -> Option<&'static str> {
    let known = || TZ_VARIANTS.iter().map(|zone| zone.name());
    // "London" for "Europe/London" is the most likely slip of all.
    let by_city = || {
        let named = nearest(text, known().map(city))?;
        known().find(|zone| city(zone) == named)
    };
    nearest(text, known()).or_else(by_city)
}

fn city(zone: &str) -> &str {
    zone.rsplit('/').next().unwrap_or(zone)
}

/// A driver.
pub(super) fn platform(text: &str) -> Result<Platform, String> {
    let known = PLATFORMS.iter().find(|platform| platform.as_str() == text);
    known.copied().ok_or_else(|| {
        let names = quote_list(PLATFORMS.iter().map(|platform| platform.as_str()));
        format!("{} is not known; known is {names}", quote(text))
    })
}

/// The tags of a site or a device.
pub(super) fn tags(section: &Section<'_>, report: &mut Report) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut tags = Vec::new();
    for tag in section.texts("tags", report) {
        match check_tag(tag.get_ref()) {
            Err(wrong) => report.add(&tag.span(), format!("a tag {wrong}")),
            Ok(()) if !seen.insert(*tag.get_ref()) => {
                let twice = format!("the tag {} is given twice", quote(tag.get_ref()));
                report.add(&tag.span(), twice);
            }
            Ok(()) => tags.push((*tag.get_ref()).to_owned()),
        }
    }
    tags
}

/// One tag.
pub(crate) fn check_tag(text: &str) -> Result<(), String> {
    if text.contains(',') {
        return Err("has a comma in it; write several tags as [\"one\", \"two\"]".to_owned());
    }
    if text.chars().count() > LONGEST_TAG {
        return Err(format!(
            "is longer than {LONGEST_TAG} characters; shorten it"
        ));
    }
    name(text).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_labels_in_lower_case() {
        for good in ["a", "acme-hq", "7", "a--b", &"a".repeat(63)] {
            assert_eq!(slug(good), Ok(good.to_owned()));
        }
        for bad in ["", "-a", "a-", "Acme", "a_b", "a/b", "é", &"a".repeat(64)] {
            assert!(slug(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_printable_and_bounded() {
        for good in ["gw-1", "Büro Köln, 2. Stock", &"é".repeat(200)] {
            assert_eq!(device_name(good), Ok(good.to_owned()));
        }
        for bad in ["", " ", " a", "a ", "a\nb", "a\u{7f}", &"é".repeat(201)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        assert!(name("A/S Fjord").is_ok());
        assert!(device_name("a/b").unwrap_err().contains("SITE/NAME"));
        for bad in [".", ".."] {
            assert!(device_name(bad).unwrap_err().contains("address"), "{bad}");
        }
        assert!(device_name("...").is_ok());
    }

    #[test]
    fn user_names_hold_no_options() {
        assert_eq!(username("backup"), Ok("backup".to_owned()));
        assert!(username("-l").unwrap_err().contains("option"));
        assert!(
            username("admin+ct200w")
                .unwrap_err()
                .contains("login options")
        );
        assert!(username("").is_err() && username("a\tb").is_err());
    }

    #[test]
    fn the_time_zone_that_was_meant_is_found() {
        for (text, meant) in [
            ("europe/london", Some("Europe/London")),
            ("Europe/Londn", Some("Europe/London")),
            ("Berlin", Some("Europe/Berlin")),
            ("Pari", Some("Europe/Paris")),
            ("Middle-earth", None),
        ] {
            assert_eq!(near_time_zone(text), meant, "{text}");
        }
    }

    #[test]
    fn a_platform_is_one_that_has_a_driver() {
        assert_eq!(platform("routeros"), Ok(Platform::Routeros));
        assert!(platform("ios").unwrap_err().contains("`routeros`"));
    }
}
