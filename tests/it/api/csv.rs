//! Files of CSV as programs take them away and bring them back.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Program};

const DEVICES: &str = "/api/v1/import/devices";

impl Program {
    async fn import(&self, address: &str, file: &str) -> Answer {
        let csv = [("content-type", "text/csv")];
        self.ask("POST", address, &csv, file).await
    }

    /// How a file is taken.
    async fn imported(&self, address: &str, file: &str) -> Value {
        let answer = self.import(address, file).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()
    }
}

#[tokio::test]
async fn a_file_is_taken_away_changed_looked_at_and_applied_once() {
    let program = Program::new().await;
    let exported = program.ask("GET", "/api/v1/export/devices", &[], "").await;
    assert_eq!(exported.header("content-type"), "text/csv; charset=utf-8");
    let file = String::from_utf8(exported.body).unwrap();
    let same = program.imported(DEVICES, &file).await;
    assert_eq!(same["applied"], false);
    assert_eq!(same["counts"]["unchanged"], 2);

    // What the file of the inventory has is changed there.
    sqlx::query("UPDATE devices SET origin = 'browser'")
        .execute(&program.world.pool)
        .await
        .unwrap();
    let credentials = program.get("/api/v1/credentials").await;
    let login = credentials["items"][0]["name"].as_str().unwrap();
    let file = format!(
        "site,name,address,tags,credential\nsite-0,near,192.0.2.5,edge,{login}\n\
         site-0,new,192.0.2.6,,{login}\n"
    );
    let file = file.as_str();
    let dry = format!("{DEVICES}?dry_run=true");
    let told = program.imported(&dry, file).await;
    assert_eq!(told["applied"], false);
    assert_eq!(told["lines"][0]["effect"], "changed");
    let fields = told["lines"][0]["changes"].as_array().unwrap();
    assert!(
        fields
            .iter()
            .any(|change| change["field"] == "address" && change["after"] == "192.0.2.5")
    );
    assert_eq!(told["lines"][1]["effect"], "new");
    assert_eq!(told["lines"][1]["number"], 3);
    assert_eq!(
        program.text("SELECT count(*)::text FROM devices").await,
        "2"
    );

    let stamp = told["stamp"].as_str().unwrap();
    let as_told = format!("{DEVICES}?stamp={stamp}");
    let done = program.imported(&as_told, file).await;
    assert_eq!(
        (&done["applied"], &done["lines"]),
        (&json!(true), &told["lines"])
    );
    assert_eq!(
        program.text("SELECT count(*)::text FROM devices").await,
        "3"
    );
    let late = program.import(&as_told, file).await;
    assert!(late.problem(412).contains("changed since you looked"));
    let again = program.imported(DEVICES, file).await;
    assert_eq!(
        (&again["applied"], &again["counts"]["unchanged"]),
        (&json!(false), &json!(2))
    );
    let recorded = "SELECT string_agg(subject || ': ' || detail, '; ') FROM audit
                    WHERE subject LIKE 'import%'";
    assert_eq!(
        program.text(recorded).await,
        "import of devices: 1 new, 1 changed, 0 restored, 0 unchanged"
    );
}

#[tokio::test]
async fn a_file_with_a_wrong_line_is_applied_in_no_line_and_one_that_is_none_is_refused() {
    let program = Program::new().await;
    let file = "slug,name\nacme,Acme\nNot a slug,Other\n";
    let refused = program.import("/api/v1/import/sites", file).await;
    let told = refused.problem(422);
    assert!(
        told.contains("1 of 2 lines") && told.contains("Line 3: "),
        "{told}"
    );
    let dry = program
        .imported("/api/v1/import/sites?dry_run=true", file)
        .await;
    assert_eq!(dry["counts"]["wrong"], 1);
    assert!(dry["lines"][1]["problems"][0].is_string(), "{dry}");
    assert_eq!(program.text("SELECT count(*)::text FROM sites").await, "1");

    let secrets = "name,username,password\nlogin,backup,\"rain on slate\"\n";
    let made = program
        .imported("/api/v1/import/credentials", secrets)
        .await;
    assert_eq!(made["counts"]["new"], 1);
    assert!(!made.to_string().contains("slate"));
    let hidden = program
        .ask("GET", "/api/v1/export/credentials", &[], "")
        .await;
    hidden.problem(404);
    for (address, file, status, words) in [
        (DEVICES, "", 422, "empty"),
        (DEVICES, "site,colour\n", 422, "colour"),
        ("/api/v1/import/routers", file, 400, "routers"),
        ("/api/v1/import/sites?dry=1", file, 400, "unknown field"),
    ] {
        let told = program.import(address, file).await.problem(status);
        assert!(told.contains(words), "{told}");
    }
    let large = format!("slug\n{}", "x".repeat(9 << 20));
    let refused = program.import("/api/v1/import/sites", &large).await;
    assert!(refused.problem(400).contains("8 MB"));
}
