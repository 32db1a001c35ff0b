//! The audit as programs read it.

use serde_json::json;

use super::Program;

#[tokio::test]
async fn what_programs_do_is_read_page_by_page_newest_first() {
    let program = Program::new().await;
    for slug in ["acme", "umbrella"] {
        program
            .put("POST", "/api/v1/sites", &json!({"slug": slug}))
            .await;
    }
    let first = program.get("/api/v1/audit?limit=1").await;
    let entry = &first["items"][0];
    assert_eq!(entry["action"], "settings_changed");
    assert_eq!(
        (&entry["subject"], &entry["detail"]),
        (&json!("site umbrella"), &json!("made"))
    );
    assert_eq!(
        (&entry["user_name"], &entry["site"]),
        (&json!("admin"), &json!("umbrella"))
    );
    let next = first["next"].as_str().unwrap();
    let second = program
        .get(&format!("/api/v1/audit?limit=1&cursor={next}"))
        .await;
    assert_eq!(second["items"][0]["subject"], "site acme");

    for query in [
        "user=Admin",
        "action=settings_changed",
        "site=acme",
        "since=2026-01-01T00:00:00Z",
    ] {
        let found = program
            .get(&format!("/api/v1/audit?{query}&text=site%20acme"))
            .await;
        assert_eq!(found["items"], second["items"], "{query}");
    }
    let nobody = program.get("/api/v1/audit?user=nobody").await;
    assert_eq!(nobody["items"], json!([]));
    for (query, status) in [
        ("text=ab", 422),
        ("action=none", 400),
        ("site=nowhere", 404),
    ] {
        let address = format!("/api/v1/audit?{query}");
        program.ask("GET", &address, &[], "").await.problem(status);
    }
}
