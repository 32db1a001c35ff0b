//! The calls to a provider: one address at a time, no redirect followed, each with a deadline and
//! a bound on what is read.

use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use openidconnect::url::Url;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use reqwest::redirect;

use super::address;

/// What one call may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may take, from the name's look-up to the last byte.
    pub deadline: Duration,
    /// How many bytes an answer may have.
    pub max_bytes: usize,
}

impl Default for Limits {
    /// Enough for the far side of the world; a set of keys has some 20 kB, an id token less.
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(8),
            max_bytes: 512 * 1024,
        }
    }
}

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The provider leads to where we do not go.
    #[error("the address is not one that we call")]
    Forbidden,
    /// No connection, or it broke.
    #[error("the call failed")]
    Failed(#[source] reqwest::Error),
    /// No whole answer within the deadline.
    #[error("the answer did not come in time")]
    Slow,
    /// More than the limit.
    #[error("the answer is too large")]
    TooLarge,
}

impl From<reqwest::Error> for CallError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Slow
        } else {
            // What is called is known from the issuer.
            Self::Failed(error.without_url())
        }
    }
}

/// The HTTP client, made when it is needed first: it reads the certificates of the system.
pub struct Calls {
    client: OnceLock<reqwest::Client>,
    limits: Limits,
}

impl Calls {
    pub const fn new(limits: Limits) -> Self {
        Self {
            client: OnceLock::new(),
            limits,
        }
    }

    /// Calls on behalf of this issuer.
    pub const fn of<'a>(&'a self, issuer: &'a Url) -> CallsOf<'a> {
        CallsOf {
            calls: self,
            issuer,
        }
    }

    fn client(&self) -> Result<&reqwest::Client, CallError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .timeout(self.limits.deadline)
            .build()?;
        Ok(self.client.get_or_init(|| client))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let request = reqwest::Request::try_from(request)?;
        let mut answer = self.client()?.execute(request).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > self.limits.max_bytes {
                return Err(CallError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = http::Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

/// The calls on behalf of one issuer.
pub struct CallsOf<'a> {
    calls: &'a Calls,
    issuer: &'a Url,
}

impl<'c> AsyncHttpClient<'c> for CallsOf<'_> {
    type Error = CallError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, CallError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let to = Url::parse(&request.uri().to_string()).map_err(|_| CallError::Forbidden)?;
            if !address::may_lead(self.issuer, &to) {
                return Err(CallError::Forbidden);
            }
            self.calls.send(request).await
        })
    }
}
