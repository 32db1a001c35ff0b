//! Signs of an export's completeness, gathered in one pass; the judgement is made elsewhere.

use super::cli_error::{is_cli_error, is_log_echo};
use super::error_menu::{INTERRUPTED, error_menu};
use super::lines::{
    INDENT, ends_continued, heading, is_blank, logical_lines, physical_lines, starts_continued,
};
use super::mask::masked;
use super::quoted;
use super::unfinished::{Unfinished, is_configuration, unfinished};

/// What an export shows of its own completeness.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// The first error line of the router's command line, at most 120 printable characters,
    /// masked: it is shown and stored as it is. Never configuration.
    pub cli_error: Option<String>,
    /// Whether the router wrote `#interrupted`.
    pub interrupted: bool,
    /// Menus that did not answer in time, as `/ip firewall calea`; sorted, each once.
    pub timeouts: Vec<String>,
    /// Menus that could not be exported for another reason, as `/ip firewall calea`, whatever
    /// the router's spelling; sorted, each once.
    pub error_menus: Vec<String>,
    /// Whether log lines of an interactive session stand in the text.
    pub injected_log: bool,
    /// How many menu headings there are.
    pub menus: usize,
    /// The first line that begins as no line of configuration does, counted from 1 over physical
    /// lines. `None` when there is none.
    pub stray_line: Option<usize>,
    /// How many headers there are; more than one means that two exports stand in the text.
    pub headers: usize,
    /// What the last logical line that is not blank lacks. `None` when it is whole, or when
    /// there is none.
    pub unfinished: Option<Unfinished>,
    /// Whether the last byte is a line end. 13 % of public exports lack it, so it proves nothing.
    pub ends_with_newline: bool,
    /// The last heading; bytes that are not UTF-8 are replaced.
    pub last_menu: Option<String>,
}

/// Gathers the marks of an export.
#[must_use]
pub fn marks(export: &[u8]) -> Marks {
    let mut marks = Marks {
        ends_with_newline: export.ends_with(b"\n"),
        ..Marks::default()
    };
    let mut last_menu = None;
    let mut last_line = LastLine::default();
    let mut error_at = None;
    let mut lines = physical_lines(export);
    for number in 1.. {
        let at = export.len() - lines.remaining();
        let Some(line) = lines.next() else { break };
        let begins = last_line.take(at, line);
        if begins && !is_blank(line) && !is_configuration(line) {
            marks.stray_line.get_or_insert(number);
        }
        match line.first() {
            Some(b'/') => {
                marks.menus += 1;
                last_menu = heading(line);
            }
            Some(b'#') => marks.take_remark(line),
            Some(b'0'..=b'9') => marks.injected_log |= is_log_echo(line),
            _ if error_at.is_none() && is_cli_error(line) => error_at = Some(number),
            _ => {}
        }
    }
    marks.cli_error = error_at.map(|number| quoted_masked(export, number));
    marks.last_menu = last_menu.map(|menu| String::from_utf8_lossy(menu).into_owned());
    for menus in [&mut marks.timeouts, &mut marks.error_menus] {
        menus.sort_unstable();
        menus.dedup();
    }
    marks.unfinished = logical_lines(&export[last_line.start..])
        .next()
        .and_then(|line| unfinished(&line.text));
    marks
}

/// A physical line, counted from 1, as it may be shown.
fn quoted_masked(export: &[u8], number: usize) -> String {
    let masked = masked(export);
    let line = physical_lines(&masked).nth(number - 1);
    line.map(quoted).unwrap_or_default()
}

impl Marks {
    fn take_remark(&mut self, line: &[u8]) {
        self.interrupted |= line.starts_with(INTERRUPTED);
        self.headers += usize::from(is_header(line));
        if let Some(error) = error_menu(line) {
            let menus = if error.timed_out {
                &mut self.timeouts
            } else {
                &mut self.error_menus
            };
            menus.push(error.menu);
        }
    }
}

/// Whether the line is one that only a header has.
fn is_header(line: &[u8]) -> bool {
    memchr::memmem::find(line, b" by RouterOS ").is_some()
}

/// Where the last logical line begins that is not blank.
#[derive(Default)]
struct LastLine {
    start: usize,
    open: bool,
}

impl LastLine {
    /// Takes the next physical line, which begins at byte `at`; whether it begins a logical one.
    fn take(&mut self, at: usize, line: &[u8]) -> bool {
        let begins = !(self.open && line.starts_with(INDENT));
        if begins {
            self.open = starts_continued(line);
            if !is_blank(line) {
                self.start = at;
            }
        } else {
            self.open = ends_continued(line);
        }
        begins
    }
}
