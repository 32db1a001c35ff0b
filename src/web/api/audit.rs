//! The audit, for programs: who did what, when, from where and on what. It only ever grows.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    input::Asked,
    paging::{self, Page},
    problem::Problem,
};
use crate::db::pages::{self, AuditFilter, AuditRow, SHORTEST_TEXT, list_audit};
use crate::model::{AuditAction, AuditId, UserId};
use crate::web::{error::PageError, guard::SignedIn, state::AppState};

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    id: AuditId,
    at: DateTime<Utc>,
    /// Who did it; null: nobody who was recognised, or a command on the machine itself.
    user: Option<UserId>,
    /// As they were called, or called themselves.
    user_name: String,
    /// The token by which a program acted for them.
    token: Option<String>,
    /// From where; empty: on the machine itself.
    address: String,
    /// For example `settings_changed`; a newer version may know more.
    action: String,
    /// The slug of the site that it was about.
    site: Option<String>,
    /// On what: `device acme-hq/gw-1`.
    subject: String,
    /// What about it, in words; never a secret.
    detail: String,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            user: row.user_id,
            user_name: row.user_name,
            token: row.token_name,
            address: row.address,
            action: row.action,
            site: row.site_slug,
            subject: row.subject,
            detail: row.detail,
        }
    }
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only what somebody of this name did.
    user: Option<String>,
    /// Only this action.
    action: Option<AuditAction>,
    /// Only what was about the site of this slug.
    site: Option<String>,
    /// Only what was done at this time or later.
    since: Option<DateTime<Utc>>,
    /// Only what was done before this time.
    until: Option<DateTime<Utc>>,
    /// Only what has these letters in its subject; at least three.
    #[param(min_length = 3)]
    text: Option<String>,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

/// Lists the audit
///
/// Newest first. One reading of it is bounded: a page may have fewer entries than were asked for, or
/// none, and go on all the same.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", operation_id = "list_audit", params(AuditQuery), responses(
    (status = 200, description = "A page of entries", body = Page<AuditEntry>),
    (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>, PageError> {
    let limit = paging::limit(query.limit)?;
    let text = query.text.map(|text| text.trim().to_owned());
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() < SHORTEST_TEXT)
    {
        let sentence = format!("A text to search for has at least {SHORTEST_TEXT} characters.");
        return Err(PageError::Wrong(sentence));
    }
    let mut conn = state.connection().await?;
    let site = match &query.site {
        None => None,
        Some(slug) => {
            let site = pages::get_site(&mut conn, &person.scope, slug).await?;
            Some(site.ok_or(PageError::NotFound("site"))?.id)
        }
    };
    let filter = AuditFilter {
        name: query.user,
        action: query.action,
        site,
        since: query.since,
        until: query.until,
        text,
        before: paging::cursor(query.cursor.as_deref())?,
    };
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = list_audit(&mut conn, &filter, most).await?;
    let next = found.older.map(|older| older.to_string());
    Ok(Json(Page::new(
        found.rows.into_iter().map(Into::into).collect(),
        next,
    )))
}
