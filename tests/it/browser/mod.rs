//! The pages in a real browser: what only scripts, styles and the browser's own rules decide.

mod axe;
mod chromium;
mod connection_test;
mod day;
mod first_start;
mod house;
mod keyboard;
mod listening;
mod managing;
mod page;
mod sign_in;
mod states;
mod viewer;

use chromiumoxide::cdp::browser_protocol::browser::{
    PermissionDescriptor, PermissionSetting, SetPermissionParams,
};
use routervault::collector::Collector;
use routervault::model::BatchId;
use tokio_util::sync::CancellationToken;

use crate::support::{World, vault};
use axe::axe;
use chromium::Chromium;
use house::House;
use listening::{Complaints, Downloads};
use page::Page;

/// What reaches beyond the right side of the window and is in nothing that scrolls by itself.
const BEYOND_THE_WINDOW: &str = r#"
    [...document.querySelectorAll("body *")]
        .filter((at) => at.getBoundingClientRect().right > innerWidth)
        .filter((at) => {
            for (let over = at.parentElement; over; over = over.parentElement)
                if (getComputedStyle(over).overflowX !== "visible") return false;
            return true;
        })
        .map((at) => `${at.localName}.${at.className}`)
        .join(", ")
"#;

/// Lets a collector work until the page says `words`.
async fn collect_until(house: &House, page: &Page, words: &str) {
    let stop = CancellationToken::new();
    let collector = Collector::new(house.world.pool.clone(), vault(), World::settings());
    let collecting = tokio::spawn(collector.run(stop.clone()));
    page.shows(words).await;
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
    let page = Page::start().await;
    let mut complaints = Complaints::about(&page).await;
    page.open(&batch_url(&house, requested.batch)).await;
    assert!(page.text().await.contains("0 of 4 devices done"));
    page.evaluate("window.isTheFirst = true").await;
    collect_until(&house, &page, "3 of 4 devices backed").await;
    assert!(page.text().await.contains("not enough permissions"));
    assert_eq!(
        page.evaluate("window.isTheFirst").await,
        true,
        "it was reloaded"
    );
    let asks_on = page
        .evaluate("document.querySelector('[hx-get]') !== null")
        .await;
    assert_eq!(asks_on, false, "it asks on after the end");
    assert_eq!(complaints.heard(&page).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_page_of_a_batch_reloads_until_the_batch_has_ended() {
    let house = House::open().await;
    let requested = house.world.request().await;
    let page = Page::start().await;
    page.scripts_off().await;
    page.open(&batch_url(&house, requested.batch)).await;
    assert!(page.text().await.contains("0 of 4 devices done"));
    collect_until(&house, &page, "3 of 4 devices backed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_shows_its_content_without_scripts() {
    let house = House::backed_up().await;
    let page = Page::start().await;
    page.scripts_off().await;
    for (url, words) in house.pages().await {
        page.open(&url).await;
        let text = page.text().await;
        assert!(text.contains(words), "{url} has no {words:?}:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_breaks_its_own_policy_or_throws() {
    let house = House::backed_up().await;
    let page = Page::start().await;
    let mut complaints = Complaints::about(&page).await;
    for (url, _) in house.pages().await {
        page.open(&url).await;
        assert_eq!(complaints.heard(&page).await, [""; 0], "{url}");
    }
    // What is forbidden is indeed heard of.
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))",
    )
    .await;
    let heard = complaints.heard(&page).await.concat();
    assert!(heard.contains("Content Security Policy"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_scrolls_sideways_on_a_small_phone() {
    let house = House::backed_up().await;
    no_wider_than_a_phone(house.pages().await).await;
}

/// Fails where one of these pages is wider than the smallest window.
async fn no_wider_than_a_phone(pages: Vec<(String, &str)>) {
    let page = Page::start().await;
    page.viewport(320, 800).await;
    let mut too_wide = Vec::new();
    for (url, _) in pages {
        page.open(&url).await;
        too_wide.extend(no_wider_than(&page, 320, &url).await);
    }
    assert!(too_wide.is_empty(), "{}", too_wide.join("\n"));
}

/// What makes the page wider than its window, which is so wide; `None`: nothing does.
async fn no_wider_than(page: &Page, width: u32, name: &str) -> Option<String> {
    let is = page.evaluate("document.documentElement.scrollWidth").await;
    if is == width {
        return None;
    }
    let by = page.evaluate(BEYOND_THE_WINDOW).await;
    Some(format!("{name}: {is} pixels wide, by {by}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_found_and_downloaded_without_mouse_and_without_scripts() {
    let house = House::backed_up().await;
    let newest = house.world.snapshots().await.remove(0);
    let page = Page::start().await;
    page.scripts_off().await;
    let mut downloads = Downloads::of(&page).await;
    page.open(&house.url("/")).await;
    page.tab_to("Site 0").await;
    page.press("Enter").await;
    page.shows("router-0").await;
    page.tab_to("router-0").await;
    page.press("Enter").await;
    page.shows("Config Backups").await;
    page.tab_to("Download").await;
    page.press("Enter").await;
    let file = downloads.next().await;
    assert!(file.name.ends_with(".rsc"), "{}", file.name);
    assert_eq!(newest.device, "router-0");
    assert_eq!(file.bytes, house.world.body(newest.id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_takes_the_text_as_it_is_shown() {
    let house = House::backed_up().await;
    let newest = house.world.snapshots().await.remove(0);
    let page = Page::start().await;
    let may = SetPermissionParams::builder()
        .permission(PermissionDescriptor::new("clipboard-read"))
        .setting(PermissionSetting::Granted)
        .browser_context_id(page.context.clone())
        .build();
    Chromium::shared()
        .browser
        .execute(may.unwrap())
        .await
        .unwrap();
    let whole = house.world.body(newest.id).await;
    for (address, is_whole) in [("", false), ("?secrets=shown", true)] {
        let snapshot = house.url(&format!("/snapshots/{}{address}", newest.id));
        page.open(&snapshot).await;
        page.tab_to("Copy").await;
        page.press("Enter").await;
        page.shows("Copied").await;
        let copied = page.evaluate("navigator.clipboard.readText()").await;
        let copied = copied.as_str().unwrap().replace("\r\n", "\n");
        let kept = String::from_utf8(whole.clone())
            .unwrap()
            .replace("\r\n", "\n");
        assert_eq!(copied == kept, is_whole, "{copied}");
        assert_eq!(copied.contains("*****"), !is_whole);
        assert_eq!(copied.lines().count(), kept.lines().count());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_typed_and_shift_and_tab_lead_back() {
    let house = House::open().await;
    let page = Page::start().await;
    page.open(&house.url("/")).await;
    page.tab_to("Search sites and devices").await;
    page.enter("é1").await;
    for key in ["ArrowLeft", "Backspace", "e", " "] {
        page.press(key).await;
    }
    page.tab_to("button \"Search\"").await;
    page.press_shift_tab().await;
    page.press_shift_tab().await;
    page.focuses("input \"Search sites and devices\"").await;
    page.press("Enter").await;
    page.shows("Show all").await;
    assert_eq!(page.path().await, "/?q=e+1&state=");
    let text = page.text().await;
    assert!(
        text.contains("Site 1") && !text.contains("Site 0"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_any_page_keeps_anybody_out() {
    let house = House::backed_up().await;
    without_barriers(house.pages().await, 1280).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_any_page_keeps_anybody_out_on_a_small_phone() {
    let house = House::backed_up().await;
    without_barriers(house.pages().await, 320).await;
}

/// Fails where axe finds something on one of these pages, light or dark, in a window so wide.
async fn without_barriers(pages: Vec<(String, &str)>, width: u32) {
    let page = Page::start().await;
    page.viewport(width, 800).await;
    let mut found = Vec::new();
    for (url, words) in pages {
        page.open(&url).await;
        let text = page.text().await;
        if !text.contains(words) {
            found.push(format!("{url} has no {words:?}:\n{text}"));
        }
        found.extend(barriers(&page, &url).await);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What axe finds on a page, light or dark.
async fn barriers(page: &Page, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for dark in [false, true] {
        page.dark(dark).await;
        let barriers = axe(page).await.into_iter();
        found.extend(barriers.map(|barrier| format!("{name}, dark {dark}: {barrier}")));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_people_out_is_found() {
    let page = Page::start().await;
    page.open("data:text/html,<html lang=en><title>A page</title><main><h1>A page</h1><img src=x>")
        .await;
    let found = axe(&page).await;
    assert!(
        matches!(&found[..], [one] if one.starts_with("image-alt")),
        "{found:?}"
    );
}
