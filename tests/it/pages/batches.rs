//! Batches: their list with its filters, **Cancel** and **Retry failed**.

use axum::http::StatusCode;

use super::Stage;

impl Stage {
    /// Batches of two sites: 1 (nightly, Acme: one completed, one failed), 2 (by `kim`, Acme:
    /// cancelled), 3 (by API, Bakery: one completed, one cancelled).
    pub(super) async fn with_history() -> Self {
        let stage = Self::acme().await;
        stage
            .run(
                "INSERT INTO sites (slug, name, timezone) VALUES ('bakery', 'The <i>Bakery', 'UTC');
                 INSERT INTO devices (site_id, name, address, port, platform, credential_id)
                 VALUES (1, 'gw-2', '192.0.2.2', 22, 'routeros', 1), (2, 'gw-1', '192.0.2.3', 22, 'routeros', 1);
                 UPDATE batches SET finished_at = '2026-05-01T02:10:00Z';
                 INSERT INTO batches (trigger, requested_by, site_id, created_at, finished_at)
                 VALUES ('manual', 'kim', 1, '2026-05-02T09:00:00Z', '2026-05-02T09:01:00Z'),
                     ('api', NULL, 2, '2026-05-03T10:00:00Z', '2026-05-03T10:01:00Z');
                 INSERT INTO runs (batch_id, device_id, site_id, priority, state, attempt, queued_at, finished_at, verdict, outcome, failure_code, failure_message)
                 VALUES (1, 1, 1, 1, 'succeeded', 1, '2026-05-01T02:00:00Z', '2026-05-01T02:00:09Z', 'verified', 'changed', NULL, NULL),
                     (1, 2, 1, 1, 'failed', 3, '2026-05-01T02:00:00Z', '2026-05-01T02:09:00Z', NULL, NULL, 'unreachable', 'It is <down>. Check it.'),
                     (2, 1, 1, 0, 'cancelled', 0, '2026-05-02T09:00:00Z', '2026-05-02T09:01:00Z', NULL, NULL, NULL, NULL),
                     (3, 3, 2, 0, 'succeeded', 1, '2026-05-03T10:00:00Z', '2026-05-03T10:01:00Z', 'suspect', 'changed', NULL, NULL),
                     (3, 1, 1, 0, 'cancelled', 0, '2026-05-03T10:00:00Z', '2026-05-03T10:01:00Z', NULL, NULL, NULL, NULL)",
            )
            .await;
        stage
    }

    /// The numbers of the batches or runs that a list shows, in its order.
    pub(super) async fn listed(&self, address: &str, link: &str) -> Vec<String> {
        let answer = self.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        let text = answer.text();
        text.split(&format!("class=\"strong\" href=\"{link}"))
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn batches_are_filtered_by_site_and_by_who_made_them() {
    let stage = Stage::with_history().await;
    for (query, expected) in [
        ("", &["3", "2", "1"][..]),
        ("?site=&by=&name=", &["3", "2", "1"]),
        ("?site=acme", &["2", "1"]),
        ("?site=BAKE", &["3"]),
        ("?by=scheduled", &["1"]),
        ("?by=api&site=acme", &[]),
        ("?name=kim", &["2"]),
        ("?name=%25", &[]),
        ("?before=3", &["2", "1"]),
        ("?before=-9", &[]),
        ("?site=%27%3B--", &[]),
    ] {
        let address = format!("/batches{query}");
        assert_eq!(
            stage.listed(&address, "/batches/").await,
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_search_that_means_several_sites_asks_which() {
    let stage = Stage::with_history().await;
    let text = stage.get("/batches?site=a").await.text();
    assert!(text.contains("Which site?"));
    assert!(text.contains("<a href=\"/batches?site=bakery\">The &#60;i&#62;Bakery</a>"));
    let text = stage.get("/batches?site=a&by=manual&still=1").await.text();
    let chosen = "href=\"/batches?site=bakery&#38;by=manual&#38;still=1\"";
    assert!(text.contains(chosen), "{text}");
    assert!(text.contains("<input type=\"hidden\" name=\"still\" value=\"1\">"));
    let text = stage.get("/batches?site=%22%3E%3Cscript%3E").await.text();
    assert!(text.contains("Nothing found") && !text.contains("<script>"));
}

#[tokio::test]
async fn a_batch_is_told_by_what_became_of_its_runs() {
    let stage = Stage::with_history().await;
    let text = stage.get("/batches").await.text();
    for words in [
        "1 completed, 1 failed",
        "Cancelled",
        "1 suspect, 1 cancelled",
    ] {
        assert!(text.contains(&format!("\">{words}</span>")), "{words}");
    }
    let text = stage.get("/batches/2").await.text();
    assert!(text.contains("Cancelled: none of 1 device was backed up"));
}

#[tokio::test]
async fn cancel_ends_what_waits_and_says_when_nothing_does() {
    let stage = Stage::acme().await;
    stage.post("/sites/acme/backups", "", "same-origin").await;
    let page = stage.get("/batches/2").await.text();
    assert!(page.contains("action=\"/batches/2/cancel\""));
    let foreign = stage.post("/batches/2/cancel", "", "cross-site").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let done = stage.post("/batches/2/cancel", "", "same-origin").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(done.header("location"), "/batches/2?notice=cancelled");
    let page = stage.get(done.header("location")).await.text();
    assert!(page.contains("Cancelled: none of 1 device") && !page.contains("/cancel\""));
    let again = stage.post("/batches/2/cancel", "", "same-origin").await;
    assert_eq!(
        again.header("location"),
        "/batches/2?notice=nothing-to-cancel"
    );
    let missing = stage.post("/batches/99/cancel", "", "same-origin").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let got = stage.get("/batches/2/cancel").await;
    assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn retry_failed_leads_to_a_new_batch_and_both_name_each_other() {
    let stage = Stage::with_history().await;
    let page = stage.get("/batches/1").await.text();
    assert!(page.contains("Retry failed (1)") && page.contains("action=\"/batches/1/retry\""));
    let retried = stage.post("/batches/1/retry", "", "same-origin").await;
    assert_eq!(retried.status, StatusCode::SEE_OTHER);
    assert_eq!(retried.header("location"), "/batches/4?notice=retried");
    let new = stage.get(retried.header("location")).await.text();
    assert!(new.contains("Retry of <a href=\"/batches/1\">batch #1</a>"));
    assert!(new.contains("gw-2") && !new.contains("gw-1"));
    let old = stage.get("/batches/1").await.text();
    assert!(old.contains("Retried in <a href=\"/batches/4\">#4</a>"));
    let again = stage.post("/batches/1/retry", "", "same-origin").await;
    assert_eq!(
        again.header("location"),
        "/batches/4?notice=already-running",
        "nothing is started twice"
    );
}

#[tokio::test]
async fn retry_of_a_batch_without_failures_starts_nothing() {
    let stage = Stage::with_history().await;
    assert!(!stage.get("/batches/2").await.text().contains("/retry"));
    let before = stage.count_runs().await;
    let nothing = stage.post("/batches/2/retry", "", "same-origin").await;
    assert_eq!(
        nothing.header("location"),
        "/batches/2?notice=nothing-to-retry"
    );
    let missing = stage.post("/batches/99/retry", "", "same-origin").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(stage.count_runs().await, before);
}
