//! A sign-in on its way: what we must know again when the browser comes back, and what binds it
//! to the browser that began.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::access::Token;
use crate::db::single_sign_on::flows::{self, NewFlow};
use crate::vault::{Vault, VaultError};

/// How long somebody may take at the provider.
const FLOW_LASTS: TimeDelta = TimeDelta::minutes(10);

/// What proves that an answer belongs to this sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Flow {
    /// In the id token.
    pub(super) nonce: String,
    /// Sent with the code (RFC 7636).
    pub(super) verifier: String,
}

/// A sign-in that comes back.
pub struct Resumed {
    pub flow: Flow,
    /// The page that was asked for.
    pub next_path: String,
}

/// Why a sign-in can not go on.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("what was kept of a sign-in does not open: {0}")]
    Vault(#[from] VaultError),
    #[error("what was kept of a sign-in makes no sense")]
    Damaged,
}

fn context(state_hash: &[u8]) -> String {
    format!("single-sign-on:flow:{}", hex::encode(state_hash))
}

/// Keeps a sign-in that begins. Gives what the browser must bring back.
///
/// # Errors
/// When the database fails.
pub async fn begin_flow(
    conn: &mut PgConnection,
    vault: &Vault,
    state: &Token,
    flow: &Flow,
    next_path: &str,
    now: DateTime<Utc>,
) -> Result<Token, sqlx::Error> {
    let browser = Token::generate();
    let state_hash = state.hash();
    let plain = serde_json::to_vec(flow).expect("two strings always become JSON");
    let new = NewFlow {
        state_hash: &state_hash,
        browser_hash: &browser.hash(),
        sealed: &vault.seal(&context(&state_hash), &plain),
        next_path,
        expires_at: now + FLOW_LASTS,
    };
    flows::insert(conn, &new, now).await?;
    Ok(browser)
}

/// Takes a sign-in up again, once; `None` when this browser began none of that state, it took too
/// long, or it came back before.
///
/// # Errors
/// When the database fails, or what it kept can not be read.
pub async fn resume_flow(
    conn: &mut PgConnection,
    vault: &Vault,
    state: &Token,
    browser: &Token,
    now: DateTime<Utc>,
) -> Result<Option<Resumed>, FlowError> {
    let state_hash = state.hash();
    let Some(kept) = flows::take(conn, &state_hash, &browser.hash(), now).await? else {
        return Ok(None);
    };
    let plain = vault.open(&context(&state_hash), &kept.sealed)?;
    Ok(Some(Resumed {
        flow: serde_json::from_slice(&plain).map_err(|_| FlowError::Damaged)?,
        next_path: kept.next_path,
    }))
}
