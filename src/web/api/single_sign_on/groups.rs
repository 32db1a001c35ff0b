//! What each group of the provider may do.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::db::inventory::lock;
use crate::db::single_sign_on::groups::{self as db, StoredGroup};
use crate::model::{Right, Role};
use crate::web::{
    account::SingleSignOn,
    api::{
        conditional,
        idempotency::{Asking, Told},
        input::{Asked, Place, Sent},
        managed::{check_limits, slugs_text, tags_text},
        paging::{Page, Paging, Part},
        problem::Problem,
    },
    error::PageError,
    guard::Acting,
    settings::{GroupForm, delete_group, save_group},
};

const MISSING: PageError = PageError::NotFound("group");

/// What who is in a group of the provider may do, and where.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSettings {
    /// As the provider writes it, to the letter; unique.
    name: String,
    role: Role,
    /// What a technician may not do all the same: of `back_up`, `annotate`, `download`, `reveal`.
    #[serde(default)]
    withheld: Vec<Right>,
    /// Whether they reach every site, as administrators always do.
    #[serde(default)]
    all_sites: bool,
    /// Slugs.
    #[serde(default)]
    sites: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
}

impl GroupSettings {
    /// What the form would be filled with to say the same.
    fn form(&self) -> Result<GroupForm, PageError> {
        let may_be = |right: &Right| Right::WITHHOLDABLE.contains(right);
        if !self.withheld.iter().all(may_be) {
            let sentence = "`see` and `manage` can not be withheld.";
            return Err(PageError::Wrong(sentence.to_owned()));
        }
        let named = [&self.sites[..], &self.tags];
        check_limits(self.role, &self.withheld, self.all_sites, named)?;
        let withheld = Right::WITHHOLDABLE.into_iter();
        Ok(GroupForm {
            name: self.name.trim().to_owned(),
            role: self.role,
            withheld: withheld
                .filter(|right| self.withheld.contains(right))
                .collect(),
            all_sites: self.all_sites,
            sites: slugs_text(&self.sites)?,
            tags: tags_text(&self.tags)?,
        })
    }
}

/// A group of the provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    id: i64,
    settings: GroupSettings,
}

impl From<StoredGroup> for Group {
    fn from(stored: StoredGroup) -> Self {
        let grants = stored.group.grants;
        Self {
            id: stored.id,
            settings: GroupSettings {
                name: stored.group.name,
                role: grants.role,
                withheld: grants.withheld,
                all_sites: grants.all_sites,
                sites: stored.site_slugs,
                tags: grants.site_tags,
            },
        }
    }
}

/// The only group of which this is so.
async fn find(
    conn: &mut PgConnection,
    is_it: impl Fn(&StoredGroup) -> bool,
) -> Result<Group, PageError> {
    let all = db::list(conn).await?;
    Ok(all.into_iter().find(is_it).ok_or(MISSING)?.into())
}

/// Lists groups of single sign-on
///
/// By name.
#[utoipa::path(get, path = "/api/v1/single-sign-on/groups", tag = "single sign-on", operation_id = "list_single_sign_on_groups",
    params(Paging),
    responses(
        (status = 200, description = "A page of groups", body = Page<Group>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(sso): State<SingleSignOn>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Group>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = sso.app.connection().await?;
    let rows = part.of_all(db::list(&mut conn).await?);
    Ok(Json(part.page(rows, Group::from)))
}

/// Adds a group of single sign-on
///
/// It counts at the next sign-in of who is in it.
#[utoipa::path(post, path = "/api/v1/single-sign-on/groups", tag = "single sign-on", operation_id = "create_single_sign_on_group",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
        min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body = GroupSettings,
    responses(
        (status = 201, description = "It was added", body = Group,
            headers(("Location" = String, description = "The group"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(sso): State<SingleSignOn>,
    asking: Asking,
    Sent(settings): Sent<GroupSettings>,
) -> Result<Response, PageError> {
    let act = async |conn: &mut PgConnection| {
        let form = settings.form()?;
        let saved = save_group(&sso.app, conn, &asking.actor, None, &form).await?;
        saved.map_err(PageError::Wrong)?;
        let body = find(conn, |one| one.group.name == form.name).await?;
        Ok(Told {
            status: StatusCode::CREATED,
            location: format!("/api/v1/single-sign-on/groups/{}", body.id),
            body,
        })
    };
    asking.once(&sso.app, &settings, act).await
}

/// Shows a group of single sign-on
#[utoipa::path(get, path = "/api/v1/single-sign-on/groups/{id}", tag = "single sign-on", operation_id = "show_single_sign_on_group",
    params(("id" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The group", body = Group),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(sso): State<SingleSignOn>,
    Place(id): Place<i64>,
) -> Result<Json<Group>, PageError> {
    let mut conn = sso.app.connection().await?;
    Ok(Json(find(&mut conn, |one| one.id == id).await?))
}

/// Changes a group of single sign-on
///
/// To what is sent, as a whole; it counts at the next sign-in of who is in it. With `If-Match` and the
/// `ETag` of the group, only if nobody changed it since.
#[utoipa::path(put, path = "/api/v1/single-sign-on/groups/{id}", tag = "single sign-on", operation_id = "update_single_sign_on_group",
    params(
        ("id" = i64, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = GroupSettings,
    responses(
        (status = 200, description = "The group as it is now", body = Group),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(sso): State<SingleSignOn>,
    Acting(actor): Acting,
    Place(id): Place<i64>,
    headers: HeaderMap,
    Sent(settings): Sent<GroupSettings>,
) -> Result<Json<Group>, PageError> {
    let mut transaction = sso.app.pool.begin().await?;
    lock(&mut transaction).await?;
    let before = find(&mut transaction, |one| one.id == id).await?;
    conditional::check(&headers, &before)?;
    let form = settings.form()?;
    let saved = save_group(&sso.app, &mut transaction, &actor, Some(id), &form).await?;
    saved.map_err(PageError::Wrong)?;
    let now = find(&mut transaction, |one| one.id == id).await?;
    transaction.commit().await?;
    Ok(Json(now))
}

/// Takes a group of single sign-on away
///
/// Whoever is in it keeps what they may do until they sign in again.
#[utoipa::path(delete, path = "/api/v1/single-sign-on/groups/{id}", tag = "single sign-on", operation_id = "delete_single_sign_on_group",
    params(
        ("id" = i64, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be deleted"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(sso): State<SingleSignOn>,
    Acting(actor): Acting,
    Place(id): Place<i64>,
    headers: HeaderMap,
) -> Result<StatusCode, PageError> {
    let mut transaction = sso.app.pool.begin().await?;
    lock(&mut transaction).await?;
    let before = find(&mut transaction, |one| one.id == id).await?;
    conditional::check(&headers, &before)?;
    delete_group(&sso.app, &mut transaction, &actor, id).await?;
    transaction.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
