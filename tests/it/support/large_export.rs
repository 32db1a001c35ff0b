//! An export of any size with what real ones have: several menus, wrapped lines, a script, and
//! passwords.

/// An export of about `size_bytes`; `day` is what changed since the first.
fn large_export(size_bytes: usize, day: usize) -> Vec<u8> {
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

/// Exports of one device, the oldest first: one of before nearly every line of it was written
/// anew, and then one of each of `days` days.
pub fn large_exports(size_bytes: usize, days: usize) -> Vec<Vec<u8>> {
    let old = String::from_utf8(large_export(size_bytes, 0)).expect("it is made of text");
    let other = old
        .replace("rule ", "line ")
        .replace("198.51.100.", "203.0.113.");
    let later = (0..days).map(|day| large_export(size_bytes, day));
    std::iter::once(other.into_bytes()).chain(later).collect()
}
