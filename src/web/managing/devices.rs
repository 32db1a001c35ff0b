//! Devices: the list, and the form in which one is made or changed.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Pressed, commit, conclude,
    done::Done,
    links,
    listed::ListQuery,
    refused::{Again, lead_back},
    sites::EditQuery,
};
use crate::db::connection_tests::get_tried;
use crate::db::managing::{self as db, ListedDevice, StoredDevice};
use crate::managing::{
    self, DeviceText, Difference, Known, Problems, Texts as _, differences, stamp,
};
use crate::model::{AuditAction, ConnectionTestId, DeviceId};
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links as pages,
    paging::Pager,
    shell::{Area, Shell},
    state::AppState,
};

const LIST: &str = "/manage/devices";

/// How many names a field offers; others can be typed.
const OFFERED: usize = 500;

#[derive(Template, WebTemplate)]
#[template(path = "managing/devices.html")]
struct ListPage {
    shell: Shell,
    query: ListQuery,
    devices: Vec<ListedDevice>,
    pager: Pager,
}

/// Lists the devices, of all sites or of one.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = query.asked();
    let site = Some(query.site()).filter(|slug| !slug.is_empty());
    let mut conn = state.connection().await?;
    let devices = db::list_device_rows(&mut conn, &query.filter(), site, asked.slice()).await?;
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Manage),
        pager: asked.of(devices.first().map_or(0, |device| device.total)),
        devices,
        query,
    })
}

#[derive(Template, WebTemplate)]
#[template(path = "managing/device.html")]
pub(super) struct DevicePage {
    shell: Shell,
    notice: Option<Done>,
    /// `None`: it is to be made.
    stored: Option<StoredDevice>,
    text: DeviceText,
    pub(super) problems: Problems,
    /// What the form was filled from.
    pub(super) stamp: String,
    /// What is stored, where somebody else changed it after the form was filled.
    meanwhile: Option<Vec<Difference>>,
    known: Known,
}

impl DevicePage {
    pub(super) fn new(state: &AppState, person: &SignedIn, text: DeviceText, known: Known) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            stored: None,
            text,
            problems: Problems::default(),
            stamp: String::new(),
            meanwhile: None,
            known,
        }
    }

    /// The page of a stored device with `text` in its form.
    pub(super) fn of(mut self, stored: StoredDevice) -> Self {
        self.stamp = stamp(&stored);
        self.stored = Some(stored);
        self
    }

    fn action(&self) -> String {
        match &self.stored {
            Some(device) => links::device(device.id),
            None => "/manage/devices/new".to_owned(),
        }
    }

    /// Where what is typed is tried.
    fn test_action(&self) -> String {
        format!("{}/connection-tests", self.action())
    }

    fn is_in_file(&self) -> bool {
        let mut stored = self.stored.iter();
        stored.any(|device| device.origin.is_file() && !device.is_archived)
    }

    fn is_archived(&self) -> bool {
        self.stored
            .as_ref()
            .is_some_and(|device| device.is_archived)
    }

    fn is_fixed(&self) -> bool {
        self.is_in_file() || self.is_archived()
    }

    fn offered_sites(&self) -> impl Iterator<Item = &String> {
        self.known.sites.iter().take(OFFERED)
    }

    fn offered_credentials(&self) -> impl Iterator<Item = &String> {
        self.known.credentials.iter().take(OFFERED)
    }
}

/// For which site a device is to be made, or as which test of one's own tried it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    site: String,
    test: Option<ConnectionTestId>,
}

pub(super) async fn known(state: &AppState) -> Result<Known, PageError> {
    let mut conn = state.connection().await?;
    Ok(Known::load(&mut conn).await?)
}

/// Shows the form for a new device.
pub async fn new(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<NewQuery>,
) -> Result<impl IntoResponse, PageError> {
    let known = known(&state).await?;
    let text = match query.test {
        Some(id) => as_tested(&state, &person, id).await?,
        None => DeviceText {
            site: query.site,
            ..DeviceText::new(&known)
        },
    };
    Ok(DevicePage::new(&state, &person, text, known))
}

/// What a connection test of this person tried.
async fn as_tested(
    state: &AppState,
    person: &SignedIn,
    id: ConnectionTestId,
) -> Result<DeviceText, PageError> {
    let mut conn = state.connection().await?;
    let tried = get_tried(&mut conn, person.user, id).await?;
    let tried = tried.ok_or(PageError::NotFound("connection test"))?;
    Ok(DeviceText::from(&tried))
}

/// Makes a device.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(text): Form<DeviceText>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    match managing::create_device(&mut transaction, &text).await {
        Ok((device, changed)) => {
            commit(&state, transaction, &actor, &changed).await?;
            let page = links::with(&links::device(device.id), Done::Made);
            Ok(Redirect::to(&page).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let problems = match lead_back(refused, "device", LIST)? {
                Ok(response) => return Ok(response),
                Err(Again::Wrong(problems)) => problems,
                Err(Again::Meanwhile) => Problems::default(),
            };
            let mut page = DevicePage::new(&state, &person, text, known(&state).await?);
            page.problems = problems;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(super) async fn get(state: &AppState, id: DeviceId) -> Result<StoredDevice, PageError> {
    let mut conn = state.connection().await?;
    let device = db::get_device(&mut conn, id).await?;
    device.ok_or(PageError::NotFound("device"))
}

/// Shows a device in its form.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<DeviceId>,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let stored = get(&state, id).await?;
    let text = DeviceText::from(&stored.values);
    let page = DevicePage::new(&state, &person, text, known(&state).await?);
    let mut page = page.of(stored);
    page.notice = query.notice;
    Ok(page)
}

/// A changed device, and what the form was filled from.
#[derive(Debug, Deserialize)]
pub struct DeviceForm {
    #[serde(default)]
    pub(super) stamp: String,
    #[serde(flatten)]
    text: DeviceText,
}

impl DeviceForm {
    /// What was typed; the site of a device is fixed.
    pub(super) fn text_at(&self, stored: &StoredDevice) -> DeviceText {
        DeviceText {
            site: stored.values.site.clone(),
            ..self.text.clone()
        }
    }
}

/// Changes a device.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<DeviceId>,
    Form(form): Form<DeviceForm>,
) -> Result<Response, PageError> {
    let own = links::device(id);
    let mut transaction = state.pool.begin().await?;
    let refused = match managing::update_device(&mut transaction, id, &form.text, &form.stamp).await
    {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            return Ok(Redirect::to(&links::with(&own, Done::Saved)).into_response());
        }
        Err(refused) => refused,
    };
    transaction.rollback().await?;
    let again = match lead_back(refused, "device", &own)? {
        Ok(response) => return Ok(response),
        Err(again) => again,
    };
    let stored = get(&state, id).await?;
    let now = DeviceText::from(&stored.values);
    let text = form.text_at(&stored);
    let page = DevicePage::new(&state, &person, text, known(&state).await?);
    let mut page = page.of(stored);
    let status = match again {
        Again::Wrong(problems) => {
            page.problems = problems;
            page.stamp = form.stamp;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Again::Meanwhile => {
            let (typed, now) = (page.text.texts(), now.texts());
            page.meanwhile = Some(differences(DeviceText::FIELDS, &typed, &now));
            StatusCode::CONFLICT
        }
    };
    Ok((status, page).into_response())
}

/// Archives a device.
pub async fn archive(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<DeviceId>,
) -> Result<Response, PageError> {
    let own = links::device(id);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::archive_device(&mut transaction, id).await;
    let done = (AuditAction::SettingsChanged, outcome);
    let pressed = Pressed {
        what: "device",
        page: &own,
        done: links::with(&own, Done::Archived),
    };
    conclude(&state, transaction, &actor, done, pressed).await
}

/// Restores an archived device.
pub async fn restore(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<DeviceId>,
) -> Result<Response, PageError> {
    let own = links::device(id);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::restore_device(&mut transaction, id).await;
    let done = (AuditAction::SettingsChanged, outcome);
    let pressed = Pressed {
        what: "device",
        page: &own,
        done: links::with(&own, Done::Restored),
    };
    conclude(&state, transaction, &actor, done, pressed).await
}
