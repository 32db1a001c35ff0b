//! The list of people.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};
use chrono_tz::Tz;

use super::LIST;
use crate::db::managing::{self as db, StoredUser, UserValues};
use crate::plural::counted;
use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    links,
    managing::listed::ListQuery,
    paging::Pager,
    roles,
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/users.html")]
struct ListPage {
    shell: Shell,
    query: ListQuery,
    users: Vec<StoredUser>,
    pager: Pager,
    zone: Tz,
}

impl ListPage {
    /// What is withheld from somebody, in words; empty: nothing.
    fn withheld(&self, values: &UserValues) -> String {
        let words: Vec<&str> = values.withheld.iter().map(roles::right).collect();
        words.join(", ")
    }

    /// How somebody's sites were chosen.
    fn scope(&self, values: &UserValues) -> String {
        if values.all_sites {
            return "All sites".to_owned();
        }
        let mut parts = Vec::new();
        if !values.sites.is_empty() {
            parts.push(counted(values.sites.len(), "site"));
        }
        if !values.tags.is_empty() {
            parts.push(format!("those tagged {}", values.tags.join(" or ")));
        }
        match parts.is_empty() {
            true => "No site".to_owned(),
            false => parts.join(" and "),
        }
    }
}

/// Lists people.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = query.asked();
    let mut conn = state.connection().await?;
    let users = db::list_user_rows(&mut conn, &query.filter(), asked.slice()).await?;
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Manage),
        pager: asked.of(users.first().map_or(0, |user| user.total)),
        users,
        query,
        zone: Tz::UTC,
    })
}
