//! Somebody with a browser of few words: one request a connection, the answer whole.

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::planted::{BEARER_SENT, COOKIE};

/// Who asks the program that listens on this port.
pub struct Visitor {
    pub port: u16,
}

/// An answer: its status, and head and body as they came.
pub struct Answer {
    pub status: u16,
    pub bytes: Vec<u8>,
}

impl Visitor {
    /// Sends a request with these headers, lines that end in CR LF. HTTP/1.0, so that no length
    /// of a chunk comes between two halves of a secret.
    pub async fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let host = if headers.starts_with("host:") {
            ""
        } else {
            "host: localhost\r\n"
        };
        let head = format!(
            "{method} {path} HTTP/1.0\r\n{host}{headers}cookie: session={COOKIE}\r\n\
             authorization: Bearer {BEARER_SENT}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // What is too large is refused before it was sent whole.
        let _ = stream.write_all(body).await;
        let is_endless = path.contains("/events");
        let bytes = read(&mut stream, is_endless).await;
        let status = std::str::from_utf8(&bytes[9..12]).unwrap().parse().unwrap();
        Answer { status, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", b"").await
    }

    /// Sends a form of our own pages.
    pub async fn post(&self, path: &str, form: &str) -> Answer {
        let headers = "sec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\n";
        self.send("POST", path, headers, form.as_bytes()).await
    }
}

/// The answer to its end, or, of events, which have none, to the end of the first.
async fn read(stream: &mut TcpStream, is_endless: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        let length = stream.read(&mut piece).await.unwrap_or(0);
        bytes.extend_from_slice(&piece[..length]);
        let data = memmem::find(&bytes, b"data:");
        let has_event = data.is_some_and(|data| memmem::find(&bytes[data..], b"\n\n").is_some());
        if length == 0 || (is_endless && has_event) {
            return bytes;
        }
    }
}
