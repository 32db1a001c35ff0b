//! Tags: which there are and how many have each, and changing one everywhere.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

use super::{commit, done::Done, links, listed::ListQuery};
use crate::db::managing::{self as db, TagRow};
use crate::managing::{TagRefused, change_tag};
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links as pages,
    paging::Pager,
    shell::{Area, Shell},
    state::AppState,
};

const LIST: &str = "/manage/tags";

#[derive(Template, WebTemplate)]
#[template(path = "managing/tags.html")]
struct ListPage {
    shell: Shell,
    query: ListQuery,
    tags: Vec<TagRow>,
    pager: Pager,
}

/// Lists the tags of what is not archived.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = query.asked();
    let mut conn = state.connection().await?;
    let tags = db::list_tag_rows(&mut conn, query.filter().search, asked.slice()).await?;
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Manage),
        pager: asked.of(tags.first().map_or(0, |tag| tag.total)),
        tags,
        query,
    })
}

/// What is to become of a tag.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Rename,
    Remove,
}

/// A tag, and what is to become of it.
#[derive(Debug, Deserialize)]
pub struct TagForm {
    tag: String,
    action: Action,
    #[serde(default)]
    new: String,
}

/// Renames a tag everywhere, or takes it away.
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Form(form): Form<TagForm>,
) -> Result<Redirect, PageError> {
    if form.tag.contains('\0') {
        return Err(PageError::NotFound("tag"));
    }
    let new = match form.action {
        Action::Rename => Some(form.new.as_str()),
        Action::Remove => None,
    };
    let mut transaction = state.pool.begin().await?;
    let done = match change_tag(&mut transaction, &form.tag, new).await {
        Ok((change, changed)) => {
            commit(&state, transaction, &actor, &changed).await?;
            if change.kept > 0 {
                Done::TagKept
            } else {
                Done::TagChanged
            }
        }
        Err(TagRefused::Wrong(_)) => Done::TagWrong,
        Err(TagRefused::Reached) => Done::TagReached,
        Err(TagRefused::Scheduled) => Done::TagScheduled,
        Err(TagRefused::Alerted) => Done::TagAlerted,
        Err(TagRefused::Database(error)) => return Err(error.into()),
    };
    Ok(Redirect::to(&links::with(LIST, done)))
}
