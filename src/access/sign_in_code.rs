//! The second step of signing in: a code of the app, or a recovery code.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{Connection as _, PgConnection, PgPool};

use super::attempts::{self, Held};
use super::session::{self, Origin};
use super::throttle::{self, Kind};
use super::totp::{Authenticator, DIGITS};
use super::{Token, recovery, second_factor};
use crate::db::audit::{self, Actor, Entry};
use crate::db::second_factors::{self, SecondFactor};
use crate::db::sessions::{self, Session};
use crate::db::sign_in_failures;
use crate::model::{AuditAction, SessionStage, SignInMethod};
use crate::vault::{Vault, VaultError};

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The first step was not done, or too long ago.
    #[error("the first step of the sign-in is missing")]
    NotBegun,
    #[error("The code is wrong, or was used before.")]
    Wrong,
    #[error(transparent)]
    Held(#[from] Held),
    /// The secret does not open: it was altered.
    #[error(transparent)]
    Sealed(#[from] VaultError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The session of a browser that did the first step; `None` when it did not, or is signed in.
///
/// # Errors
/// When the database fails.
pub async fn begun(
    conn: &mut PgConnection,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Option<Session>, sqlx::Error> {
    let Some(token) = &origin.old else {
        return Ok(None);
    };
    let session = session::recognise(conn, token, now).await?;
    Ok(session.filter(|session| session.stage == SessionStage::Code))
}

/// Signs in who did the first step and has the code. Gives the token of the whole session; that
/// of the first step is worth nothing from then on.
///
/// # Errors
/// [`Refused`].
pub async fn by_code(
    pool: &PgPool,
    vault: &Vault,
    code: &SecretString,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Token, Refused> {
    let mut conn = pool.acquire().await?;
    let begun = begun(&mut conn, origin, now).await?;
    let begun = begun.ok_or(Refused::NotBegun)?;
    let user = begun.person.user;
    let key = throttle::code_key(user);
    attempts::count(&mut conn, Kind::Code, &key, now).await?;
    let mut tx = conn.begin().await?;
    let factor = second_factors::lock(&mut tx, user).await?;
    // Turned off meanwhile: the first step is then to be done again, and is the only one.
    let factor = factor.ok_or(Refused::NotBegun)?;
    let attempt = Attempt {
        vault,
        session: &begun,
        origin,
        now,
    };
    let Some(by) = attempt.check(&mut tx, &factor, code).await? else {
        let refused = AuditAction::SignInRefused;
        attempt.record(&mut tx, refused, "wrong code").await?;
        tx.commit().await?;
        return Err(Refused::Wrong);
    };
    // It may have been ended meanwhile, as by a change of the password.
    if !sessions::delete_of(&mut tx, user, begun.id).await? {
        return Err(Refused::NotBegun);
    }
    sign_in_failures::delete(&mut tx, &key).await?;
    let (stage, method) = (SessionStage::Full, begun.method);
    let token = session::begin(&mut tx, user, stage, method, origin, now).await?;
    let detail = format!("{} and {by}", first_step(method));
    attempt
        .record(&mut tx, AuditAction::SignIn, &detail)
        .await?;
    tx.commit().await?;
    Ok(token)
}

const fn first_step(method: SignInMethod) -> &'static str {
    match method {
        SignInMethod::Password => "by password",
        SignInMethod::Link => "by a one-time link",
        SignInMethod::SingleSignOn => "by single sign-on",
    }
}

struct Attempt<'a> {
    vault: &'a Vault,
    session: &'a Session,
    origin: &'a Origin,
    now: DateTime<Utc>,
}

impl Attempt<'_> {
    /// By what the code proves its owner, used up herewith; `None`: it is wrong, or was used.
    async fn check(
        &self,
        conn: &mut PgConnection,
        factor: &SecondFactor,
        code: &SecretString,
    ) -> Result<Option<&'static str>, Refused> {
        let person = &self.session.person;
        if let Some(hash) = recovery::hash(code) {
            let is_good =
                second_factors::use_recovery_code(conn, person.user, &hash, self.now).await?;
            return Ok(is_good.then_some("a recovery code"));
        }
        let secret = self
            .vault
            .open(&second_factor::context(person.user), &factor.sealed)?;
        let app = Authenticator::of(&secret, &person.name);
        let code = digits(code);
        let step = app.step_of(code.expose_secret(), self.now, factor.last_step);
        let Some(step) = step else {
            return Ok(None);
        };
        second_factors::mark_step(conn, person.user, step).await?;
        Ok(Some("a code"))
    }

    async fn record(
        &self,
        conn: &mut PgConnection,
        action: AuditAction,
        detail: &str,
    ) -> Result<(), sqlx::Error> {
        let person = &self.session.person;
        let actor = Actor {
            user: Some(person.user),
            name: person.name.clone(),
            token: None,
            address: self.origin.address.clone(),
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

/// A code without the spaces that apps show in it.
fn digits(code: &SecretString) -> SecretString {
    let typed = code.expose_secret().chars();
    let digits: String = typed
        .filter(|letter| !letter.is_whitespace())
        .take(DIGITS + 1)
        .collect();
    digits.into()
}
