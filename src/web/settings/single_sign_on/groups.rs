//! What each group of the provider may do.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::change::{delete_group, save_group};
use super::group_form::GroupForm;
use crate::db::audit::Actor;
use crate::db::single_sign_on::groups;
use crate::model::{Right, Role};
use crate::web::{
    account::SingleSignOn,
    error::PageError,
    fields::Fields,
    filters,
    guard::{Acting, SignedIn},
    links, roles,
    shell::{Area, Notice, Shell},
    state::AppState,
};

const MISSING: PageError = PageError::NotFound("group");

#[derive(Template, WebTemplate)]
#[template(path = "settings/single_sign_on/group.html")]
struct GroupPage {
    shell: Shell,
    /// `None`: a new one.
    id: Option<i64>,
    form: GroupForm,
    problem: Option<String>,
}

impl GroupPage {
    /// Where the form is posted.
    fn action(&self) -> String {
        match self.id {
            Some(id) => links::single_sign_on_group(&id),
            None => "/settings/single-sign-on/groups".to_owned(),
        }
    }
}

fn page(state: &AppState, person: &SignedIn, id: Option<i64>, form: GroupForm) -> GroupPage {
    GroupPage {
        shell: Shell::new(state, person, Area::Manage),
        id,
        form,
        problem: None,
    }
}

/// The form for a new group.
pub async fn new(State(sso): State<SingleSignOn>, person: SignedIn) -> impl IntoResponse {
    page(&sso.app, &person, None, GroupForm::empty())
}

/// The form of a group.
pub async fn edit(
    State(sso): State<SingleSignOn>,
    person: SignedIn,
    Path(id): Path<i64>,
) -> Result<impl IntoResponse, PageError> {
    let mut conn = sso.app.connection().await?;
    let stored = groups::list(&mut conn).await?;
    let stored = stored
        .iter()
        .find(|stored| stored.id == id)
        .ok_or(MISSING)?;
    Ok(page(&sso.app, &person, Some(id), GroupForm::of(stored)))
}

/// Adds a group.
pub async fn create(
    State(sso): State<SingleSignOn>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    write(&sso.app, &person, &actor, None, &fields).await
}

/// Changes a group.
pub async fn update(
    State(sso): State<SingleSignOn>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    write(&sso.app, &person, &actor, Some(id), &fields).await
}

async fn write(
    state: &AppState,
    person: &SignedIn,
    actor: &Actor,
    id: Option<i64>,
    fields: &Fields,
) -> Result<Response, PageError> {
    let form = GroupForm::sent(fields);
    let mut tx = state.pool.begin().await?;
    let problem = match save_group(state, &mut tx, actor, id, &form).await? {
        Ok(()) => {
            tx.commit().await?;
            return Ok(to_settings(Notice::SettingsSaved));
        }
        Err(problem) => problem,
    };
    tx.rollback().await?;
    let page = GroupPage {
        problem: Some(problem),
        ..page(state, person, id, form)
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Takes a group away. Whoever is in it keeps what they may do until they sign in again.
pub async fn delete(
    State(sso): State<SingleSignOn>,
    Acting(actor): Acting,
    Path(id): Path<i64>,
) -> Result<Response, PageError> {
    let state = &sso.app;
    let mut tx = state.pool.begin().await?;
    delete_group(state, &mut tx, &actor, id).await?;
    tx.commit().await?;
    Ok(to_settings(Notice::SettingsSaved))
}

fn to_settings(notice: Notice) -> Response {
    Redirect::to(&links::single_sign_on_settings(notice.as_str())).into_response()
}
