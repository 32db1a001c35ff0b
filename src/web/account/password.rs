//! Changing one's own password.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse, Response},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{From, done::Done, owner::Owner, problem::Problem};
use crate::access::own::NotChanged;
use crate::access::password;
use crate::web::{
    error::PageError,
    filters, guard,
    shell::{Area, Shell},
    state::AppState,
};

/// What the form sends.
#[derive(Deserialize)]
pub struct UpdateForm {
    old: SecretString,
    password: SecretString,
    again: SecretString,
}

#[derive(Template, WebTemplate)]
#[template(path = "account/password.html")]
struct PasswordPage {
    shell: Shell,
    name: String,
    has_password: bool,
    problem: Option<String>,
}

impl PasswordPage {
    const fn min_chars(&self) -> usize {
        password::MIN_CHARS
    }
}

/// The form.
pub async fn edit(
    State(state): State<AppState>,
    owner: Owner,
) -> Result<impl IntoResponse, PageError> {
    page(&state, &owner, None).await
}

async fn page(
    state: &AppState,
    owner: &Owner,
    problem: Option<String>,
) -> Result<PasswordPage, PageError> {
    Ok(PasswordPage {
        shell: Shell::new(state, &owner.person, Area::None),
        name: owner.person.name.clone(),
        has_password: owner.account(state).await?.has_password,
        problem,
    })
}

/// Changes it, or says why not.
pub async fn update(
    State(state): State<AppState>,
    owner: Owner,
    from: From,
    Form(form): Form<UpdateForm>,
) -> Result<Response, PageError> {
    let problem = if form.password.expose_secret() == form.again.expose_secret() {
        let own = owner.own(&state);
        let changed = own.change_password(form.old, form.password, &from.origin);
        match changed.await {
            Ok(token) => {
                let cookie = guard::SESSION.set(&token, from.client.is_secure);
                let headers = AppendHeaders([(header::SET_COOKIE, cookie)]);
                let to = Done::PasswordChanged.at("/account");
                return Ok((headers, to).into_response());
            }
            Err(NotChanged::Weak(weak)) => Problem::wrong(weak),
            Err(NotChanged::Unproven(unproven)) => Problem::of(unproven, state.now())?,
        }
    } else {
        Problem::wrong("The two new passwords are not the same.")
    };
    let mut page = page(&state, &owner, None).await?;
    Ok(problem.answer(|sentence| {
        page.problem = Some(sentence);
        page
    }))
}
