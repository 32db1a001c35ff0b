//! Lines, the header's words: what the fixtures' summaries do not show.

use super::samples::fixture;
use crate::platform::routeros::text::{
    comparison_form, line_count, logical_lines, major, physical_lines,
};

fn joined(export: &[u8]) -> Vec<(usize, String)> {
    logical_lines(export)
        .map(|line| {
            (
                line.number,
                String::from_utf8_lossy(&line.text).into_owned(),
            )
        })
        .collect()
}

#[test]
fn a_wrapped_line_is_joined_and_knows_where_it_began() {
    let lines = joined(b"/ip address\r\nadd a=\\\r\n    1 b=\\\r\n    2\r\nset c=3\r\n");
    let expected = [(1, "/ip address"), (2, "add a=1 b=2"), (5, "set c=3")];
    assert_eq!(lines, expected.map(|(at, text)| (at, text.to_owned())));
}

#[test]
fn an_even_number_of_backslashes_continues_nothing() {
    let lines = joined(b"set a=\\\\\n    b\nset c=\\\\\\\n    d\n");
    let expected = [(1, r"set a=\\"), (2, "    b"), (3, r"set c=\\d")];
    assert_eq!(lines, expected.map(|(at, text)| (at, text.to_owned())));
}

#[test]
fn a_backslash_that_nothing_continues_stays() {
    let expected = [(1, "set a=\\".to_owned()), (2, "  b".to_owned())];
    assert_eq!(joined(b"set a=\\\n  b"), expected);
    assert_eq!(joined(b"set a=\\"), [(1, "set a=\\".to_owned())]);
}

#[test]
fn blanks_beyond_the_four_belong_to_the_text() {
    let form = comparison_form(&fixture("v7-text-begins-with-blanks.rsc"));
    let form = String::from_utf8(form).unwrap();
    assert!(form.ends_with("aaa  two blanks kept\"\n"), "{form}");
}

#[test]
fn a_script_keeps_its_line_breaks_as_escapes() {
    let form = String::from_utf8(comparison_form(&fixture("v7-script.rsc"))).unwrap();
    let source = form.lines().last().unwrap();
    assert!(
        source
            .contains(r##"source="# this is no remark\r\n:local path \"C:\\\\share\\\\\"\r\n:if"##),
        "{source}"
    );
    assert!(
        source.ends_with(r#"do={\r\n    :log info \"empty [\"\r\n}\r\n""#),
        "{source}"
    );
}

#[test]
fn an_escaped_backslash_before_the_break_is_kept() {
    let form =
        String::from_utf8(comparison_form(&fixture("v7-backslash-before-wrap.rsc"))).unwrap();
    assert!(
        form.ends_with("a\\\\\\\\end \\E9\\E8\" show-at-login=no\n"),
        "{form}"
    );
}

#[test]
fn bytes_that_are_not_utf8_pass_through_the_comparison_form() {
    let form = comparison_form(&fixture("v7-latin1.rsc"));
    assert!(memchr::memmem::find(&form, b"name=\"K\xF6ln M\xFCnchen\"\n").is_some());
}

#[test]
fn the_comparison_form_keeps_what_the_router_is_and_what_is_missing() {
    let form = String::from_utf8(comparison_form(&fixture("v6-interrupted.rsc"))).unwrap();
    let remarks: Vec<&str> = form.lines().filter(|line| line.starts_with('#')).collect();
    let expected = [
        "# by RouterOS 6.49.10",
        "# software id = 0TST-6AAA",
        "# model = RouterBOARD 3011UiAS",
        "# serial number = TEST0D4E5F6",
        "#error exporting /ip socks",
        "#interrupted",
    ];
    assert_eq!(remarks, expected);
}

#[test]
fn log_lines_stay_in_the_comparison_form_as_a_mark_of_failure() {
    let form = comparison_form(&fixture("log-echo.rsc"));
    assert!(memchr::memmem::find(&form, b"\n11:21:00 echo: ").is_some());
}

#[test]
fn nothing_to_compare_is_an_empty_form() {
    for name in ["empty.rsc", "only-blank-lines.rsc"] {
        assert!(comparison_form(&fixture(name)).is_empty(), "{name}");
    }
    assert!(comparison_form(b"# remark\n\n").is_empty());
}

#[test]
fn a_kept_remark_is_not_taken_for_the_time_line_once_its_continuation_is_joined() {
    let form = comparison_form(b"#interrupted\\\n    # by RouterOS 7.1\n");
    assert_eq!(form, b"#interrupted# by RouterOS 7.1\n");
    assert_eq!(comparison_form(&form), form);
}

#[test]
fn lines_are_counted_with_or_without_the_last_line_end() {
    for (text, lines) in [
        ("", 0),
        ("\n", 1),
        ("a", 1),
        ("a\n", 1),
        ("a\nb", 2),
        ("a\n\n", 2),
    ] {
        assert_eq!(line_count(text.as_bytes()), lines, "{text:?}");
        assert_eq!(physical_lines(text.as_bytes()).count(), lines, "{text:?}");
    }
}

#[test]
fn the_major_version_is_the_number_before_the_first_dot() {
    for (version, number) in [
        ("7.16.2 (stable)", Some(7)),
        ("6.49.10", Some(6)),
        ("10.1", Some(10)),
        ("7", None),
        ("", None),
        ("x.1", None),
        ("99999999999.1", None),
    ] {
        assert_eq!(major(version), number, "{version}");
    }
}
