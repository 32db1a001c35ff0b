//! Signing in and out, and what a session is worth.

use axum::http::StatusCode;

use super::{Door, PASSWORD};

#[tokio::test]
async fn who_is_not_signed_in_is_led_to_the_sign_in_and_back() {
    let (door, _) = Door::with_admin().await;
    let refused = door.get("/runs?state=failed", "").await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER);
    assert_eq!(refused.location(), "/sign-in?next=%2Fruns%3Fstate%3Dfailed");
    let form = door.get(refused.location(), "").await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(
        form.text
            .contains("name=\"next\" value=\"/runs?state=failed\"")
    );
    assert!(!form.text.contains("<nav"), "{}", form.text);
    let form = format!("name=ADMIN&password={PASSWORD}&next=%2Fruns%3Fstate%3Dfailed");
    let signed_in = door.post("/sign-in", "", &form).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    assert_eq!(signed_in.location(), "/runs?state=failed");
    let page = door.get(signed_in.location(), &signed_in.cookie()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(">admin</a>"));
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_get_the_same_answer() {
    let (door, _) = Door::with_admin().await;
    let wrong_password = door.sign_in("admin", "wrong", "").await;
    let wrong_name = door.sign_in("nobody", PASSWORD, "").await;
    for answer in [&wrong_password, &wrong_name] {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.text.contains("The name or the password is wrong."));
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    let of = |answer: &str, name: &str| answer.replace(&format!("value=\"{name}\""), "NAME");
    assert_eq!(
        of(&wrong_password.text, "admin"),
        of(&wrong_name.text, "nobody")
    );
    // Of a name that nobody has, nothing is kept: it may be a password.
    let refused = |name: &str| (name.to_owned(), "sign_in_refused".to_owned());
    assert_eq!(door.audit().await, [refused("admin"), refused("")]);
}

#[tokio::test]
async fn a_name_with_a_nul_is_refused_and_is_no_fault_of_ours() {
    let (door, _) = Door::with_admin().await;
    let answer = door.sign_in("ad%00min", PASSWORD, "").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("NUL character"), "{}", answer.text);
    assert!(door.audit().await.is_empty());
}

#[tokio::test]
async fn a_session_known_before_signing_in_is_worth_nothing_after() {
    let (door, _) = Door::with_admin().await;
    let first = door.sign_in("admin", PASSWORD, "").await.cookie();
    let second = door.sign_in("admin", PASSWORD, &first).await.cookie();
    assert_ne!(first, second);
    assert_eq!(door.get("/", &first).await.status, StatusCode::SEE_OTHER);
    assert_eq!(door.get("/", &second).await.status, StatusCode::OK);
    // One that an attacker chose is never taken over.
    let chosen = "routervault=0000000000000000000000000000000000000000000000000000000000000000";
    let signed_in = door.sign_in("admin", PASSWORD, chosen).await.cookie();
    assert_ne!(signed_in, chosen);
    assert_eq!(door.get("/", chosen).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let out = door.post("/sign-out", &cookie, "").await;
    assert_eq!(out.location(), "/sign-in?notice=signed-out");
    assert_eq!(out.cookie(), "routervault=");
    assert_eq!(door.get("/", &cookie).await.status, StatusCode::SEE_OTHER);
    let actions: Vec<String> = door.audit().await.into_iter().map(|(_, did)| did).collect();
    assert_eq!(actions, ["sign_in", "sign_out"]);
}

#[tokio::test]
async fn a_session_ends_when_it_lies_idle_when_it_is_old_and_with_its_owner() {
    for ended in [
        "UPDATE sessions SET last_used_at = now() - interval '12 hours 1 minute'",
        "UPDATE sessions SET expires_at = now() - interval '1 second'",
        "UPDATE users SET archived_at = now()",
    ] {
        let (door, _) = Door::with_admin().await;
        let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
        assert_eq!(door.get("/", &cookie).await.status, StatusCode::OK);
        sqlx::query(ended).execute(&door.pool).await.unwrap();
        assert_eq!(
            door.get("/", &cookie).await.status,
            StatusCode::SEE_OTHER,
            "{ended}"
        );
    }
}

#[tokio::test]
async fn who_guesses_waits_and_the_owner_gets_in_from_where_they_were_before() {
    let (door, _) = Door::with_admin().await;
    door.sign_in("admin", PASSWORD, "").await;
    sqlx::query("UPDATE known_addresses SET address = '203.0.113.9'")
        .execute(&door.pool)
        .await
        .unwrap();
    let mut answers = Vec::new();
    for _ in 0..7 {
        answers.push(door.sign_in("admin", "guess", "").await.status.as_u16());
    }
    assert_eq!(answers, [401, 401, 401, 401, 401, 429, 429]);
    // The right password is not even looked at while the account waits for a stranger,
    let slowed = door.sign_in("admin", PASSWORD, "").await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.headers.contains_key("retry-after"));
    assert!(slowed.text.contains("Your password was not looked at."));
    // but it is from an address where it was right before.
    sqlx::query("UPDATE known_addresses SET address = '127.0.0.1'")
        .execute(&door.pool)
        .await
        .unwrap();
    let owner = door.sign_in("admin", PASSWORD, "").await;
    assert_eq!(owner.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn many_guesses_at_once_are_counted_one_by_one() {
    let (door, _) = Door::with_admin().await;
    let guesses = (0..20).map(|_| door.sign_in("admin", "guess", ""));
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::UNAUTHORIZED);
    assert_eq!(looked_at.count(), 5);
}

#[tokio::test]
async fn a_form_that_another_site_sends_signs_nobody_in_or_out() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    for path in ["/sign-out", "/sign-in"] {
        let request = axum::http::Request::post(path)
            .header("host", "localhost")
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &cookie);
        let form = format!("name=admin&password={PASSWORD}");
        let answer = door.send(request.body(form.into()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(door.get("/", &cookie).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_page_is_refused_without_a_redirect() {
    let (door, _) = Door::with_admin().await;
    let posted = door.post("/sites/acme/backups", "", "scope=site").await;
    assert_eq!(posted.status, StatusCode::UNAUTHORIZED);
    assert!(posted.text.contains("so nothing was done"));
    let part = axum::http::Request::get("/batches")
        .header("host", "localhost")
        .header("accept", "text/html")
        .header("hx-request", "true");
    let part = door
        .send(part.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(part.status, StatusCode::UNAUTHORIZED);
    assert_eq!(part.headers["hx-refresh"], "true");
}

#[tokio::test]
async fn the_audit_is_never_edited_or_deleted() {
    let (door, _) = Door::with_admin().await;
    door.sign_in("admin", PASSWORD, "").await;
    for statement in [
        "UPDATE audit SET user_name = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
    ] {
        let refused = sqlx::query(statement).execute(&door.pool).await;
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("only ever added to"), "{statement}: {error}");
    }
    assert_eq!(door.audit().await.len(), 1);
}
