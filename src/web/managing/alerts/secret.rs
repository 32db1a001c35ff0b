//! The secret of a webhook's signature: shown once, and made anew.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::super::{
    commit,
    done::Done,
    links::with,
    refused::{Again, lead_back},
};
use super::OVERVIEW;
use crate::db::alerts::settings::get_destination;
use crate::managing;
use crate::model::DestinationId;
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links as pages,
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/alert_secret.html")]
pub struct SecretPage {
    shell: Shell,
    destination: DestinationId,
    name: String,
    secret: SecretString,
}

/// The page that shows a secret that was made just now.
pub fn page(
    state: &AppState,
    person: &SignedIn,
    destination: DestinationId,
    (name, secret): (String, SecretString),
) -> SecretPage {
    SecretPage {
        shell: Shell::new(state, person, Area::Manage),
        destination,
        name: name.trim().to_owned(),
        secret,
    }
}

/// What the page was filled from, so that a press that is sent again makes no other secret.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RenewForm {
    stamp: String,
}

/// Makes a new secret and shows it in the answer itself, for nothing that could be fetched again
/// may have it.
pub async fn renew(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<DestinationId>,
    Form(form): Form<RenewForm>,
) -> Result<Response, PageError> {
    let own = pages::alert_destination(&id);
    let mut transaction = state.pool.begin().await?;
    let renewed = managing::renew_secret(&mut transaction, &state.vault, id, &form.stamp).await;
    match renewed {
        Ok((secret, changed)) => {
            let found = get_destination(&mut transaction, id).await?;
            let destination = found.ok_or(PageError::NotFound("destination"))?;
            commit(&state, transaction, &actor, &changed).await?;
            let made = (destination.name, secret);
            Ok(page(&state, &person, id, made).into_response())
        }
        Err(refused) => match lead_back(refused, "destination", &own)? {
            Ok(response) => Ok(response),
            Err(Again::Meanwhile | Again::Wrong(_)) => {
                Ok(Redirect::to(&with(&own, Done::SecretKept)).into_response())
            }
        },
    }
}
