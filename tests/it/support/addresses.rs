//! Every address of the pages, in the house of `seed`: what is measured, and what the plans of
//! its queries are looked at for. Each list with each of its filters, and far in.

use routervault::model::SnapshotId;
use sqlx::PgPool;

/// The addresses, with names in braces for what only the database knows.
pub const ADDRESSES: [&str; 145] = [
    "/",
    "/?page=20",
    "/?q=ap-3",
    "/?q=customer%20777",
    "/?q=10.2.7.3",
    "/?q=a&tag=tag-3&state=attention",
    "/?tag=tag-3",
    "/?tag=core",
    "/?state=attention",
    "/?state=verified",
    "/?state=never",
    "/sites/site-1",
    "/sites/site-1?page=2",
    "/sites/site-1?q=ap&state=attention",
    "/sites/{site}",
    "/sites/site-1/newest.zip",
    "/sites/site-1/devices/core-1",
    "/sites/site-1/devices/core-1?before={deep}",
    "/sites/{site}/devices/core-1",
    "/snapshots/{old}",
    "/snapshots/{new}",
    "/snapshots/{new}?page=5",
    "/snapshots/{new}?view=joined&secrets=shown",
    "/snapshots/{new}?find=branch",
    "/snapshots/{new}?find=e&page=20",
    "/snapshots/{new}/text",
    "/snapshots/{new}/restore",
    "/snapshots/{new}/restore?q=ap",
    "/snapshots/{new}/restore?device={device}",
    "/snapshots/{new}/download",
    "/snapshots/{old}/download?masked=1",
    "/snapshots/{new}/download?menu=/ip%20firewall%20filter",
    "/snapshots/{new}/comment",
    "/snapshots/{new}/delete",
    "/snapshots.zip?s={old}&s={new}",
    "/scripts",
    "/scripts?page=300",
    "/scripts?q=rt-77",
    "/scripts?q=customer%20ap",
    "/scripts?q=customer%20branch%2010.%20rb%20rt-%20site-",
    "/scripts?{ten}",
    "/scripts/open?s={old}&s={new}",
    "/compare?s={old}&s={new}",
    "/compare?s={old}&s={new}&layout=unified",
    "/compare?s={old}&s={new}&noise=1&secrets=shown",
    "/compare?s={old}&s={new}&open=all",
    "/compare?s={other}&s={new}",
    "/compare.diff?s={other}&s={new}",
    "/compare?{six}",
    "/compare.diff?s={old}&s={new}",
    "/batches",
    "/batches?before={batch}",
    "/batches?site={site}",
    "/batches?by=manual",
    "/batches?by=scheduled&site={site}",
    "/batches?name=kim",
    "/batches?name=nobody",
    "/batches/events?by=scheduled",
    "/batches/{batch}",
    "/batches/{large}",
    "/batches/{large}?page=60",
    "/batches/{large}/events",
    "/runs",
    "/runs?before={run}",
    "/runs?site={site}",
    "/runs?site={site}&device=ap-8",
    "/runs?device=core-1",
    "/runs?state=queued",
    "/runs?state=completed&site={site}",
    "/runs?state=failed",
    "/runs?state=failed&site={site}",
    "/runs?state=failed&since=month",
    "/runs?state=suspect&before={run}",
    "/runs?state=cancelled",
    "/runs?since=day",
    "/runs?from={day}&to={day}",
    "/runs?site={site}&to={day}",
    "/runs?by=manual",
    "/runs?name=lee&state=failed",
    "/runs?by=api",
    "/runs/{run}",
    "/runs/{run}/events",
    "/search",
    "/search?q=forward",
    "/search?q=customer-7-3&when=ever",
    "/search?q=forward&tag=core",
    "/search/lines/{line}",
    "/api",
    "/api/v1/openapi.json",
    "/api/v1/sites",
    "/api/v1/sites?tag=tag-3&limit=500",
    "/api/v1/sites/site-1",
    "/api/v1/sites/site-1/devices",
    "/api/v1/sites/site-1/devices/core-1",
    "/api/v1/sites/site-1/devices/core-1/snapshots",
    "/api/v1/devices?limit=500",
    "/api/v1/snapshots/{new}",
    "/api/v1/snapshots/{new}/text?masked=1",
    "/api/v1/batches?limit=25",
    "/api/v1/batches/{batch}",
    "/api/v1/batches/{batch}/runs?limit=500",
    "/api/v1/runs?limit=500",
    "/api/v1/runs?state=failed&site={site}",
    "/api/v1/runs/{run}",
    "/manage/sites",
    "/manage/sites?q=customer&page=3",
    "/manage/sites/new",
    "/manage/sites/site-1/edit",
    "/manage/devices",
    "/manage/devices?q=ap&page=20",
    "/manage/devices?site={site}",
    "/manage/devices/new?site={site}",
    "/manage/devices/{device}",
    "/manage/credentials",
    "/manage/credentials/new",
    "/manage/credentials/1",
    "/manage/tags",
    "/manage/retention",
    "/manage/retention/rule?target=site&site={site}",
    "/manage/retention/preview?target=site&site={site}&days=20&thin=1&all_days=5&daily_days=10",
    "/manage/schedules",
    "/manage/schedules?q=site-1&page=2",
    "/manage/schedules/new",
    "/manage/schedules/1",
    "/manage/maintenance-windows",
    "/manage/maintenance-windows/new",
    "/manage/maintenance-windows/1",
    "/manage/host-keys",
    "/manage/host-keys?decided=1",
    "/manage/export/devices.csv",
    "/manage/users",
    "/manage/users?q=a&page=2",
    "/manage/users/new",
    "/manage/users/1",
    "/manage/audit",
    "/manage/audit?name=kim&action=download",
    "/manage/audit?site={site}&from={day}",
    "/manage/audit?text=core-1",
    "/manage/archives",
    "/manage/import",
    "/settings/single-sign-on",
    "/settings/single-sign-on/groups/new",
    "/metrics",
    "/readyz",
    "/healthz",
];

/// What the names in braces stand for, by a statement that gives one text.
const NAMES: [(&str, &str); 9] = [
    (
        "{site}",
        "SELECT slug FROM sites ORDER BY id OFFSET (SELECT count(*) / 2 FROM sites) LIMIT 1",
    ),
    ("{device}", "SELECT (max(id) / 2)::text FROM devices"),
    (
        "{deep}",
        "SELECT (extract(epoch FROM taken_at) * 1000000)::bigint || '-' || id FROM snapshots WHERE device_id = 1 ORDER BY id OFFSET 20 LIMIT 1",
    ),
    ("{batch}", "SELECT (max(id) / 2)::text FROM batches"),
    (
        "{large}",
        "SELECT max(id)::text FROM batches WHERE trigger = 'manual' AND site_id IS NULL",
    ),
    (
        "{day}",
        "SELECT (max(queued_at) - interval '20 days')::date::text FROM runs",
    ),
    ("{run}", "SELECT (max(id) / 2)::text FROM runs"),
    (
        "{ten}",
        "SELECT string_agg('d=' || id, '&') FROM devices WHERE id IN (SELECT 1 + n * (SELECT max(id) / 10 FROM devices) FROM generate_series(0, 9) AS n)",
    ),
    ("{line}", "SELECT min(id)::text FROM search_lines"),
];

/// Every address, over these snapshots of one device, the oldest first: one that has little in
/// common with the others, and at least six that have much.
pub async fn addresses(pool: &PgPool, kept: &[SnapshotId]) -> Vec<String> {
    let (other, old, new) = (kept[0], kept[1], kept[kept.len() - 1]);
    let six: Vec<String> = kept
        .iter()
        .rev()
        .take(6)
        .map(|id| format!("s={id}"))
        .collect();
    let mut names = vec![
        ("{other}", other.to_string()),
        ("{old}", old.to_string()),
        ("{new}", new.to_string()),
        ("{six}", six.join("&")),
    ];
    for (name, statement) in NAMES {
        let value = sqlx::query_scalar(statement).fetch_one(pool).await.unwrap();
        names.push((name, value));
    }
    let fill = |address: &str| {
        let filled = |address: String, (name, value): &(&str, String)| address.replace(name, value);
        names.iter().fold(address.to_owned(), filled)
    };
    ADDRESSES.into_iter().map(fill).collect()
}
