//! Where a webhook may lead. Over the network only TLS proves who receives what is told; plain HTTP
//! is for this machine and for networks of one's own.

use std::net::{Ipv4Addr, Ipv6Addr};

use openidconnect::url::{Host, Url};
use secrecy::{ExposeSecret, SecretString};

/// How many characters an address may have.
const LONGEST: usize = 2_000;

/// The host of the address of a webhook, with its port where it is not the usual one.
///
/// # Errors
/// What is wrong, as the end of a sentence that begins with the name of the field. It repeats
/// nothing of the address: who knows that may post there.
pub(super) fn check(text: &SecretString) -> Result<String, &'static str> {
    let text = text.expose_secret().trim();
    if text.chars().count() > LONGEST {
        return Err("is longer than 2000 characters");
    }
    let url = Url::parse(text).map_err(|_| "is none: it begins with `https://`")?;
    let host = url.host().ok_or("names no host")?;
    match url.scheme() {
        "https" => {}
        "http" if is_near(&host) => {}
        "http" => {
            return Err(
                "begins with `http://`, which is for this machine and private addresses \
                        alone; use `https://`",
            );
        }
        _ => return Err("does not begin with `https://`"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user name or password in it; leave them out");
    }
    if url.fragment().is_some() {
        return Err("has a `#` in it; what follows is never sent, so leave it out");
    }
    Ok(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_string(),
    })
}

/// Whether it is this machine or on a private network, by what is written. A name other than
/// `localhost` may lead anywhere.
fn is_near(host: &Host<&str>) -> bool {
    let v4 = |ip: Ipv4Addr| ip.is_loopback() || ip.is_private();
    let v6 = |ip: Ipv6Addr| {
        ip.is_loopback() || ip.is_unique_local() || ip.to_ipv4_mapped().is_some_and(v4)
    };
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => v4(*ip),
        Host::Ipv6(ip) => v6(*ip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<String, &'static str> {
        check(&text.into())
    }

    #[test]
    fn only_the_host_of_an_address_is_told() {
        for (text, host) in [
            ("https://hooks.example.com/T1/B2/x", "hooks.example.com"),
            (" https://192.0.2.7:8443/?key=x ", "192.0.2.7:8443"),
            ("http://localhost:9000/x", "localhost:9000"),
            ("http://127.0.0.1/", "127.0.0.1"),
            ("http://10.1.2.3:80/x", "10.1.2.3"),
            ("http://192.168.7.1/x", "192.168.7.1"),
            ("http://[::1]:8080/x", "[::1]:8080"),
            ("http://[fd00::7]/x", "[fd00::7]"),
        ] {
            assert_eq!(checked(text).as_deref(), Ok(host), "{text}");
        }
    }

    #[test]
    fn what_leads_into_the_open_or_nowhere_is_refused() {
        for (text, words) in [
            ("", "is none"),
            ("hooks.example.com/x", "is none"),
            ("http://hooks.example.com/x", "private addresses"),
            ("http://192.0.2.7/x", "private addresses"),
            ("http://169.254.169.254/x", "private addresses"),
            ("http://localhost.example.com/x", "private addresses"),
            ("ftp://127.0.0.1/x", "does not begin"),
            ("https://kim:swordfish@example.com/x", "user name"),
            ("https://example.com/x#swordfish", "`#`"),
            ("data:text/plain,x", "no host"),
        ] {
            let told = checked(text).unwrap_err();
            assert!(told.contains(words), "{text}: {told}");
            assert!(!told.contains("swordfish"));
        }
        let long = format!("https://example.com/{}", "x".repeat(2_000));
        assert!(checked(&long).unwrap_err().contains("longer"));
    }
}
