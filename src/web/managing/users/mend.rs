//! Mending somebody's way in: a link to choose a password, taking away a second factor that they
//! lost, ending their sessions.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgConnection;

use crate::access::{link, subject};
use crate::db::audit::{self, Actor, Entry};
use crate::db::{managing as db, second_factors, sessions};
use crate::managing::{Changed, get_mendable};
use crate::model::{AuditAction, SessionId, UserId};
use crate::plural::counted;
use crate::web::{
    client::Client,
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links,
    managing::{commit_as, done::Done, links::with, refused::without_form},
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

async fn record(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    (action, name, detail): (AuditAction, &str, &str),
) -> Result<(), PageError> {
    let entry = Entry {
        action,
        site: None,
        subject: &subject::user(name),
        detail,
    };
    Ok(audit::record(conn, actor, &entry, state.now()).await?)
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
    let mut transaction = state.pool.begin().await?;
    let user = match get_mendable(&mut transaction, person.user, id).await {
        Ok(user) => user,
        Err(refused) => return without_form(refused, "user", &links::user(&id)),
    };
    let token = link::for_user(&mut transaction, id, state.now()).await?;
    let name = user.values.name;
    let done = (AuditAction::LinkMade, name.as_str(), "to choose a password");
    record(&state, &mut transaction, &actor, done).await?;
    transaction.commit().await?;
    let page = LinkPage {
        shell: Shell::new(&state, &person, Area::Manage),
        id,
        name,
        has_second_factor: user.has_second_factor,
        link: origin(&state, client, &headers) + &links::welcome(&token),
        hours: link::WORKS_FOR.num_hours(),
    };
    Ok(page.into_response())
}

/// How the pages are reached: as they are known, else as who asks reached them, by a name that
/// was found to be ours.
fn origin(state: &AppState, client: Client, headers: &HeaderMap) -> String {
    if let Some(url) = &state.address.public_url {
        return url.to_string();
    }
    let host = headers.get(header::HOST);
    let host = host
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let scheme = if client.is_secure { "https" } else { "http" };
    format!("{scheme}://{host}")
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
    let mut transaction = state.pool.begin().await?;
    let user = match get_mendable(&mut transaction, person.user, id).await {
        Ok(user) => user,
        Err(refused) => return without_form(refused, "user", &own),
    };
    if !second_factors::delete(&mut transaction, id).await? {
        return Ok(Redirect::to(&with(&own, Done::NoSecondFactor)).into_response());
    }
    let changed = Changed {
        site: None,
        subject: subject::user(&user.values.name),
        detail: "taken away by an administrator".to_owned(),
        batches: Vec::new(),
    };
    let done = (AuditAction::SecondFactorChanged, &changed);
    commit_as(&state, transaction, &actor, done).await?;
    Ok(Redirect::to(&with(&own, Done::SecondFactorGone)).into_response())
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
    Acting(actor): Acting,
    Path(id): Path<UserId>,
    Form(form): Form<SessionsForm>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    let user = db::get_user(&mut transaction, id).await?;
    let user = user.ok_or(PageError::NotFound("user"))?;
    let ended = match form.session {
        Some(session) => u64::from(sessions::delete_of(&mut transaction, id, session).await?),
        None => sessions::delete_all(&mut transaction, id, None).await?,
    };
    if ended > 0 {
        let detail = counted(ended, "session");
        let done = (
            AuditAction::SessionEnded,
            user.values.name.as_str(),
            detail.as_str(),
        );
        record(&state, &mut transaction, &actor, done).await?;
    }
    transaction.commit().await?;
    Ok(Redirect::to(&with(&links::user(&id), Done::SessionsEnded)).into_response())
}
