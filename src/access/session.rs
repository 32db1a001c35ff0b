//! Sessions of browsers: how long they last, how they begin and are recognised.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::Token;
use crate::db::sessions::{self, NewSession, Session};
use crate::db::users;
use crate::model::{SessionStage, SignInMethod, UserId};

/// How long a session lasts that is not used.
pub const IDLE: TimeDelta = TimeDelta::hours(12);

/// How long it lasts, however much it is used.
pub const LONGEST: TimeDelta = TimeDelta::days(7);

/// How long somebody has to give the code of their second factor.
const CODE_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// How old the time of the last use may be before it is written again.
const USE_NOTED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// How long an address counts as one from which somebody signed in before.
pub const ADDRESS_KNOWN_FOR: TimeDelta = TimeDelta::days(30);

/// How many bytes of what a browser calls itself are kept.
const MAX_BROWSER: usize = 200;

/// From where somebody signs in.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The address of the browser.
    pub address: String,
    /// As the browser calls itself; may be empty.
    pub browser: String,
    /// The session that the browser has already: it ends, so that what was known of it before is
    /// worth nothing after.
    pub old: Option<Token>,
}

/// Begins a session: always with a new token. A whole one notes from where somebody signed in.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    conn: &mut PgConnection,
    user: UserId,
    stage: SessionStage,
    method: SignInMethod,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Token, sqlx::Error> {
    if let Some(old) = &origin.old {
        sessions::delete(conn, &old.hash()).await?;
    }
    let token = Token::generate();
    let lasts = match stage {
        SessionStage::Code => CODE_WITHIN,
        SessionStage::Full => LONGEST,
    };
    let browser = &origin.browser[..origin.browser.floor_char_boundary(MAX_BROWSER)];
    let new = NewSession {
        token_hash: &token.hash(),
        user,
        stage,
        method,
        address: &origin.address,
        browser,
        now,
        expires_at: now + lasts,
    };
    sessions::insert(conn, &new).await?;
    if stage == SessionStage::Full {
        users::mark_signed_in(conn, user, &origin.address, now).await?;
    }
    Ok(token)
}

/// The session that a browser's token is of; `None` when it ended, or never was.
///
/// # Errors
/// When the database fails.
pub async fn recognise(
    conn: &mut PgConnection,
    token: &Token,
    now: DateTime<Utc>,
) -> Result<Option<Session>, sqlx::Error> {
    let session = sessions::get(conn, &token.hash(), now, now - IDLE).await?;
    if let Some(session) = &session
        && now - session.last_used_at >= USE_NOTED_AFTER
    {
        sessions::mark_used(conn, session.id, now).await?;
    }
    Ok(session)
}

/// Removes what can no longer be used.
///
/// # Errors
/// When the database fails.
pub async fn sweep(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sessions::sweep(conn, now, now - IDLE, now - ADDRESS_KNOWN_FOR).await
}
