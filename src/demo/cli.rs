//! The command line of a simulated router: one line, its commands separated by `;`, run in turn
//! until the first error. Errors are text on standard output like everything else, for that is
//! how RouterOS does it.

use tokio_util::bytes::Bytes;

use super::account;
use super::config::Form;
use super::export::{Answer, export};
use super::fault::Fault;
use super::prints;
use super::router::Router;

/// What a line answered.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) pieces: Vec<Bytes>,
    /// The export alone, where one came to its end.
    pub(super) export: Option<Vec<Bytes>>,
    /// Whether an export was asked for, whatever came of it.
    pub(super) asked_export: bool,
    /// Whether the session is to end.
    pub(super) quits: bool,
}

/// Runs a line.
pub(super) fn run(router: &Router, line: &str) -> Reply {
    let mut reply = Reply::default();
    let commands = chain(line);
    let refuses_put = router.fault() == Some(Fault::SentinelUnsupported);
    if let Some(&(offset, _)) = commands.get(1)
        && refuses_put
        && commands[1..]
            .iter()
            .any(|(_, text)| text.starts_with(":put"))
    {
        // The column of the semicolon.
        reply.pieces = Answer::error(&unexpected(offset.saturating_sub(1))).pieces;
        return reply;
    }
    for (offset, text) in commands {
        let words = words(text, offset);
        reply.quits |= matches!(words.as_slice(), [(_, "quit")]);
        reply.asked_export |= matches!(words.as_slice(), [(_, "export"), ..]);
        let answer = command(router, text, &words);
        if answer.is_whole_export {
            reply.export = Some(answer.pieces.clone());
        }
        reply.pieces.extend(answer.pieces);
        if answer.aborts || reply.quits {
            break;
        }
    }
    reply
}

fn command(router: &Router, text: &str, words: &[(usize, &str)]) -> Answer {
    if let Some(argument) = text.strip_prefix(":put") {
        return put(router, argument.trim());
    }
    if let Some(recording) = router.recording() {
        if let Some(answer) = recording.answer(text) {
            let is_export = matches!(words, [(_, "export"), ..]);
            return if is_export {
                Answer::whole_export(vec![answer])
            } else {
                Answer::text(answer)
            };
        }
        if let [(_, "export"), (offset, _), ..] = words {
            return Answer::error(&unexpected(*offset));
        }
        if !matches!(
            words,
            [(_, "system"), (_, "identity"), (_, "print")] | [(_, "quit")]
        ) {
            return unknown(words);
        }
    }
    let names: Vec<_> = words.iter().map(|(_, word)| *word).collect();
    match names.as_slice() {
        [] => Answer::default(),
        ["quit"] => Answer::text("interrupted\r\n"),
        ["system", _, "print", ..] | ["export", ..] if !router.may("read") => account::refusal(),
        ["system", "resource", "print", ..] => Answer::text(prints::resource(router)),
        ["system", "identity", "print", ..] => Answer::text(prints::identity(router)),
        ["system", "routerboard", "print", ..] => Answer::text(prints::routerboard(router)),
        ["export", ..] => match form(router, &words[1..]) {
            Ok(form) => export(router, form),
            Err(offset) => Answer::error(&unexpected(offset)),
        },
        _ => unknown(words),
    }
}

/// The form that the words behind `export` ask for, or the offset of the first unknown one.
fn form(router: &Router, flags: &[(usize, &str)]) -> Result<Form, usize> {
    let is_six = router.spec().version.major < 7;
    let knows_show = !is_six && router.fault() != Some(Fault::HiddenSecrets);
    let may_show = router.may("sensitive");
    let mut form = Form {
        show_secrets: is_six && may_show,
        terse: false,
    };
    for (offset, flag) in flags {
        match *flag {
            "show-sensitive" if knows_show => form.show_secrets = may_show,
            "hide-sensitive" => form.show_secrets = false,
            "terse" => form.terse = true,
            "compact" | "verbose" => {}
            // A flag takes no value: the error is at the `=`.
            other => return Err(offset + other.find('=').filter(|_| !is_six).unwrap_or(0)),
        }
    }
    Ok(form)
}

fn put(router: &Router, argument: &str) -> Answer {
    if let Some(answer) = account::policies(router, argument) {
        return answer;
    }
    let value = match argument {
        "[/system resource get version]" => {
            let version = router.spec().version;
            format!("{version} ({})", version.channel())
        }
        "[/system identity get name]" => router.spec().identity.clone(),
        "[/system routerboard get serial-number]" => match router.serial() {
            Some(serial) => serial,
            None => return Answer::error("no such item"),
        },
        quoted => quoted.trim_matches('"').to_owned(),
    };
    Answer::text(format!("{value}\r\n"))
}

fn unknown(words: &[(usize, &str)]) -> Answer {
    let (offset, word) = words.first().copied().unwrap_or((0, ""));
    Answer::error(&format!(
        "bad command name {word} (line 1 column {})",
        offset + 1
    ))
}

fn unexpected(offset: usize) -> String {
    format!("expected end of command (line 1 column {})", offset + 1)
}

/// The commands of a line with their offsets: split at `;` outside of quotes and brackets.
fn chain(line: &str) -> Vec<(usize, &str)> {
    let mut commands = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    let (mut in_quotes, mut escaped) = (false, false);
    for (index, byte) in line.bytes().chain([b';']).enumerate() {
        let is_end = index == line.len();
        match byte {
            _ if escaped && !is_end => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_quotes = !in_quotes,
            b'[' | b'{' if !in_quotes => depth += 1,
            b']' | b'}' if !in_quotes => depth = depth.saturating_sub(1),
            b';' if is_end || (!in_quotes && depth == 0) => {
                let text = &line[start..index];
                let blanks = text.len() - text.trim_start().len();
                commands.push((start + blanks, text.trim()));
                start = index + 1;
            }
            _ => {}
        }
    }
    commands
}

/// The words of a command with their offsets in the line; `/` and blanks separate.
fn words(text: &str, offset: usize) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut at = 0;
    for piece in text.split_inclusive([' ', '/', '\t', '\r', '\n']) {
        let word = piece.trim_end_matches([' ', '/', '\t', '\r', '\n']);
        if !word.is_empty() {
            words.push((offset + at, word));
        }
        at += piece.len();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::clock::Clock;
    use super::super::spec::RouterSpec;
    use super::*;

    fn answer(version: &str, line: &str) -> String {
        let spec = RouterSpec::new("gw", 1).running(version.parse().unwrap());
        let router = Router::new(spec, None, Clock::system());
        String::from_utf8(run(&router, line).pieces.concat()).unwrap()
    }

    #[test]
    fn a_chain_is_split_outside_of_quotes() {
        assert_eq!(
            chain(r#"/export;:put "a;b";:put "\";" "#),
            [(0, "/export"), (8, r#":put "a;b""#), (19, r#":put "\";""#)]
        );
    }

    #[test]
    fn a_chain_stops_at_the_first_error() {
        assert_eq!(
            answer("7.18.2", r#":put "a";/foo;:put "b""#),
            "a\r\nbad command name foo (line 1 column 11)\r\n"
        );
    }

    #[test]
    fn version_6_does_not_know_show_sensitive() {
        assert_eq!(
            answer("6.49.18", r#"/export show-sensitive;:put "n""#),
            "expected end of command (line 1 column 9)\r\n"
        );
        assert!(answer("6.49.18", "/export").contains(" password="));
        assert!(!answer("6.49.18", "/export hide-sensitive").contains(" password="));
    }

    #[test]
    fn version_7_hides_secrets_unless_asked_and_takes_no_value() {
        assert!(!answer("7.18.2", "/export").contains(" password="));
        assert!(answer("7.18.2", "/export show-sensitive").contains(" password="));
        assert_eq!(
            answer("7.18.2", "/export show-sensitive=yes"),
            "expected end of command (line 1 column 23)\r\n"
        );
        assert_eq!(
            answer("7.18.2", "/export terse show-sensitive=no"),
            "expected end of command (line 1 column 29)\r\n"
        );
    }

    #[test]
    fn the_facts_come_in_one_line() {
        let text = answer(
            "7.18.2",
            "/system resource print;/system identity print;/system routerboard print",
        );
        assert!(text.contains("version: 7.18.2 (stable)"));
        assert!(text.contains("\r\n  name: gw\r\n"));
        assert!(text.contains("serial-number: "));
    }

    #[test]
    fn the_sentinel_comes_last() {
        let text = answer("7.18.2", r#"/export show-sensitive;:put "nonce""#);
        assert!(text.starts_with("# 2") && text.ends_with("\r\nnonce\r\n"));
    }
}
