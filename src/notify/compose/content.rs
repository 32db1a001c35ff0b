//! The content of a message as plain types, which are also its JSON.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::coverage::CoveragePart;
use super::difference::Difference;
use crate::model::{AlertEventId, AlertKind, MessageKind};

/// What a message says.
#[derive(Debug)]
pub struct Content {
    /// The same however often the message is sent.
    pub token: String,
    pub kind: MessageKind,
    pub created_at: DateTime<Utc>,
    /// Whose it is; `None`: a test, or the rule is gone.
    pub rule: Option<String>,
    /// Who asked for a test.
    pub requested_by: Option<String>,
    /// One line.
    pub subject: String,
    pub sites: Vec<SitePart>,
    /// Of a digest.
    pub coverage: Option<CoveragePart>,
    /// Where the pages are.
    pub origin: Option<String>,
}

impl Content {
    /// Everything that happened, by site.
    pub fn items(&self) -> impl Iterator<Item = (&SitePart, &Item)> {
        let of_site = |site| std::iter::repeat(site);
        self.sites
            .iter()
            .flat_map(move |site| of_site(site).zip(&site.items))
    }

    /// Whether it is a test.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.kind == MessageKind::Test
    }

    /// Whether it is a digest of a time in which nothing happened.
    #[must_use]
    pub fn is_quiet_digest(&self) -> bool {
        self.kind == MessageKind::Digest && self.sites.is_empty()
    }
}

/// What happened at a site.
#[derive(Debug)]
pub struct SitePart {
    pub slug: String,
    pub name: String,
    pub items: Vec<Item>,
}

/// One thing that happened.
#[derive(Debug)]
pub struct Item {
    pub id: AlertEventId,
    pub kind: AlertKind,
    pub occurred_at: DateTime<Utc>,
    pub device: String,
    /// A sentence about the cause; empty when the kind says all.
    pub detail: String,
    /// What changed, in a line.
    pub summary: Option<String>,
    pub difference: Option<Difference>,
    /// `None`: where the pages are is not known.
    pub links: Option<Links>,
}

/// Whole addresses of pages.
#[derive(Debug, Serialize)]
pub struct Links {
    pub device: String,
    pub run: Option<String>,
    pub snapshot: Option<String>,
    pub comparison: Option<String>,
}
