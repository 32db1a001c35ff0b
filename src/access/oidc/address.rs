//! Which addresses we call, or send a browser to, on a provider's word.
//!
//! TLS proves who answers, so plain HTTP is for this machine alone, where tests and local proxies
//! are. A provider elsewhere never leads us to this machine, where services trust who comes from it.

use std::net::{Ipv4Addr, Ipv6Addr};

use openidconnect::url::{Host, Url};

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leads {
    /// To this machine.
    Here,
    /// Elsewhere, over TLS.
    Outside,
}

/// Whether an issuer may have this address: https, or on this machine; without user and password,
/// query and fragment (Discovery 1.0, section 3).
#[must_use]
pub fn is_issuer(issuer: &Url) -> bool {
    leads(issuer).is_some() && issuer.query().is_none() && issuer.fragment().is_none()
}

/// Whether the provider `issuer` may lead us, or a browser, to `to`.
#[must_use]
pub fn may_lead(issuer: &Url, to: &Url) -> bool {
    matches!(
        (leads(issuer), leads(to)),
        (Some(Leads::Here), Some(_)) | (Some(Leads::Outside), Some(Leads::Outside))
    )
}

/// `None`: nowhere we go.
fn leads(address: &Url) -> Option<Leads> {
    if !address.username().is_empty() || address.password().is_some() {
        return None;
    }
    match (address.scheme(), is_here(address)) {
        ("http" | "https", true) => Some(Leads::Here),
        ("https", false) => Some(Leads::Outside),
        _ => None,
    }
}

fn is_here(address: &Url) -> bool {
    let v4 = |ip: Ipv4Addr| ip.is_loopback() || ip.is_unspecified();
    let v6 = |ip: Ipv6Addr| {
        ip.is_loopback() || ip.is_unspecified() || ip.to_ipv4_mapped().is_some_and(v4)
    };
    match address.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(ip)) => v4(ip),
        Some(Host::Ipv6(ip)) => v6(ip),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn an_issuer_has_tls_or_is_on_this_machine() {
        for fit in [
            "https://login.example.com",
            "https://login.example.com/realms/main/",
            "http://127.0.0.1:3000",
            "http://localhost:3000/oidc",
            "http://[::1]:3000",
        ] {
            assert!(is_issuer(&url(fit)), "{fit}");
        }
        for unfit in [
            "http://login.example.com",
            "http://192.0.2.1",
            "https://kim:secret@login.example.com",
            "https://login.example.com/?a=b",
            "https://login.example.com/#a",
            "ftp://127.0.0.1",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "http://localhost.example.com",
        ] {
            assert!(!is_issuer(&url(unfit)), "{unfit}");
        }
    }

    #[test]
    fn a_provider_elsewhere_leads_to_nothing_on_this_machine() {
        let issuer = url("https://login.example.com");
        assert!(may_lead(&issuer, &url("https://keys.example.net/jwks")));
        for target in [
            "https://127.0.0.1/",
            "http://127.9.9.9:5432/",
            "https://localhost/",
            "https://localhost./",
            "https://a.localhost/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://0.0.0.0/",
            "https://2130706433/",
            "http://keys.example.net/jwks",
            "javascript:alert(1)",
        ] {
            assert!(!may_lead(&issuer, &url(target)), "{target}");
        }
        assert!(may_lead(
            &url("http://127.0.0.1:1"),
            &url("http://127.0.0.1:2/x")
        ));
    }
}
