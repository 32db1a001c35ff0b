//! Schedules as programs manage them.

use axum::http::StatusCode;
use serde_json::json;

use super::Program;

const SCHEDULES: &str = "/api/v1/schedules";

#[tokio::test]
async fn a_schedule_is_made_once_changed_and_deleted() {
    let program = Program::new().await;
    let weekly = json!({"tag": "edge", "rhythm": "weekly", "time": "03:30",
        "weekdays": ["mon", "fri"], "timezone": "Europe/Berlin", "spread_minutes": 0});
    let key = [("idempotency-key", "edge-1")];
    let made = program
        .send("POST", SCHEDULES, &key, &weekly.to_string())
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let again = program
        .send("POST", SCHEDULES, &key, &weekly.to_string())
        .await;
    assert_eq!((again.status, &again.body), (made.status, &made.body));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let address = made.header("location").to_owned();
    let schedule = program.ask("GET", &address, &[], "").await;
    assert_eq!(schedule.json(), made.json());
    assert_eq!(made.json()["settings"]["weekdays"], json!(["mon", "fri"]));
    let all = program.get(SCHEDULES).await;
    assert_eq!(all["items"][0]["settings"]["rhythm"], "daily");
    assert_eq!(all["items"][1], made.json());
    let twice = program
        .send("POST", SCHEDULES, &[], &weekly.to_string())
        .await;
    assert!(twice.problem(422).contains("tag edge already"));

    let hourly = json!({"tag": "edge", "rhythm": "hourly", "minute": 7}).to_string();
    let seen = [("if-match", schedule.header("etag"))];
    let changed = program.send("PUT", &address, &seen, &hourly).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!(changed.json()["settings"]["minute"], 7);
    assert_eq!(changed.json()["settings"]["spread_minutes"], 60);
    let late = program.send("PUT", &address, &seen, &hourly).await;
    assert!(late.problem(412).contains("changed since you looked"));
    let late = program.ask("DELETE", &address, &seen, "").await;
    late.problem(412);
    let other = json!({"site": "site-0", "rhythm": "off"}).to_string();
    let moved = program.send("PUT", &address, &[], &other).await;
    assert!(moved.problem(422).contains("stays for what it is for"));
    let gone = program.ask("DELETE", &address, &[], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    let missing = program.ask("GET", &address, &[], "").await;
    assert!(missing.problem(404).contains("no such schedule"));
    let recorded = "SELECT string_agg(detail, '; ' ORDER BY id) FROM audit
                    WHERE subject = 'schedule for tag edge'";
    let recorded = program.text(recorded).await;
    assert!(
        recorded.starts_with("made: Monday, Friday at 03:30; "),
        "{recorded}"
    );
    assert!(recorded.ends_with("; deleted"), "{recorded}");
}

#[tokio::test]
async fn the_next_five_times_are_told_saved_or_not() {
    let program = Program::new().await;
    let hourly = json!({"site": "site-0", "rhythm": "hourly", "minute": 7, "spread_minutes": 0});
    let preview = program
        .put("POST", "/api/v1/schedules/preview", &hourly)
        .await;
    let times = preview["times"].as_array().unwrap();
    assert_eq!(times.len(), 5, "{preview}");
    assert!(
        times
            .iter()
            .all(|at| at["at"].as_str().unwrap().contains(":07:00"))
    );
    let made = program.put("POST", SCHEDULES, &hourly).await;
    let address = format!("{SCHEDULES}/{}/times", made["id"]);
    assert_eq!(program.get(&address).await, preview);
    let off = json!({"rhythm": "off"});
    let none = program.put("POST", "/api/v1/schedules/preview", &off).await;
    assert_eq!(none["times"], json!([]));
    assert_eq!(none["of_each_site"], true);
}

#[tokio::test]
async fn what_is_wrong_is_told_and_what_the_file_has_is_changed_there() {
    let program = Program::new().await;
    for (settings, words) in [
        (json!({"rhythm": "daily", "site": "site-0"}), "The time"),
        (json!({"rhythm": "off", "site": "none"}), "no site none"),
        (
            json!({"rhythm": "off", "timezone": "Londn", "tag": "a"}),
            "time zone",
        ),
        (
            json!({"rhythm": "off", "tag": "a", "site": "site-0"}),
            "one of",
        ),
    ] {
        let answer = program
            .send("POST", SCHEDULES, &[], &settings.to_string())
            .await;
        let told = answer.problem(422);
        assert!(told.contains(words), "{told}");
    }
    let odd = program
        .send("POST", SCHEDULES, &[], "{\"rhythm\": \"often\"}")
        .await;
    odd.problem(400);
    let always = program.ask("DELETE", "/api/v1/schedules/1", &[], "").await;
    assert!(always.problem(409).contains("Turn it off instead"));
    sqlx::query("UPDATE schedules SET origin = 'file'")
        .execute(&program.world.pool)
        .await
        .unwrap();
    let off = json!({"rhythm": "off"}).to_string();
    let refused = program.send("PUT", "/api/v1/schedules/1", &[], &off).await;
    assert!(
        refused
            .problem(409)
            .contains("comes from the inventory file")
    );
    assert_eq!(program.get("/api/v1/schedules/1").await["from_file"], true);
}
