//! A technician's whole day by keyboard alone: on a screen, on a small phone, and in a browser
//! that runs no scripts.

use std::time::Duration;

use tokio::time::timeout;

use super::collect_until;
use super::house::House;
use super::listening::Downloads;
use super::page::Page;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_by_keyboard_alone() {
    let day = Day::begin().await;
    day.is_worked(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_a_small_phone() {
    let day = Day::begin().await;
    day.page.viewport(320, 640).await;
    day.is_worked(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_scripts() {
    let day = Day::begin().await;
    day.page.scripts_off().await;
    day.is_worked(false).await;
}

/// One site of three routers, of which `sw` refuses the export, and a page to work in.
struct Day {
    house: House,
    page: Page,
}

impl Day {
    async fn begin() -> Self {
        let house = House::of(1, &["gw", "ap", "sw"]).await;
        let page = Page::start().await;
        Self { house, page }
    }

    async fn is_worked(&self, scripts: bool) {
        self.a_device_is_found_by_two_letters().await;
        self.the_site_is_backed_up_until_all_is_well().await;
        self.three_backups_are_compared(scripts).await;
        self.secrets_are_shown_and_hidden().await;
        self.what_is_downloaded_is_what_is_kept().await;
        self.a_batch_is_cancelled().await;
    }

    async fn a_device_is_found_by_two_letters(&self) {
        self.page.open(&self.house.url("/")).await;
        self.page.tab_to("Search sites and devices").await;
        self.page.enter("ap").await;
        self.page.press("Enter").await;
        self.page.shows("Show all").await;
        self.choose("ap", "No backup yet").await;
    }

    async fn the_site_is_backed_up_until_all_is_well(&self) {
        for _ in 0..3 {
            self.choose("Site 0", "Backup Site").await;
            self.choose("Backup Site", "0 of 3 devices done").await;
            self.collected("2 of 3 devices backed up").await;
            self.two_places_change().await;
        }
        self.page.shows("not enough permissions").await;
        self.house.world.router("sw").set_fault(None).unwrap();
        self.choose("Retry failed (1)", "Retry of batch #3").await;
        self.collected("1 device backed up").await;
        self.choose("Site 0", "3 of 3").await;
    }

    async fn three_backups_are_compared(&self, scripts: bool) {
        self.choose("ap", "Tick two to six").await;
        let ticks = "[...document.querySelectorAll('input[name=s]')].map((tick) => tick.ariaLabel)";
        let ticks = self.page.evaluate(ticks).await;
        let ticks: Vec<String> = serde_json::from_value(ticks).unwrap();
        assert_eq!(ticks.len(), 3);
        for tick in ticks {
            self.page.tab_to(&tick).await;
            self.page.press(" ").await;
        }
        self.choose("Compare", "As text for a ticket").await;
        // Each change is shown twice: where it was made, and what it was before.
        let columns = "document.querySelector('.diff thead').querySelectorAll('th').length";
        assert_eq!(self.page.evaluate(columns).await, 3);
        let text = self.page.text().await;
        for wanted in ["mtu=1420", "mtu=14020", "mtu=140020", "name=moved-moved-ap"] {
            assert!(text.contains(wanted), "no {wanted} in\n{text}");
        }
        if scripts {
            for (key, difference) in [("n", "1"), ("n", "2"), ("p", "1")] {
                self.page.press(key).await;
                let focused = self.page.focused().await;
                let wanted = format!("Difference {difference} of ");
                assert!(focused.contains(&wanted), "{focused} after {key}");
            }
        }
        self.choose("ap", "Config Backups").await;
    }

    async fn secrets_are_shown_and_hidden(&self) {
        self.choose("View", "secrets are masked").await;
        let body = self.newest().await.1;
        let masked = self.page.text().await;
        let body = String::from_utf8(body).unwrap();
        let secret: Vec<&str> = body
            .lines()
            .map(str::trim)
            .filter(|line| !masked.contains(line))
            .collect();
        assert!(!secret.is_empty() && secret.len() < 20, "{secret:?}");
        self.choose("Show secrets", "Secrets are shown").await;
        let shown = self.page.text().await;
        for line in &secret {
            assert!(shown.contains(line), "{line:?} is not in\n{shown}");
        }
        self.choose("Hide secrets", "secrets are masked").await;
        let hidden = self.page.text().await;
        assert!(!secret.iter().any(|line| hidden.contains(line)));
    }

    async fn what_is_downloaded_is_what_is_kept(&self) {
        let mut downloads = Downloads::of(&self.page).await;
        self.page.tab_to("a \"Download\"").await;
        self.page.press("Enter").await;
        let file = downloads.next().await;
        let (name, body) = self.newest().await;
        assert_eq!(name, "ap");
        assert!(file.name.contains("ap") && file.name.ends_with(".rsc"));
        assert_eq!(file.bytes, body);
    }

    async fn a_batch_is_cancelled(&self) {
        self.choose("Site 0", "Backup Site").await;
        self.choose("Backup Site", "0 of 3 devices done").await;
        self.choose_while_it_moves("Stop updating", "stands still")
            .await;
        self.choose("Cancel", "Cancelled 3").await;
    }

    /// Goes to what is called so, presses Enter, and waits for words of what comes then.
    async fn choose(&self, name: &str, words: &str) {
        self.page.tab_to(name).await;
        self.page.press("Enter").await;
        self.page.shows(words).await;
    }

    /// The same on a page that reloads itself without scripts, which may take the keyboard from
    /// what was just reached: then again, as a person would, but not for ever.
    async fn choose_while_it_moves(&self, name: &str, words: &str) {
        for _ in 0..5 {
            self.page.tab_to(name).await;
            self.page.press("Enter").await;
            let shown = timeout(Duration::from_secs(10), self.page.shows(words));
            if shown.await.is_ok() {
                return;
            }
        }
        panic!("{name:?} never led to {words:?}");
    }

    /// Lets a collector work until the page says these words.
    async fn collected(&self, words: &str) {
        collect_until(&self.house, &self.page, words).await;
    }

    /// Changes `ap` in two menus far from each other.
    async fn two_places_change(&self) {
        let export = String::from_utf8(self.newest().await.1).unwrap();
        let changed =
            export
                .replacen("mtu=14", "mtu=140", 1)
                .replacen("set name=", "set name=moved-", 1);
        assert_eq!(changed.len(), export.len() + 7);
        let router = self.house.world.router("ap");
        router.set_config(changed.into_bytes());
    }

    /// The device and the bytes of the newest backup of `ap`.
    async fn newest(&self) -> (String, Vec<u8>) {
        let kept = self.house.world.snapshots().await;
        let newest = kept.into_iter().find(|one| one.device == "ap").unwrap();
        let body = self.house.world.body(newest.id).await;
        (newest.device, body)
    }
}
