//! Hostile requests to every route, as an administrator, whom nothing else keeps out: none makes
//! the program fail, leads away from the site, or puts anything into a page that is not text.

mod hostile;
mod parameters;
mod parameters_of_api;
mod target;

use axum::body::Body;
use axum::http::Uri;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use routervault::web::ROUTES;
use url::Url;

use super::house::{Answer, FORM, House, Visitor};
use super::routes::{Names, administrator};
use hostile::{INJECTED, MARKUP_SHOWN};
use parameters::parameters;
use target::Target;

/// How many requests of random parts are sent.
const RANDOM_REQUESTS: u32 = 400;

/// An administrator who means no good.
struct Fuzzer {
    visitor: Visitor,
    targets: Vec<Target>,
    problems: Vec<String>,
}

impl Fuzzer {
    async fn new() -> Self {
        // For the check of a provider; it may be chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let house = House::of_two().await;
        Self {
            targets: Target::all(&Names::of(&house)),
            visitor: Visitor::new(&house, administrator()).await,
            problems: Vec::new(),
        }
    }

    /// Sends what no program but an attacker's would send.
    async fn send(&mut self, method: &str, (address, form): (String, String)) {
        // Not even the library of the tests would send these.
        if address.parse::<Uri>().is_err() {
            return;
        }
        let answer = match method {
            "GET" => self.visitor.get(&address).await,
            _ if address.starts_with("/api/") => {
                self.visitor.send(method, &address, &as_json(&form)).await
            }
            _ => self.visitor.send(method, &address, &form).await,
        };
        let place = format!("{method} {address:.200} {form:.200}");
        self.look(&address, &place, &answer).await;
    }

    async fn look(&mut self, address: &str, place: &str, answer: &Answer) {
        let status = answer.status.as_u16();
        // Who knows no password is told so there.
        let is_proof = ["/sign-in", "/account/"]
            .iter()
            .any(|path| address.starts_with(path));
        if status >= 500 || (status == 401 && !is_proof) {
            self.problems.push(format!("{place} answered {status}"));
        }
        if leads_away(address, answer) {
            let location = answer.header("location");
            self.problems.push(format!("{place} leads to {location}"));
        }
        if answer.headers.contains_key(INJECTED) {
            self.problems.push(format!("{place} puts a header in"));
        }
        let is_page = answer.header("content-type").starts_with("text/html");
        let text = answer.text();
        if is_page && MARKUP_SHOWN.iter().any(|markup| text.contains(markup)) {
            self.problems.push(format!("{place} puts markup in"));
        }
        if ["/sign-out", "/account/sessions/"]
            .iter()
            .any(|ending| address.starts_with(ending))
        {
            self.visitor.sign_in().await;
        }
    }

    /// Panics when anything was wrong.
    async fn end(self) {
        let problems = &self.problems;
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        // Otherwise the door was tried, and no page.
        assert!(self.visitor.get("/").await.status.is_success());
    }
}

/// Whether a browser that asked for `address` is led to another site.
fn leads_away(address: &str, answer: &Answer) -> bool {
    if !answer.headers.contains_key("location") {
        return false;
    }
    let base = Url::parse("http://localhost/").unwrap();
    let asked = base.join(address).unwrap_or_else(|_| base.clone());
    let target = asked.join(answer.header("location"));
    !target.is_ok_and(|target| target.origin() == base.origin())
}

/// What programs send as numbers.
const NUMBERS: [&str; 13] = [
    "all_days",
    "connect_timeout_secs",
    "count",
    "days",
    "export_timeout_secs",
    "keep",
    "minute",
    "minutes",
    "overdue_hours",
    "per_site",
    "port",
    "runs_days",
    "spread_minutes",
];

/// The fields of a form as a program would send them.
fn as_json(form: &str) -> String {
    let fields = url::form_urlencoded::parse(form.as_bytes()).map(|(name, value)| {
        let value = match (&*name, &*value) {
            (
                "devices" | "kinds" | "recipients" | "scopes" | "sites" | "tags" | "weekdays"
                | "withheld",
                name,
            ) => serde_json::json!([name]),
            (_, "true") => serde_json::Value::Bool(true),
            (name, text) => match text.parse::<i64>() {
                Ok(number) if NUMBERS.contains(&name) => serde_json::Value::from(number),
                _ => serde_json::Value::from(text),
            },
        };
        (name.into_owned(), value)
    });
    let fields: serde_json::Map<String, serde_json::Value> = fields.collect();
    serde_json::Value::Object(fields).to_string()
}

#[test]
fn every_route_says_what_it_reads() {
    for route in ROUTES {
        let (method, path) = (route.method, route.path);
        let is_listed = parameters().any(|known| (known.0, known.1) == (method, path));
        assert!(is_listed, "{method} {path} is not listed");
    }
    assert_eq!(parameters().count(), ROUTES.len());
}

#[tokio::test]
async fn no_value_of_a_parameter_or_a_place_in_an_address_breaks_anything() {
    let mut fuzzer = Fuzzer::new().await;
    let values = hostile::values();
    for target in std::mem::take(&mut fuzzer.targets) {
        let method = target.method;
        for value in &values {
            for place in &target.places {
                let request = target.with_place(*place, value);
                fuzzer.send(method, request).await;
            }
            for name in target.names {
                fuzzer.send(method, target.with(&[(name, value)])).await;
            }
        }
        for name in target.names {
            let twice = [(*name, "1"), (*name, "2")];
            fuzzer.send(method, target.with(&twice)).await;
            let many: Vec<(&str, &str)> = (0..2000).map(|_| (*name, "1")).collect();
            fuzzer.send(method, target.with(&many)).await;
            fuzzer.send(method, target.without(name)).await;
        }
    }
    fuzzer.end().await;
}

#[tokio::test]
async fn no_body_breaks_anything() {
    let mut fuzzer = Fuzzer::new().await;
    let targets = std::mem::take(&mut fuzzer.targets);
    for target in targets.iter().filter(|target| target.method == "POST") {
        let (address, form) = target.with(&[]);
        for (kind, body) in hostile::bodies() {
            let headers = [("content-type", kind), FORM[1]];
            let ask = fuzzer.visitor.ask("POST", &address, &headers, body);
            let answer = ask.await;
            fuzzer
                .look(&address, &format!("{kind} to {address}"), &answer)
                .await;
        }
        for length in 0..form.len() {
            let cut = form[..length].to_owned();
            fuzzer.send("POST", (address.clone(), cut)).await;
        }
        // A browser that is gone in the middle of its form.
        let broken = futures_util::stream::iter([
            Ok(form.clone()),
            Err(std::io::Error::other("the browser is gone")),
        ]);
        let body = Body::from_stream(broken);
        let answer = fuzzer.visitor.ask("POST", &address, &FORM, body).await;
        fuzzer
            .look(&address, &format!("half a form to {address}"), &answer)
            .await;
    }
    fuzzer.end().await;
}

/// A number of a target, and names and values by their numbers, or values of any text.
fn random_request() -> impl Strategy<Value = (usize, Vec<(usize, usize, Option<String>)>)> {
    let value = (
        any::<usize>(),
        any::<usize>(),
        proptest::option::of("\\PC{0,40}"),
    );
    (any::<usize>(), proptest::collection::vec(value, 0..6))
}

#[test]
fn no_random_request_breaks_anything() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut fuzzer = runtime.block_on(Fuzzer::new());
    let mut targets = std::mem::take(&mut fuzzer.targets);
    // The provider that is set up by it would then be asked, and answers nobody.
    targets.retain(|target| !target.names.contains(&"issuer"));
    let hostile = hostile::values();
    let config = Config::with_cases(RANDOM_REQUESTS);
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, random);
    let fuzzer = std::cell::RefCell::new(fuzzer);
    let outcome = runner.run(&random_request(), |(number, parts)| {
        let target = &targets[number % targets.len()];
        let mut values = Vec::new();
        for (name, value, text) in &parts {
            let name = target.names.get(name % target.names.len().max(1));
            let value = match text {
                Some(text) => url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
                None => hostile[value % hostile.len()].clone(),
            };
            values.extend(name.map(|name| (*name, value)));
        }
        let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let mut fuzzer = fuzzer.borrow_mut();
        runtime.block_on(fuzzer.send(target.method, target.with(&values)));
        let problem = fuzzer.problems.pop();
        problem.map_or(Ok(()), |problem| Err(TestCaseError::fail(problem)))
    });
    outcome.unwrap();
    runtime.block_on(fuzzer.into_inner().end());
}
