//! Users as programs manage them, by a session or by a token that may do everything.

use axum::http::StatusCode;
use routervault::access::Token;
use serde_json::json;

use super::Program;

const USERS: &str = "/api/v1/users";

impl Program {
    /// A token of the user of this number, as the header of a request has it.
    async fn token(&self, user: i64, role: &str, withheld: &[&str], all_sites: bool) -> String {
        let token = format!("rvt_{}", Token::generate().expose());
        let insert = "INSERT INTO api_tokens
                          (user_id, name, token_hash, begins, role, withheld, all_sites,
                           created_at, expires_at)
                      VALUES ($1, $6, $2, 'rvt_', $3, $4, $5, now(), now() + interval '1 day')";
        sqlx::query(insert)
            .bind(user)
            .bind(Token::presented(&token).hash())
            .bind(role)
            .bind(withheld)
            .bind(all_sites)
            .bind(format!("token {}", &token[60..]))
            .execute(&self.world.pool)
            .await
            .unwrap();
        format!("Bearer {token}")
    }

    async fn status_by(&self, bearer: &str, address: &str) -> u16 {
        let headers = [("authorization", bearer)];
        self.ask("GET", address, &headers, "").await.status.into()
    }

    /// Somebody new, as they are told.
    async fn kim(&self) -> serde_json::Value {
        let kim = json!({"name": "kim", "full_name": "Kim Larsen", "role": "technician",
            "withheld": ["reveal"], "sites": ["site-0"], "tags": ["gold"]});
        self.put("POST", USERS, &kim).await
    }
}

#[tokio::test]
async fn a_user_is_made_once_changed_archived_and_let_in_again() {
    let program = Program::new().await;
    let kim = json!({"name": "kim", "role": "technician", "withheld": ["reveal"],
        "sites": ["site-0"]});
    let key = [("idempotency-key", "kim-1")];
    let made = program.send("POST", USERS, &key, &kim.to_string()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let again = program.send("POST", USERS, &key, &kim.to_string()).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let taken = program.send("POST", USERS, &[], &kim.to_string()).await;
    assert!(taken.problem(422).contains("choose another name"));
    let address = made.header("location").to_owned();
    let shown = program.ask("GET", &address, &[], "").await;
    assert_eq!(shown.json(), made.json());
    assert_eq!(shown.json()["has_password"], false);
    let found = program.get(&format!("{USERS}?q=KI")).await;
    assert_eq!(found["items"][0]["user"], made.json());
    assert_eq!(found["items"][0]["sites"], 1);

    let seen = [("if-match", shown.header("etag"))];
    let viewer = json!({"name": "kim", "role": "viewer", "all_sites": true}).to_string();
    let changed = program.send("PUT", &address, &seen, &viewer).await;
    assert_eq!(changed.json()["settings"]["role"], "viewer", "{changed:?}");
    assert_eq!(changed.json()["settings"]["withheld"], json!([]));
    let late = program.send("PUT", &address, &seen, &viewer).await;
    late.problem(412);
    program
        .ask("DELETE", &address, &seen, "")
        .await
        .problem(412);
    let renamed = viewer.replace("kim", "lee");
    let renamed = program.send("PUT", &address, &[], &renamed).await;
    assert!(renamed.problem(422).contains("name of a user stays"));

    let archived = program.ask("DELETE", &address, &[], "").await;
    assert_eq!(archived.status, StatusCode::NO_CONTENT, "{archived:?}");
    let past = program.get(&format!("{USERS}?archived=true")).await;
    assert_eq!(past["items"][0]["user"]["settings"]["name"], "kim");
    let back = format!("{address}/restore");
    let back = program.send("POST", &back, &[], "").await;
    assert_eq!(back.json()["archived"], false, "{back:?}");
    let recorded = "SELECT string_agg(concat_ws(' ', action, split_part(detail, ' ', 1)), '; '
                                      ORDER BY id)
                    FROM audit WHERE subject = 'user kim'";
    let recorded = program.text(recorded).await;
    assert_eq!(
        recorded,
        "user_changed made:; user_changed role; user_changed archived; user_changed restored"
    );
}

#[tokio::test]
async fn a_link_is_told_once_and_somebody_chooses_a_password_by_it() {
    let program = Program::new().await;
    let kim = program.kim().await;
    let address = format!("{USERS}/{}/link", kim["id"]);
    let first = program.put("POST", &address, &json!({})).await;
    let made = program.put("POST", &address, &json!({})).await;
    let path = |made: &serde_json::Value| {
        let link = made["link"].as_str().unwrap();
        let path = link.strip_prefix("http://localhost:8080").unwrap();
        path.to_owned()
    };
    let old = program.ask("GET", &path(&first), &[], "").await;
    assert_eq!(old.status, StatusCode::GONE);
    let page = program.ask("GET", &path(&made), &[], "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(String::from_utf8_lossy(&page.body).contains("kim"));
    let kept = "SELECT string_agg(detail, '; ') FROM audit WHERE action = 'link_made'";
    assert_eq!(
        program.text(kept).await,
        "to choose a password; to choose a password"
    );
}

#[tokio::test]
async fn the_second_factor_the_sessions_and_the_tokens_of_somebody_are_ended() {
    let program = Program::new().await;
    let kim = program.kim().await;
    let number = kim["id"].as_i64().unwrap();
    let address = format!("{USERS}/{number}");
    let bearer = program.token(number, "technician", &[], true).await;
    program.token(number, "viewer", &[], true).await;
    assert_eq!(program.status_by(&bearer, "/api/v1/me").await, 200);
    let factor = format!("{address}/second-factor");
    let none = program.ask("DELETE", &factor, &[], "").await;
    assert!(none.problem(404).contains("no such second factor"));
    sqlx::raw_sql(
        "UPDATE users SET totp_sealed = '\\x00' WHERE name = 'kim';
         INSERT INTO sessions (token_hash, user_id, stage, method, address, browser, created_at,
                               last_used_at, expires_at)
         SELECT '\\x00', id, 'full', 'password', '', '', now(), now(), now() + interval '1 day'
         FROM users WHERE name = 'kim'",
    )
    .execute(&program.world.pool)
    .await
    .unwrap();
    for ended in ["second-factor", "sessions", "tokens"] {
        let ended = format!("{address}/{ended}");
        let answer = program.ask("DELETE", &ended, &[], "").await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    }
    assert_eq!(program.status_by(&bearer, "/api/v1/me").await, 401);
    assert_eq!(program.get(&address).await["has_second_factor"], false);
    let recorded = "SELECT string_agg(action, ' ' ORDER BY id) FROM audit
                    WHERE subject = 'user kim' AND action <> 'user_changed'";
    assert_eq!(
        program.text(recorded).await,
        "second_factor_changed session_ended token_revoked token_revoked"
    );
}

#[tokio::test]
async fn nobody_does_to_themselves_what_another_administrator_does_and_one_is_always_left() {
    let program = Program::new().await;
    let me = program.get("/api/v1/me").await;
    let own = format!("{USERS}/{}", me["user"]);
    for (method, address) in [
        ("DELETE", own.clone()),
        ("POST", format!("{own}/link")),
        ("DELETE", format!("{own}/second-factor")),
        ("DELETE", format!("{own}/sessions")),
        ("DELETE", format!("{own}/tokens")),
    ] {
        let refused = program.send(method, &address, &[], "").await;
        let told = refused.problem(409);
        assert!(told.contains("nobody does this to themselves"), "{told}");
    }
    let lesser = json!({"name": me["name"], "role": "viewer"}).to_string();
    let refused = program.send("PUT", &own, &[], &lesser).await;
    assert!(refused.problem(422).contains("their own role"));
    // Somebody whose account is gone while their request is under way.
    let other = json!({"name": "lee", "role": "administrator"});
    let other = program.put("POST", USERS, &other).await;
    sqlx::query("UPDATE users SET archived_at = now() WHERE name <> 'lee'")
        .execute(&program.world.pool)
        .await
        .unwrap();
    let bearer = program
        .token(other["id"].as_i64().unwrap(), "administrator", &[], true)
        .await;
    let lee = [("authorization", bearer.as_str())];
    let last = json!({"name": "lee", "role": "technician"}).to_string();
    let address = format!("{USERS}/{}", other["id"]);
    let refused = program.send("PUT", &address, &lee, &last).await;
    refused.problem(422);
}

#[tokio::test]
async fn a_token_makes_nobody_who_may_more_than_it_may() {
    let program = Program::new().await;
    let me = program.get("/api/v1/me").await;
    assert_eq!(
        (&me["all_sites"], &me["token"]),
        (&json!(true), &json!(null))
    );
    let number = me["user"].as_i64().unwrap();
    let whole = program.token(number, "administrator", &[], true).await;
    let headers = [("authorization", whole.as_str())];
    let boss = json!({"name": "boss", "role": "administrator"}).to_string();
    let made = program.send("POST", USERS, &headers, &boss).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    // The database takes no such token of an administrator; the guard does not rely on that.
    sqlx::query("ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_administrators_reach_all")
        .execute(&program.world.pool)
        .await
        .unwrap();
    for (role, withheld, all_sites) in [
        ("administrator", &["reveal"][..], true),
        ("administrator", &[], false),
        ("technician", &[], true),
    ] {
        let narrow = program.token(number, role, withheld, all_sites).await;
        let headers = [("authorization", narrow.as_str())];
        let refused = program.send("POST", USERS, &headers, &boss).await;
        let told = refused.problem(403);
        assert!(told.contains("no right and no site is withheld"), "{told}");
        for address in [
            USERS,
            "/api/v1/single-sign-on/groups",
            "/manage/users",
            "/settings/single-sign-on",
        ] {
            assert_eq!(program.status_by(&narrow, address).await, 403, "{address}");
        }
        let answer = program.ask("GET", "/api/v1/me", &headers, "").await.json();
        let rights = answer["rights"].as_array().unwrap();
        assert_eq!(rights.contains(&json!("reveal")), withheld.is_empty());
        assert_eq!(rights.contains(&json!("manage")), role == "administrator");
        assert_eq!(answer["all_sites"], all_sites);
        assert_eq!(answer["role"], "administrator");
        assert!(answer["token"]["expires_at"].is_string(), "{answer}");
    }
    let refused = "SELECT count(*)::text FROM audit WHERE action = 'access_refused'";
    assert_eq!(program.text(refused).await, "15");
}
