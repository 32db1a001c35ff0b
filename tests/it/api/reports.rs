//! Monthly reports as programs read them.

use chrono::Utc;
use serde_json::json;

use super::Program;

#[tokio::test]
async fn a_month_is_reported_of_a_site_and_over_all_page_by_page() {
    let program = Program::new().await;
    program.world.back_up().await;
    let month = Utc::now().format("%Y-%m").to_string();
    let address = format!("/api/v1/sites/site-0/reports/{month}");
    let report = program.get(&address).await;
    assert_eq!(
        (&report["site"], &report["month"]),
        (&json!("site-0"), &json!(month))
    );
    assert_eq!(report["goes_on"], true);
    assert_eq!(report["results_known_from"], json!(null));
    let devices = report["devices"]["items"].as_array().unwrap();
    assert_eq!(devices.len(), 2);
    assert!(
        devices.iter().all(|device| device["days_backed_up"] == 1),
        "{report}"
    );
    let first = program.get(&format!("{address}?limit=1")).await;
    assert_eq!(first["devices"]["items"][0], devices[0]);
    let next = first["devices"]["next"].as_str().unwrap();
    let second = program
        .get(&format!("{address}?limit=1&cursor={next}"))
        .await;
    assert_eq!(second["devices"]["items"][0], devices[1]);
    assert_eq!(second["devices"]["next"], json!(null));

    let all = program.get(&format!("/api/v1/reports/{month}")).await;
    assert_eq!(all["total"]["devices"], 2);
    assert_eq!(all["sites"]["items"][0]["site"], "site-0");
    assert_eq!(all["sites"]["items"][0]["figures"], all["total"]);
}

#[tokio::test]
async fn a_month_of_which_nothing_is_known_is_not_there() {
    let program = Program::new().await;
    for month in ["2001-01", "2199-12", "2026-5", "2026-05.csv", "may"] {
        for address in ["/api/v1/sites/site-0/reports", "/api/v1/reports"] {
            let missing = program
                .ask("GET", &format!("{address}/{month}"), &[], "")
                .await;
            assert!(missing.problem(404).contains("no such report"));
        }
    }
}
