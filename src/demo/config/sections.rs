//! The part of an invented configuration that every router has, in the order in which RouterOS
//! exports its menus. All addresses are from the ranges reserved for documentation (RFC 5737,
//! RFC 3849), all names are invented.

use super::Blueprint;
use super::growth;
use super::item::{Item, Section};
use crate::demo::dice::Dice;

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// All sections with their fixed items; the growing ones hold their first items.
pub(super) fn base(blueprint: &Blueprint, dice: &mut Dice) -> Vec<Section> {
    let mut sections = interfaces(blueprint, dice);
    sections.extend(services(dice));
    sections.extend(ports(blueprint));
    sections.extend(addresses(blueprint, dice));
    sections.extend(firewall());
    sections.extend(system(blueprint, dice));
    sections
}

fn section(menu: &'static str, items: Vec<Item>) -> Section {
    Section { menu, items }
}

fn interfaces(blueprint: &Blueprint, dice: &mut Dice) -> Vec<Section> {
    let bridge = Item::add()
        .with("admin-mac", mac_address(dice))
        .with("auto-mac", "no")
        .with("comment", "defconf")
        .with("name", "bridge");
    let uplink = Item::verb("set [ find default-name=ether1 ]").with("comment", "Uplink, socket 1");
    let mut sections = vec![
        section("/interface bridge", vec![bridge]),
        section("/interface ethernet", vec![uplink]),
    ];
    let key = format!("{}=", dice.text(BASE64, 43));
    if blueprint.version.major >= 7 {
        let tunnel = Item::add()
            .with("listen-port", "13231")
            .with("mtu", "1420")
            .with("name", "wg-office")
            .secret("private-key", key);
        sections.push(section("/interface wireguard", vec![tunnel]));
    }
    let lists =
        ["WAN", "LAN"].map(|name| Item::add().with("comment", "defconf").with("name", name));
    sections.push(section("/interface list", lists.to_vec()));
    sections
}

fn services(dice: &mut Dice) -> Vec<Section> {
    let pool = Item::add()
        .with("name", "default-dhcp")
        .with("ranges", "192.0.2.100-192.0.2.199");
    let server = Item::add()
        .with("address-pool", "default-dhcp")
        .with("interface", "bridge")
        .with("lease-time", "1h")
        .with("name", "defconf");
    let community = Item::verb("set [ find default=yes ]")
        .with("addresses", "198.51.100.8/32")
        .secret("authentication-password", dice.text(BASE64, 14))
        .with("name", "monitor");
    vec![
        section("/ip pool", vec![pool]),
        section("/ip dhcp-server", vec![server]),
        section(growth::QUEUES, Vec::new()),
        section("/snmp community", vec![community]),
    ]
}

fn ports(blueprint: &Blueprint) -> Vec<Section> {
    let bridged = (2..=blueprint.ports.max(2)).map(|port| {
        Item::add()
            .with("bridge", "bridge")
            .with("comment", "defconf")
            .with("interface", format!("ether{port}"))
    });
    let member = |interface: &str, list: &str| {
        Item::add()
            .with("comment", "defconf")
            .with("interface", interface)
            .with("list", list)
    };
    vec![
        section("/interface bridge port", bridged.collect()),
        section(
            "/interface list member",
            vec![member("bridge", "LAN"), member("ether1", "WAN")],
        ),
    ]
}

fn addresses(blueprint: &Blueprint, dice: &mut Dice) -> Vec<Section> {
    let peer = Item::add()
        .with("allowed-address", "198.51.100.32/32")
        .with("comment", "Office tunnel, \"north\" side")
        .with("endpoint-address", "203.0.113.7")
        .with("endpoint-port", "13231")
        .with("interface", "wg-office")
        .secret("preshared-key", format!("{}=", dice.text(BASE64, 43)))
        .with("public-key", format!("{}=", dice.text(BASE64, 43)));
    let lan = Item::add()
        .with("address", "192.0.2.1/24")
        .with("comment", "defconf")
        .with("interface", "bridge")
        .with("network", "192.0.2.0");
    let network = Item::add()
        .with("address", "192.0.2.0/24")
        .with("comment", "defconf")
        .with("dns-server", "192.0.2.1")
        .with("gateway", "192.0.2.1");
    let mut sections = Vec::new();
    if blueprint.version.major >= 7 {
        sections.push(section("/interface wireguard peers", vec![peer]));
    }
    let client = Item::add()
        .with("comment", "defconf")
        .with("interface", "ether1");
    let dns = Item::set()
        .with("allow-remote-requests", "yes")
        .with("servers", "203.0.113.53,2001:db8::53");
    sections.extend([
        section("/ip address", vec![lan]),
        section("/ip dhcp-client", vec![client]),
        section("/ip dhcp-server network", vec![network]),
        section("/ip dns", vec![dns]),
        section(growth::NAMES, Vec::new()),
        section(growth::ADDRESSES, Vec::new()),
    ]);
    sections
}

/// A firewall rule, of whichever table.
fn rule(action: &str, chain: &str, comment: &str) -> Item {
    Item::add()
        .with("action", action)
        .with("chain", chain)
        .with("comment", comment)
}

fn filter_rules() -> Vec<Item> {
    let known = "established,related,untracked";
    vec![
        rule(
            "accept",
            "input",
            "defconf: accept established,related,untracked",
        )
        .with("connection-state", known),
        rule("drop", "input", "defconf: drop invalid").with("connection-state", "invalid"),
        rule("accept", "input", "defconf: accept ICMP").with("protocol", "icmp"),
        rule("drop", "input", "defconf: drop all not coming from LAN")
            .with("in-interface-list", "!LAN"),
        rule("fasttrack-connection", "forward", "defconf: fasttrack")
            .with("connection-state", "established,related"),
        rule(
            "accept",
            "forward",
            "defconf: accept established,related, untracked",
        )
        .with("connection-state", known),
        rule("drop", "forward", "defconf: drop all from WAN not DSTNATed")
            .with("connection-nat-state", "!dstnat")
            .with("connection-state", "new")
            .with("in-interface-list", "WAN"),
    ]
}

fn firewall() -> Vec<Section> {
    let mangle = rule("change-mss", "forward", "Tunnels: clamp to path MTU")
        .with("new-mss", "clamp-to-pmtu")
        .with("protocol", "tcp")
        .with("tcp-flags", "syn");
    let nat = vec![
        rule("masquerade", "srcnat", "defconf: masquerade")
            .with("ipsec-policy", "out,none")
            .with("out-interface-list", "WAN"),
        rule("dst-nat", "dstnat", "Camera recorder")
            .with("dst-port", "8443")
            .with("protocol", "tcp")
            .with("to-addresses", "192.0.2.20")
            .with("to-ports", "443"),
    ];
    vec![
        section(growth::RULES, filter_rules()),
        section("/ip firewall mangle", vec![mangle]),
        section("/ip firewall nat", nat),
        section(growth::SIX, Vec::new()),
        section(growth::SECRETS, Vec::new()),
    ]
}

fn system(blueprint: &Blueprint, dice: &mut Dice) -> Vec<Section> {
    let snmp = Item::set()
        .with("contact", "support@example.net")
        .with("enabled", "yes")
        .with("location", format!("Rack {}, row B", 1 + dice.below(9)));
    let zone = Item::set().with("time-zone-name", "Europe/London");
    let identity = Item::set().with("name", blueprint.identity.as_str());
    let note = Item::set()
        .with(
            "note",
            "Call the service desk before any change.\r\nReference: \"SITE-$\"",
        )
        .with("show-at-login", "no");
    let scheduler = Item::add()
        .with("interval", "1d")
        .with("name", "nightly")
        .with("on-event", "/system script run refresh-lists")
        .with("policy", "read,write,test")
        .with("start-time", "03:30:00");
    let source = ":local list \"watch\"\r\n:foreach i in=[/ip firewall address-list find list=$list] do={\r\n  :log info \"kept\"\r\n}\r\n";
    let script = Item::add()
        .with("dont-require-permissions", "no")
        .with("name", "refresh-lists")
        .with("owner", "admin")
        .with(
            "policy",
            "ftp,reboot,read,write,policy,test,password,sniff,sensitive",
        )
        .with("source", source);
    let lan_only = || Item::set().with("allowed-interface-list", "LAN");
    vec![
        section("/snmp", vec![snmp]),
        section("/system clock", vec![zone]),
        section("/system identity", vec![identity]),
        section("/system note", vec![note]),
        section("/system scheduler", vec![scheduler]),
        section("/system script", vec![script]),
        section("/tool mac-server", vec![lan_only()]),
        section("/tool mac-server mac-winbox", vec![lan_only()]),
    ]
}

/// A locally administered address, so that it belongs to no maker.
fn mac_address(dice: &mut Dice) -> String {
    let bytes: [u8; 5] = dice.bytes();
    let tail: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("02:{}", tail.join(":"))
}
