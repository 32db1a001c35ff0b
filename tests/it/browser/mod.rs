//! The pages in a real browser: what only scripts, styles and the browser's own rules decide.

mod chromium;

use chrono::Utc;
use routervault::collector::Collector;
use routervault::demo::{Fault, RouterSpec};
use routervault::model::{BatchId, RunId};
use routervault::web::{self, AppState};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::{Deadlines, World, until, vault};
use chromium::Page;

/// Routers, the pages on a port of their own, and what stops them.
struct House {
    world: World,
    origin: String,
    _stop: DropGuard,
}

impl House {
    /// Two sites of two routers; the last router refuses the export.
    async fn open() -> Self {
        let mut specs: Vec<RouterSpec> = (0..4)
            .map(|seed| RouterSpec {
                size_bytes: 3_000,
                ..RouterSpec::new(format!("router-{seed}"), seed)
            })
            .collect();
        specs[3].fault = Some(Fault::PermissionRefused);
        let world = World::over_sites(2, specs, Deadlines::GENEROUS).await;
        let stop = CancellationToken::new();
        let origin = serve(&world, stop.clone()).await;
        Self {
            world,
            origin,
            _stop: stop.drop_guard(),
        }
    }

    /// The same, backed up twice, with a change in between on the first router.
    async fn backed_up() -> Self {
        let house = Self::open().await;
        house.world.back_up().await;
        house.world.router("router-0").change();
        house.world.back_up().await;
        house
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Every kind of page, and a word that its content has.
    async fn pages(&self) -> Vec<(String, &'static str)> {
        let snapshots = self.world.snapshots().await;
        let mut first = snapshots
            .iter()
            .filter(|snapshot| snapshot.device == "router-0");
        let (new, old) = (first.next().unwrap().id, first.next().unwrap().id);
        vec![
            (self.url("/"), "4 devices have a verified backup"),
            (self.url("/?q=nothing"), "Nothing found"),
            (self.url("/sites/site-1"), "not enough permissions"),
            (self.url("/sites/site-0/devices/router-0"), "Config Backups"),
            (self.url("/sites/site-1/devices/router-3"), "No backup yet"),
            (self.url(&format!("/snapshots/{new}")), "/system identity"),
            (self.url(&format!("/compare?a={old}&b={new}")), "added"),
            (self.url("/batches"), "3 of 4 completed"),
            (self.url("/batches/1"), "3 of 4 devices backed up"),
        ]
    }
}

/// Serves the pages until `stop`, and says where.
async fn serve(world: &World, stop: CancellationToken) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let pages = web::router(AppState {
        pool: world.pool.clone(),
        vault: vault(),
        clock: Utc::now,
        demo: true,
    });
    tokio::spawn(async move {
        let serving = axum::serve(listener, pages).with_graceful_shutdown(stop.cancelled_owned());
        serving.await.unwrap();
    });
    format!("http://{address}")
}

/// Starts a collector while `page` is open, and waits until the page says `words`.
async fn collect_until(house: &House, page: &mut Page, runs: &[RunId], words: &str) {
    let stop = CancellationToken::new();
    let collector = Collector::new(house.world.pool.clone(), vault(), World::settings());
    let collecting = tokio::spawn(collector.run(stop.clone()));
    house.world.ended(runs).await;
    until("the page says how the batch ended", async || {
        page.text().contains(words).then_some(())
    })
    .await;
    stop.cancel();
    collecting.await.unwrap();
}

fn batch_url(house: &House, batch: Option<BatchId>) -> String {
    house.url(&format!("/batches/{}", batch.unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_batch_moves_by_itself_until_the_batch_has_ended() {
    let house = House::open().await;
    let requested = house.world.request().await;
    let mut page = Page::start();
    page.open(&batch_url(&house, requested.batch));
    assert!(page.text().contains("0 of 4 devices done"));
    page.evaluate("window.isTheFirst = true");
    collect_until(&house, &mut page, &requested.runs, "3 of 4 devices backed").await;
    assert!(page.text().contains("not enough permissions"));
    assert_eq!(page.evaluate("window.isTheFirst"), true, "it was reloaded");
    let asks_on = page.evaluate("document.querySelector('[hx-get]') !== null");
    assert_eq!(asks_on, false, "it asks on after the end");
    assert_eq!(page.complaints, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_page_of_a_batch_reloads_until_the_batch_has_ended() {
    let house = House::open().await;
    let requested = house.world.request().await;
    let mut page = Page::start();
    page.forbid_scripts();
    page.open(&batch_url(&house, requested.batch));
    assert!(page.text().contains("0 of 4 devices done"));
    collect_until(&house, &mut page, &requested.runs, "3 of 4 devices backed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_shows_its_content_without_scripts() {
    let house = House::backed_up().await;
    let mut page = Page::start();
    page.forbid_scripts();
    for (url, words) in house.pages().await {
        page.open(&url);
        let text = page.text();
        assert!(text.contains(words), "{url} has no {words:?}:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_breaks_its_own_policy_or_throws() {
    let house = House::backed_up().await;
    let mut page = Page::start();
    for (url, _) in house.pages().await {
        page.open(&url);
        // Asking once more makes sure that what the page caused has been heard.
        page.text();
        assert_eq!(page.complaints, [""; 0], "{url}");
    }
    // What is forbidden is indeed heard of.
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))",
    );
    page.text();
    assert!(page.complaints.concat().contains("Content Security Policy"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_scrolls_sideways_on_a_small_phone() {
    let house = House::backed_up().await;
    let mut page = Page::start();
    page.resize(320);
    for (url, _) in house.pages().await {
        page.open(&url);
        let width = page.evaluate("document.documentElement.scrollWidth");
        assert_eq!(width, 320, "{url}");
    }
}
