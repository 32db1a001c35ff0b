//! Sites: the list, and the form in which one is made or changed.

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
};
use crate::db::managing::{self as db, ListedSite, StoredSite};
use crate::managing::{self, Difference, Problems, SiteText, Texts as _, differences, stamp};
use crate::model::AuditAction;
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links as pages,
    paging::Pager,
    shell::{Area, Shell},
    state::AppState,
};

const LIST: &str = "/manage/sites";

#[derive(Template, WebTemplate)]
#[template(path = "managing/sites.html")]
struct ListPage {
    shell: Shell,
    query: ListQuery,
    sites: Vec<ListedSite>,
    pager: Pager,
}

/// Lists the sites.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = query.asked();
    let mut conn = state.connection().await?;
    let sites = db::list_site_rows(&mut conn, &query.filter(), asked.slice()).await?;
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Manage),
        pager: asked.of(sites.first().map_or(0, |site| site.total)),
        sites,
        query,
    })
}

#[derive(Template, WebTemplate)]
#[template(path = "managing/site.html")]
struct SitePage {
    shell: Shell,
    notice: Option<Done>,
    /// `None`: it is to be made.
    stored: Option<StoredSite>,
    text: SiteText,
    problems: Problems,
    /// What the form was filled from.
    stamp: String,
    /// What is stored, where somebody else changed it after the form was filled.
    meanwhile: Option<Vec<Difference>>,
}

impl SitePage {
    fn new(state: &AppState, person: &SignedIn, text: SiteText) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            stored: None,
            text,
            problems: Problems::default(),
            stamp: String::new(),
            meanwhile: None,
        }
    }

    /// The page of a stored site with `text` in its form.
    fn of(state: &AppState, person: &SignedIn, stored: StoredSite, text: SiteText) -> Self {
        Self {
            stamp: stamp(&stored),
            stored: Some(stored),
            ..Self::new(state, person, text)
        }
    }

    fn slug(&self) -> &str {
        self.stored
            .as_ref()
            .map_or("", |site| site.values.slug.as_str())
    }

    fn action(&self) -> String {
        match &self.stored {
            Some(site) => links::site(&site.values.slug),
            None => "/manage/sites/new".to_owned(),
        }
    }

    fn is_in_file(&self) -> bool {
        let mut stored = self.stored.iter();
        stored.any(|site| site.origin.is_file() && !site.is_archived)
    }

    fn is_archived(&self) -> bool {
        self.stored.as_ref().is_some_and(|site| site.is_archived)
    }

    fn is_fixed(&self) -> bool {
        self.is_in_file() || self.is_archived()
    }
}

/// Shows the form for a new site.
pub async fn new(State(state): State<AppState>, person: SignedIn) -> impl IntoResponse {
    SitePage::new(&state, &person, SiteText::new())
}

/// Makes a site.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(text): Form<SiteText>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    match managing::create_site(&mut transaction, &text).await {
        Ok((site, changed)) => {
            commit(&state, transaction, &actor, &changed).await?;
            let page = links::with(&links::site(&site.values.slug), Done::Made);
            Ok(Redirect::to(&page).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let problems = match lead_back(refused, "site", LIST)? {
                Ok(response) => return Ok(response),
                Err(Again::Wrong(problems)) => problems,
                Err(Again::Meanwhile) => Problems::default(),
            };
            let mut page = SitePage::new(&state, &person, text);
            page.problems = problems;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn get(state: &AppState, slug: &str) -> Result<StoredSite, PageError> {
    let mut conn = state.connection().await?;
    let site = db::get_site(&mut conn, slug).await?;
    site.ok_or(PageError::NotFound("site"))
}

/// What the address of a form may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EditQuery {
    pub notice: Option<Done>,
}

/// Shows a site in its form.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Path(slug): Path<String>,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let stored = get(&state, &slug).await?;
    let text = SiteText::from(&stored.values);
    let mut page = SitePage::of(&state, &person, stored, text);
    page.notice = query.notice;
    Ok(page)
}

/// A changed site, and what the form was filled from.
#[derive(Debug, Deserialize)]
pub struct SiteForm {
    #[serde(default)]
    stamp: String,
    #[serde(flatten)]
    text: SiteText,
}

/// Changes a site.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(slug): Path<String>,
    Form(form): Form<SiteForm>,
) -> Result<Response, PageError> {
    let own = links::site(&slug);
    let mut transaction = state.pool.begin().await?;
    let refused =
        match managing::update_site(&mut transaction, &slug, &form.text, &form.stamp).await {
            Ok(changed) => {
                commit(&state, transaction, &actor, &changed).await?;
                return Ok(Redirect::to(&links::with(&own, Done::Saved)).into_response());
            }
            Err(refused) => refused,
        };
    transaction.rollback().await?;
    let again = match lead_back(refused, "site", &own)? {
        Ok(response) => return Ok(response),
        Err(again) => again,
    };
    let stored = get(&state, &slug).await?;
    let mut text = form.text;
    text.slug = slug;
    let now = SiteText::from(&stored.values);
    let mut page = SitePage::of(&state, &person, stored, text);
    let status = match again {
        Again::Wrong(problems) => {
            page.problems = problems;
            page.stamp = form.stamp;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Again::Meanwhile => {
            let (typed, now) = (page.text.texts(), now.texts());
            page.meanwhile = Some(differences(SiteText::FIELDS, &typed, &now));
            StatusCode::CONFLICT
        }
    };
    Ok((status, page).into_response())
}

/// Archives a site with its devices.
pub async fn archive(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(slug): Path<String>,
) -> Result<Response, PageError> {
    let own = links::site(&slug);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::archive_site(&mut transaction, &slug).await;
    let done = (AuditAction::SettingsChanged, outcome);
    let pressed = Pressed {
        what: "site",
        page: &own,
        done: links::with(&own, Done::Archived),
    };
    conclude(&state, transaction, &actor, done, pressed).await
}

/// Restores an archived site.
pub async fn restore(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(slug): Path<String>,
) -> Result<Response, PageError> {
    let own = links::site(&slug);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::restore_site(&mut transaction, &slug).await;
    let done = (AuditAction::SettingsChanged, outcome);
    let pressed = Pressed {
        what: "site",
        page: &own,
        done: links::with(&own, Done::Restored),
    };
    conclude(&state, transaction, &actor, done, pressed).await
}
