//! What changed, in a line and as text for a ticket, every secret masked. A message tells so much of
//! it and no more, and looks at so many bytes and no more, whatever routers export.

use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;
use sqlx::PgPool;

use super::minute;
use crate::compare::{Options, table, unified_steps};
use crate::db::alerts::content::Happened;
use crate::db::snapshots::{BodyError, get_sealed};
use crate::model::SnapshotId;
use crate::vault::Vault;
use crate::visible;

/// How many bytes of difference are told of a device.
const MAX_BYTES: usize = 20_000;

/// How many bytes of difference a message has; from then on only what changed in a line.
const MAX_BYTES_OF_ALL: usize = 200_000;

/// How many bytes of exports are compared for a message.
const MAX_BYTES_COMPARED: usize = 64 << 20;

/// How many bytes the line about a change has.
const MAX_SUMMARY_BYTES: usize = 500;

/// A unified diff.
#[derive(Debug, Serialize)]
pub struct Difference {
    pub text: String,
    /// Whether it goes on beyond `text`.
    pub is_cut: bool,
}

/// What is told of a change.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub summary: Option<String>,
    pub difference: Option<Difference>,
}

impl Told {
    fn only(sentence: &str) -> Self {
        Self {
            summary: Some(sentence.to_owned()),
            difference: None,
        }
    }
}

/// The differences of one message.
pub(super) struct Differences<'a> {
    pool: &'a PgPool,
    vault: &'a Arc<Vault>,
    told_bytes: usize,
    compared_bytes: usize,
}

impl<'a> Differences<'a> {
    pub const fn new(pool: &'a PgPool, vault: &'a Arc<Vault>) -> Self {
        Self {
            pool,
            vault,
            told_bytes: 0,
            compared_bytes: 0,
        }
    }

    /// What changed; nothing of an event that is no change.
    ///
    /// # Errors
    /// When the database fails, or the work panics.
    pub async fn of(&mut self, event: &Happened) -> anyhow::Result<Told> {
        let Some((old, new)) = event.previous_snapshot.zip(event.snapshot) else {
            return Ok(Told::default());
        };
        if event.kind != crate::model::AlertKind::ConfigurationChanged {
            return Ok(Told::default());
        }
        if self.compared_bytes >= MAX_BYTES_COMPARED {
            return Ok(Told::only(
                "So much changed that this one was not compared here.",
            ));
        }
        let pair = (self.load(old).await?, self.load(new).await?);
        let (Loaded::Text(old), Loaded::Text(new)) = pair else {
            return Ok(Told::only(
                "What changed can not be shown: a text is gone or damaged.",
            ));
        };
        self.compared_bytes += old.len() + new.len();
        let room = MAX_BYTES.min(MAX_BYTES_OF_ALL.saturating_sub(self.told_bytes));
        let label = visible::text(&format!("{}/{}", event.site_slug, event.device));
        let label = format!("{label} {}", minute(event.occurred_at));
        let comparing = tokio::task::spawn_blocking(move || compared(&old, &new, &label, room));
        let told = comparing.await.context("Cannot compare two backups")?;
        self.told_bytes += told.difference.as_ref().map_or(0, |told| told.text.len());
        Ok(told)
    }

    async fn load(&self, id: SnapshotId) -> anyhow::Result<Loaded> {
        let mut conn = self.pool.acquire().await?;
        let Some(sealed) = get_sealed(&mut conn, id).await? else {
            return Ok(Loaded::Gone);
        };
        drop(conn);
        let vault = Arc::clone(self.vault);
        let opened = tokio::task::spawn_blocking(move || sealed.open(&vault)).await?;
        match opened {
            Ok(text) => Ok(Loaded::Text(text)),
            Err(BodyError::Database(error)) => Err(error.into()),
            Err(damage) => {
                tracing::error!(snapshot = %id, %damage, "A stored snapshot can not be read; what changed is told without it");
                Ok(Loaded::Gone)
            }
        }
    }
}

enum Loaded {
    Text(Vec<u8>),
    /// Deleted meanwhile, or damaged.
    Gone,
}

fn compared(old: &[u8], new: &[u8], label: &str, room: usize) -> Told {
    let steps = table(&[old, new], &Options::default()).steps;
    let summary = steps.first().map(|step| step.sentence());
    if room == 0 {
        return Told {
            summary: summary.map(short),
            difference: None,
        };
    }
    let before = format!("{label} (before)");
    let diff = unified_steps(&[(&before, old), (label, new)], true);
    Told {
        summary: summary.map(short),
        difference: (!diff.is_empty()).then(|| shown(&diff, room)),
    }
}

fn short(mut sentence: String) -> String {
    if sentence.len() > MAX_SUMMARY_BYTES {
        sentence.truncate(sentence.floor_char_boundary(MAX_SUMMARY_BYTES));
        sentence.push('…');
    }
    sentence
}

/// Whole lines, as many as there is room for, as pages show them.
fn shown(diff: &[u8], room: usize) -> Difference {
    let mut text = String::new();
    for line in diff.split_inclusive(|&byte| byte == b'\n') {
        // What is shown of a line is at least as long as the line.
        if text.len() + line.len() > room {
            return Difference { text, is_cut: true };
        }
        let line = visible::bytes(line.strip_suffix(b"\n").unwrap_or(line));
        if text.len() + line.len() >= room {
            return Difference { text, is_cut: true };
        }
        text.push_str(&line);
        text.push('\n');
    }
    Difference {
        text,
        is_cut: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[u8] = b"# 2026-11-21 02:00:00 by RouterOS 7.16\n/ip address\nadd address=192.0.2.1/24 interface=ether1\n/ppp secret\nadd name=kim password=Winter-Garden-7\n";
    const NEW: &[u8] = b"# 2026-11-22 02:00:00 by RouterOS 7.16\n/ip address\nadd address=192.0.2.9/24 interface=ether1\n/ppp secret\nadd name=kim password=Summer-Garden-8\n";

    #[test]
    fn a_change_is_told_in_a_line_and_as_a_diff_with_secrets_masked() {
        let told = compared(OLD, NEW, "alpha/core-1", MAX_BYTES);
        let summary = told.summary.unwrap();
        assert!(summary.contains("ip address changed"), "{summary}");
        let difference = told.difference.unwrap();
        assert!(!difference.is_cut);
        assert!(difference.text.contains("+add address=192.0.2.9/24"));
        assert!(!difference.text.contains("Garden"), "{}", difference.text);
    }

    #[test]
    fn a_difference_is_cut_at_a_line_and_says_so() {
        let whole = compared(OLD, NEW, "alpha/core-1", MAX_BYTES);
        let whole = whole.difference.unwrap().text;
        let cut = compared(OLD, NEW, "alpha/core-1", whole.len() - 1);
        let cut = cut.difference.unwrap();
        assert!(cut.is_cut);
        assert!(cut.text.ends_with('\n') && whole.starts_with(&cut.text));
        assert!(compared(OLD, NEW, "alpha/core-1", 0).difference.is_none());
    }

    #[test]
    fn what_would_turn_the_text_around_is_shown() {
        let new = [
            NEW,
            "# \u{202e}\x1b[31m\n/x\nadd comment=\u{202e}\n".as_bytes(),
        ]
        .concat();
        let told = compared(OLD, &new, "alpha/core-1", MAX_BYTES);
        assert!(told.difference.unwrap().text.contains("<U+202E>"));
    }
}
