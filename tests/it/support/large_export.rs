//! An export of any size with what real ones have: several menus, wrapped lines, a script, and
//! passwords.

/// An export of about `size_bytes`; `day` is what changed since the first.
pub fn large_export(size_bytes: usize, day: usize) -> Vec<u8> {
    let mut text = format!(
        "# 2026-11-{:02} 02:00:00 by RouterOS 7.18.2\r\n# software id = ABCD-EFGH\r\n#\r\n\
         # model = RB5009UG+S+\r\n# serial number = HE0123456789\r\n\
         /interface bridge\r\nadd name=bridge\r\n/ppp secret\r\n",
        1 + day % 28
    );
    for number in 0..20 {
        text += &format!(
            "add name=user{number} password=\"pass word {number} {}\" service=l2tp\r\n",
            day / 10
        );
    }
    text += "/ip firewall filter\r\n";
    for rule in 0.. {
        if text.len() >= size_bytes {
            break;
        }
        // Each day another rule has gone, one is new and one has another port.
        if rule == 100 + day {
            continue;
        }
        if rule == 200 + day {
            text += &format!(
                "add action=drop chain=input comment=\"day {day}\" in-interface=bridge\r\n"
            );
        }
        let port = 1024 + (rule + usize::from(rule == 300 + day)) % 50_000;
        text += &format!(
            "add action=accept chain=forward comment=\"rule {rule}: branch {}\" dst-address=\\\r\n    198.51.100.{}/32 dst-port={port} protocol=tcp\r\n",
            rule % 97,
            rule % 251,
        );
    }
    text += "/system identity\r\nset name=gw-1\r\n";
    text.into_bytes()
}
