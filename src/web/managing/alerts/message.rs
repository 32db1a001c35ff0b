//! One message: whether it arrived, what it tells, and trying it again.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::super::{commit_as, done::Done, links::with};
use super::{LOG, OVERVIEW, words};
use crate::db::alerts::log::{self as db, LoggedMessage, ToldEvent};
use crate::managing::Changed;
use crate::model::{AlertMessageId, AuditAction, MessageState};
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links as pages,
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
}

#[derive(Template, WebTemplate)]
#[template(path = "managing/alert_message.html")]
struct MessagePage {
    shell: Shell,
    notice: Option<Done>,
    message: LoggedMessage,
    events: Vec<ToldEvent>,
    pager: Pager,
}

impl MessagePage {
    /// Whether it may look otherwise a moment later.
    fn is_moving(&self) -> bool {
        matches!(
            self.message.state,
            MessageState::Waiting | MessageState::Sending
        )
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
        format!("{}?page=", self.own())
    }
}

/// Shows a message.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<AlertMessageId>,
    Query(query): Query<MessageQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = Asked::new(query.page, PER_PAGE);
    let mut conn = state.connection().await?;
    let found = db::get_message(&mut conn, id).await?;
    let message = found.ok_or(PageError::NotFound("message"))?;
    Ok(MessagePage {
        shell: Shell::new(&state, &person, Area::Manage),
        notice: query.notice,
        events: db::list_told_events(&mut conn, id, asked.slice()).await?,
        pager: asked.of(message.events),
        message,
    })
}

/// Sends a message that was given up once more.
pub async fn retry(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<AlertMessageId>,
) -> Result<Response, PageError> {
    let own = pages::alert_message(&id);
    let mut transaction = state.pool.begin().await?;
    if db::get_message(&mut transaction, id).await?.is_none() {
        return Err(PageError::NotFound("message"));
    }
    let retried = db::retry(&mut transaction, id, state.now()).await?;
    let Some(destination) = retried else {
        return Ok(Redirect::to(&with(&own, Done::NotFailed)).into_response());
    };
    let changed = Changed {
        site: None,
        subject: format!("alert destination {destination}"),
        detail: format!("message {id}"),
        batches: Vec::new(),
    };
    let done = (AuditAction::AlertRetried, &changed);
    commit_as(&state, transaction, &actor, done).await?;
    Ok(Redirect::to(&with(&own, Done::TriedAgain)).into_response())
}
