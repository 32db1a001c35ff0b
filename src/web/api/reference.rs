//! The description of the API: for programs as OpenAPI, for people as a page that is drawn from the
//! same.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    shell::{Area, Shell},
    state::AppState,
};

/// Where the description for programs is.
const OPENAPI: &str = "/api/v1/openapi.json";

/// Both, of this description.
pub fn routes(api: OpenApi) -> Router<AppState> {
    let api = Arc::new(api);
    let page = Arc::clone(&api);
    Router::new()
        .route(OPENAPI, get(async move || json(&api)))
        .route(
            "/api",
            get(
                async move |State(state): State<AppState>, person: SignedIn| {
                    show(&state, &person, &page)
                },
            ),
        )
}

fn json(api: &OpenApi) -> Result<Response, PageError> {
    let text = api
        .to_json()
        .map_err(|error| PageError::Internal(error.into()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "api/reference.html")]
struct ReferencePage {
    shell: Shell,
    about: String,
    groups: Vec<Group>,
    schemas: Vec<Schema>,
}

/// What may be asked for of one kind.
struct Group {
    name: String,
    about: String,
    operations: Vec<Operation>,
}

/// What may be asked for.
struct Operation {
    /// The name of its group.
    group: String,
    id: String,
    method: String,
    path: String,
    summary: String,
    more: String,
    parameters: Vec<Field>,
    /// The name of what is sent; empty: nothing.
    sent: String,
    answers: Vec<Answer>,
}

/// What may come back.
struct Answer {
    status: String,
    about: String,
    /// What it is; empty: nothing.
    kind: String,
}

/// A shape.
struct Schema {
    name: String,
    about: String,
    fields: Vec<Field>,
}

/// A part of a shape, or a parameter.
struct Field {
    name: String,
    kind: String,
    about: String,
}

fn show(state: &AppState, person: &SignedIn, api: &OpenApi) -> Result<ReferencePage, PageError> {
    let api = serde_json::to_value(api).map_err(|error| PageError::Internal(error.into()))?;
    Ok(ReferencePage {
        shell: Shell::new(state, person, Area::None),
        about: text(&api["info"]["description"]),
        groups: groups(&api),
        schemas: schemas(&api),
    })
}

/// The kinds, in the order in which the description names them.
fn groups(api: &Value) -> Vec<Group> {
    let mut operations = operations(api);
    let groups = list(&api["tags"]).map(|tag| {
        let name = text(&tag["name"]);
        let (of_group, others) = std::mem::take(&mut operations)
            .into_iter()
            .partition(|operation| operation.group == name);
        operations = others;
        Group {
            name,
            about: text(&tag["description"]),
            operations: of_group,
        }
    });
    groups.collect()
}

fn operations(api: &Value) -> Vec<Operation> {
    let paths = api["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| Operation {
            group: list(&operation["tags"])
                .next()
                .map_or_else(String::new, text),
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.clone(),
            summary: text(&operation["summary"]),
            more: text(&operation["description"]),
            parameters: list(&operation["parameters"]).map(parameter).collect(),
            sent: content(&operation["requestBody"]),
            answers: answers(&operation["responses"]),
        })
    });
    all.collect()
}

fn parameter(one: &Value) -> Field {
    let place = text(&one["in"]);
    Field {
        name: text(&one["name"]),
        kind: format!("{place}, {}", kind(&one["schema"])),
        about: text(&one["description"]),
    }
}

fn answers(responses: &Value) -> Vec<Answer> {
    let responses = responses.as_object().into_iter().flatten();
    let all = responses.map(|(status, response)| Answer {
        status: status.clone(),
        about: text(&response["description"]),
        kind: content(response),
    });
    all.collect()
}

fn schemas(api: &Value) -> Vec<Schema> {
    let schemas = api["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten();
    let all = schemas.map(|(name, schema)| {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let fields = properties.map(|(name, property)| Field {
            name: name.clone(),
            kind: kind(property),
            about: text(&property["description"]),
        });
        let about = [text(&schema["description"]), values(schema)];
        Schema {
            name: name.clone(),
            about: about.join(" ").trim().to_owned(),
            fields: fields.collect(),
        }
    });
    all.collect()
}

/// What a body or an answer has in it; empty: nothing.
fn content(of: &Value) -> String {
    let first = of["content"]
        .as_object()
        .and_then(|kinds| kinds.iter().next());
    first.map_or_else(String::new, |(media, content)| {
        format!("{}, {media}", kind(&content["schema"]))
    })
}

/// A type in words: `list of Site`, `string or null`.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or(name).to_owned();
    }
    let several = [&schema["oneOf"], &schema["anyOf"]];
    if let Some(all) = several.into_iter().find_map(Value::as_array) {
        let kinds: Vec<String> = all.iter().map(kind).collect();
        return kinds.join(" or ");
    }
    let names: Vec<String> = match &schema["type"] {
        Value::Array(names) => names.iter().map(text).collect(),
        one => vec![text(one)],
    };
    let named = names
        .iter()
        .map(|name| match (name.as_str(), schema["format"].as_str()) {
            ("array", _) => format!("list of {}", kind(&schema["items"])),
            ("string", Some("date-time")) => "time".to_owned(),
            _ => name.clone(),
        });
    named.collect::<Vec<_>>().join(" or ")
}

/// The words that a value may be: `One of: queued, running.`; empty: any.
fn values(schema: &Value) -> String {
    let words: Vec<String> = list(&schema["enum"]).map(text).collect();
    if words.is_empty() {
        return String::new();
    }
    format!("One of: {}.", words.join(", "))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
