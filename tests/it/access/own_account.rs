//! One's own account: the password, and the browsers that are signed in.

use axum::http::{Request, StatusCode};
use routervault::model::{Role, UserId};

use super::{Door, PASSWORD};
use crate::support::{app_state, cookie_of, insert_user, kim, vault};

const NEW: &str = "velvet-harbour-signal-92";

fn change(old: &str, new: &str, again: &str) -> String {
    format!("old={old}&password={new}&again={again}")
}

impl Door {
    async fn session_of(&self, cookie: &str) -> i64 {
        use sha2::Digest as _;
        let token = cookie.split_once('=').unwrap().1;
        sqlx::query_scalar("SELECT id FROM sessions WHERE token_hash = $1")
            .bind(sha2::Sha256::digest(token).to_vec())
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    async fn is_signed_in(&self, cookie: &str) -> bool {
        self.get("/", cookie).await.status == StatusCode::OK
    }

    /// Kim, a technician of the site `acme`, and a cookie of theirs.
    pub(super) async fn kim(&self) -> (UserId, String) {
        sqlx::query(
            "INSERT INTO sites (slug, name, timezone)
             VALUES ('acme', 'Acme', 'UTC'), ('zenith', 'Zenith', 'UTC')",
        )
        .execute(&self.pool)
        .await
        .unwrap();
        let user = insert_user(&self.pool, &kim(Role::Technician.rights(), &[1])).await;
        let state = app_state(&self.pool, &vault(), chrono::Utc::now);
        let cookie = cookie_of(&state, user).await;
        (user, cookie.to_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn a_new_password_ends_every_session_that_there_was() {
    let (door, _) = Door::with_admin().await;
    let other = door.sign_in("admin", PASSWORD, "").await.cookie();
    let asking = door.sign_in("admin", PASSWORD, "").await.cookie();
    let form = change(PASSWORD, NEW, NEW);
    let changed = door.post("/account/password", &asking, &form).await;
    assert_eq!(changed.location(), "/account?notice=password-changed");
    // The browser that asked goes on, by a token that nobody can have copied before.
    let fresh = changed.cookie();
    assert!(door.is_signed_in(&fresh).await);
    assert!(!door.is_signed_in(&other).await);
    assert!(!door.is_signed_in(&asking).await);
    let old = door.sign_in("admin", PASSWORD, "").await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
    assert_eq!(door.sign_in("admin", NEW, "").await.location(), "/");
    let audit = door.audit().await;
    assert_eq!(audit[2].1, "password_changed");
}

#[tokio::test]
async fn a_password_is_not_changed_by_who_does_not_know_it_or_to_a_bad_one() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    for (form, status, why) in [
        (change("guess", NEW, NEW), 401, "This is not your password."),
        (change(PASSWORD, NEW, "x"), 422, "not the same"),
        (change(PASSWORD, "short", "short"), 422, "at least 12"),
        (
            change(PASSWORD, "password1234", "password1234"),
            422,
            "easily guessed",
        ),
    ] {
        let answer = door.post("/account/password", &cookie, &form).await;
        assert_eq!(answer.status.as_u16(), status, "{why}");
        assert!(answer.text.contains(why), "{why}");
        assert!(!answer.text.contains(PASSWORD) && !answer.text.contains(NEW));
    }
    assert_eq!(door.sign_in("admin", PASSWORD, "").await.location(), "/");
}

#[tokio::test]
async fn who_guesses_the_password_with_a_session_waits_and_holds_up_nobody_else() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let wrong = change("guess", NEW, NEW);
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let answer = door.post("/account/password", &cookie, &wrong).await;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses, [401; 5]);
    let right = change(PASSWORD, NEW, NEW);
    let held = door.post("/account/password", &cookie, &right).await;
    assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(held.text.contains("Your password was not looked at."));
    assert_eq!(door.sign_in("admin", PASSWORD, "").await.location(), "/");
}

#[tokio::test]
async fn somebody_sees_and_ends_their_own_sessions_and_nobody_elses() {
    let (door, _) = Door::with_admin().await;
    let here = door.sign_in("admin", PASSWORD, "").await.cookie();
    let there = door.sign_in("admin", PASSWORD, "").await.cookie();
    let third = door.sign_in("admin", PASSWORD, "").await.cookie();
    let (_, kims) = door.kim().await;
    let page = door.get("/account", &here).await.text;
    assert_eq!(page.matches("This one").count(), 1);
    assert_eq!(page.matches(">Sign out</button>").count(), 3);
    let end = |id: i64| format!("/account/sessions/{id}/end");
    let kims_id = door.session_of(&kims).await;
    for missing in [kims_id, 999_999] {
        let refused = door.post(&end(missing), &here, "").await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
    assert!(door.is_signed_in(&kims).await);
    let ended = door
        .post(&end(door.session_of(&there).await), &here, "")
        .await;
    assert_eq!(ended.location(), "/account?notice=session-ended");
    assert!(!door.is_signed_in(&there).await);
    assert!(door.is_signed_in(&third).await);
    let ended = door.post("/account/sessions/end-others", &here, "").await;
    assert_eq!(ended.location(), "/account?notice=sessions-ended");
    assert!(!door.is_signed_in(&third).await);
    assert!(door.is_signed_in(&here).await && door.is_signed_in(&kims).await);
}

#[tokio::test]
async fn an_account_tells_its_owner_what_they_are_and_reach() {
    let (door, _) = Door::with_admin().await;
    let (_, kims) = door.kim().await;
    let page = door.get("/account", &kims).await.text;
    for words in [
        "Technician: ",
        "<dd>Acme</dd>",
        "None: you sign in elsewhere",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    assert!(!page.contains("Zenith"));
    let admin = door.sign_in("admin", PASSWORD, "").await.cookie();
    let page = door.get("/account", &admin).await.text;
    assert!(page.contains("Administrator: ") && page.contains("<dd>All sites</dd>"));
    assert!(page.contains("href=\"/account\" title=\"Your account: admin\""));
}

#[tokio::test]
async fn without_a_session_of_ones_own_there_is_no_account() {
    let (door, admin) = Door::with_admin().await;
    let mut state = app_state(&door.pool, &vault(), chrono::Utc::now);
    state.demo = Some(admin);
    let demo = Door {
        pool: door.pool.clone(),
        app: routervault::web::router(state),
    };
    let home = demo.get("/", "").await;
    assert!(!home.text.contains("href=\"/account\""));
    for page in ["/account", "/account/password", "/account/second-factor"] {
        assert_eq!(door.get(page, "").await.status, StatusCode::SEE_OTHER);
        let refused = demo.get(page, "").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{page}");
        assert!(
            refused
                .text
                .contains("a visitor of the demo has no account")
        );
    }
}

#[tokio::test]
async fn a_form_of_another_site_changes_no_account() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    for path in [
        "/account/password",
        "/account/second-factor/off",
        "/account/sessions/end-others",
        "/account/tokens/new",
        "/sign-in/code",
    ] {
        let request = Request::post(path)
            .header("host", "localhost")
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &cookie);
        let form = change(PASSWORD, NEW, NEW);
        let answer = door.send(request.body(form.into()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(door.sign_in("admin", PASSWORD, "").await.location(), "/");
}
