//! Users: who may sign in, what they may do, and where. Who makes one could make one who may more than
//! a token may, so the guard asks for all rights here. One's own account, and tokens, are for browsers.

mod lifecycle;
mod mend;
mod settings;

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    conditional,
    idempotency::Asking,
    input::{Asked, Place, Sent},
    managed::{self, Made},
    paging::{Page, Paging, Part},
    problem::Problem,
};
use crate::db::managing::{ListFilter, StoredUser, get_user, list_user_rows};
use crate::db::users::lock;
use crate::managing::{self, stamp};
use crate::model::{AuditAction, UserId};
use crate::web::{
    actions,
    error::PageError,
    guard::{Acting, SignedIn},
    managing::refusal,
    state::AppState,
};
use settings::UserSettings;

const WHAT: &str = "user";

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, lifecycle::archive))
        .routes(routes!(lifecycle::restore))
        .routes(routes!(mend::make_link))
        .routes(routes!(mend::delete_second_factor))
        .routes(routes!(mend::end_sessions))
        .routes(routes!(mend::revoke_tokens))
}

/// Somebody who may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    id: UserId,
    settings: UserSettings,
    /// Whether they sign in at the provider of single sign-on, which says what they may do.
    single_sign_on: bool,
    archived: bool,
    /// False: they choose one by a link, or sign in elsewhere.
    has_password: bool,
    has_second_factor: bool,
}

impl From<&StoredUser> for User {
    fn from(stored: &StoredUser) -> Self {
        Self {
            id: stored.id,
            settings: (&stored.values).into(),
            single_sign_on: stored.is_single_sign_on,
            archived: stored.is_archived,
            has_password: stored.has_password,
            has_second_factor: stored.has_second_factor,
        }
    }
}

/// Somebody in the list, with what changes by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedUser {
    user: User,
    /// Null: never.
    last_signed_in_at: Option<DateTime<Utc>>,
    /// How many sites they reach now, archived ones left out.
    sites: i64,
}

impl From<StoredUser> for ListedUser {
    fn from(stored: StoredUser) -> Self {
        Self {
            user: (&stored).into(),
            last_signed_in_at: stored.last_signed_in_at,
            sites: stored.reach,
        }
    }
}

/// Which users.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// Only those who have these letters in a name.
    q: Option<String>,
    /// Those who are archived, instead of those who are not.
    archived: bool,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,9}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

async fn get(conn: &mut PgConnection, id: UserId) -> Result<StoredUser, PageError> {
    get_user(conn, id).await?.ok_or(PageError::NotFound(WHAT))
}

/// Lists users
///
/// By name.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", operation_id = "list_users",
    params(UsersQuery),
    responses(
        (status = 200, description = "A page of users", body = Page<ListedUser>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(query): Asked<UsersQuery>,
) -> Result<Json<Page<ListedUser>>, PageError> {
    let part = Part::of(&Paging {
        cursor: query.cursor,
        limit: query.limit,
    })?;
    let filter = ListFilter {
        search: query.q.as_deref(),
        archived: query.archived,
    };
    let mut conn = state.connection().await?;
    let rows = list_user_rows(&mut conn, &filter, part.slice()).await?;
    Ok(Json(part.page(rows, ListedUser::from)))
}

/// Makes a user
///
/// Who has no password yet: make a link by which they choose one.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", operation_id = "create_user",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
        min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body = UserSettings,
    responses(
        (status = 201, description = "They were made", body = User,
            headers(("Location" = String, description = "The user"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Sent(settings): Sent<UserSettings>,
) -> Result<Response, PageError> {
    let make = async |conn: &mut PgConnection| {
        let made = managing::create_user(conn, &settings.text()?).await;
        let (id, changed) = made.map_err(|refused| refusal(refused, WHAT))?;
        Ok(Made {
            location: format!("/api/v1/users/{id}"),
            changed,
            told: User::from(&get(conn, id).await?),
        })
    };
    managed::make_as(&state, &asking, AuditAction::UserChanged, &settings, make).await
}

/// Shows a user
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", operation_id = "show_user",
    params(("id" = UserId, Path, description = "Their number")),
    responses(
        (status = 200, description = "The user", body = User),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<UserId>,
) -> Result<Json<User>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json((&get(&mut conn, id).await?).into()))
}

/// Changes a user
///
/// To what is sent, as a whole; their name stays, nobody changes their own role, and there is always an
/// administrator. It counts at once. With `If-Match` and the `ETag` of the user, only if nobody changed
/// them since.
#[utoipa::path(put, path = "/api/v1/users/{id}", tag = "users", operation_id = "update_user",
    params(
        ("id" = UserId, Path, description = "Their number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = UserSettings,
    responses(
        (status = 200, description = "The user as they are now", body = User),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<UserId>,
    headers: HeaderMap,
    Sent(settings): Sent<UserSettings>,
) -> Result<Json<User>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &User::from(&stored))?;
    if settings.name != stored.values.name {
        let sentence = "The name of a user stays: the audit names them by it.";
        return Err(PageError::Wrong(sentence.to_owned()));
    }
    let (text, seen) = (settings.text()?, stamp(&stored));
    let wanted = (&text, seen.as_str());
    let changed = managing::update_user(&mut transaction, person.user, id, wanted).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let now = get(&mut transaction, id).await?;
    let done = (AuditAction::UserChanged, &changed);
    actions::commit_as(&state, transaction, &actor, done).await?;
    Ok(Json((&now).into()))
}
