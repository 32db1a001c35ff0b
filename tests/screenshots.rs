//! Pictures of every page in Chromium, of a demo that it starts and ends: `script/screenshots`.
//! No test, and so no part of a test run (`test = false` in Cargo.toml): people look at them.
// What is shared with the tests offers more than is needed here.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::path::{Path, PathBuf};

#[path = "it/browser/chromium.rs"]
mod chromium;
#[path = "it/browser/page.rs"]
mod page;
#[path = "it/support/program.rs"]
mod program;
#[path = "it/support/wait.rs"]
mod wait;

mod support {
    pub use crate::wait::until;
}

use chromiumoxide::cdp::browser_protocol::emulation::SetEmulatedMediaParams;
use chromiumoxide::cdp::browser_protocol::page::Viewport;
use chromiumoxide::page::ScreenshotParams;
use page::Page;
use program::{Program, routervault};
use support::until;

/// A site, and a device of it, of the demo.
const SITE: &str = "/sites/harbour-clinic";
const DEVICE: &str = "/sites/harbour-clinic/devices/gw";

/// The site in the picture of the README: one with devices that could not be backed up.
const ILL_SITE: &str = "/sites/north-mill";

/// A device whose router refuses every backup, and one like [`DEVICE`].
const ILL_DEVICE: &str = "/sites/north-mill/devices/branch-vpn";
const OTHER_DEVICE: &str = "/sites/harbour-clinic/devices/core";

/// Every page: the name of its pictures, and its path. `{old}` and `{new}` are two snapshots of
/// [`DEVICE`], `{other}` is one of [`OTHER_DEVICE`], and `{failed}` is a failed run.
const PAGES: &[(&str, &str)] = &[
    ("sites", "/"),
    ("nothing-found", "/?q=nothing"),
    ("site", SITE),
    ("ill-site", ILL_SITE),
    ("all-reports", "/reports"),
    ("report-of-all", "{report-of-all}"),
    ("reports", "/sites/north-mill/reports"),
    ("report", "{report}"),
    ("device", DEVICE),
    ("device-without-backup", ILL_DEVICE),
    ("snapshot", "/snapshots/{new}"),
    ("snapshot-search", "/snapshots/{new}?find=add&secrets=shown"),
    ("restore", "/snapshots/{new}/restore"),
    ("comment", "/snapshots/{new}/comment"),
    ("delete", "/snapshots/{old}/delete"),
    ("delete-refused", "/snapshots/{new}/delete"),
    ("scripts", "/scripts?q=ha+gw"),
    ("scripts-opened", "/scripts?q=ha&d=1&d=2"),
    ("compare", "/compare?s={old}&s={new}"),
    ("compare-unified", "/compare?s={old}&s={new}&layout=unified"),
    ("compare-three", "/compare?s={old}&s={new}&s={other}"),
    ("search", "/search"),
    (
        "search-found",
        "/search?q=comment&menu=/ip%20firewall&when=ever",
    ),
    ("search-refused", "/search?q=(&regex=1"),
    ("search-line", "/search/lines/1?when=ever"),
    ("batches", "/batches"),
    ("batch", "/batches/1"),
    ("runs", "/runs"),
    ("runs-failed", "/runs?state=failed"),
    ("run", "/runs/1"),
    ("failed-run", "/runs/{failed}"),
    ("manage-sites", "/manage/sites"),
    ("manage-site-new", "/manage/sites/new"),
    ("manage-devices", "/manage/devices"),
    ("manage-device", "/manage/devices/1"),
    ("manage-credentials", "/manage/credentials"),
    ("manage-credential-new", "/manage/credentials/new"),
    ("manage-tags", "/manage/tags"),
    ("retention", "/manage/retention"),
    (
        "retention-preview",
        "/manage/retention/preview?target=all&count=1&thin=1&all_days=30&daily_days=365",
    ),
    ("manage-schedules", "/manage/schedules"),
    ("manage-schedule-new", "/manage/schedules/new"),
    ("manage-schedule", "/manage/schedules/1"),
    ("manage-windows", "/manage/maintenance-windows"),
    ("manage-window-new", "/manage/maintenance-windows/new"),
    ("manage-users", "/manage/users"),
    ("manage-user-new", "/manage/users/new"),
    ("manage-user", "/manage/users/1"),
    ("audit", "/manage/audit"),
    ("alerts", "/manage/alerts"),
    ("alert-mail-server", "/manage/alerts/mail-server"),
    ("alert-destination-new", "/manage/alerts/destinations/new"),
    ("alert-rule-new", "/manage/alerts/rules/new"),
    ("alert-log", "/manage/alerts/log"),
    ("archives", "/manage/archives"),
    ("archive-plan", "/manage/archives/plans/new"),
    ("manage-import", "/manage/import"),
    ("host-keys", "/manage/host-keys"),
    ("host-keys-decided", "/manage/host-keys?decided=1"),
    ("single-sign-on", "/settings/single-sign-on"),
    (
        "single-sign-on-group",
        "/settings/single-sign-on/groups/new",
    ),
    ("api", "/api"),
    ("account-of-nobody", "/account"),
    ("sign-in", "/sign-in"),
    ("link-spent", "/welcome?token=spent"),
    ("missing", "/nothing"),
];

/// How wide the pictures are: a small phone and a laptop.
const WIDTHS: [u32; 2] = [320, 1280];

/// Pages that are also taken as wide as a 4k screen, and as printed.
const WIDE: [&str; 5] = ["sites", "site", "device", "compare", "snapshot"];
const PRINTED: [&str; 7] = [
    "sites",
    "snapshot",
    "compare",
    "restore",
    "search-found",
    "report",
    "report-of-all",
];
const WIDE_PIXELS: u32 = 3840;

/// A sheet of A4 without its margins, at the 96 pixels to an inch of CSS.
const A4_PIXELS: u32 = 718;

/// How high the window is; a picture is as high as its page, but at least this.
const HEIGHT: u32 = 800;

#[tokio::main]
async fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pictures = folder.join("target/screenshots");
    std::fs::create_dir_all(&pictures).unwrap();
    let data = tempfile::tempdir().unwrap();
    let (mut demo, origin) = start_demo(data.path());

    let page = Page::start().await;
    let (old, new) = two_snapshots(&page, &origin).await;
    let other = one_snapshot(&page, &origin).await;
    let failed = failed_run(&page, &origin).await;
    let report = first_link(&page, &format!("{origin}{ILL_SITE}/reports"), "/reports/").await;
    let report_of_all = first_link(&page, &format!("{origin}/reports"), "/reports/").await;
    for (name, path) in PAGES {
        let path = path.replace("{old}", &old).replace("{new}", &new);
        let path = path.replace("{report}", &report);
        let path = path.replace("{report-of-all}", &report_of_all);
        let path = path.replace("{other}", &other).replace("{failed}", &failed);
        take(&page, &pictures, name, &format!("{origin}{path}")).await;
    }
    let test = connection_test(&page, &origin).await;
    take(&page, &pictures, "connection-test", &test).await;
    let preview = import_preview(&page, &origin).await;
    take(&page, &pictures, "manage-import-preview", &preview).await;
    page.dark(false).await;
    page.viewport(1280, HEIGHT).await;
    page.open(&format!("{origin}{ILL_SITE}")).await;
    picture(&page, &folder.join("docs/pictures/routervault.png")).await;

    demo.signal(nix::sys::signal::Signal::SIGINT);
    assert!(demo.child.wait().unwrap().success(), "the demo ends well");
    println!("the pictures are in {}", pictures.display());
}

/// Starts the demo in a folder of its own, and says where its pages are.
fn start_demo(data: &Path) -> (Program, String) {
    let mut command = routervault(&["demo", "--listen", "127.0.0.1:0", "--change-every", "5"]);
    command.arg("--data-dir").arg(data.join("data"));
    let mut demo = Program::start(command);
    let line = demo.line_with("RouterVault is at ");
    let mut words = line.split_whitespace();
    let url = words.find(|word| word.starts_with("http://")).unwrap();
    let origin = url.trim_end_matches('/').to_owned();
    (demo, origin)
}

/// Waits until the first batch has ended and a router has changed; gives the two newest
/// snapshots of [`DEVICE`], the older first.
async fn two_snapshots(page: &Page, origin: &str) -> (String, String) {
    until("the first batch ends", async || {
        page.open(&format!("{origin}/batches/1")).await;
        let text = page.text().await;
        text.contains("ended ").then_some(())
    })
    .await;
    until("a second snapshot", async || {
        match &snapshots_of(page, &format!("{origin}{DEVICE}")).await[..] {
            [new, old, ..] => Some((old.clone(), new.clone())),
            _ => None,
        }
    })
    .await
}

/// The newest snapshot of [`OTHER_DEVICE`].
async fn one_snapshot(page: &Page, origin: &str) -> String {
    let mut found = snapshots_of(page, &format!("{origin}{OTHER_DEVICE}")).await;
    found.remove(0)
}

/// The snapshots that the page of a device offers to tick, newest first.
async fn snapshots_of(page: &Page, device: &str) -> Vec<String> {
    page.open(device).await;
    let ticks = "[...document.querySelectorAll('input[name=s]')].map((box) => box.value)";
    serde_json::from_value(page.evaluate(ticks).await).unwrap()
}

/// The first link of a page to an address with this part.
async fn first_link(page: &Page, address: &str, part: &str) -> String {
    page.open(address).await;
    let first = format!("document.querySelector('td a[href*=\"{part}\"]').pathname");
    serde_json::from_value(page.evaluate(&first).await).unwrap()
}

/// The newest run that failed.
async fn failed_run(page: &Page, origin: &str) -> String {
    page.open(&format!("{origin}/runs?state=failed")).await;
    let first = "document.querySelector('main a[href^=\"/runs/\"]').pathname.split('/')[2]";
    serde_json::from_value(page.evaluate(first).await).unwrap()
}

/// A connection test of [`ILL_DEVICE`] that has ended.
async fn connection_test(page: &Page, origin: &str) -> String {
    page.open(&format!("{origin}{ILL_DEVICE}")).await;
    let press = "document.querySelector('form[action$=\"/connection-tests\"]').requestSubmit()";
    page.evaluate(press).await;
    page.shows("Test again").await;
    format!("{origin}{}", page.path().await)
}

/// Lines of CSV before they are applied, one of them wrong.
async fn import_preview(page: &Page, origin: &str) -> String {
    page.open(&format!("{origin}/manage/import")).await;
    let bring = "document.getElementById('kind-sites').checked = true;
        document.getElementById('text').value =
            'slug,name,timezone,tags\\nharbour,Harbour,Europe/London,gold\\nquay,Quay,Mars/Olympus,';
        document.getElementById('text').form.requestSubmit()";
    page.evaluate(bring).await;
    page.shows("Mars/Olympus").await;
    format!("{origin}{}", page.path().await)
}

/// Every picture of a page.
async fn take(page: &Page, pictures: &Path, name: &str, url: &str) {
    let file = |rest: &str| -> PathBuf { pictures.join(format!("{name}-{rest}")) };
    page.open(url).await;
    let wide = WIDE.contains(&name).then_some(WIDE_PIXELS);
    for width in WIDTHS.into_iter().chain(wide) {
        page.viewport(width, HEIGHT).await;
        for (dark, scheme) in [(false, "light"), (true, "dark")] {
            page.dark(dark).await;
            picture(page, &file(&format!("{width}-{scheme}.png"))).await;
        }
    }
    if PRINTED.contains(&name) {
        page.viewport(A4_PIXELS, HEIGHT).await;
        let print = SetEmulatedMediaParams::builder().media("print").build();
        page.command(print).await;
        picture(page, &file("printed.png")).await;
        page.command(SetEmulatedMediaParams::builder().media("").build())
            .await;
    }
}

/// Writes a picture of the whole page, as wide as the window and as high as its content.
async fn picture(page: &Page, file: &Path) {
    let metrics = page.tab.layout_metrics().await.unwrap();
    let whole = Viewport {
        x: 0.0,
        y: 0.0,
        width: metrics.css_layout_viewport.client_width as f64,
        height: metrics.css_content_size.height,
        scale: 1.0,
    };
    let wanted = ScreenshotParams::builder()
        .clip(whole)
        .capture_beyond_viewport(true)
        .build();
    std::fs::write(file, page.tab.screenshot(wanted).await.unwrap()).unwrap();
}
