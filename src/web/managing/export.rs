//! Sites, devices and users as files, which can be changed and imported again. Never a secret.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};

use crate::db::managing as db;
use crate::managing::csv::{Kind, export_devices, export_sites, export_users};
use crate::web::{bodies, error::PageError, state::AppState};

const MISSING: PageError = PageError::NotFound("file");

/// Answers `sites.csv`, `devices.csv` or `users.csv`.
pub async fn download(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    let kind = name.strip_suffix(".csv").and_then(Kind::of);
    export_file(&state, kind.ok_or(MISSING)?).await
}

/// The file of a kind, as an answer.
///
/// # Errors
/// [`PageError::NotFound`] of credentials, or what the database answers.
pub async fn export_file(state: &AppState, kind: Kind) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let written = match kind {
        Kind::Sites => {
            let sites = db::list_sites(&mut conn).await?;
            bodies::aside(move || export_sites(&sites)).await?
        }
        Kind::Devices => {
            let devices = db::list_devices(&mut conn, None).await?;
            bodies::aside(move || export_devices(&devices)).await?
        }
        Kind::Users => {
            let users = db::list_users(&mut conn).await?;
            bodies::aside(move || export_users(&users)).await?
        }
        // Their secrets leave the database for routers only.
        Kind::Credentials => return Err(MISSING),
    };
    let file = written.map_err(|error| PageError::Internal(error.into()))?;
    let name = format!("attachment; filename=\"{}.csv\"", kind.as_str());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, file).into_response())
}
