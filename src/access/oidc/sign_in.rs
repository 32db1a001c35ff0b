//! The account of who came back from the provider, and their session.
//!
//! An account is found by issuer and subject alone. A name or an address of mail that somebody has
//! at the provider opens no account here, for whoever may choose their own name there could choose
//! another's.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection, PgPool};

use super::claims::Claimed;
use super::mapping::grants;
use crate::access::link;
use crate::access::session::{self, Origin};
use crate::access::sign_in::Begun;
use crate::db::audit::{self, Actor, Entry};
use crate::db::single_sign_on::accounts::{self, Account, SsoIdentity};
use crate::db::single_sign_on::{Grants, groups};
use crate::db::{sessions, users};
use crate::model::{AuditAction, SessionStage, SignInMethod, UserId};

/// How many characters of somebody's full name are kept.
const MAX_FULL_NAME: usize = 100;

/// Why somebody whom the provider vouches for is not signed in. The sentences are for them.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(
        "The provider says that you are {name}, and that is all: none of your groups there may use RouterVault. Ask an administrator of RouterVault or of the provider."
    )]
    NoGroup { name: String },
    #[error(
        "The provider says that you are {name}, and does not say which groups you are in. An administrator finds the name of the groups claim in the settings of single sign-on."
    )]
    GroupsUnknown { name: String },
    #[error(
        "The account {name} exists here already and is not yours at the provider, so it stays closed. An administrator can rename it, or you sign in to it with its own password."
    )]
    NameTaken { name: String },
    #[error("The account {name} was archived. Ask an administrator.")]
    Archived { name: String },
    #[error("The provider gives you no name that an account can have.")]
    Nameless,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Signs somebody in whom the provider vouches for: makes their account at the first time, and
/// sets what they may do by their groups every time. A second factor is the provider's to ask for.
///
/// # Errors
/// [`Refused`].
pub async fn sign_in(
    pool: &PgPool,
    claimed: &Claimed,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Begun, Refused> {
    let name = account_name(claimed).ok_or(Refused::Nameless)?;
    let mut conn = pool.acquire().await?;
    let mut tx = conn.begin().await?;
    // Of two first sign-ins of one person, one is late.
    users::lock(&mut tx).await?;
    let admitted = admit(&mut tx, claimed, name).await;
    let result = match admitted {
        Err(Refused::Database(error)) => return Err(error.into()),
        Err(refused) => {
            let actor = actor(None, name, origin);
            let entry = entry(AuditAction::SignInRefused, refused.in_short());
            audit::record(&mut tx, &actor, &entry, now).await?;
            Err(refused)
        }
        Ok(account) => {
            let actor = actor(Some(account.id), &account.name, origin);
            let entry = entry(AuditAction::SignIn, "by single sign-on");
            audit::record(&mut tx, &actor, &entry, now).await?;
            let method = SignInMethod::SingleSignOn;
            let stage = SessionStage::Full;
            let token = session::begin(&mut tx, account.id, stage, method, origin, now).await?;
            Ok(Begun { token, stage })
        }
    };
    // A refusal is recorded too, and takes away what somebody might do until now.
    tx.commit().await?;
    result
}

impl Refused {
    /// For the audit.
    const fn in_short(&self) -> &'static str {
        match self {
            Self::NoGroup { .. } => "by single sign-on: in none of the groups",
            Self::GroupsUnknown { .. } => "by single sign-on: the provider told no groups",
            Self::NameTaken { .. } => "by single sign-on: the name belongs to another account",
            Self::Archived { .. } => "by single sign-on: the account is archived",
            Self::Nameless => "by single sign-on: no usable name",
            Self::Database(_) => "by single sign-on: the database failed",
        }
    }
}

fn actor(user: Option<UserId>, name: &str, origin: &Origin) -> Actor {
    Actor {
        user,
        name: name.to_owned(),
        token: None,
        address: origin.address.clone(),
    }
}

const fn entry(action: AuditAction, detail: &'static str) -> Entry<'static> {
    Entry {
        action,
        site: None,
        subject: "",
        detail,
    }
}

/// The best of the names that an account can have.
fn account_name(claimed: &Claimed) -> Option<&str> {
    let mut names = claimed.names.iter().map(|name| name.trim());
    names.find(|name| link::is_name(name))
}

async fn admit(conn: &mut PgConnection, claimed: &Claimed, name: &str) -> Result<Account, Refused> {
    let known = accounts::get(conn, &claimed.issuer, &claimed.subject).await?;
    if let Some(account) = &known
        && account.is_archived
    {
        let name = account.name.clone();
        return Err(Refused::Archived { name });
    }
    let granted = match granted(conn, claimed, name).await {
        Ok(granted) => granted,
        Err(refused) => {
            if let Some(account) = known {
                close(conn, account.id).await?;
            }
            return Err(refused);
        }
    };
    let account = match known {
        Some(account) => account,
        None => create(conn, claimed, name).await?,
    };
    accounts::set_grants(conn, account.id, &granted).await?;
    Ok(account)
}

async fn granted(
    conn: &mut PgConnection,
    claimed: &Claimed,
    name: &str,
) -> Result<Grants, Refused> {
    let name = || name.to_owned();
    let Some(own) = &claimed.groups else {
        return Err(Refused::GroupsUnknown { name: name() });
    };
    let stored = groups::list(conn).await?;
    let rules: Vec<_> = stored.into_iter().map(|stored| stored.group).collect();
    grants(&rules, own).ok_or_else(|| Refused::NoGroup { name: name() })
}

/// Who left all groups may do nothing any more: not in the sessions that they have, which end, nor
/// with their tokens, which reach no further than they do.
async fn close(conn: &mut PgConnection, user: UserId) -> Result<(), sqlx::Error> {
    accounts::set_grants(conn, user, &Grants::NOTHING).await?;
    sessions::delete_all(conn, user, None).await?;
    Ok(())
}

async fn create(
    conn: &mut PgConnection,
    claimed: &Claimed,
    name: &str,
) -> Result<Account, Refused> {
    let full_name = claimed.full_name.chars().filter(|c| !c.is_control());
    let identity = SsoIdentity {
        issuer: claimed.issuer.clone(),
        subject: claimed.subject.clone(),
        name: name.to_owned(),
        full_name: full_name.take(MAX_FULL_NAME).collect(),
    };
    let created = accounts::insert(conn, &identity).await?;
    created.ok_or_else(|| Refused::NameTaken {
        name: name.to_owned(),
    })
}
