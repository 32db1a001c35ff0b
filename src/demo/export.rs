//! The answer to `/export`, in health and with the faults that concern its text. Faults that
//! concern how it is sent are in `server/delivery.rs`.

use tokio_util::bytes::Bytes;

use super::config::Form;
use super::dice::Dice;
use super::fault::Fault;
use super::header::header;
use super::router::Router;

/// How much a flooding router sends.
const FLOOD_BYTES: usize = 50_000_000;

/// What one command answers.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The bytes, in pieces that share their memory with the router's state.
    pub(super) pieces: Vec<Bytes>,
    /// Whether the rest of a chain of commands is not run.
    pub(super) aborts: bool,
    /// Whether these are all bytes of an export that came to its end.
    pub(super) is_whole_export: bool,
}

impl Answer {
    pub(super) fn text(text: impl Into<Bytes>) -> Self {
        Self {
            pieces: vec![text.into()],
            ..Self::default()
        }
    }

    pub(super) fn error(line: &str) -> Self {
        Self {
            aborts: true,
            ..Self::text(format!("{line}\r\n"))
        }
    }

    pub(super) fn whole_export(pieces: Vec<Bytes>) -> Self {
        Self {
            pieces,
            aborts: false,
            is_whole_export: true,
        }
    }
}

/// Exports the configuration.
pub(super) fn export(router: &Router, form: Form) -> Answer {
    if let Some(fixed) = router.fixed_export() {
        return Answer::whole_export(vec![fixed]);
    }
    let (at, number) = router.begin_export();
    let head = Bytes::from(header(router.spec(), router.serial().as_deref(), at));
    let body = router.body(form);
    match router.fault() {
        Some(Fault::PermissionRefused) => Answer::error("not enough permissions (9)"),
        Some(Fault::Empty) => Answer::default(),
        Some(Fault::Flood) => Answer {
            pieces: flood(head, &body),
            ..Answer::default()
        },
        Some(Fault::Interrupted) => Answer {
            pieces: vec![head, interrupted(&body)],
            aborts: true,
            is_whole_export: false,
        },
        fault => Answer::whole_export(vec![head, altered(router, fault, body, number)]),
    }
}

/// The body with what a fault does to an export that is otherwise whole.
fn altered(router: &Router, fault: Option<Fault>, body: Bytes, number: u64) -> Bytes {
    let spec = router.spec();
    match fault {
        Some(Fault::MenuTimeouts) => menu_timeouts(&body).into(),
        Some(Fault::ErrorMenus) => error_menus(&body, spec.version.major).into(),
        Some(Fault::Latin1) => latin1(&body).into(),
        Some(Fault::StatusNoise) => status_noise(&body, spec.seed, number).into(),
        Some(Fault::ExportShrunk) => {
            format!("/system identity\r\nset name={}\r\n", spec.identity).into()
        }
        _ => body,
    }
}

fn flood(head: Bytes, body: &Bytes) -> Vec<Bytes> {
    let times = FLOOD_BYTES / body.len().max(1) + 1;
    std::iter::once(head)
        .chain(std::iter::repeat_n(body.clone(), times))
        .collect()
}

fn interrupted(body: &[u8]) -> Bytes {
    let mut text = body[..body.len() * 2 / 3].to_vec();
    let whole_lines = text.iter().rposition(|byte| *byte == b'\n');
    text.truncate(whole_lines.map_or(0, |at| at + 1));
    text.extend_from_slice(b"#error exporting /ip socks\r\n#interrupted\r\n");
    text.into()
}

/// The menus that do not answer under `menu-timeouts`.
const SILENT_MENUS: [&[u8]; 2] = [b"/snmp", b"/system scheduler"];

fn menu_timeouts(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut is_silent = false;
    for line in lines(body) {
        if line.starts_with(b"/") {
            let menu = line.trim_ascii_end();
            is_silent = SILENT_MENUS.contains(&menu);
            if is_silent {
                let menu = String::from_utf8_lossy(menu).replace(' ', "/");
                out.extend_from_slice(
                    format!("#error exporting \"{menu}\" (timeout)\r\n").as_bytes(),
                );
            }
        }
        if !is_silent {
            out.extend_from_slice(line);
        }
    }
    out
}

fn error_menus(body: &[u8], major: u32) -> Vec<u8> {
    let separator = if major < 7 { ' ' } else { '/' };
    let error = |menu: &str| {
        let menu = menu.replace(' ', &separator.to_string());
        format!("#error exporting {menu}\r\n")
    };
    let mut out = insert_before(
        body,
        b"/ip pool",
        error("/interface bridge calea").as_bytes(),
    );
    out.extend_from_slice(error("/ip firewall calea").as_bytes());
    out
}

/// Comments in the code page of an old Windows, as WinBox once stored them.
fn latin1(body: &[u8]) -> Vec<u8> {
    let item = b"add comment=\"B\xfcro, 1. Stra\xdfe\" name=extra ranges=198.51.100.10\r\n";
    insert_before(body, b"/ip dhcp-server", item)
}

fn status_noise(body: &[u8], seed: u64, number: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed.wrapping_add(number), "status");
    let noise = [
        "# ether1 not ready".to_owned(),
        "# poe-out status: short_circuit".to_owned(),
        "# Interface not active".to_owned(),
    ];
    // This one differs every time, whatever else is drawn.
    let waiting = format!("# Warning: probe waiting startup-delay=5m; {number}s remaining\r\n");
    let mut out = Vec::with_capacity(body.len() + 512);
    for line in lines(body) {
        if line.starts_with(b"set [ find default-name=ether1 ]") {
            out.extend_from_slice(waiting.as_bytes());
        }
        if (line.starts_with(b"add ") || line.starts_with(b"set ")) && dice.below(20) == 0 {
            out.extend_from_slice(dice.pick(&noise).as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(line);
    }
    out
}

/// With `text` before the line that is `menu`, or at the end where there is none.
fn insert_before(body: &[u8], menu: &[u8], text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + text.len());
    let mut is_done = false;
    for line in lines(body) {
        if !is_done && line.trim_ascii_end() == menu {
            out.extend_from_slice(text);
            is_done = true;
        }
        out.extend_from_slice(line);
    }
    if !is_done {
        out.extend_from_slice(text);
    }
    out
}

/// Lines with their line ends.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::super::clock::Clock;
    use super::super::spec::RouterSpec;
    use super::*;

    #[test]
    fn a_flood_is_50_mb_that_take_no_memory() {
        let mut spec = RouterSpec::new("gw", 1);
        spec.fault = Some(Fault::Flood);
        let router = Router::new(spec, None, Clock::system());
        let form = Form {
            show_secrets: true,
            terse: false,
        };
        let answer = export(&router, form);
        let size: usize = answer.pieces.iter().map(Bytes::len).sum();
        assert!(size >= FLOOD_BYTES);
        let shared = &answer.pieces[1..];
        assert!(
            shared
                .iter()
                .all(|piece| piece.as_ptr() == shared[0].as_ptr())
        );
    }
}
