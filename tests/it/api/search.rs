//! The search as programs ask it.

use routervault::search::index_next;
use serde_json::json;

use super::Program;
use crate::support::vault;

async fn indexed() -> Program {
    let program = Program::new().await;
    program.world.back_up().await;
    while index_next(&program.world.pool, &vault()).await.unwrap() {}
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_found_with_its_devices() {
    let program = indexed().await;
    let found = program.get("/api/v1/search?q=set%20name%3Dnear").await;
    let line = &found["items"][0];
    assert_eq!(line["menu"], "/system identity");
    assert_eq!(line["text"], "set name=near");
    assert_eq!(line["devices_now"], 1);
    assert_eq!(line["devices"][0]["device"], "near");
    assert_eq!(line["devices"][0]["last"], json!(null));
    assert_eq!(found["not_searched"]["waiting"], 0);
    let address = format!("/api/v1/search/lines/{}", line["id"]);
    assert_eq!(&program.get(&address).await, line);
    let before = program.get(&format!("{address}?when=before")).await;
    assert_eq!(before["devices"], json!([]));
    let elsewhere = program.get("/api/v1/search?q=set%20name&tag=none").await;
    assert_eq!(elsewhere["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_come_page_by_page_each_once() {
    let program = indexed().await;
    let mut address = "/api/v1/search?q=e".to_owned();
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let page = program.get(&address).await;
        for line in page["items"].as_array().unwrap() {
            assert!(seen.insert(line["id"].as_i64().unwrap()), "{line}");
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        address = format!("/api/v1/search?q=e&cursor={next}");
    }
    let lines = "SELECT count(*)::text FROM search_lines WHERE text ILIKE '%e%'";
    assert_eq!(seen.len().to_string(), program.text(lines).await);
    assert!(seen.len() > 25);
}

#[tokio::test]
async fn what_can_not_be_searched_for_is_told_in_a_sentence() {
    let program = Program::new().await;
    for (query, status, words) in [
        ("", 422, "`q` or by `menu`"),
        ("q=(&regex=true", 422, "can not be read"),
        ("q=a&site=nowhere", 404, "no such site"),
        ("q=a&cursor=x", 400, "another page"),
        ("q=a&sites=x", 400, "unknown field"),
        (&format!("q={}", "x".repeat(201)), 422, "too long"),
    ] {
        let address = format!("/api/v1/search?{query}");
        let answer = program.ask("GET", &address, &[], "").await;
        assert!(answer.problem(status).contains(words), "{query}");
    }
    let line = program.ask("GET", "/api/v1/search/lines/9", &[], "").await;
    assert!(line.problem(404).contains("no such line"));
}
