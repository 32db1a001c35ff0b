//! Brings a message to where it goes. The secrets of the way (password, address, key of the
//! signature) are unsealed here and nowhere else, and are in no error: what failed is said without
//! what the other side said while it was shown one.

mod call;
mod json;
mod mail;
mod signature;
mod slack;
mod teams;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use sqlx::PgPool;

use super::compose::Content;
use super::sealed;
use crate::db::alerts::content::{self as db, Destination};
use crate::model::{DestinationId, DestinationKind};
use crate::vault::Vault;

pub use call::Caller;

/// What came of a message that was taken over.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivered {
    ToAll,
    /// The mail server refused some of those it was for; a sentence about them.
    ToSome(String),
}

/// Why a message was not taken over, in a sentence without a secret.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct Undelivered {
    pub sentence: String,
    /// Whether trying again will not help.
    pub is_final: bool,
}

impl Undelivered {
    /// It took too long.
    pub fn slow() -> Self {
        Self::for_now("It did not answer in time.")
    }

    /// It is no fault of the other side; the log has the detail.
    pub fn ours() -> Self {
        Self::for_now("The message could not be made; the log says why.")
    }

    fn for_now(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            is_final: false,
        }
    }

    fn for_good(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            is_final: true,
        }
    }
}

/// What comes of trying; an error of the outer kind is ours: of the database, or a fault.
pub type Tried = anyhow::Result<Result<Delivered, Undelivered>>;

/// What it needs to deliver.
pub struct Courier {
    pub pool: PgPool,
    pub vault: Arc<Vault>,
    pub caller: Caller,
    /// How long one attempt may take.
    pub deadline: Duration,
}

impl Courier {
    /// Brings a message to a destination, once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliver(
        &self,
        content: &Content,
        to: Option<DestinationId>,
        now: DateTime<Utc>,
    ) -> Tried {
        let mut conn = self.pool.acquire().await?;
        let destination = match to {
            Some(id) => db::get_destination(&mut conn, id).await?,
            None => None,
        };
        let Some(destination) = destination else {
            return Ok(Err(Undelivered::for_good("The destination was deleted.")));
        };
        let mail_server = match destination.kind {
            DestinationKind::Mail => db::get_mail_server(&mut conn).await?,
            _ => None,
        };
        drop(conn);
        let trying = async {
            match (destination.kind, mail_server) {
                (DestinationKind::Mail, Some(server)) => {
                    let password = server
                        .password_sealed
                        .as_deref()
                        .map(|sealed| self.unseal(sealed::mail_password_context(), sealed));
                    let password = password.transpose()?;
                    mail::send(&server, password, &destination.recipients, content, now).await
                }
                (DestinationKind::Mail, None) => {
                    Err(Undelivered::for_good("No mail server is set up."))
                }
                (kind, _) => self.call(kind, &destination, content, now).await,
            }
        };
        let tried = tokio::time::timeout(self.deadline, trying).await;
        Ok(tried.unwrap_or_else(|_| Err(Undelivered::slow())))
    }

    async fn call(
        &self,
        kind: DestinationKind,
        destination: &Destination,
        content: &Content,
        now: DateTime<Utc>,
    ) -> Result<Delivered, Undelivered> {
        let sealed = destination.url_sealed.as_deref().unwrap_or_default();
        let url = self.unseal(&sealed::url_context(destination.id), sealed)?;
        let body = match kind {
            DestinationKind::Slack => slack::body(content),
            DestinationKind::Teams => teams::body(content),
            DestinationKind::Webhook | DestinationKind::Mail => json::body(content),
        };
        let body = body.map_err(|error| {
            tracing::error!("A message could not be written: {error:#}");
            Undelivered::for_good("The message could not be written.")
        })?;
        let headers = match destination.secret_sealed.as_deref() {
            Some(sealed) => {
                let secret = self.unseal(&sealed::secret_context(destination.id), sealed)?;
                signature::headers(&secret, &content.token, now.timestamp(), &body)?
            }
            None => Vec::new(),
        };
        self.caller.post(&url, headers, body).await?;
        Ok(Delivered::ToAll)
    }

    fn unseal(&self, context: &str, sealed: &[u8]) -> Result<SecretString, Undelivered> {
        let opened = self.vault.open(context, sealed).ok();
        let text = opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        let text = text.ok_or_else(|| {
            Undelivered::for_good(
                "What is stored does not open with this key. Enter the address, the password or \
                 the secret of the destination again.",
            )
        })?;
        Ok(text.into())
    }
}

/// JSON as it is sent.
fn to_bytes(value: &serde_json::Value) -> anyhow::Result<Vec<u8>> {
    serde_json::to_vec(value).context("Cannot write JSON")
}
