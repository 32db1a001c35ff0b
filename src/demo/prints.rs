//! The answers to `print` commands, in the shape of recorded sessions: keys right-aligned,
//! a colon, and the value, which version 7.17 and later fill up with blanks.

use super::router::Router;

/// The answer to `/system resource print`.
pub(super) fn resource(router: &Router) -> String {
    let spec = router.spec();
    let (version, model) = (spec.version, spec.model);
    let built = if version.is_at_least(7, 15) {
        "2025-03-11 11:59:04"
    } else if version.is_at_least(7, 10) {
        "Jun/27/2023 09:12:51"
    } else {
        "May/25/2021 06:09:45"
    };
    let total = f64::from(model.memory_mib);
    let rows = [
        ("uptime", uptime(router.seconds_up())),
        ("version", format!("{version} ({})", version.channel())),
        ("build-time", built.to_owned()),
        ("free-memory", format!("{:.1}MiB", total * 0.8)),
        ("total-memory", format!("{total:.1}MiB")),
        ("cpu", model.cpu.to_owned()),
        ("cpu-count", model.cpu_count.to_string()),
        ("cpu-load", "2%".to_owned()),
        ("free-hdd-space", "71.2MiB".to_owned()),
        ("total-hdd-space", "128.0MiB".to_owned()),
        ("architecture-name", model.architecture.to_owned()),
        ("board-name", model.board_name.to_owned()),
        ("platform", "MikroTik".to_owned()),
    ];
    table(&rows, version.is_at_least(7, 17))
}

/// The answer to `/system identity print`.
pub(super) fn identity(router: &Router) -> String {
    format!("  name: {}\r\n\r\n", router.spec().identity)
}

/// The answer to `/system routerboard print`.
pub(super) fn routerboard(router: &Router) -> String {
    let spec = router.spec();
    let Some(product) = spec.model.product else {
        return "  routerboard: no\r\n\r\n".to_owned();
    };
    let mut rows = vec![
        ("routerboard", "yes".to_owned()),
        ("board-name", spec.model.board_name.to_owned()),
        ("model", product.to_owned()),
    ];
    if let Some(serial) = router.serial() {
        rows.push(("serial-number", serial));
    }
    rows.extend([
        ("firmware-type", "mt7621L".to_owned()),
        ("factory-firmware", "6.47.9".to_owned()),
        ("current-firmware", spec.version.to_string()),
        ("upgrade-firmware", spec.version.to_string()),
    ]);
    table(&rows, spec.version.is_at_least(7, 17))
}

fn table(rows: &[(&str, String)], pads: bool) -> String {
    let widest = |lengths: Vec<usize>| lengths.into_iter().max().unwrap_or(0);
    let keys = widest(rows.iter().map(|(key, _)| key.len()).collect());
    let values = widest(rows.iter().map(|(_, value)| value.len()).collect());
    let values = if pads { values } else { 0 };
    let mut text = String::new();
    for (key, value) in rows {
        text.push_str(&format!("  {key:>keys$}: {value:<values$}\r\n"));
    }
    text.push_str("\r\n");
    text
}

/// As RouterOS writes it: `6w5d11h55m45s`, without the units that are zero.
fn uptime(seconds: u64) -> String {
    let units = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)];
    let mut rest = seconds;
    let mut text = String::new();
    for (name, length) in units {
        if rest >= length {
            text.push_str(&format!("{}{name}", rest / length));
            rest %= length;
        }
    }
    text.push_str(&format!("{rest}s"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uptime_is_written_as_routeros_does() {
        assert_eq!(uptime(45), "45s");
        assert_eq!(uptime(604_800 + 3_600 + 5), "1w1h5s");
    }

    #[test]
    fn keys_are_right_aligned_and_values_padded() {
        let rows = [("a", "long".to_owned()), ("key", "x".to_owned())];
        assert_eq!(table(&rows, false), "    a: long\r\n  key: x\r\n\r\n");
        assert_eq!(table(&rows, true), "    a: long\r\n  key: x   \r\n\r\n");
    }
}
