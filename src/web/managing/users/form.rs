//! The form in which somebody is made or changed.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{LIST, page::UserPage, sent::Sent};
use crate::managing::{self, Texts as _, UserText, differences};
use crate::model::{AuditAction, UserId};
use crate::web::{
    error::PageError,
    fields::Fields,
    guard::{Acting, SignedIn},
    links,
    managing::{
        commit_as,
        done::Done,
        links::with,
        refused::{Again, lead_back},
        sites::EditQuery,
    },
    state::AppState,
};

/// Shows the form for somebody new.
pub async fn new(State(state): State<AppState>, person: SignedIn) -> impl IntoResponse {
    UserPage::new(&state, &person, UserText::new())
}

/// Makes somebody, or finds sites for them.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let mut sent = Sent::read(&fields);
    if let Some(search) = sent.find.take() {
        let mut conn = state.connection().await?;
        let page = UserPage::new(&state, &person, sent.text.clone());
        return Ok(page
            .searched(&mut conn, sent, search)
            .await?
            .into_response());
    }
    let mut transaction = state.pool.begin().await?;
    let refused = match managing::create_user(&mut transaction, &sent.text).await {
        Ok((id, changed)) => {
            commit_as(
                &state,
                transaction,
                &actor,
                (AuditAction::UserChanged, &changed),
            )
            .await?;
            let page = with(&links::user(&id), Done::UserMade);
            return Ok(Redirect::to(&page).into_response());
        }
        Err(refused) => refused,
    };
    transaction.rollback().await?;
    let mut page = UserPage::new(&state, &person, sent.text);
    match lead_back(refused, "user", LIST)? {
        Ok(response) => return Ok(response),
        Err(Again::Wrong(problems)) => page.problems = problems,
        Err(Again::Meanwhile) => {}
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Shows somebody in the form.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<UserId>,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = UserPage::of(&state, &person, id, None).await?;
    page.notice = query.notice;
    Ok(page)
}

/// Changes somebody, or finds sites for them.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<UserId>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let mut sent = Sent::read(&fields);
    if let Some(search) = sent.find.take() {
        let page = UserPage::of(&state, &person, id, Some(sent.text.clone())).await?;
        let mut conn = state.connection().await?;
        return Ok(page
            .searched(&mut conn, sent, search)
            .await?
            .into_response());
    }
    let typed = (&sent.text, sent.stamp.as_str());
    let mut transaction = state.pool.begin().await?;
    let refused = match managing::update_user(&mut transaction, person.user, id, typed).await {
        Ok(changed) => {
            commit_as(
                &state,
                transaction,
                &actor,
                (AuditAction::UserChanged, &changed),
            )
            .await?;
            let page = with(&links::user(&id), Done::UserSaved);
            return Ok(Redirect::to(&page).into_response());
        }
        Err(refused) => refused,
    };
    transaction.rollback().await?;
    let again = match lead_back(refused, "user", &links::user(&id))? {
        Ok(response) => return Ok(response),
        Err(again) => again,
    };
    show_again(&state, &person, id, (sent, again)).await
}

/// The form as it was sent, with why it was not taken.
async fn show_again(
    state: &AppState,
    person: &SignedIn,
    id: UserId,
    (sent, again): (Sent, Again),
) -> Result<Response, PageError> {
    let mut page = UserPage::of(state, person, id, Some(sent.text)).await?;
    let status = match again {
        Again::Wrong(problems) => {
            page.problems = problems;
            page.stamp = sent.stamp;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Again::Meanwhile => {
            let now = page.stored_text();
            let told = differences(UserText::FIELDS, &page.text.texts(), &now.texts());
            page.meanwhile = Some(told);
            StatusCode::CONFLICT
        }
    };
    Ok((status, page).into_response())
}
