//! A house filled by hand in a real browser, without a mouse and without scripts: a site, a
//! credential, and a device that then is backed up.

use secrecy::ExposeSecret as _;

use super::collect_until;
use super::house::House;
use super::page::Page;
use super::{no_wider_than_a_phone, without_barriers};

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
    page.fill("input \"Slug\"", "harbour").await;
    page.fill("input \"Name\"", "Harbour").await;
    page.tab_to("button \"Add site\"").await;
    page.press("Enter").await;
    page.shows("It was added.").await;

    page.open(&house.url("/manage/credentials/new")).await;
    page.fill("input \"Name\"", "harbour-key").await;
    page.fill("input \"User name\"", username).await;
    page.fill("input \"Password\"", password.expose_secret())
        .await;
    page.tab_to("button \"Add credential\"").await;
    page.press("Enter").await;
    page.shows("Used by 0 devices").await;

    page.open(&house.url("/manage/devices/new?site=harbour"))
        .await;
    page.fill("input \"Name\"", "gw").await;
    page.fill("input \"Address\"", "127.0.0.1").await;
    page.fill("input \"SSH port\"", &port).await;
    page.fill("input \"Credential\"", "harbour-key").await;
    page.press("Enter").await;
    page.shows("It was added.").await;
    assert!(page.path().await.starts_with("/manage/devices/"));

    page.open(&house.url("/sites/harbour/devices/gw")).await;
    page.tab_to("button \"Back up now\"").await;
    page.press("Enter").await;
    collect_until(&house, &page, "1 device backed up and verified").await;
}

/// One line of each kind: made, changed in the file only, wrong, and wrong at great length.
const LINES: &str = "slug,name,timezone,tags\\n\
    harbour,Harbour,Europe/London,gold;north\\n\
    site-0,Renamed,UTC,\\n\
    quay,Quay,Mars/Olympus,\\n\
    averyveryveryveryverylongslugwithoutanyplacewhereitcouldbreak,Name,Nowhere/Atall,\\n";

#[tokio::test(flavor = "multi_thread")]
async fn no_preview_of_a_file_keeps_anybody_out() {
    let house = House::open().await;
    let page = Page::start().await;
    page.open(&house.url("/manage/import")).await;
    let bring = format!(
        "document.getElementById('kind-sites').checked = true;
         document.getElementById('text').value = '{LINES}';
         document.getElementById('text').form.requestSubmit()"
    );
    page.evaluate(&bring).await;
    page.shows("Mars/Olympus").await;
    let pages = vec![(house.url(&page.path().await), "Mars/Olympus")];
    without_barriers(pages.clone(), 1280).await;
    without_barriers(pages.clone(), 320).await;
    no_wider_than_a_phone(pages).await;
}
