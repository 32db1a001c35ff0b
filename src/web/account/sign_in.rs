//! Signing in by name and password.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    From, led_on, local,
    problem::{BUSY, Problem},
};
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
        Refused::Wrong => Ok(Problem::unproven(refused).answer(page)),
        Refused::TooMany { until } => Ok(Problem::too_many(until, now, "password").answer(page)),
        Refused::Busy(_) => Err(BUSY),
        Refused::Database(error) => Err(error.into()),
    }
}
