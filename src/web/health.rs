//! For monitoring: whether the pages can work, which is whether the database answers.

use std::time::Duration;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::state::AppState;

/// How long the database may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// `200 ok`, or 503 with a sentence.
pub async fn show(State(state): State<AppState>) -> Response {
    let answer = async {
        let mut conn = state.pool.acquire().await?;
        sqlx::query_scalar!("SELECT 1").fetch_one(&mut *conn).await
    };
    let why = match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(_)) => return "ok\n".into_response(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(error = why, "the database does not answer a health check");
    let sentence = "The database does not answer.\n";
    (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response()
}
