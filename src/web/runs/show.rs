//! One run: what came of it and why, what to do next, and every step and check.
//!
//! It moves as the page of a batch does; see there.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use chrono_tz::Tz;
use serde::Deserialize;

use super::fate::Fate;
use crate::db::pages::{self as db, RunHead};
use crate::model::{RunId, RunState};
use crate::web::{
    error::PageError,
    filters, format,
    guard::SignedIn,
    links,
    live::{self, Block, Live, Moves, Moving, Pace},
    shell::{Area, Notice, Shell},
    state::AppState,
    words,
};

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    notice: Option<Notice>,
    still: Pace,
}

#[derive(Template, WebTemplate)]
#[template(path = "runs/show.html", blocks = ["page_title", "progress"])]
struct ShowPage {
    shell: Shell,
    notice: Option<Notice>,
    pace: Pace,
    run: RunHead,
    zone: Tz,
}

impl ShowPage {
    async fn load(state: &AppState, person: &SignedIn, id: RunId) -> Result<Self, PageError> {
        let mut conn = state.connection().await?;
        let run = db::get_run(&mut conn, &person.scope, id)
            .await?
            .ok_or(PageError::NotFound("run"))?;
        Ok(Self {
            shell: Shell::new(state, person, Area::Runs),
            notice: None,
            pace: Pace::Following,
            zone: format::zone(&run.timezone),
            run,
        })
    }

    fn is_active(&self) -> bool {
        !self.run.state.is_ended()
    }

    /// Whether it was attempted, and its steps and checks were deleted since.
    fn is_bare(&self) -> bool {
        let run = &self.run;
        !self.is_active() && run.attempt > 0 && run.steps.is_empty() && run.checks.is_empty()
    }

    fn moving(&self) -> Option<Moving> {
        let id = &self.run.id;
        self.is_active().then(|| Moving {
            page: links::run(id),
            events: links::run_events(id),
            pace: self.pace,
        })
    }

    fn is_cancelling(&self) -> bool {
        self.is_active() && self.run.cancel_requested_at.is_some()
    }

    fn fate(&self) -> Fate<'_> {
        Fate::from(&self.run)
    }

    /// What there is to say beside the state; a failure has its own sentence.
    fn summary(&self) -> Option<String> {
        Some(match (self.run.state, &self.run.verdict) {
            _ if self.is_cancelling() => "Being stopped".to_owned(),
            (RunState::Queued, _) if self.run.attempt > 0 => {
                "Waiting for the next attempt".to_owned()
            }
            (RunState::Queued, _) => "Waiting for its turn".to_owned(),
            (RunState::Running, _) => format!("Attempt {}", self.run.attempt),
            (RunState::Succeeded, Some(verdict)) => {
                words::result(verdict, &self.run.outcome, &self.run.checks.0)
            }
            _ => return None,
        })
    }

    /// The hash of the exact bytes, for those who may see them: beside the rest of the text, a short
    /// password can be guessed until it fits.
    fn shown_hash(&self) -> Option<&Vec<u8>> {
        self.run.sha256.as_ref().filter(|_| self.shell.may_reveal())
    }

    fn trust_command(&self) -> Option<String> {
        let code = self.run.failure_code.as_ref()?;
        words::trust_command(code, &self.run.site_slug, &self.run.device_name)
    }
}

impl Moves for ShowPage {
    fn draw(&self) -> Result<String, PageError> {
        live::draw(self.as_page_title(), self.as_progress())
    }
}

/// Shows a run, or the part of its page that moves.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<RunId>,
    Query(query): Query<ShowQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let page = ShowPage {
        notice: query.notice,
        pace: query.still,
        ..ShowPage::load(&state, &person, id).await?
    };
    live::answer(page, &headers)
}

/// Streams the part of a run's page that moves.
pub async fn events(
    State(live): State<Live>,
    person: SignedIn,
    Path(id): Path<RunId>,
) -> Result<Response, PageError> {
    live.open(Block::Run(id), person).await
}

/// The part of a run's page that moves, as it looks now.
pub async fn draw_progress(
    state: &AppState,
    person: &SignedIn,
    id: RunId,
) -> Result<String, PageError> {
    ShowPage::load(state, person, id).await?.draw()
}
