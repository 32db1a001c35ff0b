//! Every page as somebody sees it who did not ask for secrets.

use sqlx::PgPool;

use super::finder::Finder;
use super::visitor::Visitor;

/// The addresses that need nothing of the database.
const ADDRESSES: [&str; 41] = [
    "/",
    "/?q=good",
    "/sites/hq",
    "/batches",
    "/batches/events",
    "/runs",
    "/runs?state=failed",
    "/scripts",
    "/scripts?q=good",
    "/search",
    "/search?q=password",
    "/search?q=%5Ba-z%5D%7B3%7D&regex=1&when=ever",
    "/manage/sites",
    "/manage/devices",
    "/manage/credentials",
    "/manage/credentials/new",
    "/manage/tags",
    "/manage/retention",
    "/manage/retention/rule",
    "/manage/retention/preview?target=all&count=1",
    "/manage/alerts",
    "/manage/alerts/mail-server",
    "/manage/alerts/destinations/new",
    "/manage/alerts/rules/new",
    "/manage/alerts/log",
    "/manage/import",
    "/manage/host-keys",
    "/manage/users",
    "/manage/users/new",
    "/manage/audit",
    "/manage/audit.csv",
    "/account",
    "/account/password",
    "/account/second-factor",
    "/account/tokens/new",
    "/settings/single-sign-on",
    "/manage/export/devices.csv",
    "/manage/export/sites.csv",
    "/healthz",
    "/readyz",
    "/metrics",
];

/// One address for each row of the statement, whose text takes the place of `{}`.
const OF_ROWS: [(&str, &str); 27] = [
    ("/sites/hq/devices/{}", "SELECT name FROM devices"),
    ("/snapshots/{}", SNAPSHOTS),
    ("/snapshots/{}?view=joined", SNAPSHOTS),
    ("/snapshots/{}?find=passphrase", SNAPSHOTS),
    ("/snapshots/{}/text", SNAPSHOTS),
    ("/snapshots/{}/download?masked=1", SNAPSHOTS),
    ("/snapshots/{}/restore", SNAPSHOTS),
    ("/snapshots/{}/comment", SNAPSHOTS),
    ("/snapshots/{}/delete", SNAPSHOTS),
    ("/compare?{}", PAIRS),
    ("/compare?{}&layout=unified&noise=1&open=all", PAIRS),
    ("/compare.diff?{}", PAIRS),
    ("/runs/{}", "SELECT id::text FROM runs"),
    ("/runs/{}/events", "SELECT id::text FROM runs"),
    ("/batches/{}", "SELECT id::text FROM batches"),
    ("/batches/{}/events", "SELECT id::text FROM batches"),
    ("/runs?device={}", "SELECT name FROM devices"),
    ("/search/lines/{}", "SELECT id::text FROM search_lines"),
    (
        "/connection-tests/{}",
        "SELECT id::text FROM connection_tests",
    ),
    (
        "/connection-tests/{}/events",
        "SELECT id::text FROM connection_tests",
    ),
    (
        "/manage/alerts/destinations/{}",
        "SELECT id::text FROM alert_destinations",
    ),
    (
        "/manage/alerts/log/{}",
        "SELECT id::text FROM alert_messages",
    ),
    (
        "/manage/alerts/log/{}/events",
        "SELECT id::text FROM alert_messages",
    ),
    ("/manage/users/{}", "SELECT id::text FROM users"),
    ("/manage/credentials/{}", "SELECT id::text FROM credentials"),
    ("/manage/devices/{}", "SELECT id::text FROM devices"),
    ("/?q={}", "SELECT name FROM devices"),
];

const SNAPSHOTS: &str = "SELECT id::text FROM snapshots";
const PAIRS: &str = "SELECT 's=' || a.id || '&s=' || b.id
    FROM snapshots AS a JOIN snapshots AS b ON a.id < b.id";

/// Looks at every page; each must be there, or what was looked at is an error page.
pub async fn visit(pool: &PgPool, visitor: &Visitor, finder: &Finder) {
    let mut addresses: Vec<String> = ADDRESSES.map(str::to_owned).into();
    for (address, statement) in OF_ROWS {
        let rows: Vec<String> = sqlx::query_scalar(statement).fetch_all(pool).await.unwrap();
        assert!(!rows.is_empty(), "{address}");
        addresses.extend(rows.iter().map(|row| address.replace("{}", row)));
    }
    for address in addresses {
        let answer = visitor.get(&address).await;
        assert_eq!(answer.status, 200, "{address}");
        finder.assert_clean(&address, &answer.bytes);
    }
}
