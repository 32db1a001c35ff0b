//! Every property that MikroTik names as sensitive, in every form in which an export has it.
//! The names are those of its page "List of menus with sensitive parameters"
//! (<https://help.mikrotik.com/docs/spaces/ROS/pages/328155/Configuration+Management>), each in a
//! menu that has it; where the page has a pattern, names that it stands for.

use super::samples::wrap;
use crate::platform::routeros::text::{line_count, logical_lines, masked};

const NAMED: [(&str, &str); 63] = [
    ("/ppp secret", "password"),
    ("/interface pppoe-client", "password"),
    ("/interface wifi security", "passphrase"),
    ("/caps-man security", "passphrase"),
    ("/radius", "secret"),
    ("/ip ipsec identity", "secret"),
    ("/ppp l2tp-secret", "secret"),
    ("/ip ipsec mode-config", "secrets"),
    ("/interface l2tp-client", "ipsec-secret"),
    ("/interface l2tp-server server", "ipsec-secret"),
    ("/interface wireguard", "private-key"),
    ("/interface wireguard peers", "private-key"),
    ("/interface wireguard peers", "preshared-key"),
    (
        "/interface wireless security-profiles",
        "wpa-pre-shared-key",
    ),
    (
        "/interface wireless security-profiles",
        "wpa2-pre-shared-key",
    ),
    (
        "/interface wireless security-profiles",
        "supplicant-pre-shared-key",
    ),
    ("/interface wireless access-list", "private-pre-shared-key"),
    ("/interface wireless security-profiles", "static-key-0"),
    ("/interface wireless security-profiles", "static-key-1"),
    ("/interface wireless security-profiles", "static-key-2"),
    ("/interface wireless security-profiles", "static-key-3"),
    (
        "/interface wireless security-profiles",
        "static-sta-private-key",
    ),
    (
        "/interface wireless security-profiles",
        "management-protection-key",
    ),
    (
        "/interface wireless access-list",
        "management-protection-key",
    ),
    ("/interface wireless", "nv2-preshared-key"),
    ("/routing ospf interface-template", "auth-key"),
    ("/ip ipsec manual-sa", "auth-key"),
    ("/ip ipsec manual-sa", "enc-key"),
    ("/routing bgp connection", "tcp-md5-key"),
    ("/routing rip keys", "key"),
    ("/system ntp key", "key-val"),
    ("/interface macsec", "cak"),
    ("/interface lte", "pin"),
    ("/interface ppp-client", "pin"),
    ("/tool sms", "sim-pin"),
    ("/user-manager user", "otp-secret"),
    ("/user-manager router", "shared-secret"),
    ("/ip hotspot profile", "mac-auth-password"),
    ("/snmp community", "authentication-password"),
    ("/snmp community", "encryption-password"),
    ("/disk", "encryption-key"),
    ("/dot1x client", "eap-password"),
    ("/interface wireless security-profiles", "mschapv2-password"),
    ("/interface wireless access-list", "private-passphrase"),
    ("/caps-man access-list", "private-passphrase"),
    ("/user-manager advanced", "web-private-password"),
    ("/user-manager advanced", "paypal-password"),
    ("/ip cloud", "vpn-private-key"),
    ("/ip cloud", "vpn-peer-private-key"),
    ("/tr069-client", "password"),
    ("/tr069-client", "connection-request-password"),
    ("/disk", "nvme-tcp-host-password"),
    ("/disk", "nvme-tcp-server-password"),
    ("/disk", "smb-password"),
    ("/disk", "smb-server-password"),
    ("/disk", "sshfs-password"),
    ("/disk", "self-encryption-password"),
    ("/ip ipsec identity", "ppk-secret"),
    ("/certificate scep-client", "challenge-password"),
    ("/zerotier", "identity"),
    // Not on the page, and yet of the same kind.
    ("/lcd pin", "pin-number"),
    ("/snmp community", "name"),
    ("/snmp", "trap-community"),
];

/// What is planted as a value. Each begins with `Zq`, which nothing else does, and none of them
/// is short.
const VALUES: [&str; 5] = [
    "Zq0123456789abcdef",
    "\"Zq with blanks; and # more\"",
    "\"Zq\\\"quoted\\\" \\$and \\\\ escaped\\r\\nC7\\C7\"",
    "\"Zq+base/64=0123456789abcdefghijklmnopqr=\"",
    "\"Zq=other=comment=x password=y\"",
];

/// An item of a menu with this attribute, in every form in which an export writes one.
fn forms(menu: &str, attribute: &str) -> [String; 6] {
    [
        format!("{menu}\nadd disabled=no {attribute} comment=after"),
        format!("{menu}\nset [ find default=yes ] disabled=no {attribute} comment=after"),
        // `terse`
        format!("/ip address\n{menu} add disabled=no {attribute} comment=after"),
        format!("{menu} set 0 disabled=no {attribute} comment=after"),
        // `verbose`
        format!(
            "{menu}\nset 0 address=\"\" comment=before disabled=no {attribute} comment=after vrf=main"
        ),
        // Attributes of a group, and those that follow the first of a group.
        format!("{menu}\nadd disabled=no .{attribute} group.{attribute} comment=after"),
    ]
}

fn assert_hides(export: &str, wrapped_at: Option<usize>, property: &str) {
    let lines = export.lines().map(|line| match wrapped_at {
        Some(width) => wrap(line.as_bytes(), width, b"\r\n"),
        None => format!("{line}\r\n").into_bytes(),
    });
    let export: Vec<u8> = lines.collect::<Vec<_>>().concat();
    let text = masked(&export);
    let shown: Vec<u8> = logical_lines(&text)
        .flat_map(|line| line.text.into_owned())
        .collect();
    let shown = String::from_utf8_lossy(&shown);
    let said = String::from_utf8_lossy(&export);
    assert!(!shown.contains("Zq"), "{said}\n{shown}");
    assert!(
        shown.contains(&format!("{property}=*****")),
        "{said}\n{shown}"
    );
    assert!(shown.contains("disabled=no"), "{said}\n{shown}");
    assert!(shown.contains(" comment=after"), "{said}\n{shown}");
    assert_eq!(line_count(&text), line_count(&export), "{said}");
}

#[test]
fn every_property_on_mikrotiks_list_is_hidden_in_every_form() {
    for (menu, property) in NAMED {
        for value in VALUES {
            for export in forms(menu, &format!("{property}={value}")) {
                for wrapped_at in [None, Some(80), Some(40), Some(23)] {
                    assert_hides(&export, wrapped_at, property);
                }
            }
        }
    }
}

#[test]
fn every_property_is_also_a_secret_where_a_script_sets_it() {
    for (menu, property) in NAMED {
        // What means something else elsewhere is only known by its menu.
        if ["identity", "name", "trap-community"].contains(&property) {
            continue;
        }
        for line in [
            format!(r#"add source="{menu} set 0 disabled=no {property}=Zqbare comment=after""#),
            format!(r#"add source="{menu} set 0 disabled=no {property}=\"Zq so\" comment=after""#),
            format!(
                r#"add on-event="{menu}\r\nadd disabled=no {property}=\"Zq\\\"so\"\r\n comment=after""#
            ),
        ] {
            let export = format!("/system script\n{line}");
            let escaped = ["=*****", "=\\\"*****\\\""].map(|end| format!("{property}{end}"));
            let text = String::from_utf8(masked(export.as_bytes())).unwrap();
            assert!(!text.contains("Zq"), "{text}");
            assert!(escaped.iter().any(|shown| text.contains(shown)), "{text}");
            assert!(text.contains(" comment=after\""), "{text}");
        }
    }
}
