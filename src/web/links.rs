//! Every address of the pages in one place, for templates and redirects alike; names from
//! outside are encoded, so that a slash or a question mark in one leads nowhere else.

use std::fmt::Display;

use askama::filters::urlencode_strict;

use super::place::Place;
use crate::access::Token;
use crate::model::{
    AlertMessageId, AlertRuleId, BatchId, ConnectionTestId, DestinationId, DeviceId,
    HostKeyChangeId, RunId, ScheduleId, SnapshotId, UserId,
};

/// Percent-encodes everything but letters, digits and `_`, `.`, `-`, `~`.
pub fn encode(text: &str) -> String {
    match urlencode_strict(text) {
        Ok(encoded) => encoded.to_string(),
        Err(never) => match never {},
    }
}

/// Home with a filter, up to the number of the page.
pub fn home(search: &str, tag: &str, state: &str) -> String {
    let (search, tag) = (encode(search), encode(tag));
    format!("/?q={search}&tag={tag}&state={state}&page=")
}

/// The sites with a tag.
pub fn tag(tag: &str) -> String {
    format!("/?tag={}", encode(tag))
}

/// An address with these parameters behind it.
pub fn query<'a>(path: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = path.to_owned();
    for (name, value) in parameters {
        address.push(if address.len() == path.len() {
            '?'
        } else {
            '&'
        });
        address.push_str(name);
        address.push('=');
        address.push_str(&encode(value));
    }
    address
}

/// The sign-in, which leads on to `next`.
pub fn sign_in(next: &str) -> String {
    query("/sign-in", [("next", next)])
}

/// The sign-in after something was done.
pub fn sign_in_notice(notice: &str) -> String {
    query("/sign-in", [("notice", notice)])
}

/// Where the code of the second factor is asked for, which leads on to `next`.
pub fn sign_in_code(next: &str) -> String {
    query("/sign-in/code", [("next", next)])
}

/// The sign-in at the provider of single sign-on, which leads on to `next`.
pub fn single_sign_on(next: &str) -> String {
    query("/sign-in/sso", [("next", next)])
}

/// The settings of single sign-on after something was done.
pub fn single_sign_on_settings(notice: &str) -> String {
    query("/settings/single-sign-on", [("notice", notice)])
}

/// A group of the provider, and where changes to it are posted.
pub fn single_sign_on_group(id: &i64) -> String {
    format!("/settings/single-sign-on/groups/{id}")
}

/// Where a link that works once leads. The token is in the query, which no log has.
pub fn welcome(token: &Token) -> String {
    query("/welcome", [("token", token.expose())])
}

/// Changed host keys that wait for a decision, and where decisions are posted.
pub fn host_keys() -> &'static str {
    "/manage/host-keys"
}

/// The same after something was decided.
pub fn host_keys_notice(notice: &str) -> String {
    query(host_keys(), [("notice", notice)])
}

/// What was decided on host keys before.
pub fn host_keys_decided() -> String {
    query(host_keys(), [("decided", "1")])
}

/// Changes of host keys older than one.
pub fn host_keys_before(id: &HostKeyChangeId, decided: bool) -> String {
    let before = id.to_string();
    let decided = decided.then_some(("decided", "1"));
    query(
        host_keys(),
        decided.into_iter().chain([("before", before.as_str())]),
    )
}

/// The page where somebody is managed who may sign in.
pub fn user(id: &UserId) -> String {
    format!("/manage/users/{id}")
}

/// The page of a site.
pub fn site(slug: &str) -> String {
    format!("/sites/{}", encode(slug))
}

/// The page where a site is changed.
pub fn manage_site(slug: &str) -> String {
    format!("/manage/sites/{}/edit", encode(slug))
}

/// The page where a schedule is changed.
pub fn manage_schedule(id: &ScheduleId) -> String {
    format!("/manage/schedules/{id}")
}

/// The page where a rule of alerts is changed.
pub fn alert_rule(id: &AlertRuleId) -> String {
    format!("/manage/alerts/rules/{id}")
}

/// The page where a destination of alerts is changed.
pub fn alert_destination(id: &DestinationId) -> String {
    format!("/manage/alerts/destinations/{id}")
}

/// A message of the log.
pub fn alert_message(id: &AlertMessageId) -> String {
    format!("/manage/alerts/log/{id}")
}

/// What of a message's page moves, as a stream of events.
pub fn alert_message_events(id: &AlertMessageId) -> String {
    format!("/manage/alerts/log/{id}/events")
}

/// The page where a device is changed.
pub fn manage_device(id: &DeviceId) -> String {
    format!("/manage/devices/{id}")
}

/// The page where a device is made at this site.
pub fn manage_new_device(slug: &str) -> String {
    query("/manage/devices/new", [("site", slug)])
}

/// The form of a new device with what a connection test tried.
pub fn manage_tested_device(id: &ConnectionTestId) -> String {
    format!("/manage/devices/new?test={id}")
}

/// The devices of a site that a search finds.
pub fn site_search(slug: &str, search: &str, state: &str) -> String {
    format!("/sites/{}?q={}&state={state}", encode(slug), encode(search))
}

/// The newest verified backups of a site in one file.
pub fn site_newest(slug: &str) -> String {
    format!("/sites/{}/newest.zip", encode(slug))
}

/// The months that a site can be reported of.
pub fn site_reports(slug: &str) -> String {
    format!("/sites/{}/reports", encode(slug))
}

/// The report of a site and a month.
pub fn site_report(slug: &str, month: impl Display) -> String {
    format!("/sites/{}/reports/{month}", encode(slug))
}

/// The report of a site and a month as a file.
pub fn site_report_file(slug: &str, month: impl Display) -> String {
    format!("{}.csv", site_report(slug, month))
}

/// The report of all sites and a month.
pub fn report(month: impl Display) -> String {
    format!("/reports/{month}")
}

/// The report of all sites and a month as a file.
pub fn report_file(month: impl Display) -> String {
    format!("{}.csv", report(month))
}

/// Where **Backup Site** and its kin are posted.
pub fn site_backups(slug: &str) -> String {
    format!("/sites/{}/backups", encode(slug))
}

/// The page of a device with its Config Backups.
pub fn device(slug: &str, name: &str) -> String {
    format!("/sites/{}/devices/{}", encode(slug), encode(name))
}

/// Where a file is brought as a backup of a device.
pub fn upload(slug: &str, name: &str) -> String {
    format!("{}/upload", device(slug, name))
}

/// The backups of a device behind a place in its history.
pub fn older_backups(device: &str, than: Place) -> String {
    format!("{device}?before={than}")
}

/// Config Backups of a device after something was done, at the page that begins after `before`.
pub fn history(device: &str, before: Option<Place>, notice: &str) -> String {
    let before = before.map_or_else(String::new, |before| format!("&before={before}"));
    format!("{device}?notice={notice}{before}")
}

/// A page about a snapshot that leads back to the page of the history that begins after
/// `before`.
pub fn from_page(about: &str, before: &Option<Place>) -> String {
    match before {
        Some(before) => format!("{about}?before={before}"),
        None => about.to_owned(),
    }
}

/// **View**.
pub fn snapshot(id: &SnapshotId) -> String {
    format!("/snapshots/{id}")
}

/// **View** after something was done.
pub fn snapshot_notice(id: &SnapshotId, notice: &str) -> String {
    format!("/snapshots/{id}?notice={notice}")
}

/// The text of a snapshot as plain text.
pub fn snapshot_text(id: &SnapshotId) -> String {
    format!("/snapshots/{id}/text")
}

/// **Download**.
pub fn download(id: &SnapshotId) -> String {
    format!("/snapshots/{id}/download")
}

/// The page with the comment on a snapshot, and where the comment is posted.
pub fn comment(id: &SnapshotId) -> String {
    format!("/snapshots/{id}/comment")
}

/// Where a snapshot is pinned and unpinned.
pub fn pin(id: &SnapshotId) -> String {
    format!("/snapshots/{id}/pin")
}

/// The question whether to delete a snapshot, and where the answer is posted.
pub fn delete(id: &SnapshotId) -> String {
    format!("/snapshots/{id}/delete")
}

/// **Backup Scripts** with these devices chosen.
pub fn scripts(search: &str, devices: &[DeviceId]) -> String {
    let chosen: String = devices.iter().map(|id| format!("&d={id}")).collect();
    format!("/scripts?q={}{chosen}", encode(search))
}

/// The same after something was done.
pub fn scripts_notice(search: &str, devices: &[DeviceId], notice: &str) -> String {
    format!("{}&notice={notice}", scripts(search, devices))
}

/// One menu of a snapshot as a file, byte for byte.
pub fn download_menu(id: &SnapshotId, menu: &str) -> String {
    query(&download(id), [("menu", menu)])
}

/// A snapshot as a file with its secrets masked.
pub fn download_masked(id: &SnapshotId) -> String {
    query(&download(id), [("masked", "1")])
}

/// The comparison of any two to six snapshots.
pub fn compare_all(snapshots: &[SnapshotId]) -> String {
    let asked: Vec<String> = snapshots.iter().map(|id| format!("s={id}")).collect();
    format!("/compare?{}", asked.join("&"))
}

/// The steps to restore a snapshot.
pub fn restore(id: &SnapshotId) -> String {
    format!("/snapshots/{id}/restore")
}

/// The steps to restore a snapshot to this device.
pub fn restore_to(id: &SnapshotId, device: &DeviceId) -> String {
    format!("/snapshots/{id}/restore?device={device}")
}

/// **Compare**, the older first.
pub fn compare(older: &SnapshotId, newer: &SnapshotId) -> String {
    format!("/compare?s={older}&s={newer}")
}

/// The page of a batch.
pub fn batch(id: &BatchId) -> String {
    format!("/batches/{id}")
}

/// What of a batch's page moves, as a stream of events.
pub fn batch_events(id: &BatchId) -> String {
    format!("/batches/{id}/events")
}

/// **Cancel** of a batch.
pub fn batch_cancel(id: &BatchId) -> String {
    format!("/batches/{id}/cancel")
}

/// **Retry failed**.
pub fn batch_retry(id: &BatchId) -> String {
    format!("/batches/{id}/retry")
}

/// The page of a run.
pub fn run(id: &RunId) -> String {
    format!("/runs/{id}")
}

/// What of a run's page moves, as a stream of events.
pub fn run_events(id: &RunId) -> String {
    format!("/runs/{id}/events")
}

/// **Cancel** of one run.
pub fn run_cancel(id: &RunId) -> String {
    format!("/runs/{id}/cancel")
}

/// Where **Test connection** of a device is posted.
pub fn device_tests(slug: &str, name: &str) -> String {
    format!("{}/connection-tests", device(slug, name))
}

/// The page of a connection test.
pub fn connection_test(id: &ConnectionTestId) -> String {
    format!("/connection-tests/{id}")
}

/// The same after something was done.
pub fn connection_test_notice(id: &ConnectionTestId, notice: &str) -> String {
    format!("/connection-tests/{id}?notice={notice}")
}

/// What of a connection test's page moves, as a stream of events.
pub fn connection_test_events(id: &ConnectionTestId) -> String {
    format!("/connection-tests/{id}/events")
}

/// **Test again**.
pub fn connection_test_again(id: &ConnectionTestId) -> String {
    format!("/connection-tests/{id}/again")
}

/// **Begin the test** of a prepared one.
pub fn connection_test_begin(id: &ConnectionTestId) -> String {
    format!("/connection-tests/{id}/begin")
}

/// **Cancel** of a connection test.
pub fn connection_test_cancel(id: &ConnectionTestId) -> String {
    format!("/connection-tests/{id}/cancel")
}

/// **Make a key pair** for the router of a connection test.
pub fn connection_test_key_pair(id: &ConnectionTestId) -> String {
    format!("/connection-tests/{id}/key-pair")
}

/// The runs of a device.
pub fn device_runs(slug: &str, name: &str) -> String {
    format!("/runs?site={}&device={}", encode(slug), encode(name))
}

/// The batches of a site.
pub fn site_batches(slug: &str) -> String {
    format!("/batches?site={}", encode(slug))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_not_leave_their_place_in_the_address() {
        assert_eq!(
            device("acme", "a/b?c#d e"),
            "/sites/acme/devices/a%2Fb%3Fc%23d%20e"
        );
        assert_eq!(site("\"><script>"), "/sites/%22%3E%3Cscript%3E");
    }
}
