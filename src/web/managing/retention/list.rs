//! Every rule, and the limits of runs.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::super::refused::{Again, lead_back};
use super::super::sites::EditQuery;
use super::super::{commit, done::Done, links};
use super::LIST;
use crate::db::retention::{self as db, StoredRule};
use crate::managing::{
    Problems, RetentionText, RunLimitsText, retention_in_words, save_run_limits,
};
use crate::model::RetentionTarget;
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links::{self as pages, query},
    shell::{Area, Shell},
    state::AppState,
};

/// How many rules are shown; there are as many at most as there are sites and tags.
const MOST_SHOWN: usize = 1_000;

#[derive(Template, WebTemplate)]
#[template(path = "managing/retention.html")]
struct ListPage {
    shell: Shell,
    notice: Option<Done>,
    rules: Vec<StoredRule>,
    /// How many more there are.
    more: usize,
    limits: RunLimitsText,
    problems: Problems,
}

impl ListPage {
    async fn new(state: &AppState, person: &SignedIn) -> Result<Self, PageError> {
        let mut conn = state.connection().await?;
        let mut rules = db::list_rules(&mut conn).await?;
        let more = rules.len().saturating_sub(MOST_SHOWN);
        rules.truncate(MOST_SHOWN);
        Ok(Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            rules,
            more,
            limits: RunLimitsText::from(&db::get_run_limits(&mut conn).await?),
            problems: Problems::default(),
        })
    }

    fn has_one_for_all(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|stored| stored.target == RetentionTarget::All)
    }

    fn words(&self, stored: &StoredRule) -> String {
        retention_in_words(&stored.rule)
    }

    fn edit_link(&self, stored: &StoredRule) -> String {
        let text = text_of(stored);
        let named = [
            ("target", text.target.as_str()),
            ("site", text.site.as_str()),
            ("tag", text.tag.as_str()),
        ];
        query("/manage/retention/rule", named)
    }
}

fn text_of(stored: &StoredRule) -> RetentionText {
    let slug = stored.site.as_ref().map_or("", |(slug, _)| slug);
    RetentionText::of(&stored.target, slug, &stored.rule)
}

/// Shows every rule.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(asked): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = ListPage::new(&state, &person).await?;
    page.notice = asked.notice;
    Ok(page)
}

/// Changes the limits of runs.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(text): Form<RunLimitsText>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    let refused = match save_run_limits(&mut transaction, &text).await {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            return Ok(Redirect::to(&links::with(LIST, Done::Saved)).into_response());
        }
        Err(refused) => refused,
    };
    transaction.rollback().await?;
    let problems = match lead_back(refused, "page", LIST)? {
        Ok(response) => return Ok(response),
        Err(Again::Wrong(problems)) => problems,
        Err(Again::Meanwhile) => Problems::default(),
    };
    let mut page = ListPage::new(&state, &person).await?;
    page.problems = problems;
    page.limits = text;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
