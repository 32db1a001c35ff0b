//! Signing in by name and password.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Deserialize;

use super::{From, led_on, local};
use crate::access::sign_in::{self, Refused};
use crate::db::single_sign_on;
use crate::model::SessionStage;
use crate::web::{
    error::PageError,
    filters, links,
    shell::{Notice, Shell},
    state::AppState,
};

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    /// Where to go afterwards.
    next: String,
    notice: Option<Notice>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct CreateForm {
    name: String,
    password: SecretString,
    #[serde(default)]
    next: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "account/sign_in.html")]
struct SignInPage {
    shell: Shell,
    notice: Option<Notice>,
    /// What was typed, for another try.
    name: String,
    next: String,
    problem: Option<String>,
    /// What the link to the provider of single sign-on says; `None`: there is none.
    single_sign_on: Option<String>,
}

impl SignInPage {
    async fn new(state: &AppState, next: &str) -> Result<Self, PageError> {
        let mut conn = state.connection().await?;
        let provider = single_sign_on::get(&mut conn).await?;
        let provider = provider.filter(|provider| provider.enabled);
        Ok(Self {
            single_sign_on: provider.map(|provider| provider.label),
            shell: Shell::of_error(state, None),
            notice: None,
            name: String::new(),
            next: local::or_home(next).to_owned(),
            problem: None,
        })
    }
}

/// The form.
pub async fn show(
    State(state): State<AppState>,
    Query(query): Query<ShowQuery>,
) -> Result<impl IntoResponse, PageError> {
    Ok(SignInPage {
        notice: query.notice,
        ..SignInPage::new(&state, &query.next).await?
    })
}

/// Signs in, or says why not.
pub async fn create(
    State(state): State<AppState>,
    from: From,
    Form(form): Form<CreateForm>,
) -> Result<Response, PageError> {
    let now = state.now();
    let begun = sign_in::by_password(&state.pool, &form.name, form.password, &from.origin, now);
    let refused = match begun.await {
        Ok(begun) => {
            let next = local::or_home(&form.next);
            let to = match begun.stage {
                SessionStage::Full => next.to_owned(),
                SessionStage::Code => links::sign_in_code(next),
            };
            return Ok(led_on(&begun, from.client, &to));
        }
        Err(refused) => refused,
    };
    let empty = SignInPage::new(&state, &form.next).await?;
    let page = |sentence: String| SignInPage {
        name: form.name,
        problem: Some(sentence),
        ..empty
    };
    match refused {
        Refused::Wrong => Ok((StatusCode::UNAUTHORIZED, page(refused.to_string())).into_response()),
        Refused::TooMany { until } => Ok(too_many(page(later(until, now)), until, now)),
        Refused::Busy(_) => Err(PageError::Busy(
            "Many people sign in just now. Try again in a moment.",
        )),
        Refused::Database(error) => Err(error.into()),
    }
}

fn too_many(page: impl IntoResponse, until: DateTime<Utc>, now: DateTime<Utc>) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, page).into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds(until, now)));
    response
}

/// Whole seconds until then, at least one.
fn seconds(until: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    let millis = (until - now).num_milliseconds().max(1);
    millis.unsigned_abs().div_ceil(1000)
}

fn later(until: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = seconds(until, now);
    let wait = match seconds {
        1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    };
    format!(
        "Too many attempts failed, so the next one is taken in {wait}. Your password was not looked at."
    )
}
