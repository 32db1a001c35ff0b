//! Logs go to standard error; standard output is for what a command was asked for.

use std::io::IsTerminal as _;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Our own news, and of the libraries only what somebody must act on. russh warns of what
/// hostile or old peers do, which a run's failure says better; rustls of each odd handshake, so
/// that any stranger who finds the port could fill the log.
const DEFAULT_FILTER: &str = "warn,routervault=info,russh=off,rustls=error,sqlx=error";

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, with the same fields, for programs that gather logs.
    Json,
}

/// Begins logging at `filter`, or at the default.
pub fn init(filter: Option<&str>, format: LogFormat) {
    let filter = match filter.map(EnvFilter::try_new) {
        Some(Ok(filter)) => filter,
        Some(Err(error)) => {
            eprintln!("routervault: --log is not understood ({error}); logging as by default");
            EnvFilter::new(DEFAULT_FILTER)
        }
        None => EnvFilter::new(DEFAULT_FILTER),
    };
    subscriber(filter, format, std::io::stderr).init();
}

fn subscriber<W>(
    filter: EnvFilter,
    format: LogFormat,
    writer: W,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_target(false)
        .with_ansi(format == LogFormat::Text && std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => Box::new(lines.finish()),
        // The message and the fields stand side by side, as names to search for; of the spans
        // around them the innermost says it all.
        LogFormat::Json => Box::new(
            lines
                .json()
                .flatten_event(true)
                .with_current_span(true)
                .with_span_list(false)
                .finish(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use tracing::Level;

    use super::*;

    /// A log in memory.
    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged of one event in one span.
    fn logged(format: LogFormat) -> String {
        let memory = Memory::default();
        let writer = memory.clone();
        let filter = EnvFilter::new(DEFAULT_FILTER);
        let subscriber = subscriber(filter, format, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("request", path = "/runs");
            let _entered = span.enter();
            tracing::info!(
                site = "acme",
                run_id = 7,
                "Two\nlines \"quoted\" \u{1b}[31m"
            );
        });
        let bytes = memory.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_a_stranger_says_in_a_handshake_is_not_logged_and_our_own_warnings_are() {
        let filter = EnvFilter::new(DEFAULT_FILTER);
        let subscriber = subscriber(filter, LogFormat::Text, io::stderr);
        tracing::subscriber::with_default(subscriber, || {
            assert!(!tracing::enabled!(target: "rustls::msgs::handshake", Level::WARN));
            assert!(tracing::enabled!(target: "rustls::conn", Level::ERROR));
            assert!(tracing::enabled!(target: "routervault::listen", Level::WARN));
        });
    }

    #[test]
    fn a_line_of_json_has_the_fields_of_the_text_and_is_one_line_whatever_is_in_it() {
        let line = logged(LogFormat::Json);
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["level"], "INFO");
        assert_eq!(object["site"], "acme");
        assert_eq!(object["run_id"], 7);
        assert_eq!(object["span"]["path"], "/runs");
        assert_eq!(object["message"], "Two\nlines \"quoted\" \u{1b}[31m");
        let text = logged(LogFormat::Text);
        for said in ["INFO", "site=\"acme\"", "run_id=7", "path=\"/runs\""] {
            assert!(text.contains(said), "{said} is not in {text}");
        }
    }
}
