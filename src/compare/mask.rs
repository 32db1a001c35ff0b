//! What is secret in the lines that are compared.

use std::ops::Range;

use crate::platform::routeros::text::{MASK, Secrets};

/// Tells which parts of a line are not shown.
pub(super) struct Mask {
    /// `None` when everything is shown.
    secrets: Option<Secrets>,
}

impl Mask {
    /// For these exports together: a secret of one is a secret in the others too, wherever it
    /// stands there. Unless `mask`, nothing is secret.
    pub fn of(exports: &[&[u8]], mask: bool) -> Self {
        // A blank line between them, so that none continues the one before.
        Self {
            secrets: mask.then(|| Secrets::of(&exports.join(&b"\n\n"[..]))),
        }
    }

    /// The secret ranges of a line, in order and not touching each other.
    pub fn ranges(&self, menu: &[u8], line: &[u8]) -> Vec<Range<usize>> {
        match &self.secrets {
            Some(secrets) => secrets.parts(menu, line),
            None => Vec::new(),
        }
    }

    /// A line with the mask in place of each secret.
    pub fn masked(&self, menu: &[u8], line: &[u8]) -> Vec<u8> {
        let mut masked = Vec::with_capacity(line.len());
        let mut at = 0;
        for secret in self.ranges(menu, line) {
            masked.extend_from_slice(&line[at..secret.start]);
            masked.extend_from_slice(MASK.as_bytes());
            at = secret.end;
        }
        masked.extend_from_slice(&line[at..]);
        masked
    }
}
