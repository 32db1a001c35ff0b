//! What an export holds that matters when it is imported elsewhere.

use std::collections::BTreeSet;

use super::super::text::{Token, TokenKind, logical_lines, menu_tree, tokens};

/// How many items are taken to be imported in two minutes. An assumption on the safe side (ten a
/// second, as for a small router), not a measurement; MikroTik gives no figure.
pub(super) const ITEMS_IN_TWO_MINUTES: usize = 1_200;

/// Menus whose secrets a hidden export lacks, and what those are. A menu stands for all below it.
const SECRET_KINDS: &[(&str, &str)] = &[
    ("/interface wireless security-profiles", "Wi-Fi passphrases"),
    ("/interface wifi", "Wi-Fi passphrases"),
    ("/caps-man security", "Wi-Fi passphrases"),
    ("/interface wireguard", "WireGuard keys"),
    (
        "/interface pppoe-client",
        "passwords of PPPoE and VPN clients",
    ),
    (
        "/interface l2tp-client",
        "passwords of PPPoE and VPN clients",
    ),
    (
        "/interface pptp-client",
        "passwords of PPPoE and VPN clients",
    ),
    (
        "/interface sstp-client",
        "passwords of PPPoE and VPN clients",
    ),
    (
        "/interface ovpn-client",
        "passwords of PPPoE and VPN clients",
    ),
    ("/ppp secret", "passwords of PPP users"),
    ("/ip ipsec identity", "IPsec secrets"),
    ("/ip ipsec peer", "IPsec secrets"),
    ("/radius", "RADIUS secrets"),
    ("/ip hotspot user", "passwords of hotspot users"),
    ("/user-manager", "User Manager passwords"),
    ("/snmp community", "SNMP passwords"),
    ("/tool e-mail", "the e-mail password"),
    ("/interface lte", "SIM PINs and APN passwords"),
    ("/routing", "keys of routing protocols"),
    ("/zerotier", "the ZeroTier identity"),
    ("/container envs", "variables of containers"),
];

/// Menus that device mode can block, by the name of its feature. Not checked against each
/// version: which features a mode allows has changed since 7.17.
const GATED_FEATURES: &[(&str, &str)] = &[
    ("/container", "container"),
    ("/interface l2tp-client", "l2tp"),
    ("/interface l2tp-server", "l2tp"),
    ("/interface pptp-client", "pptp"),
    ("/interface pptp-server", "pptp"),
    ("/ip hotspot", "hotspot"),
    ("/ip ipsec", "ipsec"),
    ("/ip proxy", "proxy"),
    ("/ip smb", "smb"),
    ("/ip socks", "socks"),
    ("/system scheduler", "scheduler"),
    ("/tool bandwidth-server", "bandwidth-test"),
    ("/tool e-mail", "email"),
    ("/tool romon", "romon"),
    ("/tool sniffer", "sniffer"),
    ("/tool traffic-generator", "traffic-gen"),
    ("/zerotier", "zerotier"),
];

/// What an export holds that matters when it is imported elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// How many items it has.
    pub items: usize,
    /// How many physical interfaces it renames.
    pub renames: usize,
    /// How many lines set a MAC address of an interface.
    pub mac_lines: usize,
    /// Whether items refer to certificates.
    pub has_certificates: bool,
    /// Whether there are interfaces that come up late or differ by model: Wi-Fi, LTE.
    pub has_radios: bool,
    /// Kinds of secrets that its menus have, whether they are inside or not.
    pub secret_kinds: Vec<&'static str>,
    /// Features that device mode may block.
    pub gated_features: Vec<&'static str>,
}

impl Content {
    /// Reads an export, masked or not; linear time.
    #[must_use]
    pub fn of(export: &[u8]) -> Self {
        let mut content = Self::default();
        let mut menus = BTreeSet::new();
        for node in menu_tree(export) {
            if let Some(section) = node.section.filter(|section| section.items > 0) {
                content.items += section.items;
                menus.insert(node.menu);
            }
        }
        content.secret_kinds = kinds(SECRET_KINDS, &menus);
        content.gated_features = kinds(GATED_FEATURES, &menus);
        content.has_radios = ["/interface wireless", "/interface wifi", "/interface lte"]
            .iter()
            .any(|menu| menus.iter().any(|found| is_below(found, menu)));
        for line in logical_lines(export) {
            content.take(&line.text);
        }
        content
    }

    /// Takes a logical line.
    fn take(&mut self, line: &[u8]) {
        let (mut is_physical, mut has_mac) = (false, false);
        let mut key: &[u8] = b"";
        // The target stands before the attributes.
        for Token { kind, range } in tokens(line) {
            let text = &line[range];
            match kind {
                TokenKind::Target => {
                    is_physical |= memchr::memmem::find(text, b"default-name=").is_some();
                }
                TokenKind::Key => key = text,
                TokenKind::Value => {
                    self.renames += usize::from(is_physical && key == b"name");
                    has_mac |= matches!(key, b"mac-address" | b"admin-mac");
                    self.has_certificates |=
                        is_certificate(key) && !matches!(text, b"none" | b"\"\"" | b"no" | b"yes");
                }
                _ => {}
            }
        }
        // Leases and access lists name the MAC addresses of others; an interface's own are set
        // on physical ones and bridges.
        let is_own = is_physical || memchr::memmem::find(line, b"admin-mac=").is_some();
        self.mac_lines += usize::from(has_mac && is_own);
    }
}

fn is_certificate(key: &[u8]) -> bool {
    key == b"certificate" || key.ends_with(b"-certificate")
}

/// What the menus that occur stand for; each once.
fn kinds(table: &[(&str, &'static str)], menus: &BTreeSet<String>) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    for (menu, kind) in table {
        if !kinds.contains(kind) && menus.iter().any(|found| is_below(found, menu)) {
            kinds.push(*kind);
        }
    }
    kinds
}

/// Whether a menu is another, or below it.
fn is_below(menu: &str, above: &str) -> bool {
    menu.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}
