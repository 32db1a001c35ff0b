//! In which menus the order of the items is configuration.
//!
//! MikroTik's documentation says of each of these that entries are tried from the first to the
//! last and that the first that fits decides, and the console has `move` for them. Everywhere
//! else a router keeps a set: it may print it in another order (`/container` entries were seen
//! to swap places in revisions with no other change), and that is no difference.

/// Menus whose order decides, in the spaced form.
const ORDERED: [&[u8]; 36] = [
    // "Filter", "NAT", "Mangle", "RAW": processed in the order in which they are listed.
    b"/ip firewall filter",
    b"/ip firewall nat",
    b"/ip firewall mangle",
    b"/ip firewall raw",
    b"/ipv6 firewall filter",
    b"/ipv6 firewall nat",
    b"/ipv6 firewall mangle",
    b"/ipv6 firewall raw",
    b"/ip firewall calea",
    b"/interface bridge filter",
    b"/interface bridge nat",
    b"/interface bridge calea",
    b"/interface ethernet switch rule",
    // "Queues": simple queues have a strict order, a packet goes through them one by one.
    b"/queue simple",
    // "Route Selection and Filters", "Policy Routing", and their forms of version 6.
    b"/routing filter",
    b"/routing filter rule",
    b"/routing filter select-rule",
    b"/routing rule",
    b"/ip route rule",
    b"/ipv6 route rule",
    b"/mpls ldp accept-filter",
    b"/mpls ldp advertise-filter",
    // "IPsec": policies are looked through from the top.
    b"/ip ipsec policy",
    // "HotSpot", "Proxy", "SOCKS": access lists.
    b"/ip hotspot walled-garden",
    b"/ip hotspot walled-garden ip",
    b"/ip proxy access",
    b"/ip proxy cache",
    b"/ip proxy direct",
    b"/ip socks access",
    // "Wireless", "WiFi", "CAPsMAN": access, connect and provisioning rules.
    b"/interface wireless access-list",
    b"/interface wireless connect-list",
    b"/interface wifi access-list",
    b"/interface wifi provisioning",
    b"/caps-man access-list",
    b"/caps-man provisioning",
    // "RADIUS": the order of the items in this list is significant.
    b"/radius",
];

/// Whether another order of its items is a difference.
pub(super) fn is_ordered(menu: &[u8]) -> bool {
    ORDERED.contains(&menu)
}
