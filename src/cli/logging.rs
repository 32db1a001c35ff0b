//! Logs go to standard error; standard output is for what a command was asked for.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Our own news, and of the libraries only what somebody must act on. russh warns of what
/// hostile or old peers do, which a run's failure says better.
const DEFAULT_FILTER: &str = "warn,routervault=info,russh=off,sqlx=error";

/// Begins logging at `filter`, or at the default.
pub fn init(filter: Option<&str>) {
    let filter = match filter.map(EnvFilter::try_new) {
        Some(Ok(filter)) => filter,
        Some(Err(error)) => {
            eprintln!("routervault: --log is not understood ({error}); logging as by default");
            EnvFilter::new(DEFAULT_FILTER)
        }
        None => EnvFilter::new(DEFAULT_FILTER),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
