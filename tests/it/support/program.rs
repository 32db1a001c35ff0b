//! The program itself, run as a person would.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The program with these arguments, and nothing of the environment that could lead it to a
/// real database or data folder.
pub fn routervault(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_routervault"));
    command
        .args(arguments)
        .env_remove("DATABASE_URL")
        .env_remove("ROUTERVAULT_DATA_DIR")
        .env_remove("ROUTERVAULT_KEY_FILE")
        .env_remove("ROUTERVAULT_TLS_CERT")
        .env_remove("ROUTERVAULT_TLS_KEY")
        .env_remove("ROUTERVAULT_LOG_FORMAT")
        .env_remove("NOTIFY_SOCKET")
        .stdin(Stdio::null());
    command
}

/// A program that goes on running; killed when dropped.
pub struct Program {
    pub child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Program {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line of standard output that contains `text`; panics with what the program said
    /// when it ends before.
    pub fn line_with(&mut self, text: &str) -> String {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            if line.contains(text) {
                return line;
            }
        }
        let mut said = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
        }
        panic!("it ended without saying {text:?}:\n{said}");
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        nix::sys::signal::kill(pid, signal).unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
