//! Properties that hold for any bytes, and for any configuration written in any style.

use proptest::prelude::*;

use super::samples::{configuration, noise, plain, quoted_text, render, style, wrap};
use crate::platform::routeros::text::{
    comparison_form, fingerprint, header, line_count, logical_lines, marks, physical_lines,
};

proptest! {
    #[test]
    fn no_bytes_make_anything_panic(bytes in prop_oneof![noise(), prop::collection::vec(any::<u8>(), 0..2_000)]) {
        prop_assert!(header(&bytes).is_none_or(|header| !header.version.is_empty()));
        let marks = marks(&bytes);
        let headings = physical_lines(&bytes).filter(|line| line.starts_with(b"/"));
        prop_assert_eq!(marks.menus, headings.count());
        prop_assert_eq!(line_count(&bytes), physical_lines(&bytes).count());
        prop_assert_eq!(fingerprint(&bytes), fingerprint(&comparison_form(&bytes)));
    }

    #[test]
    fn the_comparison_form_of_a_comparison_form_is_itself(bytes in noise()) {
        let form = comparison_form(&bytes);
        prop_assert_eq!(comparison_form(&form), form.clone());
        prop_assert!(form.is_empty() || (form.ends_with(b"\n") && !form.ends_with(b"\n\n")));
    }

    #[test]
    fn joining_loses_nothing_but_continuations(bytes in noise()) {
        // Whatever the joining took away can only be backslashes, and the indents behind them.
        let count = |text: &[u8], byte| memchr::memchr_iter(byte, text).count();
        let physical = physical_lines(&bytes).collect::<Vec<_>>().concat();
        let logical: Vec<u8> = logical_lines(&bytes).flat_map(|line| line.text.into_owned()).collect();
        let joins = line_count(&bytes) - logical_lines(&bytes).count();
        prop_assert_eq!(logical.len() + joins * 5, physical.len());
        for byte in 0..=u8::MAX {
            let lost = match byte { b'\\' => joins, b' ' => joins * 4, _ => 0 };
            prop_assert_eq!(count(&logical, byte) + lost, count(&physical, byte));
        }
    }

    #[test]
    fn a_line_wrapped_as_routeros_does_is_read_back_whole(
        text in quoted_text(), width in 12..200_usize, crlf in any::<bool>(),
    ) {
        let line = format!("add comment=\"{text}\"");
        let wrapped = wrap(line.as_bytes(), width, if crlf { b"\r\n" } else { b"\n" });
        let lines: Vec<_> = logical_lines(&wrapped).collect();
        prop_assert_eq!(lines.len(), 1);
        prop_assert_eq!(&lines[0].text[..], line.as_bytes());
    }

    #[test]
    fn an_unchanged_configuration_has_one_fingerprint_however_it_is_written(
        lines in configuration(), style in style(),
    ) {
        let (plain, other) = (render(&lines, &plain()), render(&lines, &style));
        prop_assert_eq!(fingerprint(&plain), fingerprint(&other));
    }

    #[test]
    fn any_changed_byte_of_configuration_changes_the_fingerprint(
        lines in configuration(), at in any::<prop::sample::Index>(), byte in b' '..=b'~',
    ) {
        let export = render(&lines, &plain());
        let configuration_at = memchr::memmem::find(&export, b"\n/").unwrap() + 1;
        let at = configuration_at + at.index(export.len() - configuration_at - 1);
        let mut changed = export.clone();
        changed[at] = byte;
        prop_assert_eq!(fingerprint(&export) == fingerprint(&changed), export == changed);
    }

    #[test]
    fn a_whole_export_shows_no_sign_of_damage(lines in configuration(), style in style()) {
        let marks = marks(&render(&lines, &style));
        prop_assert_eq!(marks.unfinished, None);
        prop_assert_eq!(marks.cli_error, None);
        prop_assert!(!marks.interrupted && !marks.injected_log && marks.ends_with_newline);
    }
}
