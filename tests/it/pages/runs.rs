//! Runs: the list of all with its filters, and the page of one.

use axum::http::StatusCode;

use super::Stage;

impl Stage {
    /// The numbers of the runs that a list shows.
    async fn listed_runs(&self, query: &str) -> Vec<i64> {
        let address = format!("/runs{query}");
        let answer = self.get(&address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        let text = answer.text();
        text.split("class=\"links\"><a href=\"/runs/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
            .collect()
    }
}

#[tokio::test]
async fn runs_are_filtered_by_site_device_state_time_and_who() {
    let stage = Stage::with_history().await;
    for (query, expected) in [
        ("", &[5, 4, 3, 2, 1][..]),
        ("?site=&device=&state=&since=&by=&name=", &[5, 4, 3, 2, 1]),
        ("?site=acme", &[5, 3, 2, 1]),
        ("?site=bakery&device=gw-1", &[4]),
        ("?device=gw-2", &[2]),
        ("?site=acme&device=1", &[5, 3, 1]),
        ("?state=completed", &[4, 1]),
        ("?state=suspect", &[4]),
        ("?state=failed", &[2]),
        ("?state=cancelled&site=acme", &[5, 3]),
        ("?state=queued", &[]),
        ("?since=day", &[5, 4]),
        ("?since=week&by=scheduled", &[2, 1]),
        ("?from=2026-05-02", &[5, 4, 3]),
        ("?from=2026-05-02&to=2026-05-02", &[3]),
        ("?to=2026-05-01", &[2, 1]),
        ("?from=2026-05-01&since=day", &[5, 4]),
        ("?from=2026-05-04&to=2199-12-31", &[]),
        ("?by=manual", &[3]),
        ("?name=kim", &[3]),
        ("?name=%3Cscript%3E", &[]),
        ("?before=3", &[2, 1]),
        ("?before=-1", &[]),
        ("?site=nope", &[]),
        ("?device=%25%5F%27", &[]),
    ] {
        assert_eq!(stage.listed_runs(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn days_are_those_of_the_site_once_one_is_chosen() {
    let stage = Stage::with_history().await;
    stage
        .run("UPDATE runs SET queued_at = '2026-05-01T22:30:00Z' WHERE id = 2")
        .await;
    let third = "from=2026-05-02&to=2026-05-02";
    assert_eq!(stage.listed_runs(&format!("?{third}")).await, [3]);
    for place in ["site=acme", "device=gw-2"] {
        let listed = stage.listed_runs(&format!("?{place}&{third}")).await;
        assert!(listed.contains(&2), "{place}: {listed:?}");
        let page = stage.get(&format!("/runs?{place}")).await.text();
        assert!(page.contains("midnight in Europe/Berlin."), "{place}");
    }
    let page = stage.get("/runs").await.text();
    assert!(page.contains("midnight in UTC; with a site chosen, at midnight there."));
}

#[tokio::test]
async fn days_that_make_no_sense_are_told_beside_the_form() {
    let stage = Stage::with_history().await;
    for (query, sentence) in [
        ("from=2026-02-30", "A day is written like 2026-05-03"),
        ("to=%22%3E%3Cscript%3E", "A day is written like 2026-05-03"),
        ("from=2026-05-03&to=2026-05-02", "is after the last one."),
    ] {
        let answer = stage.get(&format!("/runs?state=failed&{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        let text = answer.text();
        assert!(text.contains(sentence), "{query}");
        assert!(text.contains("value=\"failed\" selected") && !text.contains("<script>"));
        assert!(!text.contains("class=\"links\""), "nothing is listed");
    }
}

#[tokio::test]
async fn a_name_that_several_devices_have_asks_which() {
    let stage = Stage::with_history().await;
    let text = stage.get("/runs?device=gw-1&state=completed").await.text();
    assert!(text.contains("Which device?"));
    let text = text.replace("&#38;", "&");
    assert!(text.contains("/runs?site=bakery&device=gw-1&state=completed"));
    assert!(text.contains("The &#60;i&#62;Bakery"));
}

#[tokio::test]
async fn what_no_filter_offers_is_refused() {
    let stage = Stage::with_history().await;
    for query in [
        "state=lost",
        "since=year",
        "by=me",
        "before=x",
        "before=99999999999999999999",
        "site=%00",
        "device=%00",
    ] {
        let answer = stage.get(&format!("/runs?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
    for address in ["/runs/99", "/runs/99/events"] {
        let answer = stage.get(address).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
    }
    let answer = stage.get("/runs/x").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn older_runs_follow_page_by_page_and_keep_the_filter() {
    let stage = Stage::with_history().await;
    stage
        .run(
            "INSERT INTO runs (batch_id, device_id, site_id, priority, state, finished_at)
             SELECT 1, 1, 1, 1, 'cancelled', now() FROM generate_series(1, 60)",
        )
        .await;
    let first = stage.get("/runs?site=acme&state=cancelled").await.text();
    let older = "/runs?site=acme&state=cancelled&before=16";
    assert!(
        first
            .replace("&#38;", "&")
            .contains(&format!("href=\"{older}\""))
    );
    let rest = stage.listed_runs(&older["/runs".len()..]).await;
    assert_eq!(rest.len(), 12);
    assert_eq!(rest[10..], [5, 3]);
}

#[tokio::test]
async fn the_page_of_a_failed_run_says_why_and_what_to_do_next() {
    let stage = Stage::with_history().await;
    stage
        .run(
            r#"UPDATE runs SET claimed_by = 'vm:1:<b>', duration_ms = 5000,
                   steps = '[{"at_ms": 12, "text": "resolved <b>"}]',
                   checks = '[{"name": "sentinel", "ok": false, "detail": "It is `<i>`."}]'
               WHERE id = 2"#,
        )
        .await;
    let page = stage.get("/runs/2").await.text();
    for words in [
        "It is &#60;down&#62;. Check it.",
        "<b>Next:</b> back it up again once it answers.",
        "resolved &#60;b&#62;",
        "<code>&#60;i&#62;</code>",
        "vm:1:&#60;b&#62;",
        "href=\"/batches/1\"",
        "Scheduled",
        "unreachable",
        "name=\"device\" value=\"2\"",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("hx-") && !page.contains("/cancel"));
    let listed = stage.get("/runs?state=failed").await.text();
    assert!(listed.contains("It is &#60;down&#62;.") && listed.contains("title=\"It is"));
    let batch = stage.get("/batches/1").await.text();
    assert!(batch.contains("Next: <a href=\"/runs/2#next\">back it up again once it answers</a>"));
}

#[tokio::test]
async fn a_changed_host_key_names_the_command_that_trusts_the_device() {
    let stage = Stage::with_history().await;
    stage
        .run("UPDATE runs SET failure_code = 'host_key_changed' WHERE id = 2")
        .await;
    let page = stage.get("/runs/2").await.text();
    assert!(page.contains("routervault trust acme/gw-2"));
    stage
        .run("UPDATE runs SET failure_code = 'of_tomorrow' WHERE id = 2")
        .await;
    let page = stage.get("/runs/2").await.text();
    assert!(page.contains("of_tomorrow") && !page.contains("Next:"));
}

#[tokio::test]
async fn a_run_moves_until_it_is_cancelled() {
    let stage = Stage::acme().await;
    stage.post("/sites/acme/backups", "", "same-origin").await;
    let page = stage.get("/runs/1").await.text();
    assert!(page.contains("hx-sse:connect=\"/runs/1/events\"") && page.contains("Waiting"));
    let done = stage.post("/runs/1/cancel", "", "same-origin").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(done.header("location"), "/runs/1?notice=cancelled");
    let page = stage.get("/runs/1?notice=cancelled").await.text();
    assert!(page.contains("Cancelled") && !page.contains("hx-"));
    let again = stage.post("/runs/1/cancel", "", "same-origin").await;
    assert_eq!(again.header("location"), "/runs/1?notice=nothing-to-cancel");
    let missing = stage.post("/runs/99/cancel", "", "same-origin").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_running_run_that_is_cancelled_says_so_until_it_has_stopped() {
    let stage = Stage::acme().await;
    stage.post("/sites/acme/backups", "", "same-origin").await;
    stage
        .run(
            "UPDATE runs SET state = 'running', claimed_by = 'c', attempt = 1,
                 lease_until = now() + interval '1 hour'",
        )
        .await;
    stage.post("/runs/1/cancel", "", "same-origin").await;
    let page = stage.get("/runs/1").await.text();
    assert!(page.contains("Being stopped") && !page.contains("action=\"/runs/1/cancel\""));
    let batch = stage.get("/batches/2").await.text();
    assert!(batch.contains("Being cancelled"));
}
