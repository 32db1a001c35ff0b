//! The second factor: turning it on, new recovery codes, and turning it off. A session alone does
//! none of these: who found a browser open could lock its owner out, or take the factor away.

use secrecy::SecretString;
use sqlx::Connection as _;

use super::own::{Own, Unproven};
use super::recovery;
use super::totp::Authenticator;
use crate::db::second_factors;
use crate::model::{AuditAction, UserId};
use crate::vault::{Vault, VaultError};

/// Why it stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The code is not of the secret that was shown.
    #[error(
        "The code is wrong. Type the one that the app shows now; if it is never right, look at the clock of the phone."
    )]
    WrongCode,
    /// What was set up is not of this account, or was altered.
    #[error("the secret that is set up is not of this account")]
    Foreign(#[from] VaultError),
    /// It is on already, or, for what needs it, off.
    #[error("the second factor is on already, or off")]
    OtherState,
    #[error(transparent)]
    Unproven(#[from] Unproven),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        Unproven::from(error).into()
    }
}

/// Under what the secret of somebody is sealed.
pub(super) fn context(user: UserId) -> String {
    format!("totp:{user}")
}

/// Under what one is sealed that is only being set up: it travels with the form, and does not open
/// as one that counts.
fn setup_context(user: UserId) -> String {
    format!("totp-setup:{user}")
}

/// A new secret sealed for the form that turns it on.
#[must_use]
pub fn seal_for_setup(vault: &Vault, user: UserId, new: &Authenticator) -> Vec<u8> {
    vault.seal(&setup_context(user), new.secret())
}

/// The secret that a form brings back.
///
/// # Errors
/// [`VaultError`] when we did not seal it for this account.
pub fn open_setup(
    vault: &Vault,
    user: UserId,
    name: &str,
    sealed: &[u8],
) -> Result<Authenticator, VaultError> {
    let secret = vault.open(&setup_context(user), sealed)?;
    Ok(Authenticator::of(&secret, name))
}

/// Turns it on, once a code shows that the app has the secret; gives the recovery codes.
///
/// # Errors
/// [`Refused`].
pub async fn turn_on(
    own: &Own<'_>,
    vault: &Vault,
    new: &Authenticator,
    code: &str,
    password: SecretString,
) -> Result<Vec<SecretString>, Refused> {
    let step = new.step_of(code, own.now, None);
    let step = step.ok_or(Refused::WrongCode)?;
    own.prove(password, "turning the second factor on").await?;
    let sealed = vault.seal(&context(own.user), new.secret());
    let mut conn = own.pool.acquire().await?;
    let mut tx = conn.begin().await?;
    if !second_factors::insert(&mut tx, own.user, &sealed, step).await? {
        return Err(Refused::OtherState);
    }
    let codes = recovery::generate();
    let hashes: Vec<Vec<u8>> = codes.iter().filter_map(recovery::hash).collect();
    second_factors::replace_recovery_codes(&mut tx, own.user, &hashes).await?;
    let changed = AuditAction::SecondFactorChanged;
    own.record(&mut tx, changed, "", "turned on").await?;
    tx.commit().await?;
    Ok(codes)
}

/// Makes new recovery codes; the old ones are worth nothing from now on.
///
/// # Errors
/// [`Refused`].
pub async fn renew_recovery_codes(
    own: &Own<'_>,
    password: SecretString,
) -> Result<Vec<SecretString>, Refused> {
    own.prove(password, "new recovery codes").await?;
    let mut conn = own.pool.acquire().await?;
    let mut tx = conn.begin().await?;
    if second_factors::lock(&mut tx, own.user).await?.is_none() {
        return Err(Refused::OtherState);
    }
    let codes = recovery::generate();
    let hashes: Vec<Vec<u8>> = codes.iter().filter_map(recovery::hash).collect();
    second_factors::replace_recovery_codes(&mut tx, own.user, &hashes).await?;
    let changed = AuditAction::SecondFactorChanged;
    own.record(&mut tx, changed, "", "new recovery codes")
        .await?;
    tx.commit().await?;
    Ok(codes)
}

/// Turns it off, and with it the recovery codes.
///
/// # Errors
/// [`Refused`].
pub async fn turn_off(own: &Own<'_>, password: SecretString) -> Result<(), Refused> {
    own.prove(password, "turning the second factor off").await?;
    let mut conn = own.pool.acquire().await?;
    let mut tx = conn.begin().await?;
    if !second_factors::delete(&mut tx, own.user).await? {
        return Err(Refused::OtherState);
    }
    let changed = AuditAction::SecondFactorChanged;
    own.record(&mut tx, changed, "", "turned off").await?;
    tx.commit().await?;
    Ok(())
}
