//! Retention as programs manage it.

use axum::http::StatusCode;
use serde_json::json;

use super::Program;

const RULES: &str = "/api/v1/retention/rules";

#[tokio::test]
async fn a_rule_is_set_listed_changed_and_taken_away() {
    let program = Program::new().await;
    let site = format!("{RULES}/site:site-0");
    program.ask("GET", &site, &[], "").await.problem(404);
    let rule = json!({"count": 12, "thinning": {"all_days": 30, "daily_days": 365}});
    let set = program.put("PUT", &site, &rule).await;
    assert_eq!(set["target"], "site:site-0");
    assert_eq!(set["rule"]["count"], 12);
    assert_eq!(set["rule"]["days"], json!(null));
    let tag = program
        .put(
            "PUT",
            &format!("{RULES}/tag:core%20edge"),
            &json!({"days": 60}),
        )
        .await;
    assert_eq!(tag["target"], "tag:core edge");
    assert_eq!(program.get(RULES).await["items"], json!([tag, set]));
    let second = program.get(&format!("{RULES}?limit=1&cursor=1")).await;
    assert_eq!(second, json!({"items": [set], "next": null}));

    let shown = program.ask("GET", &site, &[], "").await;
    let seen = [("if-match", shown.header("etag"))];
    let days = json!({"days": 9000}).to_string();
    let changed = program.send("PUT", &site, &seen, &days).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    program.send("PUT", &site, &seen, &days).await.problem(412);
    program.ask("DELETE", &site, &seen, "").await.problem(412);
    let gone = program.ask("DELETE", &site, &[], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    program.ask("DELETE", &site, &[], "").await.problem(404);
    let recorded = "SELECT count(*)::text FROM audit WHERE subject LIKE 'retention of %'";
    assert_eq!(program.text(recorded).await, "4");
}

#[tokio::test]
async fn what_no_rule_is_for_and_numbers_out_of_bounds_are_refused() {
    let program = Program::new().await;
    let days = json!({"days": 1}).to_string();
    for target in ["site:nowhere", "site-0", "tag:", "everything:", "group:a"] {
        let address = format!("{RULES}/{target}");
        program.send("PUT", &address, &[], &days).await.problem(404);
    }
    let all = format!("{RULES}/everything");
    let backwards = json!({"thinning": {"all_days": 9, "daily_days": 8}}).to_string();
    program
        .send("PUT", &all, &[], &backwards)
        .await
        .problem(422);
    let none = json!({"count": 0}).to_string();
    program.send("PUT", &all, &[], &none).await.problem(422);
    let half = json!({"count": 1.5}).to_string();
    assert!(
        program
            .send("PUT", &all, &[], &half)
            .await
            .problem(400)
            .contains("no whole number")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_tells_what_would_go_and_takes_nothing() {
    let program = Program::new().await;
    for _ in 0..3 {
        program.world.router("near").change();
        program.world.back_up().await;
    }
    let asked = json!({"target": "site:site-0", "rule": {"count": 1}});
    let preview = program
        .put("POST", "/api/v1/retention/preview", &asked)
        .await;
    assert_eq!(preview["snapshots"], 2, "{preview}");
    assert_eq!(
        (&preview["devices"], &preview["sites"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(preview["first"][0]["device"], "near");
    assert_eq!(preview["first"][0]["why"], "A newer one is kept");
    assert_eq!(program.get(RULES).await["items"], json!([]));
    let without = json!({"target": "everything"});
    let nothing = program
        .put("POST", "/api/v1/retention/preview", &without)
        .await;
    assert_eq!(nothing["snapshots"], 0);
}

#[tokio::test]
async fn the_limits_of_runs_are_shown_and_changed() {
    let program = Program::new().await;
    let address = "/api/v1/retention/runs";
    let before = program.ask("GET", address, &[], "").await;
    let seen = [("if-match", before.header("etag"))];
    let limits = json!({"runs_days": 500, "trails_days": null});
    let changed = program
        .send("PUT", address, &seen, &limits.to_string())
        .await;
    assert_eq!(changed.json(), limits);
    assert_eq!(program.get(address).await, limits);
    program
        .send("PUT", address, &seen, &limits.to_string())
        .await
        .problem(412);
    let wrong = json!({"runs_days": 0, "trails_days": 1}).to_string();
    program.send("PUT", address, &[], &wrong).await.problem(422);
}
