//! The inventory file beside the browser: who has the say of what.

use super::{Desk, gateway, with};

/// What there is: kind, name, origin, and whether it is archived.
const ALL: &str = "SELECT string_agg(kind || ' ' || name || ' ' || origin
                          || CASE WHEN archived THEN ' archived' ELSE '' END, ', ' ORDER BY kind, name)
                   FROM (SELECT 'c' AS kind, name, origin, archived_at IS NOT NULL AS archived FROM credentials
                         UNION ALL SELECT 'd', name, origin, archived_at IS NOT NULL FROM devices
                         UNION ALL SELECT 's', slug, origin, archived_at IS NOT NULL FROM sites) AS rows";

const DEPOT: &str = "[[site]]\nslug = \"depot\"\n";
const ROUTER: &str = "[[site.device]]\nname = \"r\"\naddress = \"192.0.2.7\"\n";

#[tokio::test]
async fn what_is_made_in_the_browser_is_none_of_the_file() {
    let desk = Desk::furnished().await;
    desk.apply(DEPOT).await;
    let again = desk.apply(DEPOT).await;
    assert_eq!(again, routervault::inventory::Applied::default());
    assert_eq!(
        desk.text(ALL).await,
        "c core browser, c file file, d gw-1 browser, s acme browser, s depot file"
    );
}

#[tokio::test]
async fn what_comes_from_the_file_is_shown_and_refused() {
    let desk = Desk::furnished().await;
    desk.apply(&format!("{DEPOT}{ROUTER}")).await;
    for (page, action) in [
        ("/manage/sites/depot/edit", "/manage/sites/depot/archive"),
        ("/manage/devices/2", "/manage/devices/2/archive"),
        ("/manage/credentials/2", "/manage/credentials/2/archive"),
    ] {
        let shown = desk.get(page).await;
        shown.shows("comes from the inventory file");
        shown.shows("<fieldset disabled>");
        let stamp = shown.hidden("stamp");
        for address in [page, action] {
            let fields = with(&gateway(), ("timezone", "UTC"), &stamp);
            let refused = desk.post(address, &fields).await;
            assert_eq!(refused.location(), format!("{page}?notice=in-file"));
        }
    }
}

#[tokio::test]
async fn the_file_takes_over_what_it_names() {
    let desk = Desk::furnished().await;
    let acme = "[[credential]]\nname = \"core\"\nusername = \"u\"\npassword = \"p\"\n\
                [[site]]\nslug = \"acme\"\n[[site.device]]\nname = \"gw-1\"\naddress = \"192.0.2.8\"\n";
    let applied = desk.apply(acme).await;
    let taken = [applied.sites, applied.devices, applied.credentials];
    assert_eq!(taken.map(|counts| counts.taken_over), [1, 1, 1]);
    assert_eq!(
        desk.text(ALL).await,
        "c core file, c file file, d gw-1 file, s acme file"
    );
    assert_eq!(desk.text("SELECT address FROM devices").await, "192.0.2.8");
}

#[tokio::test]
async fn a_site_and_a_credential_that_left_the_file_stay_for_a_device_of_the_browser() {
    let desk = Desk::furnished().await;
    let both = format!("[[site]]\nslug = \"other\"\n{DEPOT}{ROUTER}");
    desk.apply(&both).await;
    let stamp = desk.get("/manage/devices/1").await.hidden("stamp");
    let with_file = with(&gateway(), ("credential", "file"), &stamp);
    desk.post("/manage/devices/1", &with_file).await.location();
    let at_depot = with(&gateway(), ("site", "depot"), "");
    desk.post("/manage/devices/new", &at_depot).await.location();

    // The file has another credential now, and no depot.
    let text = "[[credential]]\nname = \"next\"\nusername = \"u\"\npassword = \"p\"\n\
                [[site]]\nslug = \"other\"\n";
    let parsed = routervault::inventory::parse(text, "f", std::path::Path::new(""), &|_| None);
    let parsed = parsed.unwrap();
    let mut transaction = desk.pool.begin().await.unwrap();
    let applied = routervault::inventory::apply(&mut transaction, &parsed, &desk.vault);
    let applied = applied.await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!((applied.sites.archived, applied.sites.handed_over), (0, 1));
    assert_eq!(
        (applied.devices.archived, applied.credentials.handed_over),
        (1, 1)
    );
    assert_eq!(
        desk.text(ALL).await,
        "c core browser, c file browser, c next file, d gw-1 browser, d gw-1 browser, \
         d r file archived, s acme browser, s depot browser, s other file"
    );
}

#[tokio::test]
async fn what_left_the_file_can_be_restored_in_the_browser() {
    let desk = Desk::empty().await;
    desk.apply(&format!("{DEPOT}{ROUTER}")).await;
    desk.apply("[[site]]\nslug = \"other\"\n").await;
    desk.post("/manage/sites/depot/restore", &[])
        .await
        .location();
    assert_eq!(
        desk.text(ALL).await,
        "c file file, d r browser, s depot browser, s other file"
    );
    let again = desk.apply("[[site]]\nslug = \"other\"\n").await;
    assert_eq!((again.sites.archived, again.devices.archived), (0, 0));
}
