//! In which menus the order of the items is configuration.
//!
//! In each of these, entries are tried from the first to the last, by MikroTik's documentation
//! (help.mikrotik.com, the pages named below). Everywhere else a router keeps a set, and may
//! print it in another order: `/container` entries were seen to swap places in revisions with no
//! other change. A menu missing here hides nothing: items in another order are counted, and
//! shown when asked for.

/// Menus whose order decides, in the spaced form.
const ORDERED: [&[u8]; 39] = [
    // "Filter", "NAT", "Mangle", "RAW", "Bridging and Switching": the first rule that fits acts.
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
    // "Queues": a packet passes the simple queues one by one.
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
    // "IPsec": policies are tried from the top.
    b"/ip ipsec policy",
    // "HotSpot", "Proxy", "SOCKS": bindings and access lists.
    b"/ip hotspot ip-binding",
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
    b"/interface wifiwave2 access-list",
    b"/interface wifiwave2 provisioning",
    b"/caps-man access-list",
    b"/caps-man provisioning",
    // "RADIUS": servers are asked in order.
    b"/radius",
];

/// Whether another order of its items is a difference.
pub(super) fn is_ordered(menu: &[u8]) -> bool {
    ORDERED.contains(&menu)
}
