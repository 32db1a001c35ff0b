//! **Make a key pair**: a credential with a new key, and a test with it that waits until the
//! public half is on the router.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use rand::Rng as _;

use super::advice;
use super::change::earlier;
use crate::db::audit::{self, Entry};
use crate::db::connection_tests::{self as db, Target};
use crate::db::managing::insert_key;
use crate::db::pages;
use crate::inventory::generate_key_pair;
use crate::model::{AuditAction, ConnectionTestId};
use crate::platform::routeros::enrol::key_kind;
use crate::vault::credential_context;
use crate::web::{
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    state::AppState,
};

/// Makes a key pair for the router of a test.
pub async fn make(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ConnectionTestId>,
) -> Result<Redirect, PageError> {
    let mut conn = state.connection().await?;
    let target = earlier(&mut conn, &person, id).await?;
    let test = pages::get_connection_test(&mut conn, &person.scope, person.user, id)
        .await?
        .ok_or(PageError::NotFound("connection test"))?;
    // An RSA key may take seconds, and others wait for the connection.
    drop(conn);
    let kind = key_kind(test.version.as_deref());
    let pair = generate_key_pair(kind)
        .await
        .map_err(|error| PageError::Internal(error.into()))?;
    let name = format!("key-{}-{:06x}", test.site_slug, rand::rng().next_u32() >> 8);
    let sealable = pair.secret.to_sealable_bytes();
    let sealed = state.vault.seal(&credential_context(&name), &sealable);

    let mut tx = state.pool.begin().await?;
    let username = advice::user_for_key(&test);
    let credential = insert_key(&mut tx, &name, username, &sealed, &pair.public).await?;
    let with_key = Target {
        credential,
        ..target
    };
    let prepared = db::prepare(&mut tx, person.user, &with_key, &pair.public).await?;
    let entry = Entry {
        action: AuditAction::SettingsChanged,
        site: Some(with_key.site),
        subject: &format!("credential {name}"),
        detail: &format!("{} key pair made for {}", kind.label(), with_key.name),
    };
    audit::record(&mut tx, &actor, &entry, state.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&links::connection_test(&prepared)))
}
