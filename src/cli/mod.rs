//! The command line: one file a command, and what they share.

mod archive;
mod args;
mod backup;
mod check;
mod collect;
mod database;
mod demo;
mod doctor;
mod import_history;
mod import_inventory;
mod inventory;
mod key;
mod listen;
mod logging;
mod operator;
mod retention;
mod serve;
mod simulate;
mod snapshots;
mod stop;
mod store;
mod table;
mod trust;
mod user;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// Exit status when a device failed or is suspect.
const SOME_FAILED: u8 = 1;

/// Exit status when the command could not be carried out: bad input, no database.
const BAD_INPUT: u8 = 2;

/// How long work on blocking threads may go on after a command has ended.
const LEFT_OVER_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(2);

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    AllGood,
    SomeFailed,
}

/// Parses the command line, carries the command out, and says what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    let args = Args::parse();
    logging::init(args.log.as_deref(), args.log_format);
    raise_file_limit();
    choose_cryptography();
    match run(args.command) {
        Ok(Outcome::AllGood) => ExitCode::SUCCESS,
        Ok(Outcome::SomeFailed) => ExitCode::from(SOME_FAILED),
        // Whoever reads our output has read enough, `| head` say.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("routervault: {}", sentence(&error));
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// Whether writing our output failed so. A connection to the database that breaks off has the same
/// kind, but as the cause of another error, and is no success.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    let json = error.downcast_ref::<serde_json::Error>();
    io.map(std::io::Error::kind)
        .or(json.and_then(serde_json::Error::io_error_kind))
        == Some(std::io::ErrorKind::BrokenPipe)
}

/// An error with its causes, but for those that are in it already.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |said, cause| {
        let cause = cause.to_string();
        if said.is_empty() {
            cause
        } else if said.contains(&cause) {
            said
        } else {
            format!("{said}: {cause}")
        }
    })
}

fn run(command: Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Serve(args) => serve::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Snapshots(args) => snapshots::list(&args),
        Command::Show(args) => snapshots::show(&args),
        Command::Diff(args) => snapshots::diff(&args),
        Command::Check(args) => check::run(&args),
        Command::Collect(args) => collect::run(&args),
        Command::Trust(args) => trust::run(&args),
        Command::Key(args) => key::run(&args),
        Command::Retention(args) => retention::run(&args),
        Command::User(args) => user::run(&args),
        Command::Database(args) => database::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::ImportHistory(args) => import_history::run(&args),
        Command::ImportInventory(args) => import_inventory::run(&args),
        Command::Archive(args) => archive::make(&args),
        Command::Restore(args) => archive::restore(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Simulate(args) => simulate::run(&args),
    }
}

/// The runtime of a command.
fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    use anyhow::Context as _;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("Cannot start the runtime")?;
    let result = runtime.block_on(future);
    // A name server that never answers holds a blocking thread up, and is not waited for.
    runtime.shutdown_timeout(LEFT_OVER_TIMEOUT);
    result
}

/// A thousand routers are a thousand sockets, and many systems allow 1,024 files by default; as
/// many as we may have, we take.
fn raise_file_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::debug!(%error, "The limit of open files stays as it is");
    }
}

/// All TLS of this process, served or spoken to others, is by ring: without a choice rustls panics
/// as soon as some other dependency brings a second provider.
fn choose_cryptography() {
    let chosen = rustls::crypto::ring::default_provider().install_default();
    chosen.expect("nobody chose before main did");
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use anyhow::Context as _;

    use super::*;

    #[test]
    fn a_reader_who_went_is_no_failure_and_a_database_that_went_is_one() {
        let broken = || io::Error::from(ErrorKind::BrokenPipe);
        let written: io::Result<()> = Err(broken());
        assert!(is_broken_pipe(&broken().into()));
        assert!(is_broken_pipe(
            &written.context("Cannot write").unwrap_err()
        ));
        assert!(is_broken_pipe(&serde_json::Error::io(broken()).into()));
        assert!(!is_broken_pipe(
            &io::Error::from(ErrorKind::NotFound).into()
        ));
        let database = || sqlx::Error::Io(broken());
        assert!(!is_broken_pipe(&database().into()));
        let asked: Result<(), _> = Err(database());
        let asked = asked.context("Cannot reach the database").unwrap_err();
        assert!(!is_broken_pipe(&asked));
        let restored = crate::archive::RestoreError::Database(database());
        assert!(!is_broken_pipe(&restored.into()));
    }
}
