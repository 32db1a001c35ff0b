//! A house filled by hand in a real browser, without a mouse and without scripts: a site, a
//! credential, and a device that then is backed up.

use secrecy::ExposeSecret as _;

use super::collect_until;
use super::house::House;
use super::page::Page;

async fn fill(page: &Page, field: &str, text: &str) {
    page.tab_to(field).await;
    page.evaluate("document.activeElement.select()").await;
    page.enter(text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_a_credential_and_a_device_are_added_and_the_device_is_backed_up() {
    let house = House::open().await;
    let router = &house.world.fleet.routers()[0];
    let port = router.addr.port().to_string();
    let (username, password) = (&router.spec().username, &router.spec().password);
    let page = Page::start().await;
    page.open(&house.url("/")).await;
    page.tab_to("Manage").await;
    page.press("Enter").await;
    page.shows("From devices.toml").await;
    page.tab_to("Add site").await;
    page.press("Enter").await;
    page.shows("Its short name in addresses").await;
    fill(&page, "input \"Slug\"", "harbour").await;
    fill(&page, "input \"Name\"", "Harbour").await;
    page.tab_to("button \"Add site\"").await;
    page.press("Enter").await;
    page.shows("It was added.").await;

    page.open(&house.url("/manage/credentials/new")).await;
    fill(&page, "input \"Name\"", "harbour-key").await;
    fill(&page, "input \"User name\"", username).await;
    fill(&page, "input \"Password\"", password.expose_secret()).await;
    page.tab_to("button \"Add credential\"").await;
    page.press("Enter").await;
    page.shows("Used by 0 devices").await;

    page.open(&house.url("/manage/devices/new?site=harbour"))
        .await;
    fill(&page, "input \"Name\"", "gw").await;
    fill(&page, "input \"Address\"", "127.0.0.1").await;
    fill(&page, "input \"SSH port\"", &port).await;
    fill(&page, "input \"Credential\"", "harbour-key").await;
    page.press("Enter").await;
    page.shows("It was added.").await;
    assert!(page.path().await.starts_with("/manage/devices/"));

    page.open(&house.url("/sites/harbour/devices/gw")).await;
    page.tab_to("button \"Back up now\"").await;
    page.press("Enter").await;
    collect_until(&house, &page, "1 device backed up and verified").await;
}
