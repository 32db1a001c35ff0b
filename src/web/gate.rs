//! Pages that cost much: only so many of a kind at once, so that ordinary pages, the collector
//! and the scheduler always find a connection of the database and a processor.

use std::{num::NonZero, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::{sync::Semaphore, time::timeout};

use super::error::PageError;

/// How long a page waits for others of its kind before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many searches run at once: a quarter of the connections to the database.
const MAX_SEARCHES: usize = 4;

/// How many previews are counted at once.
const MAX_PREVIEWS: usize = 2;

/// How many uploads are read at once: each is in memory as a whole.
const MAX_UPLOADS: usize = 2;

/// How many reports over all sites are made at once.
const MAX_REPORTS: usize = 2;

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

/// The gates, each before a page and before the address of the API that does the same work.
#[derive(Clone)]
pub struct Gates {
    /// A comparison of what is huge keeps a processor and much memory.
    pub comparisons: Gate,
    /// An unusual search keeps a connection of the database.
    pub searches: Gate,
    /// A preview of retention may read all histories.
    pub previews: Gate,
    /// A file of many lines is in memory as a whole.
    pub uploads: Gate,
    /// A large file comes or is read for as long as it is large.
    pub large: Gate,
    /// A report over all sites reads a month of every device.
    pub reports: Gate,
}

impl Gates {
    /// All of them, open.
    pub fn new() -> Self {
        Self {
            comparisons: Gate::new(
                std::thread::available_parallelism().map_or(2, NonZero::get),
                "Other large comparisons are being made just now. Try again in a moment.",
            ),
            searches: Gate::new(
                MAX_SEARCHES,
                "Many searches run just now. Try again in a moment.",
            ),
            previews: Gate::new(
                MAX_PREVIEWS,
                "Other previews are being counted just now. Try again in a moment.",
            ),
            uploads: Gate::new(
                MAX_UPLOADS,
                "Other files are being read just now. Try again in a moment.",
            ),
            large: Gate::new(
                MAX_UPLOADS,
                "Other large files are being read just now. Try again in a minute.",
            ),
            reports: Gate::new(
                MAX_REPORTS,
                "Other reports are being made just now. Try again in a moment.",
            ),
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
