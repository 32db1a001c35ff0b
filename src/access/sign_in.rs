//! Signing in by name and password.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use sqlx::{Connection, PgConnection, PgPool};

use super::session::{self, ADDRESS_KNOWN_FOR, Origin};
use super::throttle::{self, FORGOTTEN_AFTER, Kind};
use super::{Token, password};
use crate::db::audit::{self, Actor, Entry};
use crate::db::users::Account;
use crate::db::{sign_in_failures, users};
use crate::model::{AuditAction, SessionStage, SignInMethod};

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No such name, not its password, or none was set: which of them is not told.
    #[error("The name or the password is wrong.")]
    Wrong,
    /// Too many attempts failed; the next one is taken then.
    #[error("too many attempts failed; the next is taken at {until}")]
    TooMany { until: DateTime<Utc> },
    /// Too many passwords are checked at once.
    #[error(transparent)]
    Busy(#[from] password::Busy),
    /// The database fails.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What a password leads to.
#[derive(Debug)]
pub struct Begun {
    /// For the cookie.
    pub token: Token,
    /// Whether the second factor is still asked for.
    pub stage: SessionStage,
}

/// Signs somebody in by name and password, or begins to, where a second factor is set up.
///
/// # Errors
/// [`Refused`].
pub async fn by_password(
    pool: &PgPool,
    name: &str,
    password: SecretString,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Begun, Refused> {
    let account = {
        let mut conn = pool.acquire().await?;
        users::get_account(&mut conn, name.trim()).await?
    };
    let attempt = Attempt {
        name,
        account: account.as_ref(),
        origin,
        now,
    };
    let mut conn = pool.acquire().await?;
    attempt.count(&mut conn).await?;
    drop(conn);
    let hash = account.as_ref().and_then(|one| one.password_hash.clone());
    let fits = password::verify(password, hash).await?;
    let mut conn = pool.acquire().await?;
    let mut tx = conn.begin().await?;
    let Some(account) = account.as_ref().filter(|_| fits) else {
        attempt.record(&mut tx, AuditAction::SignInRefused).await?;
        tx.commit().await?;
        return Err(Refused::Wrong);
    };
    attempt.forgive(&mut tx).await?;
    let stage = if account.has_second_factor {
        SessionStage::Code
    } else {
        attempt.record(&mut tx, AuditAction::SignIn).await?;
        SessionStage::Full
    };
    let token = session::begin(
        &mut tx,
        account.user,
        stage,
        SignInMethod::Password,
        origin,
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(Begun { token, stage })
}

/// One attempt of somebody who may be anybody.
struct Attempt<'a> {
    name: &'a str,
    /// `None`: nobody has that name.
    account: Option<&'a Account>,
    origin: &'a Origin,
    now: DateTime<Utc>,
}

impl Attempt<'_> {
    /// Counts it as failed, before anything is checked: of many at once no more are taken than
    /// one after the other would be.
    async fn count(&self, conn: &mut PgConnection) -> Result<(), Refused> {
        let known_since = self.now - ADDRESS_KNOWN_FOR;
        let is_known = match self.account {
            Some(account) => {
                let address = &self.origin.address;
                users::is_known_address(conn, account.user, address, known_since).await?
            }
            None => false,
        };
        let keys = self.keys();
        let mut tx = conn.begin().await?;
        for (kind, key) in &keys {
            let so_far = sign_in_failures::lock(&mut tx, key, self.now).await?;
            let until = throttle::blocked_until(*kind, so_far.failures, so_far.last_at, self.now);
            let counts = *kind == Kind::Address || !is_known;
            if let Some(until) = until.filter(|_| counts) {
                return Err(Refused::TooMany { until });
            }
        }
        for (_, key) in &keys {
            let forgotten = self.now - FORGOTTEN_AFTER;
            sign_in_failures::count(&mut tx, key, self.now, forgotten).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The password was right. Of the address only this attempt is taken back: one's own
    /// password gives nobody new guesses at others'.
    async fn forgive(&self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        let [(_, account), (_, address)] = self.keys();
        sign_in_failures::delete(conn, &account).await?;
        sign_in_failures::uncount(conn, &address).await
    }

    fn keys(&self) -> [(Kind, String); 2] {
        [
            (Kind::Account, throttle::account_key(self.name)),
            (Kind::Address, throttle::address_key(&self.origin.address)),
        ]
    }

    /// A name that nobody has is not kept: it may be a password in the wrong field.
    async fn record(
        &self,
        conn: &mut PgConnection,
        action: AuditAction,
    ) -> Result<(), sqlx::Error> {
        let actor = Actor {
            user: self.account.map(|account| account.user),
            name: self
                .account
                .map_or_else(String::new, |one| one.name.clone()),
            token: None,
            address: self.origin.address.clone(),
        };
        let detail = match (action, self.account) {
            (AuditAction::SignInRefused, Some(_)) => "wrong password",
            (AuditAction::SignInRefused, None) => "a name that nobody has",
            _ => "by password",
        };
        let entry = Entry {
            action,
            site: None,
            subject: "",
            detail,
        };
        audit::record(conn, &actor, &entry, self.now).await
    }
}
