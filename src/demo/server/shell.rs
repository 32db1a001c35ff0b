//! The interactive shell, as far as a person or a script needs it: a prompt, an echo, one answer
//! a line, and `quit`.

/// How long a command line may be.
const MAX_LINE: usize = 1024;

/// A shell on one channel.
#[derive(Debug)]
pub(super) struct Shell {
    prompt: String,
    line: String,
}

/// What the shell makes of the bytes typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// To be echoed.
    Echo(String),
    /// To be run, after the echo of the line's end.
    Line(String),
    /// The client wants to leave (Ctrl-D on an empty line).
    Leave,
}

impl Shell {
    pub(super) fn new(username: &str, identity: &str) -> Self {
        Self {
            prompt: format!("[{username}@{identity}] > "),
            line: String::new(),
        }
    }

    pub(super) fn prompt(&self) -> String {
        self.prompt.clone()
    }

    /// Takes what was typed, byte by byte; bytes that are no ASCII are dropped.
    pub(super) fn type_in(&mut self, bytes: &[u8]) -> Vec<Typed> {
        bytes.iter().filter_map(|byte| self.key(*byte)).collect()
    }

    fn key(&mut self, byte: u8) -> Option<Typed> {
        match byte {
            b'\r' | b'\n' => Some(Typed::Line(std::mem::take(&mut self.line))),
            4 if self.line.is_empty() => Some(Typed::Leave),
            3 => {
                self.line.clear();
                Some(Typed::Line(String::new()))
            }
            8 | 127 => self
                .line
                .pop()
                .map(|_| Typed::Echo("\u{8} \u{8}".to_owned())),
            b' '..=b'~' if self.line.len() < MAX_LINE => {
                self.line.push(char::from(byte));
                Some(Typed::Echo(char::from(byte).to_string()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_echoed_corrected_and_run() {
        let mut shell = Shell::new("admin", "gw");
        assert_eq!(shell.prompt(), "[admin@gw] > ");
        let typed = shell.type_in(b"qx\x7fu\r");
        assert_eq!(typed.len(), 5);
        assert_eq!(typed[4], Typed::Line("qu".to_owned()));
        assert_eq!(shell.type_in(&[4]), [Typed::Leave]);
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let mut shell = Shell::new("admin", "gw");
        shell.type_in(&[b'a'; 5000]);
        assert_eq!(shell.line.len(), MAX_LINE);
    }
}
