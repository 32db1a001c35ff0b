//! One fetch of the export: which command, and the sentinel behind it.

use rand::Rng as _;

use super::judge::Sentinel;

/// Which form of `/export` shows passwords and keys; the word differs between major versions,
/// and the wrong one is a syntax error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Version 7 on: `/export show-sensitive`.
    ShowSensitive,
    /// Version 6: `/export` shows them.
    Plain,
}

impl Form {
    /// The form for a major version.
    pub const fn for_major(major: u32) -> Self {
        if major >= 7 {
            Self::ShowSensitive
        } else {
            Self::Plain
        }
    }

    /// The command, on one line: RouterOS knows no other over exec.
    pub const fn command(self) -> &'static str {
        match self {
            Self::ShowSensitive => "/export show-sensitive",
            Self::Plain => "/export",
        }
    }

    /// Whether what this form printed holds passwords and keys, for a router of `major`.
    pub const fn has_secrets(self, major: u32) -> bool {
        match self {
            Self::ShowSensitive => true,
            Self::Plain => major < 7,
        }
    }
}

/// A word that no configuration contains, to be printed behind the export.
pub struct Nonce(String);

impl Nonce {
    /// A new one.
    pub fn new() -> Self {
        Self(format!("rv-end-{:016x}", rand::rng().next_u64()))
    }

    /// The export command with the sentinel behind it. RouterOS prints it only when all before
    /// it ran, so it also tells of a tail that was lost.
    pub fn behind(&self, form: Form) -> String {
        format!("{};:put \"{}\"", form.command(), self.0)
    }

    /// Two sentinels in a chain, to learn whether the device answers them at all.
    pub fn probe(&self) -> String {
        format!(":put \"{0}\";:put \"{0}\"", self.0)
    }

    /// Whether both sentinels of the probe came.
    pub fn answers_probe(&self, answer: &[u8]) -> bool {
        let words: Vec<&[u8]> = answer
            .split(|byte| byte.is_ascii_whitespace())
            .filter(|word| !word.is_empty())
            .collect();
        words == [self.0.as_bytes(), self.0.as_bytes()]
    }

    /// Takes the sentinel off the end of what was received: what is left is the export, byte for
    /// byte. It counts once, and as a line of its own; behind an export without a line end it
    /// proves less, and that export is treated like one without a sentinel.
    pub fn strip(&self, received: &mut Vec<u8>) -> Sentinel {
        let nonce = self.0.as_bytes();
        let end = received.trim_ascii_end().len();
        let Some(export) = received[..end].strip_suffix(nonce) else {
            return Sentinel::Missing;
        };
        if memchr::memmem::find(export, nonce).is_some() {
            return Sentinel::Missing;
        }
        let is_own_line = export.is_empty() || export.ends_with(b"\n");
        received.truncate(export.len());
        if is_own_line {
            Sentinel::Seen
        } else {
            Sentinel::NotAsked
        }
    }
}

/// Whether this is how RouterOS refuses a word or a chain that it does not know, `show-sensitive`
/// on version 6 for one. Nothing was executed then.
pub fn is_syntax_error(received: &[u8]) -> bool {
    received
        .trim_ascii_start()
        .starts_with(b"expected end of command")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(text: &[u8], nonce: &Nonce, end: &[u8]) -> Vec<u8> {
        [text, nonce.0.as_bytes(), end].concat()
    }

    #[test]
    fn the_sentinel_is_taken_off_and_nothing_else() {
        let nonce = Nonce::new();
        for (text, end) in [
            (&b"/ip address\r\nadd\r\n"[..], &b"\r\n"[..]),
            (b"/ip address\nadd\n\n", b"\n"),
            (b"", b"\r\n"),
        ] {
            let mut bytes = received(text, &nonce, end);
            assert!(matches!(nonce.strip(&mut bytes), Sentinel::Seen));
            assert_eq!(bytes, text);
        }
    }

    #[test]
    fn behind_an_export_without_a_line_end_it_proves_less() {
        let nonce = Nonce::new();
        let mut bytes = received(b"set name=gw", &nonce, b"\r\n");
        assert!(matches!(nonce.strip(&mut bytes), Sentinel::NotAsked));
        assert_eq!(bytes, b"set name=gw");
    }

    #[test]
    fn a_sentinel_that_comes_twice_proves_nothing() {
        let nonce = Nonce::new();
        let text = received(b"/ip address\r\nadd address=192.", &nonce, b"\r\nadd\r\n");
        let mut bytes = received(&text, &nonce, b"\r\n");
        assert!(matches!(nonce.strip(&mut bytes), Sentinel::Missing));
    }

    #[test]
    fn another_end_is_no_sentinel() {
        let nonce = Nonce::new();
        for bytes in [
            b"/ip address\r\n".to_vec(),
            received(b"", &nonce, b"x\r\n"),
            received(b"", &Nonce::new(), b"\r\n"),
            Vec::new(),
        ] {
            let mut left = bytes.clone();
            assert!(matches!(nonce.strip(&mut left), Sentinel::Missing));
            assert_eq!(left, bytes);
        }
    }

    #[test]
    fn a_probe_needs_both_answers() {
        let nonce = Nonce::new();
        assert!(nonce.answers_probe(format!("{0}\r\n{0}\r\n", nonce.0).as_bytes()));
        assert!(!nonce.answers_probe(format!("{}\r\n", nonce.0).as_bytes()));
        assert!(!nonce.answers_probe(b"expected end of command (line 1 column 30)\r\n"));
    }

    #[test]
    fn version_6_has_no_word_for_secrets_and_shows_them() {
        assert_eq!(Form::for_major(6).command(), "/export");
        assert!(Form::for_major(6).has_secrets(6));
        assert_eq!(Form::for_major(7).command(), "/export show-sensitive");
        assert!(!Form::Plain.has_secrets(7));
    }
}
