//! What the API says of itself is what there is.

use std::collections::BTreeSet;

use routervault::web::ROUTES;
use serde_json::Value;

use super::Program;

#[tokio::test]
async fn the_description_has_every_address_and_no_other() {
    let program = Program::new().await;
    let api = program.get("/api/v1/openapi.json").await;
    let mut described = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let groups = api["tags"].as_array().unwrap().iter();
    let groups: BTreeSet<&str> = groups.map(|tag| tag["name"].as_str().unwrap()).collect();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            described.insert((method.to_uppercase(), path.clone()));
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
            assert!(operation["summary"].is_string(), "{id}");
            let group = operation["tags"][0].as_str().unwrap();
            assert!(groups.contains(group), "{id} is of no group: {group}");
        }
    }
    let of_api = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/"));
    let of_api = of_api.filter(|route| route.path != "/api/v1/openapi.json");
    let there: BTreeSet<(String, String)> = of_api
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    assert_eq!(described, there);
}

/// The names of all shapes that are pointed to.
fn pointed(part: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get("$ref") {
                names.insert(to.clone());
            }
            fields.values().for_each(|inner| pointed(inner, names));
        }
        Value::Array(parts) => parts.iter().for_each(|inner| pointed(inner, names)),
        _ => {}
    }
}

#[tokio::test]
async fn every_shape_that_is_named_is_described() {
    let api = Program::new().await.get("/api/v1/openapi.json").await;
    let mut names = BTreeSet::new();
    pointed(&api, &mut names);
    assert!(names.len() > 50, "{names:?}");
    for name in names {
        let place = name.strip_prefix('#').unwrap();
        assert!(api.pointer(place).is_some(), "{name} is not there");
    }
}

#[tokio::test]
async fn a_secret_that_is_only_written_is_described() {
    let api = Program::new().await.get("/api/v1/openapi.json").await;
    for (shape, field) in [
        ("CredentialSettings", "password"),
        ("CredentialSettings", "private_key"),
        ("CredentialSettings", "passphrase"),
        ("DestinationSettings", "url"),
        ("MailServerSettings", "password"),
        ("ProviderSettings", "client_secret"),
    ] {
        let described = &api["components"]["schemas"][shape]["properties"][field];
        assert_eq!(described["format"], "password", "{shape}.{field}");
    }
}

#[tokio::test]
async fn the_page_for_people_tells_the_same() {
    let program = Program::new().await;
    let page = program.ask("GET", "/api", &[], "").await;
    let page = String::from_utf8(page.body).unwrap();
    let api = program.get("/api/v1/openapi.json").await;
    for path in api["paths"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("{path}</code>")), "{path}");
    }
    for name in api["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("id=\"shape-{name}\"")), "{name}");
    }
    assert!(page.contains("list of Site") && page.contains("time or null"));
}

#[tokio::test]
async fn the_example_of_the_readme_is_answered_as_it_says() {
    let readme = include_str!("../../../README.md");
    let (_, example) = readme
        .split_once("curl -X POST https://backup.example.com")
        .unwrap();
    let (example, _) = example.split_once("\n```").unwrap();
    let address = example.split_whitespace().next().unwrap();
    let header = |name: &str| {
        let (_, value) = example.split_once(&format!("-H \"{name}: ")).unwrap();
        value.split('"').next().unwrap()
    };
    let (_, body) = example.split_once("-d '").unwrap();
    let program = Program::new().await;
    let headers = [
        ("content-type", header("Content-Type")),
        ("idempotency-key", header("Idempotency-Key")),
    ];
    let address = address.replace("acme-hq", "site-0");
    let body = body.trim_end_matches('\'');
    let answer = program.ask("POST", &address, &headers, body).await;
    assert_eq!(
        answer.status,
        axum::http::StatusCode::ACCEPTED,
        "{answer:?}"
    );
}
