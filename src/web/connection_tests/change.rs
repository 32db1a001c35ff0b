//! What a person does with connection tests: asks for one, begins a prepared one, tries again,
//! cancels.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

use crate::db::audit::{self, Actor, Entry};
use crate::db::connection_tests::{self as db, Requested, Target};
use crate::db::pages;
use crate::model::{AuditAction, ConnectionTestId};
use crate::web::{
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    shell::Notice,
    state::AppState,
};

/// What the one too many is told.
pub const TOO_MANY: &str =
    "Too many connection tests wait or go on just now. Try again in a minute.";

/// Asks for a test of a saved device, with the settings that it has.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path((slug, name)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    let mut tx = state.pool.begin().await?;
    let device = pages::get_device(&mut tx, &person.scope, &slug, &name)
        .await?
        .ok_or(PageError::NotFound("device"))?;
    let target = db::get_device_target(&mut tx, device.id)
        .await?
        .ok_or(PageError::NotFound("device"))?;
    ask(tx, (&person, &actor), state.now(), &target).await
}

/// Asks for a test of `target`, keeps that in the audit, and leads to its page.
///
/// # Errors
/// [`PageError::Busy`], or what the database answers.
pub async fn ask(
    mut tx: Transaction<'_, Postgres>,
    (person, actor): (&SignedIn, &Actor),
    now: DateTime<Utc>,
    target: &Target,
) -> Result<Redirect, PageError> {
    let requested = request(&mut tx, (person, actor), now, target).await?;
    tx.commit().await?;
    lead_on(requested)
}

/// Asks for a test of `target`, and keeps that in the audit; in the caller's transaction.
///
/// # Errors
/// What the database answers.
pub async fn request(
    conn: &mut PgConnection,
    (person, actor): (&SignedIn, &Actor),
    now: DateTime<Utc>,
    target: &Target,
) -> Result<Requested, PageError> {
    let requested = db::request(conn, person.user, target).await?;
    note(conn, (actor, now), target, requested).await?;
    Ok(requested)
}

/// Asks for another test of what an earlier one tried.
pub async fn again(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ConnectionTestId>,
) -> Result<Redirect, PageError> {
    let mut tx = state.pool.begin().await?;
    let target = earlier(&mut tx, &person, id).await?;
    ask(tx, (&person, &actor), state.now(), &target).await
}

/// Begins a test that was prepared.
pub async fn begin(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ConnectionTestId>,
) -> Result<Redirect, PageError> {
    let mut tx = state.pool.begin().await?;
    let target = earlier(&mut tx, &person, id).await?;
    let begun = db::begin(&mut tx, person.user, id).await?;
    // Begun already, in another window or by a second press.
    let requested = begun.unwrap_or(Requested::GoesOn(id));
    note(&mut tx, (&actor, state.now()), &target, requested).await?;
    tx.commit().await?;
    lead_on(requested)
}

/// Cancels a test that waits or goes on; one that has ended stays as it is.
pub async fn cancel(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<ConnectionTestId>,
) -> Result<Redirect, PageError> {
    let mut conn = state.connection().await?;
    earlier(&mut conn, &person, id).await?;
    db::cancel(&mut conn, person.user, id).await?;
    Ok(Redirect::to(&links::connection_test(&id)))
}

/// What an earlier test of this person tried, at a site that they still reach.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn earlier(
    conn: &mut PgConnection,
    person: &SignedIn,
    id: ConnectionTestId,
) -> Result<Target, PageError> {
    let target = db::get_target(conn, person.user, id).await?;
    target
        .filter(|target| person.scope.has(target.site))
        .ok_or(PageError::NotFound("connection test"))
}

/// Puts a test that was asked for into the audit.
async fn note(
    conn: &mut PgConnection,
    (actor, now): (&Actor, DateTime<Utc>),
    target: &Target,
    requested: Requested,
) -> Result<(), PageError> {
    if !matches!(requested, Requested::Queued(_)) {
        return Ok(());
    }
    let entry = Entry {
        action: AuditAction::ConnectionTested,
        site: Some(target.site),
        subject: &target.name,
        detail: &format!("{} port {}", target.address, target.port),
    };
    Ok(audit::record(conn, actor, &entry, now).await?)
}

fn lead_on(requested: Requested) -> Result<Redirect, PageError> {
    match requested {
        Requested::Queued(id) => Ok(Redirect::to(&links::connection_test(&id))),
        Requested::GoesOn(id) => Ok(Redirect::to(&links::connection_test_notice(
            &id,
            Notice::TestGoesOn.as_str(),
        ))),
        Requested::TooMany => Err(PageError::Busy(TOO_MANY)),
    }
}
