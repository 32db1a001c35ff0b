//! How single values stand in a cell. A spreadsheet takes a cell that begins with one of a few
//! characters for a formula, and runs it
//! (<https://owasp.org/www-community/attacks/CSV_Injection>), so an apostrophe is put before it,
//! and taken away again on the way back.

/// With what a formula begins.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether a spreadsheet may take this for a formula once its apostrophes are gone.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// The text for a cell.
pub(super) fn guarded(text: &str) -> String {
    if is_formula(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The text that was [`guarded`].
pub(super) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| is_formula(rest))
        .unwrap_or(cell)
}

/// The tags of a cell: `;` between them, `\;` in one.
pub(super) fn join_tags(tags: &[String]) -> String {
    let escaped = tags
        .iter()
        .map(|tag| guarded(tag).replace('\\', "\\\\").replace(';', "\\;"));
    escaped.collect::<Vec<_>>().join(";")
}

/// The tags of a cell as a form has them, with commas between.
pub(super) fn tags(cell: &str) -> String {
    let mut tags = vec![String::new()];
    let mut chars = cell.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = (c == '\\').then(|| chars.next_if(|next| matches!(next, '\\' | ';')));
        match escaped.flatten() {
            Some(next) => tags.last_mut().expect("there is one").push(next),
            None if c == ';' => tags.push(String::new()),
            None => tags.last_mut().expect("there is one").push(c),
        }
    }
    let tags: Vec<&str> = tags.iter().map(|tag| unguarded(tag.trim())).collect();
    tags.join(", ")
}

/// `true` or `false`, as people and spreadsheets write it.
pub(super) fn yes_or_no(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_guarded() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''@x"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        for text in ["gw-1", "'quoted'", "", "a=b"] {
            assert_eq!(guarded(text), text);
        }
        assert_eq!(unguarded("'tis"), "'tis");
    }

    #[test]
    fn tags_may_have_the_separator_in_them() {
        let kept = ["a;b".to_owned(), "=c".to_owned(), "d\\".to_owned()];
        assert_eq!(join_tags(&kept), "a\\;b;'=c;d\\\\");
        assert_eq!(tags(&join_tags(&kept)), "a;b, =c, d\\");
        assert_eq!(tags("a ; b,c"), "a, b,c");
    }

    proptest! {
        #[test]
        fn what_is_guarded_comes_back(text in "['=+@a -]{0,6}") {
            let kept = guarded(&text);
            prop_assert_eq!(unguarded(&kept), text);
        }

        #[test]
        fn a_tag_comes_back(tag in r"[a;\\'=]{1,6}") {
            prop_assert_eq!(tags(&join_tags(std::slice::from_ref(&tag))), tag);
        }
    }
}
