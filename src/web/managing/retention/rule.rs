//! One rule: its form, what would go by it, saving it and taking it away. Looking at what would go
//! changes nothing and stands in the address; saving is another press.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono_tz::Tz;
use serde::Deserialize;

use super::super::refused::{Again, lead_back, without_form};
use super::super::{commit, done::Done, links};
use super::{LIST, why};
use crate::db::retention::{self as db, StoredRule};
use crate::managing::{
    Difference, Problems, Refused, RetentionText, Texts as _, differences, find_target,
    remove_retention, save_retention, stamp,
};
use crate::model::RetentionTarget;
use crate::retention::{self, Change, Going, Preview, Rules};
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links::{self as pages, query},
    paging::{Asked, Pager},
    shell::{Area, Shell},
    state::AppState,
};

/// How many backups that would go stand on a page.
const PER_PAGE: i64 = 100;

#[derive(Template, WebTemplate)]
#[template(path = "managing/retention_rule.html")]
struct RulePage {
    shell: Shell,
    text: RetentionText,
    problems: Problems,
    /// What the form was filled from.
    stamp: String,
    meanwhile: Option<Vec<Difference>>,
    /// Whether there is a rule for this target, and whether only the inventory file changes it.
    is_stored: bool,
    is_in_file: bool,
    /// What would go, where that was asked for.
    preview: Option<(Preview, Pager)>,
    /// Whether the rule would be taken away.
    is_removal: bool,
    zone: Tz,
}

impl RulePage {
    fn new(state: &AppState, person: &SignedIn, form: RuleForm) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            text: form.text,
            problems: Problems::default(),
            stamp: form.stamp,
            meanwhile: None,
            is_stored: false,
            is_in_file: false,
            preview: None,
            is_removal: false,
            zone: Tz::UTC,
        }
    }

    fn is_target(&self, target: &str) -> bool {
        self.text.target == target
    }

    /// The same questions with another end.
    fn preview_link(&self, last: (&'static str, &'static str)) -> String {
        let fields = RetentionText::FIELDS.iter().copied();
        let asked = fields.zip(self.text.texts());
        let removal = if self.is_removal { "1" } else { "" };
        let beside = [("stamp", self.stamp.as_str()), ("remove", removal)];
        let all = asked.chain(beside).filter(|(name, _)| *name != last.0);
        let address = query("/manage/retention/preview", all);
        format!("{address}&{}={}", last.0, last.1)
    }

    fn page_prefix(&self) -> String {
        self.preview_link(("page", ""))
    }

    fn why(&self, going: &Going) -> String {
        why(&going.why)
    }

    fn removal_link(&self) -> String {
        self.preview_link(("remove", "1"))
    }
}

/// A rule, and what its form was filled from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    stamp: String,
    #[serde(flatten)]
    text: RetentionText,
}

/// The rule for a target, where there is one.
async fn stored(
    state: &AppState,
    target: &RetentionTarget,
) -> Result<Option<StoredRule>, PageError> {
    let mut conn = state.connection().await?;
    let mut rules = db::list_rules(&mut conn).await?.into_iter();
    Ok(rules.find(|stored| stored.target == *target))
}

/// Shows the form, filled with what is stored for the target of the address.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Query(asked): Query<RuleForm>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = RulePage::new(&state, &person, asked);
    let found = {
        let mut conn = state.connection().await?;
        find_target(&mut conn, &page.text).await
    };
    let target = match found {
        Ok(target) => Some(target),
        Err(Refused::Database(error)) => return Err(error.into()),
        // A rule that is to be made: what it is for is not said yet.
        Err(_) => None,
    };
    let found = match &target {
        Some(target) => stored(&state, target).await?,
        None => None,
    };
    page.is_in_file = found.as_ref().is_some_and(|stored| stored.origin.is_file());
    let rule = found.map(|stored| stored.rule);
    page.stamp = stamp(&rule);
    page.is_stored = rule.is_some();
    let target = target.unwrap_or(RetentionTarget::All);
    let typed = page.text.target.clone();
    page.text = RetentionText::of(&target, &page.text.site, &rule.unwrap_or_default());
    if !typed.is_empty() {
        page.text.target = typed;
    }
    Ok(page)
}

/// What is to be looked at.
#[derive(Debug, Deserialize)]
pub struct PreviewQuery {
    #[serde(flatten)]
    form: RuleForm,
    /// `1`: what would go without the rule.
    #[serde(default)]
    remove: String,
    #[serde(default)]
    page: String,
}

/// Shows what would go.
pub async fn preview(
    State(state): State<AppState>,
    person: SignedIn,
    Query(asked): Query<PreviewQuery>,
) -> Result<Response, PageError> {
    let mut page = RulePage::new(&state, &person, asked.form);
    page.is_removal = asked.remove == "1";
    let listed = Asked::new(asked.page.parse().ok(), PER_PAGE);
    match count(&state, &mut page, listed).await {
        Ok(()) => Ok(page.into_response()),
        Err(Refused::Wrong(problems)) => {
            page.problems = problems;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(Refused::Database(error)) => Err(error.into()),
        Err(refused) => Err(PageError::Internal(refused.into())),
    }
}

async fn count(state: &AppState, page: &mut RulePage, listed: Asked) -> Result<(), Refused> {
    let mut conn = state.pool.acquire().await?;
    let target = find_target(&mut conn, &page.text).await?;
    let wanted = match page.is_removal {
        true => None,
        false => Some(page.text.check()?),
    };
    let stored = db::list_rules(&mut conn).await?;
    let of_target = stored.iter().find(|stored| stored.target == target);
    page.is_stored = of_target.is_some();
    page.is_in_file = of_target.is_some_and(|stored| stored.origin.is_file());
    let before: Rules = stored.into_iter().collect();
    let after = before.clone().with(target.clone(), wanted);
    let change = Change {
        target: &target,
        before: &before,
        after: &after,
    };
    let slice = listed.slice();
    let places = slice.offset..slice.offset + slice.limit;
    let found = retention::preview(&mut conn, &change, places, state.now()).await?;
    let pager = listed.of(found.snapshots);
    page.preview = Some((found, pager));
    Ok(())
}

/// Saves a rule.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(form): Form<RuleForm>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    let saved = save_retention(&mut transaction, &form.text, &form.stamp, state.now()).await;
    let refused = match saved {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            return Ok(Redirect::to(&links::with(LIST, Done::RuleSaved)).into_response());
        }
        Err(refused) => refused,
    };
    transaction.rollback().await?;
    let again = match lead_back(refused, "rule", LIST)? {
        Ok(response) => return Ok(response),
        Err(again) => again,
    };
    let mut page = RulePage::new(&state, &person, form);
    let status = match again {
        Again::Wrong(problems) => {
            page.problems = problems;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Again::Meanwhile => {
            tell_meanwhile(&state, &mut page).await?;
            StatusCode::CONFLICT
        }
    };
    Ok((status, page).into_response())
}

/// What is stored now, beside what was typed.
async fn tell_meanwhile(state: &AppState, page: &mut RulePage) -> Result<(), PageError> {
    let mut conn = state.connection().await?;
    let Ok(target) = find_target(&mut conn, &page.text).await else {
        return Ok(());
    };
    let rule = stored(state, &target).await?.map(|stored| stored.rule);
    let now = RetentionText::of(&target, &page.text.site, &rule.unwrap_or_default());
    page.meanwhile = Some(differences(
        RetentionText::FIELDS,
        &page.text.texts(),
        &now.texts(),
    ));
    page.is_stored = rule.is_some();
    page.stamp = stamp(&rule);
    Ok(())
}

/// Takes a rule away.
pub async fn remove(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Form(text): Form<RetentionText>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    match remove_retention(&mut transaction, &text, state.now()).await {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            Ok(Redirect::to(&links::with(LIST, Done::RuleRemoved)).into_response())
        }
        Err(refused) => without_form(refused, "rule", LIST),
    }
}
