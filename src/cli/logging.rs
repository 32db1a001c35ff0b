//! Logs go to standard error; standard output is for what a command was asked for.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Our own news, and of the libraries only what somebody must act on. russh warns of what
/// hostile or old peers do, which a run's failure says better; rustls of each odd handshake, so
/// that any stranger who finds the port could fill the log.
const DEFAULT_FILTER: &str = "warn,routervault=info,russh=off,rustls=error,sqlx=error";

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

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn what_a_stranger_says_in_a_handshake_is_not_logged_and_our_own_warnings_are() {
        let filter = EnvFilter::new(DEFAULT_FILTER);
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).finish();
        tracing::subscriber::with_default(subscriber, || {
            assert!(!tracing::enabled!(target: "rustls::msgs::handshake", Level::WARN));
            assert!(tracing::enabled!(target: "rustls::conn", Level::ERROR));
            assert!(tracing::enabled!(target: "routervault::listen", Level::WARN));
        });
    }
}
