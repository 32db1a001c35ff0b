//! The checks, one function each: what is looked at, and the sentence on what was seen.

use super::words::{bytes, list};
use super::{Evidence, Sentinel};
use crate::model::Check;
use crate::platform::routeros::text::{Unfinished, quoted};

pub(super) const CLOSED_NORMALLY: &str = "closed_normally";
pub(super) const SENTINEL: &str = "sentinel";
pub(super) const HEADER: &str = "header";
pub(super) const NO_CLI_ERROR: &str = "no_cli_error";
pub(super) const NOT_INTERRUPTED: &str = "not_interrupted";
pub(super) const LAST_LINE_FINISHED: &str = "last_line_finished";
pub(super) const HAS_MENUS: &str = "has_menus";
pub(super) const ONLY_CONFIGURATION: &str = "only_configuration";
pub(super) const NO_TIMEOUT: &str = "no_timeout";
pub(super) const ERROR_MENUS: &str = "error_menus";
pub(super) const VERSION: &str = "version";
pub(super) const SIZE: &str = "size";
pub(super) const IDENTITY: &str = "identity";
pub(super) const SECRETS: &str = "secrets";

/// How large an export may be that is believed without a sentinel: half of the SSH window, so
/// the fault that drops the tail once the window is used up can not have touched it.
const MAX_BYTES_WITHOUT_SENTINEL: usize = 1 << 20;

/// A check's result before it has its name.
type Seen = (bool, String);

/// How a check looks at the evidence.
type Look = fn(&Evidence<'_>) -> Seen;

/// Every check, in the order in which it is shown.
const ALL: [(&str, Look); 14] = [
    (CLOSED_NORMALLY, closed_normally),
    (SENTINEL, sentinel),
    (HEADER, header),
    (NO_CLI_ERROR, no_cli_error),
    (NOT_INTERRUPTED, not_interrupted),
    (LAST_LINE_FINISHED, last_line_finished),
    (HAS_MENUS, has_menus),
    (ONLY_CONFIGURATION, only_configuration),
    (NO_TIMEOUT, no_timeout),
    (ERROR_MENUS, error_menus),
    (VERSION, version),
    (SIZE, size),
    (IDENTITY, identity),
    (SECRETS, secrets),
];

/// Those that look at the text and at nothing else.
const OF_TEXT: [&str; 8] = [
    HEADER,
    NO_CLI_ERROR,
    NOT_INTERRUPTED,
    LAST_LINE_FINISHED,
    HAS_MENUS,
    ONLY_CONFIGURATION,
    NO_TIMEOUT,
    ERROR_MENUS,
];

/// The results of every check.
pub(super) fn all(evidence: &Evidence<'_>) -> Vec<Check> {
    ALL.iter().map(|check| result(check, evidence)).collect()
}

/// The results of those that look at the text alone.
pub(super) fn of_text(evidence: &Evidence<'_>) -> Vec<Check> {
    ALL.iter()
        .filter(|(name, _)| OF_TEXT.contains(name))
        .map(|check| result(check, evidence))
        .collect()
}

fn result((name, look): &(&str, Look), evidence: &Evidence<'_>) -> Check {
    let (ok, detail) = look(evidence);
    let name = (*name).to_owned();
    Check { name, ok, detail }
}

fn passed(detail: impl Into<String>) -> Seen {
    (true, detail.into())
}

fn failed(detail: impl Into<String>) -> Seen {
    (false, detail.into())
}

/// RouterOS sends status 0 for errors too, so 0 proves only that the channel ended in order.
fn closed_normally(evidence: &Evidence<'_>) -> Seen {
    let ending = evidence.capture.ending;
    if ending.stderr_bytes > 0 {
        return failed("The router wrote to standard error, which it never does in order.");
    }
    match (&ending.exit_signal, ending.exit_status, ending.closed) {
        (Some(signal), ..) => failed(format!(
            "The command was ended by the signal {}.",
            quoted(signal.as_bytes())
        )),
        (None, None, _) => failed("The router sent no exit status."),
        (None, Some(0), true) => passed("The router sent exit status 0 and closed the channel."),
        (None, Some(0), false) => failed("The router did not close the channel."),
        (None, Some(status), _) => failed(format!("The router sent exit status {status}.")),
    }
}

fn sentinel(evidence: &Evidence<'_>) -> Seen {
    let size = evidence.capture.export.len();
    match (
        evidence.capture.sentinel,
        evidence.capture.agrees_with_second_fetch,
    ) {
        (Sentinel::Seen, _) => passed("The end mark came behind the export."),
        (Sentinel::Missing, _) => failed("The end mark behind the export is missing."),
        (Sentinel::NotAsked, None) => {
            failed("This router gives no end mark, and the export was fetched only once.")
        }
        (Sentinel::NotAsked, Some(false)) => {
            failed("This router gives no end mark, and a second export differs from the first.")
        }
        (Sentinel::NotAsked, Some(true)) if size >= MAX_BYTES_WITHOUT_SENTINEL => failed(format!(
            "This router gives no end mark, and {} bytes are too many to trust two equal exports.",
            bytes(size as u64)
        )),
        (Sentinel::NotAsked, Some(true)) => passed(
            "This router gives no end mark to prove the end by; two exports in a row are equal.",
        ),
    }
}

fn header(evidence: &Evidence<'_>) -> Seen {
    match &evidence.header {
        Some(header) => passed(format!("The header names RouterOS {}.", header.version)),
        None => failed("The first lines do not name a RouterOS version."),
    }
}

fn no_cli_error(evidence: &Evidence<'_>) -> Seen {
    match &evidence.marks.cli_error {
        None => passed("The router reported no error."),
        Some(words) => failed(format!("The router said \"{words}\".")),
    }
}

fn not_interrupted(evidence: &Evidence<'_>) -> Seen {
    if evidence.marks.interrupted {
        failed("The router wrote that the export was interrupted.")
    } else if evidence.marks.injected_log {
        failed("Log lines of the router are mixed into the export.")
    } else {
        passed("The export was not interrupted.")
    }
}

/// In 1,400 public exports every line is a menu, a remark, an `add` or a `set`. What else stands
/// in the text was not written by the export.
fn only_configuration(evidence: &Evidence<'_>) -> Seen {
    let marks = &evidence.marks;
    if let Some(line) = marks.stray_line {
        failed(format!("Line {line} is no line of configuration."))
    } else if marks.headers > 1 {
        failed("A second header stands in the export.")
    } else if evidence.capture.export.contains(&0) {
        failed("There are NUL bytes in the export, which RouterOS never writes.")
    } else {
        passed("Every line is one of configuration.")
    }
}

fn last_line_finished(evidence: &Evidence<'_>) -> Seen {
    let Some(unfinished) = evidence.marks.unfinished else {
        return passed("The last line is whole.");
    };
    failed(match unfinished {
        Unfinished::Continuation => "The last line ends in a backslash, and its rest is missing.",
        Unfinished::Quote => "The last line is cut inside a quoted string.",
        Unfinished::Bracket => "The last line is cut inside square brackets.",
        Unfinished::Brace => "The last line is cut inside braces.",
        Unfinished::Parenthesis => "The last line is cut inside parentheses.",
        Unfinished::NotConfiguration => "The last line is not a line of configuration.",
    })
}

fn has_menus(evidence: &Evidence<'_>) -> Seen {
    match evidence.marks.menus {
        0 => failed("There is no menu in it."),
        1 => passed("There is 1 menu in it."),
        menus => passed(format!("There are {} menus in it.", bytes(menus as u64))),
    }
}

fn no_timeout(evidence: &Evidence<'_>) -> Seen {
    match evidence.marks.timeouts.as_slice() {
        [] => passed("Every menu answered in time."),
        menus => failed(format!(
            "Not answered in time, and left out: {}.",
            list(menus)
        )),
    }
}

/// A menu may be missing in every export of a device for years (a package that is not there),
/// so what the last verified snapshot lacked is accepted, and so is what lacks again and again
/// while there is no verified one.
fn error_menus(evidence: &Evidence<'_>) -> Seen {
    let (known, lacking) = (evidence.known, &evidence.marks.error_menus);
    if lacking.is_empty() {
        return passed("The router left no menu out.");
    }
    if known.last_verified_size_bytes.is_none()
        && known.recurring_error_menus.as_ref() == Some(lacking)
    {
        return passed(format!("Left out again, as before: {}.", list(lacking)));
    }
    let has_serial = evidence
        .header
        .as_ref()
        .is_some_and(|header| header.serial.is_some());
    let has_routerboard = known.has_routerboard.unwrap_or(has_serial);
    let is_accepted = |menu: &String| {
        known.accepted_error_menus.contains(menu) || (!has_routerboard && is_routerboard_menu(menu))
    };
    let unexpected: Vec<String> = lacking
        .iter()
        .filter(|menu| !is_accepted(menu))
        .cloned()
        .collect();
    if unexpected.is_empty() {
        passed(format!(
            "Left out, which is harmless here: {}.",
            list(lacking)
        ))
    } else {
        failed(format!(
            "The router could not export {}.",
            list(&unexpected)
        ))
    }
}

/// `/system routerboard` and what is below it: absent on a CHR or a PC, and reported as an error.
fn is_routerboard_menu(menu: &str) -> bool {
    menu.strip_prefix("/system routerboard")
        .is_some_and(|below| below.is_empty() || below.starts_with(' '))
}

fn version(evidence: &Evidence<'_>) -> Seen {
    let written = evidence
        .header
        .as_ref()
        .map(|header| header.version.as_str());
    // `/system resource` answers `7.16.2 (stable)`, the header says `7.16.2`.
    let probed = evidence.known.probed_version.as_deref();
    let probed = probed.and_then(|version| version.split_whitespace().next());
    match (probed, written) {
        (None, Some(written)) => passed(format!(
            "The router did not tell its version; the header says {written}."
        )),
        (None, None) => passed("Neither the router nor the header tells a version."),
        (Some(probed), Some(written)) if probed == written => {
            passed(format!("The header and the router agree on {written}."))
        }
        (Some(probed), Some(written)) => failed(format!(
            "The header says RouterOS {written}; the router says {}.",
            quoted(probed.as_bytes())
        )),
        (Some(_), None) => failed("The header says no version to compare."),
    }
}

fn size(evidence: &Evidence<'_>) -> Seen {
    let size = evidence.capture.export.len() as u64;
    let Some(last) = evidence.known.last_verified_size_bytes else {
        return passed(format!(
            "Size {} bytes; there is no verified one to compare.",
            bytes(size)
        ));
    };
    let seen = format!(
        "Size {} bytes; the last verified one had {}.",
        bytes(size),
        bytes(last)
    );
    (size >= last.div_ceil(2), seen)
}

fn identity(evidence: &Evidence<'_>) -> Seen {
    let header = evidence.header.as_ref();
    let found = header.and_then(|header| header.serial.as_ref().or(header.software_id.as_ref()));
    match (&evidence.known.serial, found) {
        (None, Some(found)) => passed(format!("The router is {found}; none was known before.")),
        (None, None) => passed("The export names no serial number, and none was known before."),
        (Some(known), Some(found)) if known == found => passed(format!("The router is {found}.")),
        (Some(known), Some(found)) => failed(format!(
            "The router is {found}; the last verified snapshot came from {}.",
            quoted(known.as_bytes())
        )),
        (Some(known), None) => failed(format!(
            "The export names no serial number; the last verified snapshot came from {}.",
            quoted(known.as_bytes())
        )),
    }
}

/// A restore from an export without passwords and keys leaves tunnels and accounts dead, so it
/// must not take the place of one that has them.
fn secrets(evidence: &Evidence<'_>) -> Seen {
    if evidence.known.lost_secrets {
        return failed(
            "The router refused to show passwords and keys; the last verified snapshot has them.",
        );
    }
    passed("No passwords and keys are missing that the last verified snapshot has.")
}
