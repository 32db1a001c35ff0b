//! The pages for somebody who is signed in.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use chrono::{DateTime, Utc};
use routervault::access::session::{self, Origin};
use routervault::model::{
    Person, Right, Rights, Role, Scope, SessionStage, SignInMethod, SiteId, UserId,
};
use routervault::vault::Vault;
use routervault::web::{self, AppState};
use sqlx::PgPool;

/// What the pages need, over this database.
pub fn app_state(pool: &PgPool, vault: &Arc<Vault>, clock: fn() -> DateTime<Utc>) -> AppState {
    // The program does so when it begins; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    AppState {
        pool: pool.clone(),
        vault: Arc::clone(vault),
        clock,
        demo: None,
        archives: Arc::from(std::env::temp_dir().join("routervault-tests-archives")),
        address: Arc::default(),
    }
}

/// An administrator called `admin`, as they are to be in the database.
pub fn administrator() -> Person {
    Person {
        user: UserId(0),
        name: "admin".to_owned(),
        rights: Role::Administrator.rights(),
        scope: Scope::All,
        token: None,
    }
}

/// The pages as an administrator reaches them.
pub async fn signed_in(state: AppState) -> Router {
    signed_in_as(state, administrator()).await
}

/// The pages as somebody reaches them who is called so, may do this and reaches these sites.
pub async fn signed_in_as(state: AppState, person: Person) -> Router {
    let user = insert_user(&state.pool, &person).await;
    let cookie = cookie_of(&state, user).await;
    with_cookie(web::router(state), cookie)
}

/// The same pages with a cookie on each request that has none.
pub fn with_cookie(pages: Router, cookie: HeaderValue) -> Router {
    pages.layer(from_fn(move |mut request: Request, next: Next| {
        let cookie = cookie.clone();
        async move {
            let headers = request.headers_mut();
            headers.entry(header::COOKIE).or_insert(cookie);
            next.run(request).await
        }
    }))
}

/// Whose rights are those of no role is a technician from whom the others are withheld; a second
/// one of the same name gets a number.
pub async fn insert_user(pool: &PgPool, person: &Person) -> UserId {
    let mut roles = Role::ALL.into_iter();
    let role = roles.find(|role| role.rights() == person.rights);
    let role = role.unwrap_or(Role::Technician);
    let lacking = Right::WITHHOLDABLE.into_iter();
    let withheld: Vec<&str> = lacking
        .filter(|right| role.rights().has(*right) && !person.may(*right))
        .map(Right::as_str)
        .collect();
    let user: i64 = sqlx::query_scalar(
        "INSERT INTO users (name, role, withheld, all_sites)
         SELECT CASE WHEN count(*) = 0 THEN $1 ELSE $1 || '-' || count(*) END, $2, $3, $4
         FROM users
         WHERE name LIKE $1 || '%'
         RETURNING id",
    )
    .bind(&person.name)
    .bind(role.as_str())
    .bind(withheld)
    .bind(role == Role::Administrator || person.scope == Scope::All)
    .fetch_one(pool)
    .await
    .unwrap();
    sqlx::query("INSERT INTO user_sites (user_id, site_id) SELECT $1, unnest($2::bigint[])")
        .bind(user)
        .bind(person.scope.ids().unwrap_or_default())
        .execute(pool)
        .await
        .unwrap();
    UserId(user)
}

/// The cookie of a new session of somebody.
pub async fn cookie_of(state: &AppState, user: UserId) -> HeaderValue {
    let origin = Origin {
        address: "127.0.0.1".to_owned(),
        browser: "test".to_owned(),
        old: None,
    };
    let (stage, method) = (SessionStage::Full, SignInMethod::Password);
    let now = (state.clock)();
    let mut conn = state.pool.acquire().await.unwrap();
    let token = session::begin(&mut conn, user, stage, method, &origin, now)
        .await
        .unwrap();
    let cookie = format!("routervault={}", token.expose());
    HeaderValue::from_str(&cookie).unwrap()
}

/// Kim, who has these rights at these sites.
pub fn kim(rights: Rights, sites: &[i64]) -> Person {
    Person {
        user: UserId(0),
        name: "kim".to_owned(),
        rights,
        scope: Scope::Sites(sites.iter().copied().map(SiteId).collect()),
        token: None,
    }
}
