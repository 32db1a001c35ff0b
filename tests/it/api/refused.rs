//! What is refused is told as RFC 9457 has it, whichever layer refuses.

use axum::http::StatusCode;
use chrono::Utc;
use routervault::model::Role;
use routervault::web;

use super::{Answer, Program};
use crate::support::{app_state, kim, vault};

fn is_problem(answer: &Answer, status: StatusCode, words: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["status"], status.as_u16());
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(words), "{detail}");
}

#[tokio::test]
async fn what_is_not_there_has_no_tag_and_a_key_has_no_blank() {
    let program = Program::new().await;
    let rule = "/api/v1/retention/rules/site:site-0";
    let any = [("if-match", "*")];
    let made = program.send("PUT", rule, &any, "{\"count\": 5}").await;
    is_problem(&made, StatusCode::PRECONDITION_FAILED, "");
    let blank = [("idempotency-key", "a b")];
    let address = "/api/v1/sites/site-0/backups";
    let asked = program.send("POST", address, &blank, "{}").await;
    is_problem(&asked, StatusCode::BAD_REQUEST, "no blank");
}

#[tokio::test]
async fn what_makes_no_sense_is_a_problem_with_a_sentence() {
    let program = Program::new().await;
    for (method, address, body, status, words) in [
        ("GET", "/api/v1/nothing", "", 404, "no such page"),
        ("GET", "/api/v1/sites/nowhere", "", 404, "no such site"),
        ("GET", "/api/v1/runs/x", "", 400, "x"),
        ("GET", "/api/v1/sites?limit=0", "", 400, "at least 1"),
        ("GET", "/api/v1/sites?cursor=x", "", 400, "another page"),
        ("GET", "/api/v1/sites?tags=x", "", 400, "unknown field"),
        ("GET", "/api/v1/runs?device=near", "", 404, "no such device"),
        ("PUT", "/api/v1/sites", "", 405, "does not answer"),
        ("POST", "/api/v1/sites/site-0/backups", "{", 400, "JSON"),
        (
            "POST",
            "/api/v1/sites/site-0/backups",
            "{\"device\": \"near\"}",
            400,
            "unknown field",
        ),
        (
            "POST",
            "/api/v1/sites/site-0/backups",
            "{\"devices\": [\"none\"]}",
            404,
            "no such device",
        ),
        (
            "POST",
            "/api/v1/sites/site-0/backups",
            " [[\"near\"]]",
            400,
            "a JSON object",
        ),
        (
            "POST",
            "/api/v1/users",
            "{\"name\": \"kim\", \"role\": \"technician\", \"all_sites\": true, \"sites\": [\"site-0\"]}",
            422,
            "Say `all_sites`",
        ),
        (
            "POST",
            "/api/v1/users",
            "{\"name\": \"kim\", \"role\": \"administrator\", \"withheld\": [\"reveal\"]}",
            422,
            "every right at every site",
        ),
        (
            "POST",
            "/api/v1/single-sign-on/groups",
            "{\"name\": \"g\", \"role\": \"viewer\", \"all_sites\": true, \"tags\": [\"gold\"]}",
            422,
            "Say `all_sites`",
        ),
        (
            "POST",
            "/api/v1/sites/site-0/backups",
            "{\"devices\": []}",
            409,
            "No device",
        ),
    ] {
        let answer = program.send(method, address, &[], body).await;
        is_problem(&answer, StatusCode::from_u16(status).unwrap(), words);
    }
}

#[tokio::test]
async fn who_is_not_known_or_may_not_is_told_so_without_a_page() {
    let program = Program::of(kim(Role::Viewer.rights(), &[1])).await;
    let refused = program
        .send("POST", "/api/v1/sites/site-0/backups", &[], "{}")
        .await;
    is_problem(&refused, StatusCode::FORBIDDEN, "may not start");
    let state = app_state(&program.world.pool, &vault(), Utc::now);
    let nobody = Program {
        app: web::router(state),
        ..program
    };
    let as_browser = [("accept", "text/html")];
    let answer = nobody.ask("GET", "/api/v1/sites", &as_browser, "").await;
    is_problem(&answer, StatusCode::UNAUTHORIZED, "not signed in");
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
    let wrong = [("authorization", "Bearer rvt_none")];
    let answer = nobody.ask("GET", "/api/v1/sites", &wrong, "").await;
    is_problem(&answer, StatusCode::UNAUTHORIZED, "not signed in");
}
