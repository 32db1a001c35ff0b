//! For monitoring: whether the database answers, and whether a scheduler, a collector and, where
//! anybody waits for them, alerts work.

use std::time::Duration;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::state::AppState;
use crate::db::heartbeats;
use crate::working::{Alerts, Working};

/// How long the database may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// `200 ok`, or 503 with a sentence for each thing that is wrong; then a line each for the database,
/// the scheduler, the collectors and alerts.
pub async fn show(State(state): State<AppState>) -> Response {
    let answer = async {
        let mut conn = state.pool.acquire().await?;
        heartbeats::get_signs_of_life(&mut conn).await
    };
    let why = match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(signs)) => return told(Working::at(signs, state.now())),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(error = why, "the database does not answer a health check");
    let sentence = "The database does not answer.\n";
    (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response()
}

fn told(working: Working) -> Response {
    let word = |works: bool| if works { "works" } else { "silent" };
    let alerts = match working.alerts {
        Alerts::Work => word(true),
        Alerts::Silent => word(false),
        Alerts::NotNeeded => "not needed",
    };
    let sentences = working.alarms().join("\n");
    let (status, sentences) = if sentences.is_empty() {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, sentences.as_str())
    };
    let text = format!(
        "{sentences}\ndatabase: works\nscheduler: {}\ncollector: {}\nalerts: {alerts}\n",
        word(working.scheduler),
        word(working.collector),
    );
    (status, text).into_response()
}
