//! The API against its own description, by a program that nobody here wrote: schemathesis, which
//! `script/install-test-needs` installs. It makes requests that fit the description and such that
//! do not, and looks at every answer.

use std::process::Command;

use chrono::Utc;
use routervault::access::Token;
use routervault::web;
use sqlx::PgPool;
use tokio::net::TcpListener;

use super::Program;
use crate::support::{app_state, vault};

const SCHEMATHESIS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/test-schemathesis/bin/schemathesis"
);

const CONFIG: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/api/schemathesis.toml"
);

/// How it sends what is no JSON.
const HOOKS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/api/schemathesis_hooks.py"
);

/// A token of the only user, who is an administrator.
async fn token(pool: &PgPool) -> String {
    let token = format!("rvt_{}", Token::generate().expose());
    let insert = "INSERT INTO api_tokens
                      (user_id, name, token_hash, begins, role, all_sites, created_at, expires_at)
                  SELECT id, 'tests', $1, 'rvt_', 'administrator', true, now(),
                         now() + interval '1 day'
                  FROM users";
    sqlx::query(insert)
        .bind(Token::presented(&token).hash())
        .execute(pool)
        .await
        .unwrap();
    token
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_that_schemathesis_makes_is_answered_otherwise_than_described() {
    let program = Program::new().await;
    program.world.back_up().await;
    let token = token(&program.world.pool).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let pages = web::router(app_state(&program.world.pool, &vault(), Utc::now));
    let serving = tokio::spawn(async move { axum::serve(listener, pages).await.unwrap() });

    let bearer = format!("Authorization: Bearer {token}");
    let api = format!("{origin}/api/v1/openapi.json");
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        Command::new(SCHEMATHESIS)
            .args([
                "--config-file",
                CONFIG,
                "run",
                &api,
                "--header",
                &bearer,
                "--no-color",
            ])
            .args(["--max-examples", "3", "--generation-deterministic"])
            .args(["--request-timeout", "30"])
            .env("SCHEMATHESIS_HOOKS", HOOKS)
            .current_dir(folder)
            .output()
            .expect("script/install-test-needs installs it")
    })
    .await
    .unwrap();
    serving.abort();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("Tested: 126"), "{told}");
}
