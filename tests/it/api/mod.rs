//! The API as a program asks it: with a token, over the production router, a real database and
//! real routers.

mod alerts;
mod archive_plans;
mod archives;
mod audit;
mod compare;
mod credentials;
mod csv;
mod description;
mod managing;
mod outside;
mod refused;
mod reports;
mod restoring;
mod retention;
mod schedules;
mod search;
mod single_sign_on;
mod snapshots;
mod users;
mod whole;
mod windows;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::Utc;
use routervault::demo::RouterSpec;
use routervault::model::Person;
use routervault::web::{self, AppState};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::{
    Deadlines, World, administrator, app_state, cookie_of, insert_user, vault, with_cookie,
};

/// Routers, and the API as somebody asks it.
pub struct Program {
    pub world: World,
    app: Router,
    /// Where archives are kept.
    pub folder: tempfile::TempDir,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The sentence of a problem of this status.
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        self.json()["detail"].as_str().unwrap().to_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

impl Program {
    /// With two routers at one site, `near` and `far`.
    pub async fn new() -> Self {
        Self::of(administrator()).await
    }

    pub async fn of(person: Person) -> Self {
        let specs = vec![RouterSpec::new("near", 1), RouterSpec::new("far", 2)];
        let world = World::with(specs, Deadlines::GENEROUS).await;
        let folder = tempfile::tempdir().unwrap();
        let state = AppState {
            archives: Arc::from(folder.path()),
            ..app_state(&world.pool, &vault(), Utc::now)
        };
        let user = insert_user(&world.pool, &person).await;
        let cookie = cookie_of(&state, user).await;
        let app = with_cookie(web::router(state), cookie);
        Self { world, app, folder }
    }

    pub async fn ask(
        &self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in [("host", "localhost:8080")].iter().chain(headers) {
            request = request.header(*name, *value);
        }
        self.answer(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    /// What comes of a request.
    pub async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: to_bytes(body, usize::MAX).await.unwrap().into(),
        }
    }

    pub async fn get(&self, address: &str) -> Value {
        let answer = self.ask("GET", address, &[], "").await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {answer:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        answer.json()
    }

    /// Sends what is taken, and gives the answer.
    pub async fn put(&self, method: &str, address: &str, body: &Value) -> Value {
        let answer = self.send(method, address, &[], &body.to_string()).await;
        assert!(answer.status.is_success(), "{address}: {answer:?}");
        answer.json()
    }

    /// One text of the database.
    pub async fn text(&self, statement: &'static str) -> String {
        let text = sqlx::query_scalar(statement);
        text.fetch_one(&self.world.pool).await.unwrap()
    }

    pub async fn send(
        &self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let json = [("content-type", "application/json")];
        let headers = [&json[..], headers].concat();
        self.ask(method, address, &headers, body).await
    }
}
