//! Somebody who may only look: on no page a button that does more, and the server refuses what
//! the buttons of an administrator send.

use std::collections::BTreeMap;

use routervault::model::{Right, Role};
use routervault::web::{Need, ROUTES, Route};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgPool, query_scalar};

use super::house::House;
use super::page::Page;
use crate::support::{kim, until};

/// Every link and button of a page, but for those within it: what it is called, and what it
/// sends where.
const OFFERED: &str = r##"
    [...document.querySelectorAll("a[href]:not([href^='#']), button:not([type=button])")].map((at) => {
        const own = (name) => at.getAttribute("form" + name) ?? at.form.getAttribute(name) ?? "";
        const to = new URL(at.form ? own("action") : at.href, location);
        const isPost = at.form ? own("method") === "post" : false;
        const sent = isPost ? [...new FormData(at.form, at)] : [];
        return {
            label: at.innerText.trim().replace(/\s+/g, " "),
            method: isPost ? "POST" : "GET",
            path: to.pathname,
            query: to.search,
            fields: sent.filter(([, value]) => typeof value === "string"),
        };
    })
"##;

/// Sends a form from a page that does not have it.
const SEND: &str = r#"((offer) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = offer.path;
    for (const [name, value] of offer.fields) {
        const field = document.createElement("input");
        [field.name, field.value] = [name, value];
        form.append(field);
    }
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
})"#;

/// With which status the page was answered.
const STATUS: &str = "performance.getEntriesByType('navigation')[0].responseStatus";

/// How what an administrator finds somewhere is called.
const DEEDS: [&str; 13] = [
    "Backup Site",
    "Back up now",
    "Cancel",
    "Retry failed",
    "Comment",
    "Pin",
    "Delete",
    "Download",
    "Download newest of all (zip)",
    "Show secrets",
    "Manage",
    "Edit",
    "Test connection",
];

/// A link, or a button with its form.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Offer {
    label: String,
    method: String,
    path: String,
    query: String,
    fields: Vec<(String, String)>,
}

impl Offer {
    /// Whether it does more than a viewer may.
    fn does_more(&self) -> bool {
        let mut routes = ROUTES.iter();
        let route = routes.find(|route| self.leads_to(route));
        let route = route.unwrap_or_else(|| panic!("{self:?} leads nowhere"));
        matches!(route.need, Need::Right(right) if right != Right::See)
            || self.query.contains("secrets=shown")
    }

    fn leads_to(&self, route: &Route) -> bool {
        let (mut own, mut its) = (self.path.split('/'), route.path.split('/'));
        route.method == self.method
            && loop {
                match (own.next(), its.next()) {
                    (None, None) => return true,
                    (Some(_), Some(name)) if name.starts_with("{*") => return true,
                    (Some(_), Some(name)) if name.starts_with('{') => {}
                    (Some(one), Some(other)) if one == other => {}
                    _ => return false,
                }
            }
    }
}

/// What a page offers beyond looking.
async fn deeds(page: &Page, url: &str) -> Vec<Offer> {
    page.open(url).await;
    let offers: Vec<Offer> = serde_json::from_value(page.evaluate(OFFERED).await).unwrap();
    offers.into_iter().filter(Offer::does_more).collect()
}

/// Paths of every kind of page, some of them with something to cancel or to retry.
async fn paths(house: &House) -> Vec<String> {
    let mut paths: Vec<String> = house
        .pages()
        .await
        .into_iter()
        .map(|(url, _)| url)
        .collect();
    for path in [
        "/batches/3".to_owned(),
        format!("/runs/{}", house.run_that_is("queued").await),
    ] {
        paths.push(house.url(&path));
    }
    let origin = house.url("");
    let path = |url: String| url.strip_prefix(&origin).unwrap().to_owned();
    paths.into_iter().map(path).collect()
}

/// Every table but those that looking alone changes.
async fn everything_kept(pool: &PgPool) -> BTreeMap<String, Option<String>> {
    let tables: Vec<String> = query_scalar(
        "SELECT table_name::text FROM information_schema.tables
         WHERE table_schema = 'public' AND table_name NOT IN ('audit', 'sessions')",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut kept = BTreeMap::new();
    for table in tables {
        let rows =
            format!("SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} AS t");
        let rows = query_scalar(AssertSqlSafe(rows)).fetch_one(pool).await;
        kept.insert(table, rows.unwrap());
    }
    kept
}

async fn refusals(pool: &PgPool) -> i64 {
    let count = "SELECT count(*) FROM audit WHERE action = 'access_refused'";
    query_scalar(count).fetch_one(pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_finds_no_button_and_is_refused_what_those_of_others_send() {
    let house = House::backed_up().await;
    house.world.request().await;
    let viewer = kim(Role::Viewer.rights(), &[1, 2]);
    let (origin, _serving) = house.seen_by(viewer).await;
    let page = Page::start().await;
    let (mut offers, mut found) = (Vec::new(), Vec::new());
    for path in paths(&house).await {
        offers.extend(deeds(&page, &house.url(&path)).await);
        let more = deeds(&page, &format!("{origin}{path}")).await;
        found.extend(more.into_iter().map(|offer| format!("{path}: {offer:?}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    for label in DEEDS {
        let is_offered = offers.iter().any(|offer| offer.label.starts_with(label));
        assert!(is_offered, "no page offers an administrator to {label}");
    }

    offers.retain(|offer| offer.method == "POST");
    offers.sort_by(|one, other| one.path.cmp(&other.path));
    offers.dedup_by(|one, other| one.path == other.path && one.fields == other.fields);
    let pool = &house.world.pool;
    let (kept, refused) = (everything_kept(pool).await, refusals(pool).await);
    for offer in &offers {
        page.open(&format!("{origin}/")).await;
        let sent = format!("{SEND}({})", serde_json::to_string(offer).unwrap());
        page.evaluate(&sent).await;
        until(&format!("{offer:?} is refused"), async || {
            (page.evaluate(STATUS).await == 403).then_some(())
        })
        .await;
    }
    assert_eq!(everything_kept(pool).await, kept);
    assert_eq!(refusals(pool).await - refused, offers.len() as i64);
}
