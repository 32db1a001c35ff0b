//! Tokens by which programs act for somebody: made, and recognised. A token never may more than
//! its owner, at the moment that it is used.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection as _, PgConnection};

use super::Token;
use super::own::Own;
use crate::db::api_tokens::{self, NewToken};
use crate::model::{AuditAction, Person, Right, Role, SiteId};

/// How a token begins, so that what looks for lost secrets knows one.
const PREFIX: &str = "rvt_";

/// How many characters it has.
const CHARS: usize = PREFIX.len() + 64;

/// How many of them are kept to tell it from others; 240 bits stay unknown.
const TOLD_CHARS: usize = PREFIX.len() + 4;

/// How many tokens that are not revoked somebody may have.
pub const MAX_TOKENS: i64 = 50;

/// How long the name of one may be.
const MAX_NAME: usize = 100;

/// How old the time of the last use may be before it is written again.
const USE_NOTED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// What a token is to be.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub name: &'a str,
    pub role: Role,
    /// Counts for a technician only.
    pub withheld: &'a [Right],
    pub reach: Reach,
    pub lasts: Lasts,
}

/// The sites that a token is to reach, of those that its owner does.
#[derive(Debug, PartialEq, Eq)]
pub enum Reach {
    All,
    /// These, and those that have one of the tags.
    Some {
        sites: Vec<SiteId>,
        tags: Vec<String>,
    },
}

/// How long a token works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    Month,
    Quarter,
    Year,
}

impl Lasts {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    /// In days.
    #[must_use]
    pub const fn days(self) -> i64 {
        match self {
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => 365,
        }
    }

    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Month => "30 days",
            Self::Quarter => "90 days",
            Self::Year => "A year",
        }
    }
}

/// Why no token is made. The sentences are for who asked for it.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("A name has 1 to 100 characters, and no control characters.")]
    Name,
    #[error(
        "You have, or had, a token of that name. A token is shown once: who did not see it revokes it and makes another, under another name, so that the audit tells them apart."
    )]
    Taken,
    #[error("A token can not have a greater role than you have.")]
    Role,
    #[error("A token for an administrator reaches all sites.")]
    AdministratorOfSome,
    #[error("Name at least one site or tag, or choose all sites.")]
    Nowhere,
    #[error("You have {MAX_TOKENS} tokens. Revoke one that is not needed any more.")]
    TooMany,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Makes a token for somebody of this role; it is told once.
///
/// # Errors
/// [`Refused`].
pub async fn make(own: &Own<'_>, role: Role, wanted: &Wanted<'_>) -> Result<Token, Refused> {
    let name = wanted.name.trim();
    check(name, role, wanted)?;
    let token = Token::presented(&format!("{PREFIX}{}", Token::generate().expose()));
    let (sites, tags) = match &wanted.reach {
        Reach::All => (Vec::new(), &[][..]),
        Reach::Some { sites, tags } => (sites.iter().map(|site| site.0).collect(), &tags[..]),
    };
    let withheld = match wanted.role {
        Role::Technician => wanted.withheld,
        Role::Viewer | Role::Administrator => &[],
    };
    let new = NewToken {
        user: own.user,
        name,
        token_hash: &token.hash(),
        begins: &token.expose()[..TOLD_CHARS],
        role: wanted.role,
        withheld,
        all_sites: wanted.reach == Reach::All,
        sites: &sites,
        tags,
        now: own.now,
        expires_at: own.now + TimeDelta::days(wanted.lasts.days()),
    };
    let mut conn = own.pool.acquire().await?;
    let mut tx = conn.begin().await?;
    if api_tokens::count_locked(&mut tx, own.user).await? >= MAX_TOKENS {
        return Err(Refused::TooMany);
    }
    let made = api_tokens::insert(&mut tx, &new).await?;
    made.ok_or(Refused::Taken)?;
    let detail = format!("{}, for {} days", wanted.role, wanted.lasts.days());
    own.record(&mut tx, AuditAction::TokenMade, name, &detail)
        .await?;
    tx.commit().await?;
    Ok(token)
}

fn check(name: &str, role: Role, wanted: &Wanted<'_>) -> Result<(), Refused> {
    let is_name = (1..=MAX_NAME).contains(&name.chars().count());
    if !is_name || name.chars().any(char::is_control) {
        return Err(Refused::Name);
    }
    if wanted.role.rights().and(role.rights()) != wanted.role.rights() {
        return Err(Refused::Role);
    }
    match &wanted.reach {
        Reach::All => Ok(()),
        Reach::Some { .. } if wanted.role == Role::Administrator => {
            Err(Refused::AdministratorOfSome)
        }
        Reach::Some { sites, tags } if sites.is_empty() && tags.is_empty() => Err(Refused::Nowhere),
        Reach::Some { .. } => Ok(()),
    }
}

/// Who presents a token, from this address; `None` when it does not work (any more). Wrong ones
/// are not counted: nobody guesses 256 random bits, and a count would be one more thing that
/// strangers could fill, and a way to hold up the programs behind one address.
///
/// # Errors
/// When the database fails.
pub async fn recognise(
    conn: &mut PgConnection,
    token: &Token,
    from: &str,
    now: DateTime<Utc>,
) -> Result<Option<Person>, sqlx::Error> {
    if token.expose().len() != CHARS || !token.expose().starts_with(PREFIX) {
        return Ok(None);
    }
    let Some(known) = api_tokens::get(conn, &token.hash(), now).await? else {
        return Ok(None);
    };
    let is_noted = known
        .last_used_at
        .is_some_and(|at| now - at < USE_NOTED_AFTER);
    if !is_noted {
        api_tokens::mark_used(conn, known.id, from, now).await?;
    }
    Ok(Some(known.person))
}
