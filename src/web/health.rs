//! For monitoring: whether the database answers, and whether a scheduler and a collector work.

use std::time::Duration;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{state::AppState, working::Working};
use crate::db::heartbeats;

/// How long the database may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// `200 ok`, or 503 with a sentence; then a line each for the database, the scheduler and the
/// collectors.
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
    let (status, sentence) = match working.alarm() {
        None => (StatusCode::OK, "ok"),
        Some(sentence) => (StatusCode::SERVICE_UNAVAILABLE, sentence),
    };
    let text = format!(
        "{sentence}\ndatabase: works\nscheduler: {}\ncollector: {}\n",
        word(working.scheduler),
        word(working.collector),
    );
    (status, text).into_response()
}
