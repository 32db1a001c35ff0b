//! **Test connection** by keyboard, and its pages in each of their states.

use routervault::collector::Collector;
use tokio_util::sync::CancellationToken;

use super::house::House;
use super::listening::Complaints;
use super::page::Page;
use super::{no_wider_than_a_phone, without_barriers};
use crate::support::{World, vault};

/// A house with a router whose account lacks a policy, and a collector that works.
async fn house() -> (House, tokio_util::sync::DropGuard) {
    let house = House::of(1, &["gw", "sw"]).await;
    house
        .world
        .router("gw")
        .set_policies(&["ssh", "read", "write"]);
    let stop = CancellationToken::new();
    let collector = Collector::new(house.world.pool.clone(), vault(), World::settings());
    tokio::spawn(collector.run(stop.clone()));
    (house, stop.drop_guard())
}

async fn choose(page: &Page, name: &str, words: &str) {
    page.tab_to(name).await;
    page.press("Enter").await;
    page.shows(words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_test_fails_for_a_missing_policy_and_then_passes() {
    let (house, _collecting) = house().await;
    let page = Page::start().await;
    let mut complaints = Complaints::about(&page).await;
    page.open(&house.url("/sites/site-0/devices/gw")).await;
    choose(&page, "Test connection", "lacks sensitive").await;
    let text = page.text().await;
    assert!(text.contains("signed in as backup"), "{text}");
    assert!(text.contains("policy=ssh,read,sensitive,!local"), "{text}");
    // The commands came while the page moved.
    page.tab_to("Copy").await;
    house
        .world
        .router("gw")
        .set_policies(&["ssh", "read", "sensitive"]);
    choose(&page, "Test again", "would be whole").await;
    assert!(!page.text().await.contains("Lacks"));
    assert_eq!(complaints.heard(&page).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_test_passes_without_scripts() {
    let (house, _collecting) = house().await;
    house
        .world
        .router("gw")
        .set_policies(&["ssh", "read", "sensitive"]);
    let page = Page::start().await;
    page.scripts_off().await;
    page.open(&house.url("/sites/site-0/devices/gw")).await;
    choose(&page, "Test connection", "would be whole").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_state_of_a_connection_test_keeps_anybody_out() {
    let (house, collecting) = house().await;
    let page = Page::start().await;
    page.open(&house.url("/sites/site-0/devices/gw")).await;
    choose(&page, "Test connection", "lacks sensitive").await;
    let failed = page.path().await;
    choose(&page, "Make a key pair", "Begin the test").await;
    let prepared = page.path().await;
    drop(collecting);
    page.open(&house.url("/sites/site-0/devices/sw")).await;
    choose(&page, "Test connection", "Waiting for a collector").await;
    let waiting = format!("{}?still=1", page.path().await);
    let pages = [
        (&*failed, "What to paste on the router"),
        (&prepared, "Give the user the public key"),
        (&waiting, "stands still"),
    ];
    let pages = house.filled(&pages, &[]);
    without_barriers(pages.clone(), 1280).await;
    without_barriers(pages.clone(), 320).await;
    no_wider_than_a_phone(pages).await;
}
