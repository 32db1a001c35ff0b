//! Who may do what: signing in, sessions, links that work once, and every route with every role.

mod audit;
mod audited;
mod fuzz;
mod host_keys;
mod house;
mod own_account;
mod redirects;
mod routes;
mod second_factor;
mod sign_in;
mod tokens;
mod users;
mod users_by_file;
mod welcome;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use chrono::Utc;
use routervault::access::password;
use routervault::model::UserId;
use routervault::web;
use sqlx::PgPool;
use tower::ServiceExt as _;

use crate::support::{administrator, app_state, database, insert_user, vault};

/// The password of whoever has one in these tests.
const PASSWORD: &str = "copper-lantern-meadow-41";

/// The pages, asked as a browser asks.
struct Door {
    pool: PgPool,
    app: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }

    /// `name=value` of the cookie that it sets.
    fn cookie(&self) -> String {
        let cookie = self.headers[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

impl Door {
    /// A house in which nobody can sign in.
    async fn empty() -> Self {
        Self::over(database().await)
    }

    /// The pages over this database.
    fn over(pool: PgPool) -> Self {
        let app = web::router(app_state(&pool, &vault(), Utc::now));
        Self { pool, app }
    }

    /// The administrator `admin` has a password.
    async fn with_admin() -> (Self, UserId) {
        let door = Self::empty().await;
        let admin = insert_user(&door.pool, &administrator()).await;
        door.set_password(admin).await;
        (door, admin)
    }

    async fn set_password(&self, user: UserId) {
        let hash = password::hash(PASSWORD.into()).await.unwrap();
        sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
            .bind(user.0)
            .bind(hash)
            .execute(&self.pool)
            .await
            .unwrap();
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            text: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path)
            .header("host", "localhost")
            .header("accept", "text/html")
            .header("cookie", cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header("host", "localhost")
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookie);
        self.send(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    /// Brings a file of lines about this.
    async fn bring(&self, kind: &str, cookie: &str, file: &str) -> Answer {
        let body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n--b\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\n\
             {file}\r\n--b--\r\n"
        );
        let request = Request::post("/manage/import")
            .header("host", "localhost")
            .header("content-type", "multipart/form-data; boundary=b")
            .header("cookie", cookie);
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn sign_in(&self, name: &str, password: &str, cookie: &str) -> Answer {
        let form = format!("name={name}&password={password}");
        self.post("/sign-in", cookie, &form).await
    }

    /// Who did what, as the audit has it.
    async fn audit(&self) -> Vec<(String, String)> {
        sqlx::query_as("SELECT user_name, action FROM audit ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }
}
