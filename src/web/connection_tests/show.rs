//! One connection test: its steps while it goes on, what came of it, what the account lacks and
//! what to paste on the router.
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
use rand::Rng as _;
use serde::Deserialize;

use super::advice::{self, Account};
use crate::db::pages::{self as db, ConnectionTestHead};
use crate::model::{ConnectionTestId, KeyStanding, TestState, Verdict};
use crate::platform::routeros::enrol::{Step, key_kind};
use crate::platform::routeros::judge::suspicion;
use crate::platform::routeros::policies::NEEDED;
use crate::web::{
    error::PageError,
    filters, format,
    guard::SignedIn,
    links,
    live::{self, Block, Live, Moves, Moving, Pace},
    shell::{Area, Notice, Shell},
    state::AppState,
};

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    notice: Option<Notice>,
    still: Pace,
}

#[derive(Template, WebTemplate)]
#[template(path = "connection_tests/show.html", blocks = ["page_title", "progress"])]
struct ShowPage {
    shell: Shell,
    notice: Option<Notice>,
    pace: Pace,
    test: ConnectionTestHead,
    account: Account,
    /// What to paste on the router.
    advised: Vec<Step>,
    zone: Tz,
}

impl ShowPage {
    async fn load(
        state: &AppState,
        person: &SignedIn,
        id: ConnectionTestId,
    ) -> Result<Self, PageError> {
        let mut conn = state.connection().await?;
        let test = db::get_connection_test(&mut conn, &person.scope, person.user, id)
            .await?
            .ok_or(PageError::NotFound("connection test"))?;
        Ok(Self {
            shell: Shell::new(state, person, Area::Sites),
            notice: None,
            pace: Pace::Following,
            zone: format::zone(&test.timezone),
            account: Account::of(&test),
            advised: advice::steps(&test, &throwaway()),
            test,
        })
    }

    fn is_active(&self) -> bool {
        self.test.state.is_active()
    }

    fn is_prepared(&self) -> bool {
        self.test.state == TestState::Prepared
    }

    fn moving(&self) -> Option<Moving> {
        let id = &self.test.id;
        self.is_active().then(|| Moving {
            page: links::connection_test(id),
            events: links::connection_test_events(id),
            pace: self.pace,
        })
    }

    fn tone(&self) -> &'static str {
        match (self.test.state, self.test.verdict) {
            (TestState::Running, _) => "busy",
            (TestState::Failed, _) => "bad",
            (TestState::Succeeded, Some(Verdict::Suspect)) => "warn",
            (TestState::Succeeded, _) => "good",
            (TestState::Prepared | TestState::Queued | TestState::Cancelled, _) => "quiet",
        }
    }

    /// What there is to say beside the state; a failure has its own sentence.
    fn summary(&self) -> Option<String> {
        let told = match (self.test.state, self.test.verdict) {
            (TestState::Prepared, _) => "Paste the commands on the router, then begin",
            (TestState::Queued, _) => "Waiting for a collector",
            (TestState::Running, _) => "Trying it now",
            (TestState::Failed, _) => return None,
            (TestState::Cancelled, _) => "Stopped before it was done",
            (TestState::Succeeded, Some(Verdict::Suspect)) => {
                let why = suspicion(&self.test.checks.0).unwrap_or_default();
                return Some(format!("A backup would come, and not count. {why}"));
            }
            (TestState::Succeeded, _) if self.test.has_secrets == Some(false) => {
                "A backup would be whole, but for passwords and keys, which this router hides"
            }
            (TestState::Succeeded, _) => "A backup of this router would be whole",
        };
        Some(told.to_owned())
    }

    fn key_words(&self) -> Option<&'static str> {
        Some(match self.test.host_key_standing? {
            KeyStanding::Pinned => "the trusted one",
            KeyStanding::New => {
                "seen for the first time; the first backup would trust it, this test did not"
            }
            KeyStanding::Changed => "another one than the trusted one",
        })
    }

    fn is_of_people(&self) -> bool {
        advice::is_of_people(&self.test)
    }

    /// Whether to offer a new key: not while another one waits to be put on the router.
    fn offers_key(&self) -> bool {
        !self.is_active() && !self.is_prepared()
    }

    fn key_kind(&self) -> &'static str {
        key_kind(self.test.version.as_deref()).label()
    }

    /// The page of the saved device.
    fn device_link(&self) -> Option<String> {
        let name = self.test.device_name.as_ref()?;
        Some(links::device(&self.test.site_slug, name))
    }

    /// Whether the saved device has another credential than the one that was tried.
    fn is_other_credential(&self) -> bool {
        self.test.uses_credential == Some(false)
    }
}

/// A password for a user that signs in by a key, as nobody can guess it; made anew for each page,
/// and kept nowhere.
fn throwaway() -> String {
    let mut rng = rand::rng();
    format!("{:016x}{:016x}", rng.next_u64(), rng.next_u64())
}

impl Moves for ShowPage {
    fn draw(&self) -> Result<String, PageError> {
        live::draw(self.as_page_title(), self.as_progress())
    }
}

/// Shows a test, or the part of its page that moves.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<ConnectionTestId>,
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

/// Streams the part of a test's page that moves.
pub async fn events(
    State(live): State<Live>,
    person: SignedIn,
    Path(id): Path<ConnectionTestId>,
) -> Result<Response, PageError> {
    let user = person.user;
    live.open(Block::ConnectionTest { id, user }, person).await
}

/// The part of a test's page that moves, as it looks now.
pub async fn draw_progress(
    state: &AppState,
    person: &SignedIn,
    id: ConnectionTestId,
) -> Result<String, PageError> {
    ShowPage::load(state, person, id).await?.draw()
}
