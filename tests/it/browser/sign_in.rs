//! A second factor from setting it up to signing in with it, without a mouse and without scripts.

use chrono::Utc;
use routervault::access::password;
use routervault::web;
use tokio::net::TcpListener;

use super::page::Page;
use crate::support::{administrator, app_state, database, insert_user, vault};

const PASSWORD: &str = "copper-lantern-meadow-41";

/// The pages for who is to sign in, on a port of their own; they end with the test.
async fn serve() -> String {
    let pool = database().await;
    let admin = insert_user(&pool, &administrator()).await;
    let hash = password::hash(PASSWORD.into()).await.unwrap();
    sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(admin.0)
        .bind(hash)
        .execute(&pool)
        .await
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let pages = web::router(app_state(&pool, &vault(), Utc::now));
    tokio::spawn(async move { axum::serve(listener, pages).await.unwrap() });
    format!("http://{address}")
}

/// The secret on the page, as it is typed into an app.
async fn secret(page: &Page) -> String {
    let typed = page
        .evaluate("document.querySelector('code.command').innerText")
        .await;
    typed.as_str().unwrap().replace(' ', "")
}

/// What an app with this secret shows so many steps from now.
fn code(secret: &str, steps: u64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let now = Utc::now().timestamp().unsigned_abs();
    app.generate(now + 30 * steps).to_string()
}

async fn sign_in(page: &Page) {
    page.tab_to("input \"Password\"").await;
    page.press_shift_tab().await;
    page.enter("admin").await;
    page.press("Tab").await;
    page.enter(PASSWORD).await;
    page.press("Enter").await;
}

/// Waits until the keyboard is in the field of the code, without having been led there: the words
/// of a page may be there before.
async fn asks_for_the_code(page: &Page) {
    page.focuses("input \"Code\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_set_up_and_asked_for() {
    let origin = serve().await;
    let page = Page::start().await;
    page.scripts_off().await;
    page.open(&format!("{origin}/account")).await;
    sign_in(&page).await;
    page.shows("Where you are signed in").await;
    page.tab_to("Set up second factor").await;
    page.press("Enter").await;
    page.shows("Tell the app").await;
    let secret = secret(&page).await;
    page.tab_to("Code that the app shows").await;
    page.enter(&code(&secret, 0)).await;
    page.tab_to("Your password").await;
    page.enter(PASSWORD).await;
    page.press("Enter").await;
    page.shows("The codes below are shown this once").await;
    page.tab_to("I have kept them").await;
    page.press("Enter").await;
    page.shows("10 recovery codes left").await;
    page.open(&format!("{origin}/account")).await;
    page.tab_to("button \"Sign out\"").await;
    page.press("Enter").await;
    page.shows("You are signed out.").await;
    sign_in(&page).await;
    page.shows("Second step").await;
    asks_for_the_code(&page).await;
    page.enter("000000").await;
    page.press("Enter").await;
    page.shows("wrong, or was used before").await;
    asks_for_the_code(&page).await;
    // A code counts once, and little time may have passed: the next one does in any case.
    page.enter(&code(&secret, 1)).await;
    page.press("Enter").await;
    page.shows("Add your first site").await;
    assert_eq!(page.path().await, "/");
}
