//! The text that Prometheus reads, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::fmt::{Display, Write as _};

use super::Durations;

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only rises, until the process begins anew.
    Counter,
    /// Rises and falls.
    Gauge,
    /// How many took at most so long.
    Histogram,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// Names of labels with their values.
type Labels<'a> = &'a [(&'a str, &'a str)];

/// The text while it is written: a family, then its samples, then the next.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// What a server says of such a text.
    pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins a metric; its samples follow. `help` is one line.
    pub fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = kind.as_str();
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// One value.
    pub fn sample(&mut self, name: &str, labels: Labels<'_>, value: impl Display) {
        let labels = written(labels);
        self.line(format_args!("{name}{labels} {value}"));
    }

    /// A metric that is one value and has no labels.
    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, Kind::Gauge, help);
        self.sample(name, &[], value);
    }

    /// The values of one histogram.
    pub fn durations(&mut self, name: &str, labels: Labels<'_>, durations: &Durations) {
        let bucket = format!("{name}_bucket");
        let counted = durations.bounds.iter().zip(&durations.at_most);
        for (bound, count) in counted {
            let bound = bound.to_string();
            let labels = [labels, &[("le", bound.as_str())]].concat();
            self.sample(&bucket, &labels, count);
        }
        let all = [labels, &[("le", "+Inf")]].concat();
        self.sample(&bucket, &all, durations.count);
        self.sample(&format!("{name}_sum"), labels, durations.sum_secs);
        self.sample(&format!("{name}_count"), labels, durations.count);
    }

    /// The whole text.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a String takes what is written to it");
    }
}

fn written(labels: Labels<'_>) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

/// A code that a newer version wrote into the database may be any text.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_family_is_its_help_its_type_and_its_samples() {
        let mut text = Exposition::default();
        text.family("a_total", Kind::Counter, "How many.");
        text.sample("a_total", &[("code", "x"), ("of", "y")], 3);
        text.gauge("b", "One.", 1.5);
        assert_eq!(
            text.finish(),
            "# HELP a_total How many.\n# TYPE a_total counter\na_total{code=\"x\",of=\"y\"} 3\n\
             # HELP b One.\n# TYPE b gauge\nb 1.5\n"
        );
    }

    #[test]
    fn a_value_can_not_end_its_label() {
        let mut text = Exposition::default();
        text.sample("a", &[("code", "x\"} 9\n\\")], 1);
        assert_eq!(text.finish(), "a{code=\"x\\\"} 9\\n\\\\\"} 1\n");
    }

    #[test]
    fn a_histogram_ends_in_all_of_them() {
        let mut durations = Durations::new(&[0.5]);
        durations.add(Duration::from_secs(1));
        let mut text = Exposition::default();
        text.durations("t", &[("class", "2xx")], &durations);
        assert_eq!(
            text.finish(),
            "t_bucket{class=\"2xx\",le=\"0.5\"} 0\nt_bucket{class=\"2xx\",le=\"+Inf\"} 1\n\
             t_sum{class=\"2xx\"} 1\nt_count{class=\"2xx\"} 1\n"
        );
    }
}
