//! What of the audit is asked for: the same for the page and for the file.

use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de::Error};
use sqlx::PgConnection;

use crate::db::pages::{AuditFilter, SHORTEST_TEXT, SiteMatch};
use crate::model::{AuditAction, AuditId, Scope};
use crate::web::{
    links,
    meant::{self, Meant},
    runs::days::Days,
};

/// An action, or any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActionChoice(Option<AuditAction>);

impl ActionChoice {
    /// The choices in the order of the form.
    pub fn all() -> impl Iterator<Item = Self> {
        let any = std::iter::once(None);
        any.chain(AuditAction::ALL.into_iter().map(Some)).map(Self)
    }

    /// The value in the address.
    pub fn as_str(self) -> &'static str {
        self.0.map_or("", AuditAction::as_str)
    }

    /// The words in the form.
    pub fn label(self) -> &'static str {
        self.0.map_or("Any action", AuditAction::label)
    }
}

impl<'de> Deserialize<'de> for ActionChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let chosen = Self::all().find(|choice| choice.as_str() == text);
        chosen.ok_or_else(|| D::Error::custom("no such action"))
    }
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Who did it.
    pub name: String,
    pub action: ActionChoice,
    /// Slug of a site, or a part of its name.
    pub site: String,
    /// The first and the last day, `2026-05-03`, in UTC.
    pub from: String,
    pub to: String,
    /// A part of the subject.
    pub text: String,
    /// Shows what is older than this entry.
    pub before: Option<AuditId>,
}

impl AuditQuery {
    /// Whether less than everything is asked for.
    pub fn is_filtered(&self) -> bool {
        let texts = [&self.name, &self.site, &self.from, &self.to, &self.text];
        texts.iter().any(|text| !text.is_empty())
            || self.action != ActionChoice::default()
            || self.before.is_some()
    }

    /// The address of what is asked for at `path`, of this site, from this place on.
    pub fn link(&self, path: &str, site: &str, before: Option<AuditId>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let query = [
            ("name", self.name.as_str()),
            ("action", self.action.as_str()),
            ("site", site),
            ("from", &self.from),
            ("to", &self.to),
            ("text", &self.text),
            ("before", &before),
        ];
        let said = query.into_iter().filter(|(_, value)| !value.is_empty());
        links::query(path, said)
    }

    /// What is asked for, in words, for the audit of who took it away.
    pub fn in_words(&self) -> String {
        let parts = [
            ("by", self.name.as_str()),
            ("action", self.action.as_str()),
            ("site", &self.site),
            ("from", &self.from),
            ("to", &self.to),
            ("text", &self.text),
        ];
        let said = parts.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> = said
            .map(|(what, value)| format!("{what} {value}"))
            .collect();
        if said.is_empty() {
            "all of it".to_owned()
        } else {
            said.join(", ")
        }
    }
}

/// What is asked for, understood.
pub struct Asked {
    pub query: AuditQuery,
    pub site: Meant<SiteMatch>,
    /// What the database is asked for, or why it can not be.
    pub filter: Result<AuditFilter, String>,
}

impl Asked {
    /// Looks up what the names mean.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(
        conn: &mut PgConnection,
        scope: &Scope,
        query: AuditQuery,
    ) -> Result<Self, sqlx::Error> {
        let site = meant::site(conn, scope, query.site.trim()).await?;
        let filter = filter(&query, &site);
        Ok(Self {
            query,
            site,
            filter,
        })
    }
}

fn filter(query: &AuditQuery, site: &Meant<SiteMatch>) -> Result<AuditFilter, String> {
    let days = Days::read(&query.from, &query.to).map_err(|error| error.to_string())?;
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let text = some(&query.text);
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() < SHORTEST_TEXT)
    {
        return Err(format!(
            "A text to search for has at least {SHORTEST_TEXT} characters."
        ));
    }
    Ok(AuditFilter {
        name: some(&query.name),
        action: query.action.0,
        site: site.one().map(|site| site.id),
        since: days.begin(Tz::UTC),
        until: days.end(Tz::UTC),
        text,
        before: query.before,
    })
}
