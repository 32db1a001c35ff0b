//! What a URL gives away by its shape, whatever its parameters are called.

use std::ops::Range;

use super::super::syntax::is_key_byte;
use super::inside::end_while;

/// How long the part of a Telegram token behind its colon is at least; they have 35 bytes.
const MIN_BOT_TOKEN: usize = 20;

/// A service whose addresses are secrets themselves: who knows one may send to it.
struct Hook {
    /// The host; with a dot before it, any below.
    host: &'static [u8],
    /// How the path begins.
    path: &'static [u8],
    /// How many further parts of the path tell nothing.
    public_parts: usize,
}

/// Those that scripts of routers commonly report to: Slack, Discord, Teams, IFTTT.
const HOOKS: [Hook; 5] = [
    Hook {
        host: b"hooks.slack.com",
        path: b"/services/",
        public_parts: 0,
    },
    Hook {
        host: b"discord.com",
        path: b"/api/webhooks/",
        public_parts: 1,
    },
    Hook {
        host: b"discordapp.com",
        path: b"/api/webhooks/",
        public_parts: 1,
    },
    Hook {
        host: b".webhook.office.com",
        path: b"/webhookb2/",
        public_parts: 0,
    },
    Hook {
        host: b"maker.ifttt.com",
        path: b"/trigger/",
        public_parts: 3,
    },
];

/// What is secret between `//` at `at` and the `@` of a URL: the password; all of it when there
/// is no colon and the scheme is that of the web, where a name alone is a token.
pub(super) fn user_information(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at + 2;
    let authority = authority_end(text, start);
    let end = start + memchr::memrchr(b'@', &text[start..authority])?;
    let secret = match memchr::memchr(b':', &text[start..end]) {
        Some(colon) => start + colon + 1..end,
        None if text[..at].ends_with(b"http:") || text[..at].ends_with(b"https:") => start..end,
        None => return None,
    };
    (!secret.is_empty() && text[secret.start] != b'$').then_some(secret)
}

/// What is secret in the path of a [`Hook`] whose host begins behind the `//` at `at`.
pub(super) fn in_path(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at + 2;
    let host_end = authority_end(text, start);
    let (host, rest) = (&text[start..host_end], &text[host_end..]);
    let hook = HOOKS.iter().find(|hook| {
        let is_host = match hook.host {
            [b'.', ..] => host.ends_with(hook.host),
            whole => host == whole,
        };
        is_host && rest.starts_with(hook.path)
    })?;
    let mut secret = host_end + hook.path.len();
    for _ in 0..hook.public_parts {
        secret = end_while(text, secret, |byte| is_path_byte(byte) && byte != b'/');
        secret += usize::from(text.get(secret) == Some(&b'/'));
    }
    let end = end_while(text, secret, is_path_byte);
    (end > secret).then_some(secret..end)
}

/// The token in `/bot123456:abc...`, as scripts call Telegram.
pub(super) fn bot_token(text: &[u8], name: Range<usize>) -> Option<Range<usize>> {
    let number = text[name.clone()].strip_prefix(b"bot")?;
    let is_number = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    if !is_number || text.get(name.end) != Some(&b':') {
        return None;
    }
    let end = end_while(text, name.end + 1, is_key_byte);
    (end - name.end > MIN_BOT_TOKEN).then_some(name.start + 3..end)
}

/// Where user information, host and port of a URL end.
fn authority_end(text: &[u8], start: usize) -> usize {
    end_while(text, start, |byte| is_path_byte(byte) && byte != b'/')
}

/// Whether a path or a host goes on.
fn is_path_byte(byte: u8) -> bool {
    !matches!(
        byte,
        0..=b' ' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b';' | b'\\'
    )
}
