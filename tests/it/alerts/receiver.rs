//! A real receiver of webhooks on loopback, which answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What is secret in the address.
pub const IN_THE_ADDRESS: &str = "ZqTtoken-in-the-address";

/// A request that came.
#[derive(Debug, Clone)]
pub struct Request {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The receiver; ends with the test.
pub struct Receiver {
    pub url: String,
    state: Arc<Told>,
    serving: JoinHandle<()>,
}

struct Told {
    requests: Mutex<Vec<Request>>,
    /// What it answers next; 200 when nothing is said.
    answers: Mutex<VecDeque<u16>>,
    /// Whether answers wait.
    held: watch::Sender<bool>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Told {
            requests: Mutex::default(),
            answers: Mutex::default(),
            held: watch::Sender::new(false),
        });
        let app = Router::new()
            .fallback(receive)
            .with_state(Arc::clone(&state));
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            url: format!("http://127.0.0.1:{port}/hook/{IN_THE_ADDRESS}"),
            state,
            serving,
        }
    }

    /// What it answers to the next requests.
    pub fn answer(&self, statuses: &[u16]) {
        self.state.answers.lock().unwrap().extend(statuses);
    }

    /// From now on nothing is answered.
    pub fn hold(&self) {
        self.state.held.send_replace(true);
    }

    /// Answers what is held, and everything from now on.
    pub fn let_go(&self) {
        self.state.held.send_replace(false);
    }

    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn receive(State(told): State<Arc<Told>>, headers: HeaderMap, body: Bytes) -> Response {
    told.requests
        .lock()
        .unwrap()
        .push(Request { headers, body });
    let mut held = told.held.subscribe();
    held.wait_for(|held| !held).await.unwrap();
    let status = told.answers.lock().unwrap().pop_front().unwrap_or(200);
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::LOCATION, "/elsewhere")], IN_THE_ADDRESS).into_response()
}
