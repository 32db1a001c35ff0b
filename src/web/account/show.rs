//! One's own account: who one is, where one is signed in, and the tokens that act for one.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{browser, done::Done, owner::Owner};
use crate::access::api_token::MAX_TOKENS;
use crate::access::session::IDLE;
use crate::db::api_tokens::{self, TokenRow};
use crate::db::own_account::OwnAccount;
use crate::db::sessions::{self, SessionRow};
use crate::model::SessionId;
use crate::web::{
    error::PageError,
    filters, roles,
    shell::{Area, Shell},
    state::AppState,
};

/// How many sessions are listed; all of them can be ended at once.
const MAX_SESSIONS: i64 = 50;

/// What the address may say.
#[derive(Debug, Deserialize)]
pub struct ShowQuery {
    notice: Option<Done>,
}

#[derive(Template, WebTemplate)]
#[template(path = "account/show.html")]
struct AccountPage {
    shell: Shell,
    notice: Option<Done>,
    account: OwnAccount,
    /// By which the page is looked at.
    session: SessionId,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    /// Accounts belong to no site, so their times are told in UTC.
    zone: Tz,
}

impl AccountPage {
    /// How many of the sites that they reach by name are not told.
    fn more_sites(&self) -> i64 {
        let told = i64::try_from(self.account.sites.len()).unwrap_or(i64::MAX);
        self.account.site_count - told
    }

    fn is_current(&self, session: &SessionRow) -> bool {
        session.id == self.session
    }

    fn is_expired(&self, token: &TokenRow) -> bool {
        token.expires_at <= self.shell.now
    }
}

/// The page.
pub async fn show(
    State(state): State<AppState>,
    owner: Owner,
    Query(query): Query<ShowQuery>,
) -> Result<impl IntoResponse, PageError> {
    let account = owner.account(&state).await?;
    let (user, scope) = (owner.person.user, &owner.person.scope);
    let now = state.now();
    let mut conn = state.connection().await?;
    let tokens = api_tokens::list(&mut conn, Some(user), scope, None, MAX_TOKENS);
    let tokens = tokens.await?;
    let sessions = sessions::list(&mut conn, user, now, now - IDLE, MAX_SESSIONS).await?;
    Ok(AccountPage {
        shell: Shell::new(&state, &owner.person, Area::None),
        notice: query.notice,
        account,
        session: owner.session,
        sessions,
        tokens,
        zone: Tz::UTC,
    })
}
