//! The program: `routervault --help` says what it can do.

use std::process::ExitCode;

fn main() -> ExitCode {
    routervault::cli::main()
}
