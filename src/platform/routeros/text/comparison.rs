//! The form in which two exports are compared: the configuration without what changes from run
//! to run although nobody changed anything.
//!
//! In an export made by the router a line that begins with `#` is never configuration: line
//! breaks of a person's text are escaped inside strings and continuations begin with four
//! spaces. Such lines are status remarks (`# pppoe-out1 not ready`, `# channel: 5180/...`) that
//! come and go, so all are dropped but the few that say what the router is or what is missing.
//! Nothing is sorted: the order of rules is configuration.

use sha2::{Digest, Sha256};

use super::error_menu::{ERROR_EXPORTING, INTERRUPTED};
use super::header::{field_of, strip_bom, version_tail};
use super::lines::{INDENT, ends_continued, is_blank, physical_lines, starts_continued};

/// The comparison form: LF line ends, continuations joined, `#` lines dropped except the header's
/// version (without the time), ids, model and serial number, `#error exporting` and
/// `#interrupted`; blank lines at both ends dropped. Ends in exactly one LF; empty when there is
/// nothing to compare. Applied to its own result it changes nothing.
#[must_use]
pub fn comparison_form(export: &[u8]) -> Vec<u8> {
    let mut form = Form::with_capacity(export.len() + 1);
    for line in physical_lines(export) {
        form.take(line);
    }
    form.finish()
}

/// SHA-256 of the comparison form: equal means unchanged.
#[must_use]
pub fn fingerprint(export: &[u8]) -> [u8; 32] {
    Sha256::digest(comparison_form(export)).into()
}

/// The comparison form while it is being written.
struct Form {
    out: Vec<u8>,
    /// The last kept line ends in a continuation.
    open: bool,
    /// The last line was a dropped remark that ends in a continuation.
    remark_open: bool,
}

impl Form {
    fn with_capacity(bytes: usize) -> Self {
        Self {
            out: Vec::with_capacity(bytes),
            open: false,
            remark_open: false,
        }
    }

    fn take(&mut self, line: &[u8]) {
        let continues = line.starts_with(INDENT);
        if continues && self.remark_open {
            self.remark_open = ends_continued(line);
            return;
        }
        self.remark_open = false;
        if continues && self.open {
            // The line end and the backslash before it.
            self.out.truncate(self.out.len() - 2);
            self.push(&line[INDENT.len()..]);
            self.open = ends_continued(line);
            return;
        }
        self.take_first(line);
    }

    /// Takes a line that continues no other.
    fn take_first(&mut self, line: &[u8]) {
        let line = if self.out.is_empty() {
            strip_bom(line)
        } else {
            line
        };
        if self.out.is_empty() && is_blank(line) {
            return;
        }
        if line.starts_with(b"#") {
            if is_kept_remark(line) {
                self.push(line);
            } else if let Some(version) = version_tail(line) {
                self.out.extend_from_slice(b"# by RouterOS ");
                self.push(version);
            } else {
                self.remark_open = ends_continued(line);
                return;
            }
        } else {
            self.push(line);
        }
        self.open = starts_continued(line);
    }

    fn push(&mut self, line: &[u8]) {
        self.out.extend_from_slice(line);
        self.out.push(b'\n');
    }

    fn finish(mut self) -> Vec<u8> {
        while let Some(body) = self.out.strip_suffix(b"\n") {
            let start = memchr::memrchr(b'\n', body).map_or(0, |at| at + 1);
            if !is_blank(&body[start..]) {
                break;
            }
            self.out.truncate(start);
        }
        self.out
    }
}

/// Whether a `#` line says what the router is, or what the export lacks.
fn is_kept_remark(line: &[u8]) -> bool {
    line.starts_with(ERROR_EXPORTING) || line.starts_with(INTERRUPTED) || field_of(line).is_some()
}
