//! Pages that move: what a stream sends, when it ends, and how many there may be.

use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, Request, StatusCode},
};
use chrono::Utc;
use futures_util::{StreamExt as _, future::join_all};
use routervault::model::Person;
use routervault::web;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::Stage;
use crate::support::{self, app_state, until, vault};

/// How many streams may be open at once.
const MAX_STREAMS: usize = 200;

/// An open stream of events.
pub(super) struct Stream {
    headers: HeaderMap,
    chunks: BodyDataStream,
    heard: String,
}

impl Stream {
    /// The next event, comments passed over; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.heard.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.heard = rest;
                if !event.starts_with(':') {
                    return Some(event);
                }
                continue;
            }
            let chunk = self.chunks.next().await?.unwrap();
            self.heard += std::str::from_utf8(&chunk).unwrap();
        }
    }
}

impl Stage {
    /// A batch, number 2, with one queued run, number 1.
    async fn waiting() -> Self {
        let stage = Self::acme().await;
        stage.post("/sites/acme/backups", "", "same-origin").await;
        stage
    }

    async fn ask(&self, address: &str) -> axum::response::Response {
        let request = Request::get(address)
            .header("host", "localhost:8080")
            .header("accept-encoding", "gzip")
            .body(Body::empty());
        self.app.clone().oneshot(request.unwrap()).await.unwrap()
    }

    pub(super) async fn listen(&self, address: &str) -> Stream {
        let (head, body) = self.ask(address).await.into_parts();
        assert_eq!(head.status, StatusCode::OK, "{address}");
        Stream {
            headers: head.headers,
            chunks: body.into_data_stream(),
            heard: String::new(),
        }
    }

    async fn end_all(&self) {
        self.run(
            "UPDATE runs SET state = 'failed', failure_code = 'unreachable',
                 failure_message = 'No <answer>.', finished_at = now();
             UPDATE batches SET finished_at = now()",
        )
        .await;
    }
}

#[tokio::test]
async fn a_stream_begins_with_how_it_looks_now_tells_each_change_and_ends_with_the_batch() {
    let stage = Stage::waiting().await;
    let mut stream = stage.listen("/batches/2/events").await;
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    assert!(!stream.headers.contains_key("content-encoding"));
    let first = stream.next().await.unwrap();
    assert!(
        first.starts_with("data: <title>0 of 1 device done"),
        "{first}"
    );
    assert!(first.contains("<section id=\"progress\""));
    stage
        .run(
            "UPDATE runs SET state = 'running', claimed_by = 'c', attempt = 1,
                 lease_until = now() + interval '1 hour'",
        )
        .await;
    let second = stream.next().await.unwrap();
    assert!(second.contains(">Running</a>"), "{second}");
    stage
        .run(r#"UPDATE runs SET steps = '[{"at_ms": 12, "text": "resolved <b>"}]'"#)
        .await;
    let third = stream.next().await.unwrap();
    assert!(third.contains("resolved &#60;b&#62;"), "{third}");
    stage.end_all().await;
    let last = stream.next().await.unwrap();
    assert!(last.contains("No &#60;answer&#62;.") && !last.contains("hx-get"));
    assert_eq!(
        stream.next().await.as_deref(),
        Some("event: ended\ndata: ended")
    );
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn the_stream_of_an_ended_batch_shows_it_once_and_ends() {
    let stage = Stage::waiting().await;
    stage.end_all().await;
    let mut stream = stage.listen("/batches/2/events?page=-7").await;
    assert!(stream.next().await.unwrap().contains("id=\"progress\""));
    assert!(stream.next().await.unwrap().contains("event: ended"));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_message_of_alerts_tells_each_attempt_and_what_it_gathers_until_it_is_sent() {
    let stage = Stage::acme().await;
    stage
        .run(
            "INSERT INTO alert_destinations (name, kind, recipients)
             VALUES ('desk', 'mail', '{a@example.com}');
             INSERT INTO alert_messages (token, destination_id, destination_name, kind, created_at, due_at)
             VALUES ('a', 1, 'desk', 'events', now(), now())",
        )
        .await;
    let mut stream = stage.listen("/manage/alerts/log/1/events").await;
    let first = stream.next().await.unwrap();
    assert!(
        first.starts_with("data: <title>Waiting: message 1"),
        "{first}"
    );
    for (change, words) in [
        (
            "INSERT INTO alert_events (kind, device_id, occurred_at, detail)
             VALUES ('suspect', 1, now(), 'It <ends> early.');
             INSERT INTO alert_message_events VALUES (1, 1)",
            "It &#60;ends&#62; early.",
        ),
        (
            "UPDATE alert_messages
             SET attempt = 1, failure = 'No answer.', due_at = now() + interval '5 minutes'",
            "The last attempt failed: No answer.",
        ),
        (
            "UPDATE alert_messages
             SET state = 'sending', claimed_by = 'a', lease_until = now() + interval '1 hour'",
            ">Sending</span>",
        ),
        (
            "UPDATE alert_messages SET state = 'sent', finished_at = now(), failure = NULL",
            ">Sent</span>",
        ),
    ] {
        stage.run(change).await;
        let told = stream.next().await.unwrap();
        assert!(told.contains(words), "{told}");
    }
    assert!(stream.next().await.unwrap().contains("event: ended"));
    assert_eq!(stream.next().await, None);
    let nothing = stage.get("/manage/alerts/log/9/events").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_run_has_a_stream_of_its_own() {
    let stage = Stage::waiting().await;
    let mut stream = stage.listen("/runs/1/events").await;
    let first = stream.next().await.unwrap();
    assert!(
        first.starts_with("data: <title>Queued: gw-1, run 1"),
        "{first}"
    );
    stage.end_all().await;
    assert!(
        stream
            .next()
            .await
            .unwrap()
            .contains("No &#60;answer&#62;.")
    );
    assert!(stream.next().await.unwrap().contains("event: ended"));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn the_list_of_batches_moves_while_any_that_it_shows_is_active() {
    let stage = Stage::waiting().await;
    let page = stage.get("/batches?site=acme&by=manual").await.text();
    let events = "/batches/events?site=acme&by=manual";
    assert!(
        page.replace("&#38;", "&")
            .contains(&format!("hx-sse:connect=\"{events}\""))
    );
    let mut stream = stage.listen(events).await;
    let first = stream.next().await.unwrap();
    assert!(first.starts_with("data: <title>Batches · "), "{first}");
    assert!(first.contains("id=\"progress\"") && first.contains("0 of 1 done"));
    assert!(!first.contains("<form") && !first.contains("#1</a>"));
    stage
        .run(
            "UPDATE runs SET state = 'running', claimed_by = 'c', attempt = 1,
                 lease_until = now() + interval '1 hour'",
        )
        .await;
    let second = stream.next().await.unwrap();
    assert!(second.contains(">Running</span>"), "{second}");
    // Another batch of the same filter comes into the list.
    stage
        .run("INSERT INTO batches (trigger, site_id, finished_at) VALUES ('manual', 1, now())")
        .await;
    let third = stream.next().await.unwrap();
    assert!(third.contains("#3</a>") && third.contains("#2</a>"));
    stage.end_all().await;
    let last = stream.next().await.unwrap();
    assert!(last.contains(">Failed</span>") && !last.contains("hx-get"));
    assert!(stream.next().await.unwrap().contains("event: ended"));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_list_in_which_nothing_is_active_stands_still() {
    let stage = Stage::waiting().await;
    for (query, stands_still) in [
        ("", false),
        ("?by=scheduled", true),
        ("?before=2", true),
        ("?site=nope", true),
    ] {
        let page = stage.get(&format!("/batches{query}")).await.text();
        assert_eq!(!page.contains("hx-sse"), stands_still, "{query}");
        let address = format!("/batches/events{query}");
        let mut stream = stage.listen(&address).await;
        let first = stream.next().await.unwrap();
        assert_eq!(!first.contains("hx-get"), stands_still, "{query}");
        if stands_still {
            assert!(stream.next().await.unwrap().contains("event: ended"));
            assert_eq!(stream.next().await, None, "{query}");
        }
    }
    let refused = stage.get("/batches/events?by=nobody").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_page_that_moves_can_be_stopped_and_started_again() {
    let stage = Stage::waiting().await;
    for (page, still) in [
        ("/batches/2?page=1", "/batches/2?page=1&still=1"),
        ("/runs/1", "/runs/1?still=1"),
        ("/batches?site=acme", "/batches?site=acme&still=1"),
    ] {
        let moves = stage.get(page).await.text().replace("&#38;", "&");
        assert!(moves.contains("http-equiv=\"refresh\" content=\"5\""));
        let stop = format!("<a href=\"{still}\">Stop updating</a>");
        assert!(moves.contains(&stop), "{page}");
        let stands = stage.get(still).await.text().replace("&#38;", "&");
        assert!(!stands.contains("http-equiv=\"refresh\"") && !stands.contains("hx-"));
        let again = format!("<a href=\"{still}\">Reload</a>");
        let start = format!("<a href=\"{page}\">let it update by itself</a>");
        assert!(
            stands.contains(&again) && stands.contains(&start),
            "{still}"
        );
    }
    stage.end_all().await;
    for ended in ["/batches/2", "/runs/1?still=1", "/batches?still=1"] {
        let text = stage.get(ended).await.text();
        assert!(!text.contains("stands still") && !text.contains("Stop updating"));
    }
    let senseless = stage.get("/runs/1?still=perhaps").await;
    assert_eq!(senseless.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_does_not_exist_has_no_stream() {
    let stage = Stage::waiting().await;
    let missing = stage.get("/batches/99/events").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let senseless = stage.get("/batches/x/events").await;
    assert_eq!(senseless.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn all_viewers_hear_the_same_and_one_too_many_is_told_to_come_back() {
    let stage = Stage::waiting().await;
    let opening = (0..MAX_STREAMS).map(|_| stage.listen("/batches/2/events"));
    let mut streams = join_all(opening).await;
    for stream in &mut streams {
        assert!(stream.next().await.unwrap().contains("0 of 1 device done"));
    }
    let refused = stage.get("/batches/2/events").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("retry-after"), "5");
    assert!(refused.text().contains("Too many pages move at once"));
    let page = stage.get("/batches/2").await;
    assert_eq!(page.status, StatusCode::OK, "the page itself is shown");
    streams.pop();
    streams.push(stage.listen("/batches/2/events").await);
    stage.end_all().await;
    for stream in &mut streams {
        let mut last = String::new();
        while let Some(event) = stream.next().await {
            last = event;
        }
        assert_eq!(last, "event: ended\ndata: ended");
    }
}

#[tokio::test]
async fn a_server_that_stops_does_not_wait_for_its_streams() {
    let stage = Stage::waiting().await;
    let stop = CancellationToken::new();
    let state = app_state(&stage.pool, &vault(), Utc::now);
    let person = Person {
        name: "viewer".to_owned(),
        ..support::administrator()
    };
    let user = support::insert_user(&state.pool, &person).await;
    let cookie = support::cookie_of(&state, user).await;
    let pages = support::with_cookie(web::router_until(state, stop.clone()), cookie);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(
        axum::serve(listener, pages)
            .with_graceful_shutdown(stop.clone().cancelled_owned())
            .into_future(),
    );
    let mut viewer = TcpStream::connect(address).await.unwrap();
    viewer
        .write_all(b"GET /batches/2/events HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut heard = Vec::new();
    until("the first event comes", async || {
        viewer.read_buf(&mut heard).await.unwrap();
        String::from_utf8_lossy(&heard)
            .contains("id=\"progress\"")
            .then_some(())
    })
    .await;
    stop.cancel();
    let rest = async {
        viewer.read_to_end(&mut heard).await.unwrap();
        serving.await.unwrap().unwrap();
    };
    // The batch is still active: nothing but the stop can end the stream, within this deadline.
    tokio::time::timeout(std::time::Duration::from_secs(60), rest)
        .await
        .unwrap();
}
