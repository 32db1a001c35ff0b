//! One's own account: who changes something of it, their password, and proving once more by it
//! who they are, for what a session alone must not do.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use sqlx::{Connection as _, PgConnection, PgPool};

use super::attempts::{self, Held};
use super::session::{self, Origin};
use super::throttle::{self, Kind};
use super::{Token, password};
use crate::db::audit::{self, Actor, Entry};
use crate::db::{sessions, sign_in_failures, users};
use crate::model::{AuditAction, SessionStage, SignInMethod, UserId};

/// Somebody who changes something of their own account.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    pub pool: &'a PgPool,
    pub user: UserId,
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
}

/// Why somebody did not prove who they are.
#[derive(Debug, thiserror::Error)]
pub enum Unproven {
    #[error("This is not your password.")]
    Wrong,
    #[error(transparent)]
    Held(#[from] Held),
    #[error(transparent)]
    Busy(#[from] password::Busy),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Why a password is not changed.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    #[error(transparent)]
    Weak(#[from] password::Weak),
    #[error(transparent)]
    Unproven(#[from] Unproven),
}

impl From<sqlx::Error> for NotChanged {
    fn from(error: sqlx::Error) -> Self {
        Unproven::from(error).into()
    }
}

impl Own<'_> {
    /// Has them prove by their password that they are not somebody who found their browser open,
    /// or stole its session. `what` they are about to do goes into the audit when it is wrong.
    ///
    /// # Errors
    /// [`Unproven`].
    pub async fn prove(&self, password: SecretString, what: &str) -> Result<(), Unproven> {
        let key = throttle::proof_key(self.user);
        let hash = {
            let mut conn = self.pool.acquire().await?;
            attempts::count(&mut conn, Kind::Proof, &key, self.now).await?;
            users::get_password_hash(&mut conn, self.user).await?
        };
        let fits = password::verify(password, hash).await?;
        let mut conn = self.pool.acquire().await?;
        if fits {
            sign_in_failures::delete(&mut conn, &key).await?;
            return Ok(());
        }
        let refused = AuditAction::AccessRefused;
        self.record(&mut conn, refused, what, "wrong password")
            .await?;
        Err(Unproven::Wrong)
    }

    /// Changes their password and ends all their sessions; gives the token of a new one for the
    /// browser that asks, so that a copy of its old token is worth nothing either.
    ///
    /// # Errors
    /// [`NotChanged`].
    pub async fn change_password(
        &self,
        old: SecretString,
        new: SecretString,
        origin: &Origin,
    ) -> Result<Token, NotChanged> {
        password::check(&new, &self.actor.name)?;
        self.prove(old, "change of the password").await?;
        let hash = password::hash(new).await.map_err(Unproven::from)?;
        let mut conn = self.pool.acquire().await?;
        let mut tx = conn.begin().await?;
        users::set_password(&mut tx, self.user, &hash).await?;
        sessions::delete_all(&mut tx, self.user, None).await?;
        let (stage, method) = (SessionStage::Full, SignInMethod::Password);
        let token = session::begin(&mut tx, self.user, stage, method, origin, self.now).await?;
        let changed = AuditAction::PasswordChanged;
        self.record(&mut tx, changed, "", "by its owner").await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Records what they did with their account.
    ///
    /// # Errors
    /// When the query fails.
    pub async fn record(
        &self,
        conn: &mut PgConnection,
        action: AuditAction,
        subject: &str,
        detail: &str,
    ) -> Result<(), sqlx::Error> {
        let entry = Entry {
            action,
            site: None,
            subject,
            detail,
        };
        audit::record(conn, self.actor, &entry, self.now).await
    }
}
