//! For who sends traffic here: whether the database answers and has the schema of this program. A
//! program that is alive and not ready is to be left alone, not started anew, so this is no part of
//! the health check.

use std::time::Duration;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::state::AppState;
use crate::db::schema::{self, SchemaStanding};

/// How long the database may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// 200 when both are well, else 503; one word each either way.
pub async fn show(State(state): State<AppState>) -> Response {
    let asking = async {
        let mut conn = state.pool.acquire().await?;
        schema::standing(&mut conn).await
    };
    let standing = match tokio::time::timeout(PATIENCE, asking).await {
        Ok(standing) => standing,
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    };
    let word = match standing {
        Ok(SchemaStanding::Current) => return "database ok\nschema ok\n".into_response(),
        Ok(SchemaStanding::Behind(_)) => "behind",
        Ok(SchemaStanding::Ahead) => "ahead",
        Ok(SchemaStanding::Broken) => "broken",
        Err(error) => {
            tracing::warn!(%error, "the database does not answer a check of readiness");
            return not_ready("database away\nschema unknown\n".to_owned());
        }
    };
    not_ready(format!("database ok\nschema {word}\n"))
}

fn not_ready(text: String) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}
