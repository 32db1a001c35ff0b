//! What the pages know of the way to them: the address people use, whether it is encrypted, and
//! whose word is taken for who asks.

use std::{fmt, net::SocketAddr, str::FromStr};

use axum::http::{Uri, uri::Scheme};

use crate::listen::TrustedProxies;

/// How the pages are reached; by default plainly, without a proxy and without a name.
#[derive(Debug, Default)]
pub struct Served {
    /// The address that people know.
    pub public_url: Option<PublicUrl>,
    /// Whose forwarded headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether we speak TLS ourselves.
    pub is_tls: bool,
}

impl Served {
    /// Scheme, name and port, to put an address behind; `listen` where there is no other name.
    #[must_use]
    pub fn origin(&self, listen: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.to_string(),
            None if self.is_tls => format!("https://{listen}"),
            None => format!("http://{listen}"),
        }
    }

    /// Whether `host` (without a port) is the name that people know.
    pub(super) fn is_public_name(&self, host: &str) -> bool {
        let url = self.public_url.as_ref();
        url.is_some_and(|url| url.host().eq_ignore_ascii_case(host))
    }
}

/// Why a text is no address of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a scheme and a name and nothing else, like https://backup.example.com")]
pub struct PublicUrlError;

/// The address of the pages as people know it: scheme, name, and a port where it is not the
/// scheme's own. The pages stand at its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    is_https: bool,
    host: String,
    port: Option<u16>,
}

impl PublicUrl {
    /// Whether it is encrypted all the way.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.is_https
    }

    /// The name, in lower case and without the port; an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let url: Uri = text.parse().map_err(|_| PublicUrlError)?;
        let is_https = match url.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(PublicUrlError),
        };
        let authority = url.authority().ok_or(PublicUrlError)?;
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => None,
            // Somebody's name and password stand before the host, which then is no prefix.
            Some(rest) => Some(
                rest.strip_prefix(':')
                    .and_then(|port| port.parse().ok())
                    .ok_or(PublicUrlError)?,
            ),
            None => return Err(PublicUrlError),
        };
        if authority.host().is_empty() || url.path() != "/" || url.query().is_some() {
            return Err(PublicUrlError);
        }
        let own_port = if is_https { 443 } else { 80 };
        Ok(Self {
            is_https,
            host: authority.host().to_ascii_lowercase(),
            port: port.filter(|port| *port != own_port),
        })
    }
}

/// As a browser writes an origin: `https://backup.example.com`, `http://192.0.2.1:8080`.
impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_kept_as_a_browser_writes_an_origin() {
        for (text, origin) in [
            ("https://backup.example.com", "https://backup.example.com"),
            ("HTTPS://Backup.Example.com/", "https://backup.example.com"),
            (
                "https://backup.example.com:443",
                "https://backup.example.com",
            ),
            (
                "https://backup.example.com:8443",
                "https://backup.example.com:8443",
            ),
            ("http://192.0.2.1:443/", "http://192.0.2.1:443"),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), origin, "{text}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_scheme_and_name_is_refused() {
        for text in [
            "",
            "backup.example.com",
            "//backup.example.com",
            "ftp://backup.example.com",
            "https://",
            "https://:443",
            "https://backup.example.com/vault",
            "https://backup.example.com?x",
            "https://backup.example.com:x",
            "https://backup.example.com:99999",
            "https://kim@backup.example.com",
            "https://kim:secret@backup.example.com",
            "https://b\u{fc}ro.example",
        ] {
            assert_eq!(text.parse::<PublicUrl>(), Err(PublicUrlError), "{text}");
        }
    }

    #[test]
    fn a_name_is_known_whatever_its_case() {
        let served = Served {
            public_url: Some("https://backup.example.com".parse().unwrap()),
            ..Served::default()
        };
        assert!(served.is_public_name("BACKUP.example.com"));
        assert!(!served.is_public_name("example.com"));
        assert!(!Served::default().is_public_name(""));
    }
}
