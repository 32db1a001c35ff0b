//! Sites, devices and tags as programs manage them, connection tests, and host keys.

use axum::http::StatusCode;
use serde_json::json;

use super::Program;

const SITES: &str = "/api/v1/sites";

#[tokio::test]
async fn a_site_is_made_changed_archived_and_brought_back() {
    let program = Program::new().await;
    let acme = json!({"slug": "acme", "timezone": "Europe/London", "tags": ["gold", "north"]});
    let key = [("idempotency-key", "acme-1")];
    let made = program.send("POST", SITES, &key, &acme.to_string()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(made.header("location"), "/api/v1/sites/acme");
    let again = program.send("POST", SITES, &key, &acme.to_string()).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let taken = program.send("POST", SITES, &[], &acme.to_string()).await;
    assert!(taken.problem(422).contains("choose another slug"));
    let site = program.get("/api/v1/sites/acme").await;
    assert_eq!(
        (&site["name"], &site["tags"]),
        (&json!("acme"), &acme["tags"])
    );

    let address = "/api/v1/sites/acme/settings";
    let shown = program.ask("GET", address, &[], "").await;
    assert_eq!(shown.json(), made.json());
    let seen = [("if-match", shown.header("etag"))];
    let renamed = json!({"slug": "acme", "name": "Acme", "notes": "Key at the desk"});
    let changed = program
        .send("PUT", address, &seen, &renamed.to_string())
        .await;
    assert_eq!(changed.json()["timezone"], "UTC", "{changed:?}");
    assert_eq!(changed.json()["tags"], json!([]));
    program
        .send("PUT", address, &seen, &renamed.to_string())
        .await
        .problem(412);
    let moved = program
        .send(
            "PUT",
            address,
            &[],
            &acme.to_string().replace("acme", "acne"),
        )
        .await;
    assert!(moved.problem(422).contains("slug of a site stays"));
    let comma = json!({"slug": "acme", "tags": ["a,b"]}).to_string();
    assert!(
        program
            .send("PUT", address, &[], &comma)
            .await
            .problem(422)
            .contains("no comma")
    );

    let archived = program.ask("DELETE", "/api/v1/sites/acme", &[], "").await;
    assert_eq!(archived.status, StatusCode::NO_CONTENT);
    let twice = program.ask("DELETE", "/api/v1/sites/acme", &[], "").await;
    twice.problem(409);
    let back = program
        .send("POST", "/api/v1/sites/acme/restore", &[], "")
        .await;
    assert_eq!(back.json()["archived_at"], json!(null), "{back:?}");
    let of_file = program.ask("DELETE", "/api/v1/sites/site-0", &[], "").await;
    assert!(
        of_file
            .problem(409)
            .contains("comes from the inventory file")
    );
}

#[tokio::test]
async fn a_device_is_made_changed_archived_and_brought_back() {
    let program = Program::new().await;
    program.put("POST", SITES, &json!({"slug": "acme"})).await;
    let devices = "/api/v1/sites/acme/devices";
    let gateway = json!({"name": "gw 1", "address": "192.0.2.1", "tags": ["core"], "port": 2222,
        "credential": "site-0-near"});
    let made = program
        .send("POST", devices, &[], &gateway.to_string())
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let own = made.header("location").to_owned();
    assert_eq!(own, "/api/v1/sites/acme/devices/gw%201");
    let device = program.get(&own).await;
    assert_eq!(
        (&device["port"], &device["tags"]),
        (&json!(2222), &json!(["core"]))
    );
    let settings = format!("{own}/settings");
    let shown = program.ask("GET", &settings, &[], "").await;
    assert_eq!(shown.json(), made.json());
    assert_eq!(shown.json()["enabled"], true);

    let seen = [("if-match", shown.header("etag"))];
    let off = json!({"name": "gw 1", "address": "198.51.100.1", "enabled": false,
        "credential": "site-0-near"})
    .to_string();
    let changed = program.send("PUT", &settings, &seen, &off).await;
    assert_eq!(changed.json()["port"], 22, "{changed:?}");
    program
        .send("PUT", &settings, &seen, &off)
        .await
        .problem(412);
    let wrong = json!({"name": "a/b", "address": "a b", "credential": "none"}).to_string();
    let told = program
        .send("POST", devices, &[], &wrong)
        .await
        .problem(422);
    for words in ["SITE/NAME", "The address", "credential"] {
        assert!(told.contains(words), "{told}");
    }
    let nowhere = program
        .send("POST", "/api/v1/sites/none/devices", &[], &off)
        .await;
    assert!(nowhere.problem(404).contains("no such site"));

    let archived = program.ask("DELETE", &own, &[], "").await;
    assert_eq!(archived.status, StatusCode::NO_CONTENT, "{archived:?}");
    assert!(program.get(&own).await["archived_at"].is_string());
    let back = program
        .send("POST", &format!("{own}/restore"), &[], "")
        .await;
    assert_eq!(back.json()["archived_at"], json!(null), "{back:?}");
    let of_file = program
        .ask("DELETE", "/api/v1/sites/site-0/devices/near", &[], "")
        .await;
    of_file.problem(409);
    let recorded = "SELECT string_agg(split_part(detail, ' ', 1), ' ' ORDER BY id) FROM audit
                    WHERE subject = 'device acme/gw 1'";
    assert_eq!(
        program.text(recorded).await,
        "made address archived restored"
    );
}

#[tokio::test]
async fn a_tag_is_renamed_and_taken_away_everywhere() {
    let program = Program::new().await;
    let acme = json!({"slug": "acme", "tags": ["gold", "north"]});
    program.put("POST", SITES, &acme).await;
    let tags = program.get("/api/v1/tags").await;
    let gold = json!({"tag": "gold", "sites": 1, "devices": 0});
    assert!(tags["items"].as_array().unwrap().contains(&gold), "{tags}");
    let renamed = program
        .put("PUT", "/api/v1/tags/gold", &json!({"name": "silver"}))
        .await;
    assert_eq!(renamed, json!({"sites": 1, "devices": 0, "kept": 0}));
    let removed = program.ask("DELETE", "/api/v1/tags/north", &[], "").await;
    assert_eq!(removed.json()["sites"], 1, "{removed:?}");
    let site = program.get("/api/v1/sites/acme").await;
    assert_eq!(site["tags"], json!(["silver"]));
    let comma = json!({"name": "a,b"}).to_string();
    program
        .send("PUT", "/api/v1/tags/silver", &[], &comma)
        .await
        .problem(422);
    let off = json!({"tag": "silver", "rhythm": "off"});
    program.put("POST", "/api/v1/schedules", &off).await;
    let kept = program.ask("DELETE", "/api/v1/tags/silver", &[], "").await;
    assert!(kept.problem(409).contains("for this tag"));
}

#[tokio::test]
async fn a_connection_test_is_asked_for_followed_and_cancelled() {
    let program = Program::new().await;
    let address = "/api/v1/sites/site-0/devices/near/connection-tests";
    let asked = program.send("POST", address, &[], "").await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
    let own = asked.header("location").to_owned();
    let test = program.get(&own).await;
    assert_eq!(test, asked.json());
    assert_eq!(
        (&test["device"], &test["state"]),
        (&json!("near"), &json!("queued"))
    );
    let cancelled = program
        .send("POST", &format!("{own}/cancel"), &[], "")
        .await;
    assert_eq!(cancelled.json()["state"], "cancelled", "{cancelled:?}");
    let missing = program
        .ask("GET", "/api/v1/connection-tests/99", &[], "")
        .await;
    assert!(missing.problem(404).contains("no such connection test"));
    let recorded = "SELECT count(*)::text FROM audit WHERE action = 'connection_tested'";
    assert_eq!(program.text(recorded).await, "1");
}

#[tokio::test]
async fn a_changed_host_key_is_listed_and_decided_on_once() {
    let program = Program::new().await;
    sqlx::query(
        "INSERT INTO host_key_changes (device_id, algorithm, trusted_fingerprint, public_key,
                                       fingerprint, first_seen_at, last_seen_at)
         SELECT id, 'ssh-ed25519', 'SHA256:old', '\\x01', 'SHA256:new', now(), now()
         FROM devices WHERE name = 'near'",
    )
    .execute(&program.world.pool)
    .await
    .unwrap();
    let waiting = program.get("/api/v1/host-keys").await;
    let change = &waiting["items"][0];
    assert_eq!(
        (&change["device"], &change["decision"]),
        (&json!("near"), &json!(null))
    );
    let address = format!("/api/v1/host-keys/{}/decision", change["id"]);
    let accept = json!({"decision": "accepted", "replaced": true}).to_string();
    let decided = program.send("POST", &address, &[], &accept).await;
    assert_eq!(decided.status, StatusCode::NO_CONTENT, "{decided:?}");
    program
        .send("POST", &address, &[], &accept)
        .await
        .problem(404);
    assert_eq!(program.get("/api/v1/host-keys").await["items"], json!([]));
    let past = program.get("/api/v1/host-keys?decided=true").await;
    assert_eq!(past["items"][0]["decided_by"], "admin");
    let trusted = "SELECT fingerprint FROM host_keys JOIN devices ON devices.id = device_id
                   WHERE name = 'near'";
    assert_eq!(program.text(trusted).await, "SHA256:new");
    let recorded = "SELECT detail FROM audit WHERE action = 'host_key_accepted'";
    assert!(
        program
            .text(recorded)
            .await
            .ends_with("; the hardware was replaced")
    );
}
