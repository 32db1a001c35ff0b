//! **Test connection** in the form of a device: what is typed is tried, and nothing of it is kept.

use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::devices::{DeviceForm, DevicePage, get, known};
use super::{links, refused::lead_back};
use crate::db::audit::Actor;
use crate::db::connection_tests::get_typed_target;
use crate::db::managing::{DeviceValues, StoredDevice};
use crate::managing::{DeviceText, Problems, Refused};
use crate::model::DeviceId;
use crate::web::{
    connection_tests::ask,
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

/// Tries a device that is not saved yet.
pub async fn of_new(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(text): Form<DeviceText>,
) -> Result<Response, PageError> {
    let known = known(&state).await?;
    match text.check(&known, true) {
        Ok(values) => ask_for(&state, (&person, &actor), None, &values).await,
        Err(problems) => {
            let page = DevicePage::new(&state, &person, text, known);
            Ok(with_problems(page, problems))
        }
    }
}

/// Tries a stored device with what is typed in place of what is stored.
pub async fn of_stored(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<DeviceId>,
    Form(form): Form<DeviceForm>,
) -> Result<Response, PageError> {
    let stored = get(&state, id).await?;
    if stored.is_archived {
        let refused = lead_back(Refused::OtherState, "device", &links::device(id))?;
        return refused.map_err(|_| PageError::NotFound("device"));
    }
    let text = form.text_at(&stored);
    let known = known(&state).await?;
    match text.check(&known, true) {
        Ok(values) => ask_for(&state, (&person, &actor), Some(&stored), &values).await,
        Err(problems) => {
            let mut page = DevicePage::new(&state, &person, text, known).of(stored);
            page.stamp = form.stamp;
            Ok(with_problems(page, problems))
        }
    }
}

fn with_problems(mut page: DevicePage, problems: Problems) -> Response {
    page.problems = problems;
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

async fn ask_for(
    state: &AppState,
    who: (&SignedIn, &Actor),
    stored: Option<&StoredDevice>,
    typed: &DeviceValues,
) -> Result<Response, PageError> {
    let mut tx = state.pool.begin().await?;
    let device = stored.map(|device| device.id);
    // Both were there a moment ago.
    let target = get_typed_target(&mut tx, device, typed)
        .await?
        .ok_or(PageError::NotFound("site or credential"))?;
    Ok(ask(tx, who, state.now(), &target).await?.into_response())
}
