//! The second factor: set up, asked for, used up, and taken away by nobody but its owner.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use routervault::access::totp::Authenticator;
use routervault::web;

use super::{Answer, Door, PASSWORD};
use crate::support::{app_state, vault};

/// When all of this happens: a code is of a step, and the next one must not begin meanwhile.
fn noon() -> DateTime<Utc> {
    "2026-05-03T12:00:00Z".parse().unwrap()
}

async fn door_at_noon() -> Door {
    let (door, _) = Door::with_admin().await;
    Door {
        app: web::router(app_state(&door.pool, &vault(), noon)),
        ..door
    }
}

/// The secret that a page shows, as an app then has it.
struct App(Authenticator);

impl App {
    fn of(page: &str) -> Self {
        let typed = between(page, "<code class=\"command\">", "<");
        let secret = totp_rs::Secret::try_from_base32(typed.replace(' ', "")).unwrap();
        Self(Authenticator::of(secret.as_bytes(), "admin"))
    }

    /// The code so many steps from now.
    fn code(&self, steps: i64) -> String {
        let at = noon().timestamp() + 30 * steps;
        let totp = totp_rs::Builder::new().with_secret(self.0.secret().to_vec());
        let code = totp.build().unwrap().generate(at.unsigned_abs());
        code.to_string()
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let from = text.find(before).unwrap_or_else(|| panic!("{text}")) + before.len();
    let rest = &text[from..];
    &rest[..rest.find(after).unwrap()]
}

const PAGE: &str = "/account/second-factor";

/// The administrator with a second factor; their session, their app and their recovery codes.
async fn protected() -> (Door, String, App, Vec<String>) {
    let door = door_at_noon().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let page = door.get(PAGE, &cookie).await.text;
    let app = App::of(&page);
    let form = setup_form(&page, &app.code(-1), PASSWORD);
    let turned = door.post(PAGE, &cookie, &form).await;
    assert_eq!(turned.status, StatusCode::OK, "{}", turned.text);
    let codes = recovery_codes(&turned);
    (door, cookie, app, codes)
}

fn setup_form(page: &str, code: &str, password: &str) -> String {
    let setup = between(page, "name=\"setup\" value=\"", "\"");
    format!("setup={setup}&code={code}&password={password}")
}

fn recovery_codes(page: &Answer) -> Vec<String> {
    let shown = page.text.split("<li><code>").skip(1);
    let codes = shown.map(|rest| rest[..19].to_owned());
    codes.collect()
}

async fn give(door: &Door, pending: &str, code: &str) -> Answer {
    let form = format!("code={code}&next=%2Fruns");
    door.post("/sign-in/code", pending, &form).await
}

async fn actions(door: &Door) -> Vec<String> {
    door.audit().await.into_iter().map(|(_, did)| did).collect()
}

#[tokio::test]
async fn who_has_a_second_factor_signs_in_with_password_and_code() {
    let (door, _, app, codes) = protected().await;
    assert_eq!(codes.len(), 10);
    let form = format!("name=admin&password={PASSWORD}&next=%2Fruns");
    let first = door.post("/sign-in", "", &form).await;
    assert_eq!(first.location(), "/sign-in/code?next=%2Fruns");
    let pending = first.cookie();
    let asked = door.get(first.location(), &pending).await;
    assert!(asked.text.contains("Second step"));
    let second = give(&door, &pending, &app.code(0)).await;
    assert_eq!(second.status, StatusCode::SEE_OTHER);
    assert_eq!(second.location(), "/runs");
    let whole = second.cookie();
    assert_ne!(whole, pending);
    assert_eq!(door.get("/runs", &whole).await.status, StatusCode::OK);
    // What was known of the first step is worth nothing after.
    let again = give(&door, &pending, &app.code(1)).await;
    assert_eq!(again.location(), "/sign-in?next=%2Fruns");
    let did = ["sign_in", "second_factor_changed", "sign_in"];
    assert_eq!(actions(&door).await, did);
}

#[tokio::test]
async fn the_first_step_alone_is_worth_nothing() {
    let (door, _, _, _) = protected().await;
    let pending = door.sign_in("admin", PASSWORD, "").await.cookie();
    for page in ["/", "/runs", "/account", PAGE] {
        let refused = door.get(page, &pending).await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER, "{page}");
        assert!(refused.location().starts_with("/sign-in?next="), "{page}");
    }
    for path in [
        "/account/password",
        "/account/second-factor/off",
        "/sign-out",
    ] {
        let refused = door.post(path, &pending, "password=x").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    // And without it there is no second one.
    let nobody = door.get("/sign-in/code?next=%2Fruns", "").await;
    assert_eq!(nobody.location(), "/sign-in?next=%2Fruns");
    assert_eq!(
        give(&door, "", "123456").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn what_was_known_of_a_session_before_either_step_opens_nothing_after() {
    let (door, before, app, _) = protected().await;
    let pending = door.sign_in("admin", PASSWORD, &before).await.cookie();
    let ended = door.get("/runs", &before).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    let whole = give(&door, &pending, &app.code(0)).await.cookie();
    for worthless in [&before, &pending] {
        let refused = door.get("/runs", worthless).await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(door.get("/runs", &whole).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_code_counts_once_and_only_around_its_time() {
    let (door, _, app, codes) = protected().await;
    let shown = app.code(0);
    let pending = door.sign_in("admin", PASSWORD, "").await.cookie();
    for wrong in [
        app.code(-1),
        app.code(9),
        "000 00".to_owned(),
        String::new(),
    ] {
        let refused = give(&door, &pending, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{wrong}");
        assert!(refused.text.contains("wrong, or was used before"));
    }
    let spaced = format!("{}+{}", &shown[..3], &shown[3..]);
    assert_eq!(give(&door, &pending, &spaced).await.location(), "/runs");
    for used in [&shown, &codes[0]] {
        let pending = door.sign_in("admin", PASSWORD, "").await.cookie();
        let first = give(&door, &pending, used).await.status;
        let pending = door.sign_in("admin", PASSWORD, "").await.cookie();
        let second = give(&door, &pending, used).await.status;
        let is_code = used == &shown;
        assert_eq!(first == StatusCode::UNAUTHORIZED, is_code, "{used}");
        assert_eq!(second, StatusCode::UNAUTHORIZED, "{used}");
    }
}

#[tokio::test]
async fn a_recovery_code_is_taken_however_it_is_typed_and_is_counted_down() {
    let (door, cookie, _, codes) = protected().await;
    for typed in [codes[3].to_lowercase(), codes[4].replace('-', "+")] {
        let pending = door.sign_in("admin", PASSWORD, "").await.cookie();
        let signed_in = give(&door, &pending, &typed).await;
        assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{typed}");
    }
    let page = door.get(PAGE, &cookie).await.text;
    assert!(page.contains("<b>8</b> are left"), "{page}");
    let renewed = door
        .post(
            &format!("{PAGE}/codes"),
            &cookie,
            &format!("password={PASSWORD}"),
        )
        .await;
    let new = recovery_codes(&renewed);
    assert_eq!(new.len(), 10);
    let pending = door.sign_in("admin", PASSWORD, "").await.cookie();
    let old = give(&door, &pending, &codes[5]).await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
    assert_eq!(give(&door, &pending, &new[5]).await.location(), "/runs");
}

#[tokio::test]
async fn who_guesses_codes_waits() {
    let (door, _, app, _) = protected().await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        // Another first step gives no new guesses.
        let pending = door.sign_in("admin", PASSWORD, "").await.cookie();
        statuses.push(give(&door, &pending, "000000").await.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
    let pending = door.sign_in("admin", PASSWORD, "").await.cookie();
    let right = give(&door, &pending, &app.code(0)).await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(right.headers.contains_key("retry-after"));
    assert!(right.text.contains("Your code was not looked at."));
    let guesses = (0..10).map(|_| give(&door, &pending, "000000"));
    let all = futures_util::future::join_all(guesses).await;
    assert!(all.iter().all(|answer| answer.status.as_u16() == 429));
}

#[tokio::test]
async fn a_session_alone_neither_turns_it_off_nor_on_nor_makes_codes() {
    let (door, cookie, _, _) = protected().await;
    for act in ["off", "codes"] {
        let refused = door
            .post(&format!("{PAGE}/{act}"), &cookie, "password=guess")
            .await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{act}");
        assert!(refused.text.contains("This is not your password."));
    }
    let pending = door.sign_in("admin", PASSWORD, "").await;
    assert!(pending.location().starts_with("/sign-in/code"));
    assert_eq!(actions(&door).await[2..], ["access_refused"; 2]);
    let off = door
        .post(
            &format!("{PAGE}/off"),
            &cookie,
            &format!("password={PASSWORD}"),
        )
        .await;
    assert_eq!(off.location(), "/account?notice=second-factor-off");
    // On again: not without the password either, and not with the form of somebody else.
    let page = door.get(PAGE, &cookie).await.text;
    let app = App::of(&page);
    let form = setup_form(&page, &app.code(0), "guess");
    let refused = door.post(PAGE, &cookie, &form).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.text.contains("Tell the app"));
    let foreign = format!("setup={}&code=123456&password={PASSWORD}", "00".repeat(60));
    let refused = door.post(PAGE, &cookie, &foreign).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let plain = door.sign_in("admin", PASSWORD, "").await;
    assert_eq!(plain.location(), "/");
}

#[tokio::test]
async fn it_counts_from_a_right_code_on_and_a_form_sent_again_changes_nothing() {
    let door = door_at_noon().await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    let page = door.get(PAGE, &cookie).await.text;
    let app = App::of(&page);
    let wrong = door
        .post(PAGE, &cookie, &setup_form(&page, "000000", PASSWORD))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("The code is wrong."));
    // The app keeps the secret that it has.
    assert_eq!(App::of(&wrong.text).0.secret(), app.0.secret());
    assert_eq!(door.sign_in("admin", PASSWORD, "").await.location(), "/");
    let right = setup_form(&wrong.text, &app.code(0), PASSWORD);
    let turned = door.post(PAGE, &cookie, &right).await;
    assert_eq!(turned.headers["cache-control"], "no-store");
    let codes = recovery_codes(&turned);
    let again = door.post(PAGE, &cookie, &right).await;
    assert_eq!(
        again.location(),
        "/account/second-factor?notice=second-factor-other"
    );
    // The code that turned it on signs nobody in.
    let pending = door.sign_in("admin", PASSWORD, "").await.cookie();
    let used = give(&door, &pending, &app.code(0)).await;
    assert_eq!(used.status, StatusCode::UNAUTHORIZED);
    assert_eq!(give(&door, &pending, &codes[0]).await.location(), "/runs");
}
