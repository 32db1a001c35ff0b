//! Every address of the pages in one place, for templates and redirects alike; names from
//! outside are encoded, so that a slash or a question mark in one leads nowhere else.

use askama::filters::urlencode_strict;

use crate::model::{BatchId, RunId, SnapshotId};

/// Percent-encodes everything but letters, digits and `_`, `.`, `-`, `~`.
pub fn encode(text: &str) -> String {
    match urlencode_strict(text) {
        Ok(encoded) => encoded.to_string(),
        Err(never) => match never {},
    }
}

/// The page of a site.
pub fn site(slug: &str) -> String {
    format!("/sites/{}", encode(slug))
}

/// Where **Backup Site** and its kin are posted.
pub fn site_backups(slug: &str) -> String {
    format!("/sites/{}/backups", encode(slug))
}

/// The page of a device with its Config Backups.
pub fn device(slug: &str, name: &str) -> String {
    format!("/sites/{}/devices/{}", encode(slug), encode(name))
}

/// **View**.
pub fn snapshot(id: &SnapshotId) -> String {
    format!("/snapshots/{id}")
}

/// A line of a snapshot on the page that shows it.
pub fn snapshot_line(id: &SnapshotId, page: usize, line: &usize) -> String {
    format!("/snapshots/{id}?page={page}#L{line}")
}

/// **Download**.
pub fn download(id: &SnapshotId) -> String {
    format!("/snapshots/{id}/download")
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

/// **Compare**, the older first.
pub fn compare(older: &SnapshotId, newer: &SnapshotId) -> String {
    format!("/compare?s={older}&s={newer}")
}

/// The page of a batch.
pub fn batch(id: &BatchId) -> String {
    format!("/batches/{id}")
}

/// The page of a run.
pub fn run(id: &RunId) -> String {
    format!("/runs/{id}")
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
