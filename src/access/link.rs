//! Links that work once: the first administrator's, and the one by which somebody chooses a
//! password.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use sqlx::{Connection, PgConnection, PgPool};

use super::session::{self, Origin};
use super::sign_in::Begun;
use super::{Token, password};
use crate::db::audit::{self, Actor, Entry};
use crate::db::one_time_links::{self, Meant};
use crate::db::{sessions, users};
use crate::model::{AuditAction, SessionStage, SignInMethod, UserId};

/// How long a link works.
pub const WORKS_FOR: TimeDelta = TimeDelta::hours(24);

/// How long a name may be.
const MAX_NAME: usize = 100;

/// Why nothing came of a link. The sentences are for who uses it.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("This link does not work any more: it was used, or replaced, or is older than a day.")]
    Spent,
    #[error("A name has 1 to 100 characters, and no spaces or control characters.")]
    Name,
    #[error("Somebody has that name already; choose another.")]
    Taken,
    #[error(transparent)]
    Weak(#[from] password::Weak),
    #[error(transparent)]
    Busy(#[from] password::Busy),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A link that makes whoever opens it the first administrator; `None` when there is one already.
///
/// # Errors
/// When the database fails.
pub async fn for_first_administrator(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<Option<Token>, sqlx::Error> {
    if !users::lacks_administrator(conn).await? {
        return Ok(None);
    }
    let token = Token::generate();
    one_time_links::replace(conn, &token.hash(), None, now, now + WORKS_FOR).await?;
    Ok(Some(token))
}

/// A link by which somebody chooses a password; older ones of theirs no longer work.
///
/// # Errors
/// When the database fails.
pub async fn for_user(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Token, sqlx::Error> {
    let token = Token::generate();
    one_time_links::replace(conn, &token.hash(), Some(user), now, now + WORKS_FOR).await?;
    Ok(token)
}

/// Who a link is for.
///
/// # Errors
/// [`Refused::Spent`], or when the database fails.
pub async fn look(
    conn: &mut PgConnection,
    token: &Token,
    now: DateTime<Utc>,
) -> Result<Meant, Refused> {
    let meant = one_time_links::get(conn, &token.hash(), now).await?;
    meant.ok_or(Refused::Spent)
}

/// Uses a link: sets the password, and signs in, or begins to where a second factor is set up. `name` counts for a first administrator only.
///
/// # Errors
/// [`Refused`]; the link still works unless it is [`Refused::Spent`].
pub async fn redeem(
    pool: &PgPool,
    link: &Token,
    name: &str,
    chosen: SecretString,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Begun, Refused> {
    let meant = {
        let mut conn = pool.acquire().await?;
        look(&mut conn, link, now).await?
    };
    let name = meant.name.as_deref().unwrap_or(name.trim());
    if !is_name(name) {
        return Err(Refused::Name);
    }
    password::check(&chosen, name)?;
    let hash = password::hash(chosen).await?;
    let mut conn = pool.acquire().await?;
    let mut tx = conn.begin().await?;
    // Of two who use the same link, or two first links, one is late.
    users::lock(&mut tx).await?;
    if !one_time_links::delete(&mut tx, &link.hash()).await? {
        return Err(Refused::Spent);
    }
    let user = match meant.user {
        Some(user) => {
            users::set_password(&mut tx, user, &hash).await?;
            sessions::delete_all(&mut tx, user, None).await?;
            user
        }
        None => first_administrator(&mut tx, name, &hash).await?,
    };
    let account = users::get_account(&mut tx, name).await?;
    let stage = match account {
        Some(account) if account.has_second_factor => SessionStage::Code,
        _ => SessionStage::Full,
    };
    let method = SignInMethod::Link;
    let token = session::begin(&mut tx, user, stage, method, origin, now).await?;
    record(&mut tx, user, name, stage, origin, now).await?;
    tx.commit().await?;
    Ok(Begun { token, stage })
}

async fn first_administrator(
    conn: &mut PgConnection,
    name: &str,
    hash: &str,
) -> Result<UserId, Refused> {
    if !users::lacks_administrator(conn).await? {
        return Err(Refused::Spent);
    }
    one_time_links::delete_first(conn).await?;
    let created = users::insert_administrator(conn, name, Some(hash)).await?;
    created.ok_or(Refused::Taken)
}

async fn record(
    conn: &mut PgConnection,
    user: UserId,
    name: &str,
    stage: SessionStage,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let actor = Actor {
        user: Some(user),
        name: name.to_owned(),
        token: None,
        address: origin.address.clone(),
    };
    let entry = |action, detail| Entry {
        action,
        site: None,
        subject: "",
        detail,
    };
    let changed = entry(AuditAction::PasswordChanged, "by a one-time link");
    audit::record(conn, &actor, &changed, now).await?;
    if stage == SessionStage::Full {
        let signed_in = entry(AuditAction::SignIn, "by a one-time link");
        audit::record(conn, &actor, &signed_in, now).await?;
    }
    Ok(())
}

/// Whether this can be what somebody is called at sign-in.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let chars = name.chars().count();
    (1..=MAX_NAME).contains(&chars) && !name.chars().any(|c| c.is_whitespace() || c.is_control())
}
