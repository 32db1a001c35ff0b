//! Mending somebody's way in: a link to choose a password, taking away a second factor that they
//! lost, ending their sessions.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::access::link;
use crate::model::{SessionId, UserId};
use crate::web::{
    actions::{self, Who},
    client::Client,
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links,
    managing::{done::Done, links::with, refused::without_form},
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/user_link.html")]
struct LinkPage {
    shell: Shell,
    id: UserId,
    name: String,
    has_second_factor: bool,
    /// The address, which is shown this once.
    link: String,
    hours: i64,
}

/// Makes a link by which somebody chooses a password. It is in the answer and nowhere else; the
/// password that they have works until it is used.
pub async fn make_link(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    client: Client,
    Path(id): Path<UserId>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let (user, token) = match actions::make_link(&state, who, id).await {
        Ok(made) => made,
        Err(refused) => return without_form(refused, "user", &links::user(&id)),
    };
    let page = LinkPage {
        shell: Shell::new(&state, &person, Area::Manage),
        id,
        name: user.values.name,
        has_second_factor: user.has_second_factor,
        link: actions::link_address(&state, (client, &headers), &token),
        hours: link::WORKS_FOR.num_hours(),
    };
    Ok(page.into_response())
}

/// Takes away somebody's second factor: they sign in by their password alone until they set up
/// another.
pub async fn delete_second_factor(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<UserId>,
) -> Result<Response, PageError> {
    let own = links::user(&id);
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let done = match actions::delete_second_factor(&state, who, id).await {
        Ok(true) => Done::SecondFactorGone,
        Ok(false) => Done::NoSecondFactor,
        Err(refused) => return without_form(refused, "user", &own),
    };
    Ok(Redirect::to(&with(&own, done)).into_response())
}

/// Which sessions are to end.
#[derive(Debug, Deserialize)]
pub struct SessionsForm {
    /// `None`: all of them.
    session: Option<SessionId>,
}

/// Ends one session of somebody, or all.
pub async fn end_sessions(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<UserId>,
    Form(form): Form<SessionsForm>,
) -> Result<Response, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    actions::end_sessions(&state, who, id, form.session).await?;
    Ok(Redirect::to(&with(&links::user(&id), Done::SessionsEnded)).into_response())
}
