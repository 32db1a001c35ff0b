//! Why a form of somebody's account is shown again, with the sentence and the status that say so.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};

use crate::access::attempts::Held;
use crate::access::own::Unproven;
use crate::web::error::PageError;

/// What a page says when too many passwords are being checked.
pub const BUSY: PageError = PageError::Busy("Many people sign in just now. Try again in a moment.");

/// Why the form is shown again.
pub struct Problem {
    status: StatusCode,
    sentence: String,
    /// How long to wait for another try, in seconds.
    wait_secs: Option<u64>,
}

impl Problem {
    /// What was typed is wrong.
    pub fn wrong(sentence: impl ToString) -> Self {
        Self::with(StatusCode::UNPROCESSABLE_ENTITY, sentence)
    }

    /// Who asks did not prove who they are.
    pub fn unproven(sentence: impl ToString) -> Self {
        Self::with(StatusCode::UNAUTHORIZED, sentence)
    }

    fn with(status: StatusCode, sentence: impl ToString) -> Self {
        Self {
            status,
            sentence: sentence.to_string(),
            wait_secs: None,
        }
    }

    /// Too many attempts failed; `what` was not looked at.
    pub fn too_many(until: DateTime<Utc>, now: DateTime<Utc>, what: &str) -> Self {
        let seconds = seconds(until, now);
        let wait = match seconds {
            1 => "a second".to_owned(),
            2..=90 => format!("{seconds} seconds"),
            _ => format!("{} minutes", seconds.div_ceil(60)),
        };
        let sentence = format!(
            "Too many attempts failed, so the next one is taken in {wait}. Your {what} was not looked at."
        );
        Self {
            wait_secs: Some(seconds),
            ..Self::with(StatusCode::TOO_MANY_REQUESTS, sentence)
        }
    }

    /// Why an attempt was not looked at.
    pub fn held(held: Held, now: DateTime<Utc>, what: &str) -> Result<Self, PageError> {
        match held {
            Held::TooMany { until } => Ok(Self::too_many(until, now, what)),
            Held::Database(error) => Err(error.into()),
        }
    }

    /// Why the password that was asked for again did not prove anything.
    pub fn of(unproven: Unproven, now: DateTime<Utc>) -> Result<Self, PageError> {
        match unproven {
            Unproven::Wrong => Ok(Self::unproven(unproven)),
            Unproven::Held(held) => Self::held(held, now, "password"),
            Unproven::Busy(_) => Err(BUSY),
            Unproven::Database(error) => Err(error.into()),
        }
    }

    /// The page that `page` makes of the sentence.
    pub fn answer<P: IntoResponse>(self, page: impl FnOnce(String) -> P) -> Response {
        let mut response = (self.status, page(self.sentence)).into_response();
        if let Some(wait) = self.wait_secs {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        response
    }
}

/// Whole seconds until then, at least one.
fn seconds(until: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    let millis = (until - now).num_milliseconds().max(1);
    millis.unsigned_abs().div_ceil(1000)
}
