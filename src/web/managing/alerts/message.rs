//! One message: whether it arrived, what it tells, and trying it again.
//!
//! It moves as the page of a batch does, until it was sent or given up; see there.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::super::{done::Done, links::with};
use super::{LOG, OVERVIEW, words};
use crate::db::alerts::log::{self as db, LoggedMessage, ToldEvent};
use crate::model::{AlertMessageId, MessageState};
use crate::web::{
    actions,
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links as pages,
    live::{self, Block, Live, Moves, Moving, Pace},
    paging::{Asked, Pager},
    shell::{Area, Shell},
    state::AppState,
};

/// How many things that happened stand on a page.
const PER_PAGE: i64 = 100;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MessageQuery {
    page: Option<i64>,
    notice: Option<Done>,
    still: Pace,
}

#[derive(Template, WebTemplate)]
#[template(path = "managing/alert_message.html", blocks = ["page_title", "progress"])]
struct MessagePage {
    shell: Shell,
    notice: Option<Done>,
    pace: Pace,
    message: LoggedMessage,
    events: Vec<ToldEvent>,
    pager: Pager,
}

impl MessagePage {
    async fn load(
        state: &AppState,
        person: &SignedIn,
        id: AlertMessageId,
        page: Option<i64>,
    ) -> Result<Self, PageError> {
        let asked = Asked::new(page, PER_PAGE);
        let mut conn = state.connection().await?;
        let found = db::get_message(&mut conn, id).await?;
        let message = found.ok_or(PageError::NotFound("message"))?;
        Ok(Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            pace: Pace::Following,
            events: db::list_told_events(&mut conn, id, asked.slice()).await?,
            pager: asked.of(message.events),
            message,
        })
    }

    /// Whether it may look otherwise a moment later.
    fn is_moving(&self) -> bool {
        matches!(
            self.message.state,
            MessageState::Waiting | MessageState::Sending
        )
    }

    fn moving(&self) -> Option<Moving> {
        let (id, page) = (&self.message.id, self.pager.page);
        self.is_moving().then(|| Moving {
            page: format!("{}?page={page}", self.own()),
            events: format!("{}?page={page}", pages::alert_message_events(id)),
            pace: self.pace,
        })
    }

    fn is_tried_again(&self) -> bool {
        self.message.state == MessageState::Waiting && self.message.attempt > 0
    }

    /// Whether **Try again** can be pressed.
    fn is_retryable(&self) -> bool {
        self.message.state == MessageState::Failed && self.message.destination_id.is_some()
    }

    fn own(&self) -> String {
        pages::alert_message(&self.message.id)
    }

    fn page_prefix(&self) -> String {
        match self.pace {
            Pace::Following => format!("{}?page=", self.own()),
            Pace::Still => format!("{}?still=1&page=", self.own()),
        }
    }
}

impl Moves for MessagePage {
    fn draw(&self) -> Result<String, PageError> {
        live::draw(self.as_page_title(), self.as_progress())
    }
}

/// Shows a message, or the part of its page that moves.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<AlertMessageId>,
    Query(query): Query<MessageQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let page = MessagePage {
        notice: query.notice,
        pace: query.still,
        ..MessagePage::load(&state, &person, id, query.page).await?
    };
    live::answer(page, &headers)
}

/// Streams the part of a message's page that moves.
pub async fn events(
    State(live): State<Live>,
    person: SignedIn,
    Path(id): Path<AlertMessageId>,
    Query(query): Query<MessageQuery>,
) -> Result<Response, PageError> {
    let page = Asked::new(query.page, PER_PAGE).page();
    live.open(Block::AlertMessage { id, page }, person).await
}

/// The part of a message's page that moves, as it looks now.
pub async fn draw_progress(
    state: &AppState,
    person: &SignedIn,
    id: AlertMessageId,
    page: i64,
) -> Result<String, PageError> {
    MessagePage::load(state, person, id, Some(page))
        .await?
        .draw()
}

/// Sends a message that was given up once more.
pub async fn retry(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<AlertMessageId>,
) -> Result<Response, PageError> {
    let own = pages::alert_message(&id);
    let done = match actions::retry_message(&state, &actor, id).await? {
        true => Done::TriedAgain,
        false => Done::NotFailed,
    };
    Ok(Redirect::to(&with(&own, done)).into_response())
}
