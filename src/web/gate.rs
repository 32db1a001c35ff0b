//! Pages that cost much: only so many of a kind at once, so that ordinary pages, the collector
//! and the scheduler always find a connection of the database and a processor.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::{sync::Semaphore, time::timeout};

use super::error::PageError;

/// How long a page waits for others of its kind before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many pages of a kind work at once.
#[derive(Clone)]
pub struct Gate {
    places: Arc<Semaphore>,
    patience: Duration,
    /// What is said to who waited in vain.
    refusal: &'static str,
}

impl Gate {
    /// Room for `places` pages at once.
    pub fn new(places: usize, refusal: &'static str) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            patience: PATIENCE,
            refusal,
        }
    }
}

/// Lets a request through when there is room. It keeps its place until its work has ended, though
/// nobody may wait for the answer any more: what was begun on a thread of its own goes on.
pub async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let Ok(Ok(place)) = timeout(gate.patience, gate.places.acquire_owned()).await else {
        return PageError::Busy(gate.refusal).into_response();
    };
    let working = tokio::spawn(async move {
        let answer = next.run(request).await;
        drop(place);
        answer
    });
    working
        .await
        .unwrap_or_else(|fault| PageError::Internal(fault.into()).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::StatusCode, middleware, routing::get};
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;

    fn ask() -> Request {
        Request::get("/").body(Body::empty()).expect("a request")
    }

    #[tokio::test]
    async fn who_finds_no_room_is_refused_and_who_leaves_keeps_his_place_until_the_work_ends() {
        let (begun, end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (begun.clone(), end.clone());
        let page = get(async move || {
            tell.notify_one();
            wait.notified().await;
        });
        let gate = Gate {
            patience: Duration::from_millis(50),
            ..Gate::new(1, "Too much of this.")
        };
        let app = Router::new()
            .route("/", page)
            .layer(middleware::from_fn_with_state(gate, pass));
        let first = tokio::spawn(app.clone().oneshot(ask()));
        begun.notified().await;
        first.abort();
        let refused = app.clone().oneshot(ask()).await.expect("an answer");
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        // One for the first, and one for who comes after it.
        end.notify_one();
        let served = loop {
            end.notify_one();
            let served = app.clone().oneshot(ask()).await.expect("an answer");
            if served.status() == StatusCode::OK {
                break served;
            }
        };
        assert_eq!(served.status(), StatusCode::OK);
    }
}
