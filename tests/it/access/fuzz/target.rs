//! A route to be asked with a good request of which some parts are replaced.

use serde_json::Value;

use super::parameters::parameters;
use crate::access::house::CUSTOMERS;
use crate::access::routes::{Case, Names, cases};

/// A good request, and what of it can be replaced.
pub struct Target {
    pub method: &'static str,
    segments: Vec<String>,
    /// Pairs of the query or of the form.
    pairs: Vec<(String, String)>,
    /// Places in the path,
    pub places: Vec<usize>,
    /// and names of parameters.
    pub names: &'static [&'static str],
}

impl Target {
    /// Every route, by its example about the first customer.
    pub fn all(names: &Names) -> Vec<Self> {
        let targets = parameters().map(|&(method, path, names_of)| {
            let of_route = |case: &&Case| case.method == method && case.path == path;
            let case = cases().find(of_route).unwrap();
            Self::new(case, names, names_of)
        });
        targets.collect()
    }

    fn new(case: &Case, fill: &Names, names: &'static [&'static str]) -> Self {
        let address = fill.fill(case.address, &CUSTOMERS[0]);
        let form = fill.fill(case.form, &CUSTOMERS[0]);
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        let pairs = if case.method == "GET" { query } else { &form };
        let places = case.path.split('/').enumerate();
        Self {
            method: case.method,
            segments: path.split('/').map(str::to_owned).collect(),
            pairs: if pairs.starts_with('{') {
                pairs_of_json(pairs)
            } else {
                pairs.split('&').filter_map(split).collect()
            },
            places: places
                .filter(|(_, segment)| segment.starts_with('{'))
                .map(|(place, _)| place)
                .collect(),
            names,
        }
    }

    /// The address and the form with a place of the path replaced.
    pub fn with_place(&self, place: usize, value: &str) -> (String, String) {
        let mut segments = self.segments.clone();
        value.clone_into(&mut segments[place]);
        self.written(&segments.join("/"), &self.pairs)
    }

    /// The same with other values of these parameters.
    pub fn with(&self, values: &[(&str, &str)]) -> (String, String) {
        let is_replaced = |name: &str| values.iter().any(|(replaced, _)| *replaced == name);
        let kept = self.pairs.iter().filter(|(name, _)| !is_replaced(name));
        let new = values.iter();
        let new = new.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let pairs: Vec<(String, String)> = kept.cloned().chain(new).collect();
        self.written(&self.segments.join("/"), &pairs)
    }

    /// The same without a parameter.
    pub fn without(&self, name: &str) -> (String, String) {
        let kept = self.pairs.iter().filter(|(kept, _)| kept != name);
        let pairs: Vec<(String, String)> = kept.cloned().collect();
        self.written(&self.segments.join("/"), &pairs)
    }

    fn written(&self, path: &str, pairs: &[(String, String)]) -> (String, String) {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let pairs = pairs.join("&");
        if self.method == "GET" {
            (format!("{path}?{pairs}"), String::new())
        } else {
            (path.to_owned(), pairs)
        }
    }
}

fn split(pair: &str) -> Option<(String, String)> {
    let (name, value) = pair.split_once('=')?;
    Some((name.to_owned(), value.to_owned()))
}

/// What a program sends, as a form would have it; lists and what is in other things are left out.
fn pairs_of_json(text: &str) -> Vec<(String, String)> {
    let fields: serde_json::Map<String, Value> = serde_json::from_str(text).unwrap();
    let pairs = fields.into_iter().filter_map(|(name, value)| {
        let text = match value {
            Value::String(text) => url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        Some((name, text))
    });
    pairs.collect()
}
