//! A link that works once: the first administrator chooses a name and a password, anybody else
//! a password.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{From, led_on, problem::BUSY};
use crate::access::link::{self, Refused};
use crate::access::{Token, password};
use crate::model::SessionStage;
use crate::web::{error::PageError, filters, links, shell::Shell, state::AppState};

/// What the link says.
#[derive(Deserialize)]
pub struct ShowQuery {
    #[serde(default)]
    token: SecretString,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct CreateForm {
    token: SecretString,
    #[serde(default)]
    name: String,
    password: SecretString,
    again: SecretString,
}

#[derive(Template, WebTemplate)]
#[template(path = "account/welcome.html")]
struct WelcomePage {
    shell: Shell,
    /// Goes back with the form; whoever sees the page has it already.
    token: SecretString,
    /// Whose link it is; `None`: the first administrator's.
    owner: Option<String>,
    /// What was typed, for another try.
    name: String,
    problem: Option<String>,
}

impl WelcomePage {
    fn token(&self) -> &str {
        self.token.expose_secret()
    }

    const fn min_chars(&self) -> usize {
        password::MIN_CHARS
    }
}

/// The form, as long as the link works.
pub async fn show(
    State(state): State<AppState>,
    Query(query): Query<ShowQuery>,
) -> Result<Response, PageError> {
    let page = page(&state, query.token, String::new(), None).await?;
    Ok(page.into_response())
}

async fn page(
    state: &AppState,
    token: SecretString,
    name: String,
    problem: Option<String>,
) -> Result<WelcomePage, PageError> {
    let presented = Token::presented(token.expose_secret());
    let mut conn = state.connection().await?;
    let meant = link::look(&mut conn, &presented, state.now()).await;
    Ok(WelcomePage {
        shell: Shell::of_error(state, None),
        token,
        owner: meant.map_err(refused)?.name,
        name,
        problem,
    })
}

/// Sets the password and signs in, or says why not.
pub async fn create(
    State(state): State<AppState>,
    from: From,
    Form(form): Form<CreateForm>,
) -> Result<Response, PageError> {
    let presented = Token::presented(form.token.expose_secret());
    let problem = if form.password.expose_secret() == form.again.expose_secret() {
        let now = state.now();
        let origin = &from.origin;
        match link::redeem(
            &state.pool,
            &presented,
            &form.name,
            form.password,
            origin,
            now,
        )
        .await
        {
            Ok(begun) => {
                let to = match begun.stage {
                    SessionStage::Full => "/".to_owned(),
                    SessionStage::Code => links::sign_in_code("/"),
                };
                return Ok(led_on(&begun, from.client, &to));
            }
            Err(problem @ (Refused::Name | Refused::Taken | Refused::Weak(_))) => {
                problem.to_string()
            }
            Err(other) => return Err(refused(other)),
        }
    } else {
        "The two passwords are not the same.".to_owned()
    };
    let page = page(&state, form.token, form.name, Some(problem)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn refused(refused: Refused) -> PageError {
    match refused {
        Refused::Database(error) => error.into(),
        Refused::Busy(_) => BUSY,
        _ => PageError::Gone(
            "This link does not work any more: it was used, or replaced, or is older than a day. \
             An administrator can make another.",
        ),
    }
}
