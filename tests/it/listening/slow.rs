//! Clients that hold what they get for as long as they can.

use std::net::SocketAddr;
use std::time::Duration;

use axum::{Router, body::Body, routing::get};
use futures_util::stream::repeat_with;
use routervault::listen::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{Files, Pair, Server, serve, serve_this};

/// Long enough for the slowest machine, and far from the default limits' sum.
const LAST_DEADLINE: Duration = Duration::from_secs(120);

/// Limits that are reached at once, but for the one that a test is about.
const SHORT: Duration = Duration::from_millis(100);
const FAR: Duration = Duration::from_secs(3600);

fn patient() -> Limits {
    Limits {
        handshake: FAR,
        head: FAR,
        idle: FAR,
        ..Limits::default()
    }
}

/// Says something, and hears all that is answered until the connection ends.
pub async fn say_and_hear(server: SocketAddr, words: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(words).await.unwrap();
    hear_to_the_end(&mut stream).await
}

async fn hear_to_the_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    let listening = stream.read_to_end(&mut heard);
    let ended = timeout(LAST_DEADLINE, listening).await;
    // What the server gave up with bytes unread ends in a reset.
    if let Err(error) = ended.expect("the server ends it") {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
    heard
}

async fn is_answered(server: &Server) -> bool {
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let answer = say_and_hear(server.address, request).await;
    answer.starts_with(b"HTTP/1.1 200") && answer.ends_with(b"a few words")
}

#[tokio::test]
async fn who_never_ends_the_head_of_a_request_is_let_go() {
    let server = serve(
        None,
        Limits {
            head: SHORT,
            ..patient()
        },
    )
    .await;
    say_and_hear(server.address, b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ").await;
    assert!(is_answered(&server).await);
}

#[tokio::test]
async fn who_says_nothing_or_half_of_a_greeting_is_let_go() {
    let server = serve(
        None,
        Limits {
            idle: SHORT,
            ..patient()
        },
    )
    .await;
    for words in [
        &b""[..],
        b"P",
        b"PRI * HTTP/2.0\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        say_and_hear(server.address, words).await;
    }
    assert!(is_answered(&server).await);
}

#[tokio::test]
async fn who_never_ends_the_handshake_is_let_go() {
    let pair = Pair::new();
    let certificate = Some(Files::with(&pair).load());
    let server = serve(
        certificate,
        Limits {
            handshake: SHORT,
            ..patient()
        },
    )
    .await;
    for words in [&b""[..], &[0x16, 3, 1, 2, 0, 1]] {
        say_and_hear(server.address, words).await;
    }
    assert!(pair.is_served(server.address).await);
}

#[tokio::test]
async fn who_does_not_read_an_answer_that_never_ends_is_let_go() {
    let gone = CancellationToken::new();
    let watched = gone.clone();
    let endless = move || {
        // Dropped with the answer.
        let guard = watched.clone().drop_guard();
        let piece = move || {
            let _held = &guard;
            Ok::<_, std::io::Error>(vec![0_u8; 65536])
        };
        std::future::ready(Body::from_stream(repeat_with(piece)))
    };
    let router = Router::new().route("/", get(endless));
    let server = serve_this(
        router,
        None,
        Limits {
            idle: SHORT,
            ..patient()
        },
    )
    .await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let given_up = timeout(LAST_DEADLINE, gone.cancelled()).await;
    given_up.expect("the server gives it up");
}

#[tokio::test]
async fn connections_above_the_limit_are_closed_and_those_before_are_not() {
    let limits = Limits {
        connections: 2,
        ..patient()
    };
    let server = serve(None, limits).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .await
            .unwrap();
        let mut heard = [0; 12];
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"HTTP/1.1 200");
        held.push(stream);
    }
    assert_eq!(say_and_hear(server.address, b"").await, b"");
    held.pop();
    crate::support::until("the place of the one that left is free", async || {
        is_answered(&server).await.then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_half_a_request() {
    let limits = Limits {
        last_answers: SHORT,
        ..patient()
    };
    let server = serve(None, limits).await;
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    assert!(is_answered(&server).await);
    server.stop.cancel();
    let ended = timeout(LAST_DEADLINE, server.serving).await;
    ended.expect("it ends").unwrap().unwrap();
}
