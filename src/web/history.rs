//! Config Backups: a snapshot among those of its device, told in words. Pure.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::format;
use crate::db::pages::SnapshotRow;
use crate::model::SnapshotId;
use crate::plural::counted;

/// How many characters of a comment stand in a list.
const COMMENT_CHARS: usize = 160;

/// A snapshot in its history.
#[derive(Debug)]
pub struct Backup {
    pub row: SnapshotRow,
    /// The next older one, to compare with.
    pub previous: Option<SnapshotId>,
    /// The version before, when it is another one.
    pub upgraded_from: Option<String>,
}

/// The first `limit` of `rows`, newest first, each with the one before it; and the snapshot that
/// follows them in the history, if `rows` has it.
pub fn backups(mut rows: Vec<SnapshotRow>, limit: usize) -> (Vec<Backup>, Option<SnapshotId>) {
    let older: Vec<(SnapshotId, Option<String>)> = rows
        .iter()
        .skip(1)
        .map(|row| (row.id, row.version.clone()))
        .collect();
    let rest = rows.get(limit).map(|row| row.id);
    rows.truncate(limit);
    let mut older = older.into_iter();
    let backups = rows
        .into_iter()
        .map(|row| {
            let (previous, version) = older.next().unzip();
            Backup {
                upgraded_from: version
                    .flatten()
                    .filter(|version| row.version.as_ref().is_some_and(|own| own != version)),
                previous,
                row,
            }
        })
        .collect();
    (backups, rest)
}

/// Until when a backup is kept, unless a person deletes it; `expires_at`: when retention may.
pub fn kept(
    pinned: bool,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    zone: Tz,
) -> String {
    match expires_at {
        _ if pinned => "For ever: pinned".to_owned(),
        None => "For ever".to_owned(),
        Some(at) => format!("Until {}", format::day(at, now, zone)),
    }
}

impl Backup {
    /// How long it was valid: `unchanged from 3 May to today, seen 171 times`.
    pub fn validity(&self, now: &DateTime<Utc>, zone: &Tz) -> String {
        let day = |at: DateTime<Utc>| {
            if at.with_timezone(zone).date_naive() == now.with_timezone(zone).date_naive() {
                "today".to_owned()
            } else {
                format::day(at, *now, *zone)
            }
        };
        let (from, to) = (day(self.row.taken_at), day(self.row.last_seen_at));
        let times = format::thousands(&self.row.times_seen.to_string());
        match self.row.times_seen {
            ..=1 => format!("seen once, {from}"),
            _ if from == "today" => format!("unchanged today, seen {times} times"),
            _ if from == to => format!("unchanged on {from}, seen {times} times"),
            _ => format!("unchanged from {from} to {to}, seen {times} times"),
        }
    }

    /// Lines changed since the one before: `+3 −1`; `first` without one, a dash when they were
    /// not compared.
    pub fn changed(&self) -> String {
        match (self.previous, self.row.added_lines, self.row.removed_lines) {
            (None, _, _) => "first".to_owned(),
            (_, Some(added), Some(removed)) => format!("+{added} −{removed}"),
            _ => "–".to_owned(),
        }
    }

    /// The same in a sentence.
    pub fn changed_in_words(&self) -> String {
        match (self.previous, self.row.added_lines, self.row.removed_lines) {
            (None, _, _) => "The first backup of this device".to_owned(),
            (_, Some(added), Some(removed)) => {
                format!(
                    "{} added and {removed} removed since the backup before",
                    counted(added, "line")
                )
            }
            _ => "Not compared with the backup before".to_owned(),
        }
    }

    /// Until when it is kept.
    pub fn kept(&self, now: &DateTime<Utc>, zone: &Tz) -> String {
        kept(self.row.pinned, self.row.expires_at, *now, *zone)
    }

    /// The beginning of the comment, on one line.
    pub fn comment_start(&self) -> String {
        let one_line = self.row.comment.split_whitespace();
        let one_line = one_line.collect::<Vec<_>>().join(" ");
        match one_line.char_indices().nth(COMMENT_CHARS) {
            Some((end, _)) => format!("{}…", &one_line[..end]),
            None => one_line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verdict;

    fn row(id: i64, taken_at: &str, last_seen_at: &str, times_seen: i32) -> SnapshotRow {
        SnapshotRow {
            id: SnapshotId(id),
            taken_at: taken_at.parse().unwrap(),
            last_seen_at: last_seen_at.parse().unwrap(),
            times_seen,
            verdict: Verdict::Verified,
            size_bytes: 1,
            line_count: 1,
            version: Some("7.16.2".to_owned()),
            has_secrets: true,
            added_lines: Some(3),
            removed_lines: Some(1),
            comment: String::new(),
            pinned: false,
            expires_at: None,
            is_current: false,
            trigger: None,
            requested_by: None,
            uploaded_by: None,
        }
    }

    fn validity(taken_at: &str, last_seen_at: &str, times_seen: i32) -> String {
        let rows = vec![row(1, taken_at, last_seen_at, times_seen)];
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        backups(rows, 1).0[0].validity(&now, &Tz::UTC)
    }

    #[test]
    fn validity_is_a_sentence() {
        let today = "2026-11-21T02:00:00Z";
        assert_eq!(
            validity("2026-05-03T02:00:00Z", today, 171),
            "unchanged from 3 May to today, seen 171 times"
        );
        assert_eq!(validity(today, today, 1), "seen once, today");
        assert_eq!(validity(today, today, 2), "unchanged today, seen 2 times");
        let once = "2025-12-31T02:00:00Z";
        assert_eq!(validity(once, once, 1), "seen once, 31 Dec 2025");
        assert_eq!(
            validity(once, once, 1200),
            "unchanged on 31 Dec 2025, seen 1,200 times"
        );
    }

    #[test]
    fn each_backup_knows_the_one_before_even_beyond_the_page() {
        let mut rows: Vec<SnapshotRow> = (1..=3)
            .rev()
            .map(|id| row(id, "2026-05-03T02:00:00Z", "2026-05-03T02:00:00Z", 1))
            .collect();
        rows[2].version = Some("7.15".to_owned());
        let (shown, rest) = backups(rows, 2);
        assert_eq!(rest, Some(SnapshotId(1)));
        assert_eq!(shown.len(), 2);
        assert_eq!(shown[0].previous, Some(SnapshotId(2)));
        assert_eq!(shown[0].upgraded_from, None);
        assert_eq!(shown[1].previous, Some(SnapshotId(1)));
        assert_eq!(shown[1].upgraded_from.as_deref(), Some("7.15"));
        assert_eq!(shown[1].changed(), "+3 −1");
    }

    #[test]
    fn the_first_backup_says_so_and_an_unknown_difference_is_a_dash() {
        let at = "2026-05-03T02:00:00Z";
        let mut rows = vec![row(2, at, at, 1), row(1, at, at, 1)];
        rows[0].added_lines = None;
        let (shown, rest) = backups(rows, 50);
        assert_eq!(
            (shown[0].changed(), shown[1].changed()),
            ("–".to_owned(), "first".to_owned())
        );
        assert_eq!(rest, None);
    }

    #[test]
    fn a_long_comment_is_cut_between_characters() {
        let at = "2026-05-03T02:00:00Z";
        let mut long = row(1, at, at, 1);
        long.comment = "ü\n".repeat(500);
        let (shown, _) = backups(vec![long], 1);
        assert_eq!(shown[0].comment_start().chars().count(), COMMENT_CHARS + 1);
    }
}
