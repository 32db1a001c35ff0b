use super::*;

const SHOWN: Form = Form {
    show_secrets: true,
    terse: false,
};

fn configuration(seed: u64, size_bytes: usize, version: &str) -> Configuration {
    Configuration::new(Blueprint {
        seed,
        identity: "gw-test".into(),
        version: version.parse().unwrap(),
        ports: 5,
        size_bytes,
    })
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The logical lines: a backslash, the line end and four spaces join two lines.
fn logical(bytes: Vec<u8>) -> Vec<String> {
    let joined = text(bytes).replace("\\\r\n    ", "");
    joined.split_terminator("\r\n").map(str::to_owned).collect()
}

#[test]
fn the_same_seed_gives_the_same_text_and_another_seed_another() {
    let one = configuration(7, 20_000, "7.18.2").render(SHOWN);
    assert_eq!(one, configuration(7, 20_000, "7.18.2").render(SHOWN));
    assert_ne!(one, configuration(8, 20_000, "7.18.2").render(SHOWN));
}

#[test]
fn the_size_is_within_fifteen_per_cent() {
    for size in [8_000, 20_000, 100_000, 350_000] {
        let len = configuration(3, size, "6.49.18").render(SHOWN).len();
        assert!(len.abs_diff(size) * 100 <= size * 15, "{len} for {size}");
    }
}

#[test]
fn no_line_is_wider_than_80_columns_and_all_is_ascii() {
    let text = text(configuration(5, 60_000, "7.18.2").render(SHOWN));
    assert!(text.is_ascii());
    assert!(text.split("\r\n").all(|line| line.len() < 80));
    assert!(text.contains("\\\r\n    "), "nothing was wrapped");
}

#[test]
fn unwrapping_gives_one_line_per_item() {
    let configuration = configuration(5, 60_000, "7.18.2");
    let lines = logical(configuration.render(SHOWN));
    let items: usize = configuration.sections.iter().map(|s| s.items.len()).sum();
    let menus = configuration
        .sections
        .iter()
        .filter(|s| !s.items.is_empty())
        .count();
    assert_eq!(lines.len(), items + menus);
    let known = |line: &String| ["add ", "set ", "/"].iter().any(|s| line.starts_with(s));
    assert!(lines.iter().all(known));
}

#[test]
fn terse_has_the_menu_on_every_line() {
    let form = Form {
        show_secrets: true,
        terse: true,
    };
    let lines = logical(configuration(5, 20_000, "7.18.2").render(form));
    assert!(lines.iter().all(|line| line.starts_with('/')));
}

#[test]
fn hidden_secrets_are_left_out_and_nothing_else() {
    let hidden = Form {
        show_secrets: false,
        terse: false,
    };
    let configuration = configuration(5, 20_000, "7.18.2");
    let shown = logical(configuration.render(SHOWN));
    let hidden = logical(configuration.render(hidden));
    assert_eq!(shown.len(), hidden.len());
    assert!(shown.iter().any(|line| line.contains(" private-key=")));
    assert!(shown.iter().any(|line| line.contains(" password=")));
    assert!(!hidden.iter().any(|line| line.contains(" private-key=")));
    assert!(!hidden.iter().any(|line| line.contains(" password=")));
}

#[test]
fn wireguard_is_there_from_version_7_on() {
    let six = text(configuration(5, 20_000, "6.49.18").render(SHOWN));
    let seven = text(configuration(5, 20_000, "7.18.2").render(SHOWN));
    assert!(!six.contains("wireguard") && seven.contains("/interface wireguard\r\n"));
}

#[test]
fn every_change_alters_between_one_and_four_lines() {
    let mut configuration = configuration(11, 20_000, "7.18.2");
    let mut before = logical(configuration.render(SHOWN));
    for revision in 1..=200 {
        configuration.change();
        assert_eq!(configuration.revision(), revision);
        let after = logical(configuration.render(SHOWN));
        let changed = lines_of_difference(&before, &after);
        assert!((1..=8).contains(&changed), "{changed} at {revision}");
        before = after;
    }
}

#[test]
fn changes_are_the_same_every_time() {
    let mut one = configuration(11, 20_000, "7.18.2");
    let mut two = configuration(11, 20_000, "7.18.2");
    for _ in 0..20 {
        one.change();
        two.change();
    }
    assert_eq!(one.render(SHOWN), two.render(SHOWN));
}

/// Added plus removed lines; a changed line counts as both.
fn lines_of_difference(before: &[String], after: &[String]) -> usize {
    similar::capture_diff_slices(similar::Algorithm::Myers, before, after)
        .iter()
        .map(|op| match op.tag() {
            similar::DiffTag::Equal => 0,
            _ => op.old_range().len() + op.new_range().len(),
        })
        .sum()
}
