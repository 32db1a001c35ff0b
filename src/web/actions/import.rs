//! A file of CSV: what it would do, and doing it, by a page or by a program.

use std::sync::Arc;

use sqlx::{PgConnection, Postgres, Transaction};
use zeroize::Zeroizing;

use super::settings::commit_as;
use crate::db::audit::Actor;
use crate::db::inventory::lock;
use crate::db::users;
use crate::managing::csv::{Kind, Plan, Stored, Unreadable};
use crate::model::{AuditAction, UserId};
use crate::web::{bodies, error::PageError, state::AppState};

/// A file, and whose it is: nobody changes their own role.
pub struct BroughtCsv {
    pub owner: UserId,
    pub kind: Kind,
    pub text: Zeroizing<Vec<u8>>,
}

/// What a file would do now. `is_to_be_done`: whether it is to be done, so that nobody else changes
/// what it is about until the transaction ends.
///
/// # Errors
/// What the database answers; of the inside, what is wrong with the file as such.
pub async fn plan_import(
    state: &AppState,
    conn: &mut PgConnection,
    brought: BroughtCsv,
    is_to_be_done: bool,
) -> Result<Result<Plan, Unreadable>, PageError> {
    let BroughtCsv { owner, kind, text } = brought;
    if is_to_be_done {
        lock(conn).await?;
        if kind == Kind::Users {
            users::lock(conn).await?;
        }
    }
    let stored = Stored::load(conn, kind, owner).await?;
    let vault = Arc::clone(&state.vault);
    bodies::aside(move || Plan::make(kind, &text, &stored, &vault)).await
}

/// Does what was planned in this transaction, with its entry in the audit.
///
/// # Errors
/// What the database answers.
pub async fn apply_import(
    state: &AppState,
    mut transaction: Transaction<'_, Postgres>,
    actor: &Actor,
    plan: &Plan,
) -> Result<(), PageError> {
    let changed = plan.apply(&mut transaction).await?;
    let action = match plan.kind {
        Kind::Users => AuditAction::UserChanged,
        Kind::Sites | Kind::Devices | Kind::Credentials => AuditAction::SettingsChanged,
    };
    commit_as(state, transaction, actor, (action, &changed)).await
}
