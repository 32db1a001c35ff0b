//! The proxies in front of us whose word is taken for who asks.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// How many bits of an IPv6 address stand before the IPv4 address that is mapped into it.
const MAPPED_PREFIX_LEN: u8 = 96;

/// Why a text names no proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    #[error(
        "is no IP address and no network; write 192.0.2.7, 192.0.2.0/24, 2001:db8::7 or 2001:db8::/64"
    )]
    NoAddress,
    #[error("is everybody, so everybody could claim to be anybody; name the proxy's own address")]
    Everybody,
}

/// Addresses and networks of the proxies that are trusted; nobody by default.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts these and no others.
    #[must_use]
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether `address` is one of them. An IPv4 address that came over an IPv6 socket
    /// (`::ffff:192.0.2.7`) is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether nobody is trusted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads one address or network in CIDR notation.
    ///
    /// # Errors
    /// When it is neither, or every address there is.
    pub fn parse_one(text: &str) -> Result<IpNet, ProxyError> {
        let network = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address.to_canonical()),
            Err(_) => unmapped(text.parse().map_err(|_| ProxyError::NoAddress)?),
        };
        if network.prefix_len() == 0 {
            return Err(ProxyError::Everybody);
        }
        Ok(network)
    }
}

/// A network of IPv4 addresses mapped into IPv6, as the IPv4 network.
fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else {
        return network;
    };
    let v4 = v6.addr().to_ipv4_mapped();
    let prefix_len = v6.prefix_len().checked_sub(MAPPED_PREFIX_LEN);
    v4.zip(prefix_len)
        .and_then(|(address, len)| Ipv4Net::new(address, len).ok())
        .map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(texts: &[&str]) -> TrustedProxies {
        let networks = texts.iter().map(|text| TrustedProxies::parse_one(text));
        TrustedProxies::new(networks.collect::<Result<_, _>>().unwrap())
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_a_network_and_an_address_that_is_mapped_are_known_again() {
        let proxies = trusted(&[
            "192.0.2.7",
            "198.51.100.0/24",
            "2001:db8::7",
            "2001:db8:1::/48",
            "::ffff:203.0.113.0/120",
        ]);
        for known in [
            "192.0.2.7",
            "::ffff:192.0.2.7",
            "198.51.100.255",
            "2001:db8::7",
            "2001:db8:1:ffff::1",
            "203.0.113.9",
            "::ffff:203.0.113.9",
        ] {
            assert!(proxies.contains(address(known)), "{known}");
        }
        for stranger in ["192.0.2.8", "198.51.101.0", "2001:db8::8", "2001:db8:2::"] {
            assert!(!proxies.contains(address(stranger)), "{stranger}");
        }
    }

    #[test]
    fn nobody_is_trusted_by_default() {
        assert!(!TrustedProxies::default().contains(address("127.0.0.1")));
    }

    #[test]
    fn names_slips_and_everybody_are_refused() {
        for text in ["", "proxy.example.com", "192.0.2.0/33", "192.0.2", "/8"] {
            let refused = TrustedProxies::parse_one(text);
            assert_eq!(refused, Err(ProxyError::NoAddress), "{text}");
        }
        for text in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"] {
            let refused = TrustedProxies::parse_one(text);
            assert_eq!(refused, Err(ProxyError::Everybody), "{text}");
        }
    }
}
