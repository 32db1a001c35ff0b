//! **Test connection** as a browser asks for it: from the button on the page of a device to a
//! router that is backed up by a key of its own.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use chrono::Utc;
use routervault::collector::Collector;
use routervault::model::{Right, Role};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::spec;
use crate::support::{
    Deadlines, World, administrator, app_state, kim, signed_in, signed_in_as, until, vault,
};

const BUTTON: &str = "/sites/site-0/devices/gw/connection-tests";

/// A router, and the pages as somebody sees them.
struct Desk {
    world: World,
    app: Router,
}

impl Desk {
    async fn of(version: &str) -> Self {
        let world = World::with(vec![spec(version)], Deadlines::GENEROUS).await;
        let app = signed_in(app_state(&world.pool, &vault(), Utc::now)).await;
        Self { world, app }
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let location = response.headers().get("location");
        let location = location.map_or("", |at| at.to_str().unwrap()).to_owned();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, location, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, address: &str) -> String {
        let request = Request::get(address).header("host", "localhost:8080");
        let (status, _, page) = self.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{address}: {page}");
        page
    }

    /// Presses a button; gives where it leads.
    async fn press(&self, address: &str) -> (StatusCode, String) {
        let (status, location, _) = self.submit(address, "").await;
        (status, location)
    }

    /// The port and the credential of the saved device.
    async fn saved(&self) -> (i32, String) {
        let saved = "SELECT port, credentials.name
                     FROM devices
                     JOIN credentials ON credentials.id = credential_id";
        sqlx::query_as(saved)
            .fetch_one(&self.world.pool)
            .await
            .unwrap()
    }

    /// The names of all devices.
    async fn devices(&self) -> String {
        sqlx::query_scalar("SELECT string_agg(name, ' ') FROM devices")
            .fetch_one(&self.world.pool)
            .await
            .unwrap()
    }

    async fn submit(&self, address: &str, form: &str) -> (StatusCode, String, String) {
        let request = Request::post(address)
            .header("host", "localhost:8080")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    /// Presses a button that begins a test, lets a collector make it, and gives address and page.
    async fn tested(&self, button: &str) -> (String, String) {
        self.tested_with(button, "").await
    }

    /// The same of what a form says.
    async fn tested_with(&self, button: &str, form: &str) -> (String, String) {
        let (status, page, text) = self.submit(button, form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{button}: {text}");
        let stop = CancellationToken::new();
        let collector = Collector::new(self.world.pool.clone(), vault(), World::settings());
        let collecting = tokio::spawn(collector.run(stop.clone()));
        let ended = until("the test ends", async || {
            let shown = self.get(&page).await;
            shown.contains("Test again").then_some(shown)
        })
        .await;
        stop.cancel();
        collecting.await.unwrap();
        (page, ended)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_tried_before_it_is_saved() {
    let desk = Desk::of("7.18.2").await;
    let (port, credential) = desk.saved().await;
    let form = format!(
        "site=site-0&name=typed&address=127.0.0.1&port={port}&credential={credential}\
         &enabled=true&connect_timeout_secs=7&export_timeout_secs=61"
    );
    let new = "/manage/devices/new/connection-tests";
    let (test, page) = desk.tested_with(new, &form).await;
    assert!(page.contains("would be whole"), "{page}");
    assert_eq!(desk.devices().await, "gw");
    // What was tried stands in the form of a new device.
    let id = test.rsplit('/').next().unwrap();
    let add = format!("/manage/devices/new?test={id}");
    assert!(page.contains(&format!("href=\"{add}\"")), "{page}");
    let prepared = desk.get(&add).await;
    for typed in ["site-0", "typed", "127.0.0.1", &credential, "7", "61"] {
        let value = format!("value=\"{typed}\"");
        assert!(prepared.contains(&value), "{typed}: {prepared}");
    }

    let wrong = form.replace("&port=", "&port=x");
    let (status, _, page) = desk.submit(new, &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("The port must be from 1 to 65535"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_form_of_a_device_is_tried_with_the_trusted_host_keys() {
    let desk = Desk::of("7.18.2").await;
    desk.world.back_up().await;
    let (port, credential) = desk.saved().await;
    let form = |name: &str| {
        format!(
            "stamp=none&name={name}&address=127.0.0.1&port={port}&credential={credential}\
             &connect_timeout_secs=7&export_timeout_secs=61"
        )
    };
    let button = "/manage/devices/1/connection-tests";
    let (_, page) = desk.tested_with(button, &form("moved")).await;
    assert!(page.contains("the trusted one"), "{page}");
    assert!(page.contains("Connection test of moved"), "{page}");
    assert!(!page.contains("Add this device"), "{page}");
    assert_eq!(desk.devices().await, "gw");
    let (status, _, page) = desk.submit(button, &form("a%2Fb")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("SITE/NAME"), "{page}");

    sqlx::query("UPDATE devices SET archived_at = now()")
        .execute(&desk.world.pool)
        .await
        .unwrap();
    let (status, location, _) = desk.submit(button, &form("moved")).await;
    let back = "/manage/devices/1?notice=";
    assert!(status == StatusCode::SEE_OTHER && location.starts_with(back));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_is_enrolled_from_the_first_failure_to_a_key_of_its_own() {
    for (version, kind) in [("6.49.18", "ssh-rsa"), ("7.18.2", "ssh-ed25519")] {
        let desk = Desk::of(version).await;
        let router = desk.world.router("gw");
        router.set_policies(&["ssh", "read"]);
        assert!(desk.get("/sites/site-0/devices/gw").await.contains(BUTTON));
        let (page, failed) = desk.tested(BUTTON).await;
        assert!(failed.contains("lacks sensitive"), "{failed}");
        assert!(failed.contains("leaves passwords and keys out of the export"));
        assert!(failed.contains(
            "/user group set [find name=&#34;routervault&#34;] policy=ssh,read,sensitive,!local"
        ));
        assert!(!failed.contains("ssh-keys"), "there is no key to import");

        router.set_policies(&["ssh", "read", "sensitive", "reboot"]);
        let (page, passed) = desk.tested(&format!("{page}/again")).await;
        assert!(passed.contains("A backup of this router would be whole"));
        assert!(passed.contains("restart the router (<code>reboot</code>)"));
        assert!(!passed.contains("What to paste"));

        let (status, prepared) = desk.press(&format!("{page}/key-pair")).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let shown = desk.get(&prepared).await;
        let begins = shown.find(kind).unwrap();
        let public = &shown[begins..begins + shown[begins..].find("&#34;").unwrap()];
        assert!(shown.contains("Begin the test") && public.ends_with(" routervault"));
        assert!(!shown.contains("PRIVATE KEY"));
        router.add_key(public.replace("&#43;", "+").parse().unwrap());
        let before = router.passwords_seen();
        let (_, by_key) = desk.tested(&format!("{prepared}/begin")).await;
        assert!(
            by_key.contains("A backup of this router would be whole"),
            "{by_key}"
        );
        assert!(by_key.contains("still has another credential"));
        assert_eq!(router.passwords_seen(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_people_is_told_to_stay_and_gets_a_colleague() {
    let desk = Desk::of("7.18.2").await;
    desk.world
        .router("gw")
        .set_policies(&["ssh", "read", "policy"]);
    let (page, failed) = desk.tested(BUTTON).await;
    assert!(failed.contains("People manage the router with this account"));
    assert!(!failed.contains("What to paste"));
    let (_, prepared) = desk.press(&format!("{page}/key-pair")).await;
    let shown = desk.get(&prepared).await;
    assert!(shown.contains("/user add name=&#34;routervault&#34; group=&#34;routervault&#34;"));
}

#[tokio::test]
async fn without_a_collector_a_test_waits_is_replaced_and_is_cancelled() {
    let desk = Desk::of("7.18.2").await;
    let (_, first) = desk.press(BUTTON).await;
    let (_, second) = desk.press(BUTTON).await;
    assert_ne!(first, second);
    let waiting = desk.get(&second).await;
    assert!(waiting.contains("Waiting for a collector") && waiting.contains("hx-sse:connect"));
    assert!(waiting.contains("<noscript><meta http-equiv=\"refresh\""));
    let (_, after) = desk.press(&format!("{second}/cancel")).await;
    assert_eq!(after, second);
    let cancelled = desk.get(&second).await;
    assert!(cancelled.contains("Cancelled") && !cancelled.contains("hx-sse:connect"));
    let gone = Request::get(&first).header("host", "localhost:8080");
    let (status, _, _) = desk.send(gone.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let audited: Vec<String> =
        sqlx::query_scalar("SELECT detail FROM audit WHERE action = 'connection_tested'")
            .fetch_all(&desk.world.pool)
            .await
            .unwrap();
    assert_eq!(audited.len(), 2);
    assert!(audited[0].starts_with("127.0.0.1 port "), "{audited:?}");
}

#[tokio::test]
async fn only_an_administrator_tests_and_sees_their_own_alone() {
    let mut desk = Desk::of("7.18.2").await;
    let (_, page) = desk.press(BUTTON).await;
    let other = routervault::model::Person {
        name: "other".to_owned(),
        ..administrator()
    };
    let state = app_state(&desk.world.pool, &vault(), Utc::now);
    desk.app = signed_in_as(state.clone(), other).await;
    for button in ["again", "begin", "cancel", "key-pair"] {
        let (status, _) = desk.press(&format!("{page}/{button}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{button}");
    }
    let technician = Role::Technician.rights().without(&[Right::Reveal]);
    desk.app = signed_in_as(state, kim(technician, &[1])).await;
    assert!(!desk.get("/sites/site-0/devices/gw").await.contains(BUTTON));
    assert_eq!(desk.press(BUTTON).await.0, StatusCode::FORBIDDEN);
}
