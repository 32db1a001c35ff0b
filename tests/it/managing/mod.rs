//! Managing in the browser and by CSV, as a browser sends it: the production router over a real
//! database.

mod alerts;
mod credentials;
mod devices;
mod file;
mod file_archives;
mod file_retention;
mod file_schedules;
mod import;
mod retention;
mod schedules;
mod sites;
mod tags;
mod windows;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::Utc;
use routervault::inventory::{Applied, apply, parse};
use routervault::vault::Vault;
use routervault::web::AppState;
use sqlx::PgPool;
use tower::ServiceExt as _;

use crate::support::{app_state, database, signed_in, vault};

/// The pages for an administrator, over a database with nothing in it.
struct Desk {
    pool: PgPool,
    vault: Arc<Vault>,
    app: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    /// Where a redirect leads to.
    fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        self.headers["location"].to_str().unwrap()
    }

    /// The value of a hidden field.
    fn hidden(&self, name: &str) -> String {
        let field = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text.split_once(&field).expect("the field");
        rest.split('"').next().unwrap().to_owned()
    }

    fn shows(&self, words: &str) {
        assert!(self.text.contains(words), "no {words:?} in:\n{}", self.text);
    }

    fn hides(&self, words: &str) {
        assert!(!self.text.contains(words), "{words:?} in:\n{}", self.text);
    }
}

impl Desk {
    async fn empty() -> Self {
        let (pool, vault) = (database().await, vault());
        let app = signed_in(app_state(&pool, &vault, Utc::now)).await;
        Self { pool, vault, app }
    }

    /// With the site `acme`, the credential `core` (number 1) and the device `gw-1` (number 1).
    async fn furnished() -> Self {
        let desk = Self::empty().await;
        let site = [("slug", "acme"), ("timezone", "UTC"), ("tags", "gold")];
        desk.post("/manage/sites/new", &site).await.location();
        let core = [
            ("name", "core"),
            ("username", "backup"),
            ("password", "swordfish"),
        ];
        desk.post("/manage/credentials/new", &core).await.location();
        let made = desk.post("/manage/devices/new", &gateway()).await;
        assert_eq!(made.location(), "/manage/devices/1?notice=made");
        desk
    }

    /// The same pages for the same administrator in another state, such as another time.
    async fn again(&self, state: AppState) -> Router {
        crate::support::with_cookie(
            routervault::web::router(state.clone()),
            crate::support::cookie_of(&state, routervault::model::UserId(1)).await,
        )
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            text: String::from_utf8(body.into()).unwrap(),
        }
    }

    async fn get(&self, address: &str) -> Answer {
        let request = Request::get(address).header("host", "localhost");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The part of a page that moves, as htmx asks for it.
    async fn part(&self, address: &str) -> Answer {
        let request = Request::get(address)
            .header("host", "localhost")
            .header("hx-request", "true");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)));
        let request = Request::post(address)
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded");
        let body = pairs.collect::<Vec<_>>().join("&");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Brings a file.
    async fn bring(&self, kind: &str, file: &[u8]) -> Answer {
        let head = format!(
            "--b\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n--b\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\n"
        );
        let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
        let request = Request::post("/manage/import")
            .header("host", "localhost")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// One text of the database.
    async fn text(&self, sql: &'static str) -> String {
        let text: Option<String> = sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap();
        text.unwrap_or_default()
    }

    async fn run(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&self.pool).await.unwrap();
    }

    /// Applies an inventory file, whose credential `file` every device of it has.
    async fn apply(&self, sites: &str) -> Applied {
        let text = format!(
            "[defaults]\ncredential = \"file\"\n[[credential]]\nname = \"file\"\n\
             username = \"u\"\npassword = \"p\"\n{sites}"
        );
        let parsed = parse(&text, "devices.toml", Path::new(""), &|_| None).unwrap();
        let mut transaction = self.pool.begin().await.unwrap();
        let applied = apply(&mut transaction, &parsed, &self.vault).await.unwrap();
        transaction.commit().await.unwrap();
        applied
    }
}

/// A device as the form sends it.
fn gateway() -> Vec<(&'static str, &'static str)> {
    vec![
        ("site", "acme"),
        ("name", "gw-1"),
        ("address", "192.0.2.1"),
        ("port", "22"),
        ("credential", "core"),
        ("tags", "edge"),
        ("enabled", "true"),
        ("connect_timeout_secs", "10"),
        ("export_timeout_secs", "300"),
    ]
}

/// The fields with one of them changed, and the stamp of a page in place of any other.
fn with<'a>(
    fields: &[(&'a str, &'a str)],
    changed: (&'a str, &'a str),
    stamp: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let is_other = |(name, _): &&(&str, &str)| *name != changed.0 && *name != "stamp";
    let others = fields.iter().filter(is_other);
    others.copied().chain([changed, ("stamp", stamp)]).collect()
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
