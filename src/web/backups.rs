//! **Backup Site**, "Back up selected" and "Back up now": one form target that queues runs and
//! leads to the batch that does the work. It never talks to a device.

use axum::{
    Form,
    extract::{Path, State},
    response::Redirect,
};

use super::{
    actions::{self, Who},
    error::PageError,
    fields::{self, Fields},
    guard::{Acting, SignedIn},
    links,
    shell::Notice,
    state::AppState,
    ticked,
};
use crate::db::{
    batches::{DeviceScope, NewBatch, Requested},
    pages::{self, SiteHead},
};
use crate::model::{DeviceId, Trigger};

/// How many devices one form may tick: those of one page of a site.
const MAX_TICKED: usize = 100;

/// Queues a batch for a site, or for ticked devices of it.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(slug): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Redirect, PageError> {
    let mut transaction = state.pool.begin().await?;
    let site = pages::get_site(&mut transaction, &person.scope, &slug)
        .await?
        .filter(|site| site.archived_at.is_none())
        .ok_or(PageError::NotFound("site"))?;
    let scope = if fields::values(&fields, "scope").any(|scope| scope == "ticked") {
        let ticked = ticked_devices(&fields)?;
        if ticked.is_empty() {
            return Ok(to_site(&site, Notice::NothingTicked));
        }
        // Ids come from outside: only those of this site are meant.
        let own = pages::list_device_ids(&mut transaction, &person.scope, site.id, &ticked).await?;
        if own.is_empty() {
            return Ok(to_site(&site, Notice::TickedGone));
        }
        DeviceScope::Devices(own)
    } else if fields::values(&fields, "scope").any(|scope| scope != "site")
        || fields::values(&fields, "device").next().is_some()
    {
        // A device without a word that it alone is meant may be the rest of a cut form.
        return Err(PageError::BadRequest(
            "It is not clear what to back up. Go back and try again.",
        ));
    } else {
        DeviceScope::Site(site.id)
    };
    let new = NewBatch {
        trigger: Trigger::Manual,
        requested_by: Some(person.name.clone()),
        site: Some(site.id),
        scheduled: None,
        scope,
    };
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let requested = actions::back_up(&state, &mut transaction, who, &site, &new).await?;
    transaction.commit().await?;
    Ok(redirect(&site, &requested))
}

fn ticked_devices(fields: &Fields) -> Result<Vec<DeviceId>, PageError> {
    let ticked = ticked::devices(fields, "device")?;
    if ticked.len() > MAX_TICKED {
        return Err(PageError::BadRequest(
            "Tick at most 100 devices, or back up the whole site.",
        ));
    }
    Ok(ticked)
}

/// To the new batch, else to the one that already does the work, else back to the site.
fn redirect(site: &SiteHead, requested: &Requested) -> Redirect {
    let (batch, notice) = match (requested.batch, requested.already_active_batch) {
        (Some(batch), None) => (batch, Notice::Queued),
        (Some(batch), Some(_)) => (batch, Notice::QueuedRest),
        (None, Some(batch)) => (batch, Notice::AlreadyRunning),
        (None, None) => return to_site(site, Notice::NoDevices),
    };
    Redirect::to(&format!(
        "{}?notice={}",
        links::batch(&batch),
        notice.as_str()
    ))
}

fn to_site(site: &SiteHead, notice: Notice) -> Redirect {
    Redirect::to(&format!(
        "{}?notice={}",
        links::site(&site.slug),
        notice.as_str()
    ))
}
