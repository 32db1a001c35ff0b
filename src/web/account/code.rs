//! The second step of signing in: a code of the app, or a recovery code.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::{From, led_on, local, problem::Problem};
use crate::access::sign_in::Begun;
use crate::access::sign_in_code::{self, Refused};
use crate::model::SessionStage;
use crate::web::{error::PageError, filters, links, shell::Shell, state::AppState};

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    /// Where to go afterwards.
    next: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct CreateForm {
    code: SecretString,
    #[serde(default)]
    next: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "account/code.html")]
struct CodePage {
    shell: Shell,
    next: String,
    problem: Option<String>,
}

impl CodePage {
    fn new(state: &AppState, next: &str, problem: Option<String>) -> Self {
        Self {
            shell: Shell::of_error(state, None),
            next: next.to_owned(),
            problem,
        }
    }
}

/// The form, for who gave the password; everybody else begins with that.
pub async fn show(
    State(state): State<AppState>,
    from: From,
    Query(query): Query<ShowQuery>,
) -> Result<Response, PageError> {
    let next = local::or_home(&query.next);
    let mut conn = state.connection().await?;
    let begun = sign_in_code::begun(&mut conn, &from.origin, state.now()).await?;
    Ok(match begun {
        Some(_) => CodePage::new(&state, next, None).into_response(),
        None => Redirect::to(&links::sign_in(next)).into_response(),
    })
}

/// Signs in, or says why not.
pub async fn create(
    State(state): State<AppState>,
    from: From,
    Form(form): Form<CreateForm>,
) -> Result<Response, PageError> {
    let now = state.now();
    let next = local::or_home(&form.next);
    let signed_in = sign_in_code::by_code(&state.pool, &state.vault, &form.code, &from.origin, now);
    let problem = match signed_in.await {
        Ok(token) => {
            let stage = SessionStage::Full;
            return Ok(led_on(&Begun { token, stage }, from.client, next));
        }
        Err(Refused::NotBegun) => return Ok(Redirect::to(&links::sign_in(next)).into_response()),
        Err(wrong @ Refused::Wrong) => Problem::unproven(wrong),
        Err(Refused::Held(held)) => Problem::held(held, now, "code")?,
        Err(Refused::Sealed(error)) => return Err(PageError::Internal(error.into())),
        Err(Refused::Database(error)) => return Err(error.into()),
    };
    Ok(problem.answer(|sentence| CodePage::new(&state, next, Some(sentence))))
}
