//! Looks for secrets in any text, in every form that a text may have them in.

use aho_corasick::AhoCorasick;

use super::planted::Planted;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Finds planted secrets.
pub struct Finder {
    search: AhoCorasick,
    /// What each pattern is.
    meanings: Vec<String>,
}

impl Finder {
    pub fn new(planted: &[Planted]) -> Self {
        let mut patterns = Vec::new();
        let mut meanings = Vec::new();
        for secret in planted {
            for (form, pattern) in forms(&secret.value[..secret.telling]) {
                patterns.push(pattern);
                meanings.push(format!("{} ({form})", secret.what));
            }
        }
        Self {
            search: AhoCorasick::new(patterns).unwrap(),
            meanings,
        }
    }

    /// What was found in `text`, as it is, with its lines joined, and without its tags: a line
    /// may break in the middle of a secret, and a page may mark a part of it.
    pub fn found(&self, text: &[u8]) -> Vec<&str> {
        let mut found: Vec<&str> = [text, &joined(text), &without_tags(text)]
            .iter()
            .flat_map(|text| self.search.find_iter(*text))
            .map(|hit| self.meanings[hit.pattern().as_usize()].as_str())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Panics when something is found.
    pub fn assert_clean(&self, place: &str, text: &[u8]) {
        let found = self.found(text);
        assert!(found.is_empty(), "{place} shows {found:?}");
    }
}

/// Without line ends, the backslash before and the blanks behind.
fn joined(text: &[u8]) -> Vec<u8> {
    let mut joined: Vec<u8> = Vec::with_capacity(text.len());
    for line in text.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.strip_suffix(b"\\").unwrap_or(line);
        let blanks = line.iter().take_while(|byte| byte.is_ascii_whitespace());
        joined.extend_from_slice(&line[blanks.count()..]);
    }
    joined
}

/// Without what stands between `<` and `>`.
fn without_tags(text: &[u8]) -> Vec<u8> {
    let mut is_tag = false;
    let outside = text.iter().filter(|byte| {
        is_tag = is_tag && **byte != b'>' || **byte == b'<';
        !is_tag && **byte != b'>'
    });
    outside.copied().collect()
}

/// A text in each form that it may be written in.
fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let stem = text.as_bytes();
    let mut forms = vec![
        ("plain", stem.to_vec()),
        ("reversed", stem.iter().rev().copied().collect()),
        ("hex", hex::encode(stem).into_bytes()),
        ("hex in capitals", hex::encode_upper(stem).into_bytes()),
        ("bytes in a Debug", listed(stem)),
        ("percent-encoded", percent(stem)),
        ("escaped", text.escape_default().to_string().into_bytes()),
        (
            "JSON",
            serde_json::to_string(text)
                .unwrap()
                .trim_matches('"')
                .into(),
        ),
        (
            "HTML with numbers",
            html(text, ["&#38;", "&#60;", "&#62;", "&#34;", "&#39;"]),
        ),
        (
            "HTML with names",
            html(text, ["&amp;", "&lt;", "&gt;", "&quot;", "&#x27;"]),
        ),
    ];
    for alphabet in [BASE64, BASE64_URL] {
        forms.extend((0..3).map(|offset| ("base64", base64(stem, offset, alphabet))));
    }
    forms.dedup();
    forms
}

/// `90, 113`, as `{:?}` writes bytes.
fn listed(bytes: &[u8]) -> Vec<u8> {
    let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
    numbers.join(", ").into_bytes()
}

fn percent(bytes: &[u8]) -> Vec<u8> {
    let each = bytes.iter().flat_map(|&byte| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => vec![byte],
        byte => format!("%{byte:02X}").into_bytes(),
    });
    each.collect()
}

fn html(text: &str, [and, less, greater, quote, apostrophe]: [&str; 5]) -> Vec<u8> {
    let escaped = text
        .replace('&', and)
        .replace('<', less)
        .replace('>', greater);
    escaped.replace('"', quote).replace('\'', apostrophe).into()
}

/// What is in the base64 of any text that has `bytes` behind so many bytes more than a multiple
/// of three: the digits that depend on nothing else.
fn base64(bytes: &[u8], offset: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    let skipped = (6 - offset * 8 % 6) % 6;
    let digits = (bytes.len() * 8 - skipped) / 6;
    let digit = |number: usize| {
        let bits = (0..6).map(|at| bit(skipped + number * 6 + at));
        alphabet[usize::from(bits.fold(0, |sum, bit| sum << 1 | bit))]
    };
    (0..digits).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "Zq&<plain\"text secret";

    fn finder() -> Finder {
        Finder::new(&[Planted {
            what: "it",
            value: SECRET.to_owned(),
            telling: 12,
        }])
    }

    #[test]
    fn a_secret_is_found_in_every_form_and_across_lines() {
        let finder = finder();
        for (form, pattern) in forms(&SECRET[..12]) {
            let text = [b"before ", &pattern[..], b" after"].concat();
            assert!(!finder.found(&text).is_empty(), "{form}");
            for at in 1..pattern.len() {
                for end in ["\n", "\r\n", "\\\r\n    ", "\n\t"] {
                    let (left, right) = pattern.split_at(at);
                    let wrapped = [b"x", left, end.as_bytes(), right].concat();
                    // What begins with a blank is joined without it, so it is none of this.
                    let is_lost = right[0] == b' ' || left.ends_with(b"\\");
                    assert!(
                        is_lost || !finder.found(&wrapped).is_empty(),
                        "{form} at {at}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_secret_of_which_a_page_marks_a_part_is_found() {
        let page = b"<td>Zq&amp;&lt;<mark class=\"hit\">plain</mark>&quot;text";
        assert_eq!(finder().found(page), ["it (HTML with names)"]);
    }

    #[test]
    fn what_other_programs_encode_is_found() {
        let finder = finder();
        // By `printf '%s' 'xZq&<plain"text secret' | base64`, and with `xx` and without.
        for text in [
            "WnEmPHBsYWluInRleHQgc2VjcmV0",
            "eFpxJjxwbGFpbiJ0ZXh0IHNlY3JldA==",
            "eHhacSY8cGxhaW4idGV4dCBzZWNyZXQ=",
        ] {
            assert_eq!(finder.found(text.as_bytes()), ["it (base64)"], "{text}");
        }
        let debug = format!("{:?}", SECRET.as_bytes());
        assert_eq!(finder.found(debug.as_bytes()), ["it (bytes in a Debug)"]);
        let debug = format!("{SECRET:?}");
        assert!(!finder.found(debug.as_bytes()).is_empty());
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let text = b"Zq&<plai n and Zq, secret text, WnEmPHBsYW";
        assert!(finder().found(text).is_empty());
    }
}
