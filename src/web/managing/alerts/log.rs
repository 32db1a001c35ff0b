//! The log: every message, the newest first, whether it arrived, and why not.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};
use serde::Deserialize;

use super::{LOG, words};
use crate::db::alerts::log::{LoggedMessage, list_messages};
use crate::model::{AlertMessageId, MessageState};
use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    links as pages,
    shell::{Area, Shell},
    state::AppState,
};

/// How many messages stand on a page.
const PER_PAGE: usize = 50;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// A state; all when it is none.
    state: String,
    /// Messages older than this one.
    before: Option<AlertMessageId>,
}

/// A state to narrow the log to, as the filter offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Narrowed(Option<MessageState>);

impl Narrowed {
    const ALL: [Self; 5] = [
        Self(None),
        Self(Some(MessageState::Failed)),
        Self(Some(MessageState::Waiting)),
        Self(Some(MessageState::Sending)),
        Self(Some(MessageState::Sent)),
    ];

    fn of(text: &str) -> Self {
        let mut known = Self::ALL.into_iter();
        known.find(|one| one.as_str() == text).unwrap_or(Self(None))
    }

    fn as_str(self) -> &'static str {
        self.0.map_or("", MessageState::as_str)
    }

    fn label(self) -> &'static str {
        self.0.map_or("All messages", MessageState::label)
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "managing/alert_log.html")]
struct LogPage {
    shell: Shell,
    state: Narrowed,
    messages: Vec<LoggedMessage>,
    is_first: bool,
    /// The last message of the page, where there are older ones.
    more: Option<AlertMessageId>,
}

impl LogPage {
    fn is_narrowed(&self) -> bool {
        self.state.0.is_some()
    }

    /// The messages older than one.
    fn older(&self, than: &AlertMessageId) -> String {
        let than = than.to_string();
        pages::query(LOG, [("state", self.state.as_str()), ("before", &than)])
    }

    /// The newest messages.
    fn newest(&self) -> String {
        pages::query(LOG, [("state", self.state.as_str())])
    }

    /// What comes at its time, of one that waits for it.
    fn comes(&self, message: &LoggedMessage) -> Option<&'static str> {
        let is_to_come = message.state == MessageState::Waiting && message.due_at > self.shell.now;
        let word = if message.attempt > 0 {
            "tried again"
        } else {
            "is sent"
        };
        is_to_come.then_some(word)
    }
}

/// Lists the messages.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<LogQuery>,
) -> Result<impl IntoResponse, PageError> {
    let narrowed = Narrowed::of(&query.state);
    let mut conn = state.connection().await?;
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut messages = list_messages(&mut conn, narrowed.0, query.before, limit).await?;
    let has_more = messages.len() > PER_PAGE;
    messages.truncate(PER_PAGE);
    Ok(LogPage {
        shell: Shell::new(&state, &person, Area::Manage),
        state: narrowed,
        is_first: query.before.is_none(),
        more: messages.last().filter(|_| has_more).map(|last| last.id),
        messages,
    })
}
