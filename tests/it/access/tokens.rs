//! API tokens: what they may do, and when they are worth nothing.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::{Answer, Door, PASSWORD};

/// What the administrator sends.
const FORM: &str = "name=nightly&role=viewer&reach=all&sites=&tags=&days=90\
                    &password=copper-lantern-meadow-41";

impl Door {
    /// Asks as a program does; whatever the other headers are.
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn by_token(&self, path: &str, token: &str) -> StatusCode {
        let bearer = format!("Bearer {token}");
        self.ask("GET", path, &[("authorization", &bearer)])
            .await
            .status
    }

    async fn make(&self, cookie: &str, form: &str) -> String {
        let made = self.post("/account/tokens/new", cookie, form).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        assert_eq!(made.headers["cache-control"], "no-store");
        let at = made.text.find("rvt_").unwrap();
        made.text[at..at + 68].to_owned()
    }
}

#[tokio::test]
async fn a_token_is_shown_once_kept_hashed_and_says_who_used_it_from_where() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let token = door.make(&cookie, FORM).await;
    // Sent again, as by F5, it makes no other one, also when it is revoked.
    let again = door.post("/account/tokens/new", &cookie, FORM).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!again.text.contains("rvt_"));
    let page = door.get("/account", &cookie).await.text;
    assert!(page.contains(&token[..8]) && !page.contains(&token[..12]));
    assert!(page.contains("Never"));
    let kept: bool = sqlx::query_scalar(
        "SELECT token_hash = sha256(convert_to($1, 'UTF8')) AND api_tokens::text NOT LIKE '%' || $1 || '%'
         FROM api_tokens",
    )
    .bind(&token)
    .fetch_one(&door.pool)
    .await
    .unwrap();
    assert!(kept);
    assert_eq!(door.by_token("/runs", &token).await, StatusCode::OK);
    let page = door.get("/account", &cookie).await.text;
    assert!(page.contains("from 127.0.0.1"));
    // At most once a minute.
    door.run("UPDATE api_tokens SET last_used_from = 'x'").await;
    assert_eq!(door.by_token("/runs", &token).await, StatusCode::OK);
    door.run("UPDATE api_tokens SET last_used_at = last_used_at - interval '1 minute' WHERE last_used_from = 'x'")
        .await;
    assert_eq!(door.by_token("/runs", &token).await, StatusCode::OK);
    let from: String = sqlx::query_scalar("SELECT last_used_from FROM api_tokens")
        .fetch_one(&door.pool)
        .await
        .unwrap();
    assert_eq!(from, "127.0.0.1");
}

#[tokio::test]
async fn a_session_alone_makes_no_token() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let form = FORM.replace(PASSWORD, "guess");
    let refused = door.post("/account/tokens/new", &cookie, &form).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.text.contains("This is not your password."));
    assert!(refused.text.contains("value=\"nightly\"") && !refused.text.contains("guess"));
    door.make(&cookie, FORM).await;
}

#[tokio::test]
async fn a_token_is_worth_nothing_when_it_or_its_owner_has_ended() {
    for ended in [
        "UPDATE api_tokens SET expires_at = now() - interval '1 second'",
        "UPDATE api_tokens SET revoked_at = now()",
        "UPDATE users SET archived_at = now()",
        "UPDATE api_tokens SET token_hash = 'x'",
    ] {
        let (door, _) = Door::with_admin().await;
        let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
        let token = door.make(&cookie, FORM).await;
        assert_eq!(door.by_token("/runs", &token).await, StatusCode::OK);
        door.run(ended).await;
        let refused = door.by_token("/runs", &token).await;
        assert_eq!(refused, StatusCode::UNAUTHORIZED, "{ended}");
    }
}

#[tokio::test]
async fn its_owner_revokes_a_token_and_nobody_else() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let (_, kims) = door.kim().await;
    let token = door.make(&cookie, FORM).await;
    let path = "/account/tokens/1/revoke";
    let refused = door.post(path, &kims, "").await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(door.by_token("/runs", &token).await, StatusCode::OK);
    let revoked = door.post(path, &cookie, "").await;
    assert_eq!(revoked.location(), "/account?notice=token-revoked");
    assert_eq!(
        door.by_token("/runs", &token).await,
        StatusCode::UNAUTHORIZED
    );
    let again = door.post(path, &cookie, "").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    let resent = door.post("/account/tokens/new", &cookie, FORM).await;
    assert_eq!(resent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let actions: Vec<String> = door.audit().await.into_iter().map(|(_, did)| did).collect();
    assert_eq!(actions, ["sign_in", "token_made", "token_revoked"]);
}

#[tokio::test]
async fn a_wrong_token_never_falls_back_to_the_cookie() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let token = door.make(&cookie, FORM).await;
    let wrong = format!("Bearer rvt_{}", "0".repeat(64));
    let right = format!("Bearer {token}");
    for (status, authorization) in [
        (401, vec![wrong.as_str()]),
        (401, vec!["Bearer x"]),
        (401, vec!["Bearer "]),
        (401, vec![&right, &right]),
        (200, vec![&right]),
        (200, vec!["Basic a2ltOng="]),
        (200, vec![]),
    ] {
        let mut headers = vec![("cookie", cookie.as_str()), ("accept", "text/html")];
        headers.extend(authorization.iter().map(|value| ("authorization", *value)));
        let answer = door.ask("GET", "/runs", &headers).await;
        assert_eq!(answer.status.as_u16(), status, "{authorization:?}");
    }
}

#[tokio::test]
async fn a_token_is_nothing_in_an_address_a_cookie_or_a_form() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let token = door.make(&cookie, FORM).await;
    for name in ["token", "access_token", "api_token"] {
        let answer = door.get(&format!("/runs?{name}={token}"), "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
        let form = format!("{name}={token}");
        let answer = door.post("/runs/1/cancel", "", &form).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
    }
    let as_cookie = door.get("/runs", &format!("routervault={token}")).await;
    assert_eq!(as_cookie.status, StatusCode::SEE_OTHER);
    let as_link = door.get(&format!("/welcome?token={token}"), "").await;
    assert_eq!(as_link.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_token_may_what_it_and_its_owner_may_where_both_reach_at_that_moment() {
    let (door, _) = Door::with_admin().await;
    let (_, kims) = door.kim().await;
    door.run("INSERT INTO user_sites VALUES (2, 2)").await;
    let form = "name=one&role=technician&reach=some&sites=ACME&tags=&days=30&withheld=back_up";
    let narrow = door.make(&kims, form).await;
    let wide = door
        .make(&kims, "name=all&role=technician&reach=all&days=365")
        .await;
    let tagged = "name=tag&role=viewer&reach=some&sites=&tags=core&days=365";
    let tagged = door.make(&kims, tagged).await;
    let reached = async |token: &str| {
        let mut reached = Vec::new();
        for site in ["/sites/acme", "/sites/zenith"] {
            reached.push(door.by_token(site, token).await.as_u16());
        }
        reached
    };
    assert_eq!(reached(&narrow).await, [200, 404]);
    assert_eq!(reached(&wide).await, [200, 200]);
    assert_eq!(reached(&tagged).await, [404, 404]);
    door.run("UPDATE sites SET tags = '{core}'").await;
    assert_eq!(reached(&tagged).await, [200, 200]);
    let backup = async |token: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let answer = door.ask("POST", "/runs/1/cancel", &headers).await;
        answer.status.as_u16()
    };
    assert_eq!((backup(&narrow).await, backup(&wide).await), (403, 404));
    // Its owner is narrowed: so are all of their tokens, and wider again with them.
    door.run(
        "DELETE FROM user_sites WHERE site_id = 1;
         UPDATE users SET withheld = '{back_up}' WHERE name = 'kim'",
    )
    .await;
    assert_eq!(reached(&narrow).await, [404, 404]);
    assert_eq!(reached(&wide).await, [404, 200]);
    assert_eq!(reached(&tagged).await, [404, 200]);
    assert_eq!(backup(&wide).await, 403);
    let page = door.get("/account", &kims).await.text;
    assert!(!page.contains("Acme"), "{page}");
}

#[tokio::test]
async fn a_token_is_never_more_than_its_owner_and_always_limited() {
    let (door, _) = Door::with_admin().await;
    let admin = door.sign_in("admin", PASSWORD, "").await.cookie();
    let (_, kims) = door.kim().await;
    for (cookie, form, status, why) in [
        (
            &kims,
            "name=a&role=administrator&reach=all&days=30",
            422,
            "greater role",
        ),
        (
            &kims,
            "name=a&role=viewer&reach=some&sites=zenith&days=30",
            422,
            "There is no site",
        ),
        (
            &kims,
            "name=a&role=viewer&reach=some&days=30",
            422,
            "at least one site",
        ),
        (
            &kims,
            "name=&role=viewer&reach=all&days=30",
            422,
            "A name has",
        ),
        (
            &kims,
            "name=a&role=viewer&reach=all&days=366",
            400,
            "does not offer",
        ),
        (
            &kims,
            "name=a&role=owner&reach=all&days=30",
            400,
            "does not offer",
        ),
        (&kims, "name=a&role=viewer&days=30", 400, "does not offer"),
        (
            &admin,
            "name=a&role=administrator&reach=some&sites=acme&days=30&password=copper-lantern-meadow-41",
            422,
            "reaches all sites",
        ),
    ] {
        let answer = door.post("/account/tokens/new", cookie, form).await;
        assert_eq!(answer.status.as_u16(), status, "{form}");
        assert!(answer.text.contains(why), "{form}: {}", answer.text);
    }
    door.run(
        "INSERT INTO api_tokens (user_id, name, token_hash, begins, role, all_sites, created_at, expires_at)
         SELECT 1, n::text, n::text::bytea, 'rvt_', 'viewer', true, now(), now()
         FROM generate_series(1, 50) AS n",
    )
    .await;
    let full = door.post("/account/tokens/new", &admin, FORM).await;
    assert!(full.text.contains("You have 50 tokens."));
}

#[tokio::test]
async fn an_account_is_nothing_for_a_token_and_the_audit_names_it() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let form = FORM.replace("viewer", "administrator");
    let bearer = format!("Bearer {}", door.make(&cookie, &form).await);
    let headers = [("authorization", bearer.as_str()), ("cookie", &cookie)];
    for (method, path) in [
        ("GET", "/account"),
        ("GET", "/account/tokens/new"),
        ("POST", "/account/tokens/new"),
        ("POST", "/account/password"),
        ("POST", "/account/second-factor/off"),
        ("POST", "/account/sessions/end-others"),
        ("POST", "/sign-out"),
    ] {
        let refused = door.ask(method, path, &headers).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
    let named: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit
         WHERE action = 'access_refused' AND user_name = 'admin' AND token_name = 'nightly'",
    )
    .fetch_one(&door.pool)
    .await
    .unwrap();
    assert_eq!(named, 7);
    // A page of another site sends no such header by itself, and is refused if it could.
    let forged = [
        ("authorization", bearer.as_str()),
        ("sec-fetch-site", "cross-site"),
    ];
    let refused = door.ask("POST", "/runs/1/cancel", &forged).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let own = [("authorization", bearer.as_str())];
    let asked = door.ask("POST", "/runs/1/cancel", &own).await;
    assert_eq!(asked.status, StatusCode::NOT_FOUND);
}
