//! Where a device answers: an IP address or a host name, and nothing around it.

use std::net::IpAddr;

/// How long a host name may be (RFC 1035, section 2.3.4).
const LONGEST_HOST_NAME: usize = 253;

/// How long a part between two dots may be (the same).
const LONGEST_LABEL: usize = 63;

/// The address to store: trimmed of the brackets of an IPv6 address.
///
/// # Errors
/// What is wrong and what to write instead. The text is not quoted where it may hold a
/// password, as in `ssh://user:password@host`.
pub(crate) fn check(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("is empty; write an IP address or a host name".to_owned());
    }
    if text.chars().any(char::is_whitespace) {
        return Err("has blanks in it; write an IP address or a host name alone".to_owned());
    }
    if text.contains('@') {
        return Err("has a user name in it; that belongs to the credential".to_owned());
    }
    if text.contains('/') {
        return Err("is a URL or a network; write an IP address or a host name alone".to_owned());
    }
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(inner) = inner {
        return match inner.parse() {
            Ok(IpAddr::V6(_)) => Ok(inner.to_owned()),
            _ => Err("has brackets, but no IPv6 address in them".to_owned()),
        };
    }
    if text.parse::<IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    if has_port(text) {
        return Err("has a port in it; write that as `port = ...`".to_owned());
    }
    check_host_name(text)
}

/// `host:22`, `192.0.2.1:22` and `[2001:db8::1]:22`.
fn has_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let digits_only = port.bytes().all(|byte| byte.is_ascii_digit());
    digits_only && (host.ends_with(']') || !host.contains(':'))
}

fn check_host_name(text: &str) -> Result<String, String> {
    if text.contains(':') {
        return Err(
            "is not a valid IPv6 address (and a zone, `%...`, is not supported)".to_owned(),
        );
    }
    if !text.is_ascii() {
        return Err("has letters outside ASCII; write the name's `xn--` form".to_owned());
    }
    // A dot at the end says that the name is complete; it belongs to no part.
    let name = text.strip_suffix('.').unwrap_or(text);
    let last = name.rsplit('.').next().unwrap_or(name);
    if !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is not a valid IP address".to_owned());
    }
    if name.len() > LONGEST_HOST_NAME || !name.split('.').all(is_label) {
        return Err(
            "is not a valid host name: letters, digits and `-` between the dots, \
             each part at most 63 characters"
                .to_owned(),
        );
    }
    Ok(text.to_owned())
}

/// Underscores are no part of a host name by RFC 1123, but stand in the DNS of real networks.
fn is_label(label: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(known)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_are_kept_as_written() {
        for text in [
            "192.0.2.1",
            "2001:db8::1",
            "::ffff:192.0.2.1",
            "gw-1.example.com",
            "gw-1.example.com.",
            "localhost",
            "Router_7.example",
            "3com.example",
        ] {
            assert_eq!(check(text), Ok(text.to_owned()));
        }
    }

    #[test]
    fn brackets_of_an_ipv6_address_are_dropped() {
        assert_eq!(check("[2001:db8::1]"), Ok("2001:db8::1".to_owned()));
    }

    #[test]
    fn a_bad_address_is_told_what_is_wrong_with_it() {
        for (text, word) in [
            ("", "empty"),
            (" 192.0.2.1", "blanks"),
            ("gw 1", "blanks"),
            ("ssh://gw-1", "URL"),
            ("192.0.2.0/24", "network"),
            ("admin@gw-1", "user name"),
            ("192.0.2.1:22", "port = "),
            ("gw-1:2222", "port = "),
            ("gw-1:", "port = "),
            ("[2001:db8::1]:22", "port = "),
            ("[192.0.2.1]", "brackets"),
            ("[gw-1]", "brackets"),
            ("fe80::1%ether1", "zone"),
            ("2001:db8::1::2", "IPv6"),
            ("192.0.2.256", "IP address"),
            ("192.0.2", "IP address"),
            ("gw..example", "host name"),
            ("-gw", "host name"),
            ("gw-", "host name"),
            ("gw\u{7}", "host name"),
            (".", "host name"),
            ("münchen.example", "xn--"),
        ] {
            let wrong = check(text).expect_err(text);
            assert!(wrong.contains(word), "{text}: {wrong}");
        }
        assert!(check(&format!("{}.example", "a".repeat(64))).is_err());
        assert!(check(&"a.".repeat(127)).is_ok());
        assert!(check(&"a.".repeat(128)).is_err());
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let wrong = check("ssh://admin:hunter2@192.0.2.1").unwrap_err();
        assert!(!wrong.contains("hunter2"));
    }
}
