//! Somebody with a browser of few words: one request a connection, the answer whole.

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::planted::{MISTYPED, PASSWORD, Planted};

/// How many bytes of a random token tell that it is it.
const TELLING: usize = 16;

/// Who asks the program that listens on this port.
pub struct Visitor {
    port: u16,
    /// `routervault=...`, once they are signed in.
    cookie: String,
}

/// An answer: its status, and head and body as they came.
pub struct Answer {
    pub status: u16,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Visitor {
    pub const fn port(&self) -> u16 {
        self.port
    }

    pub const fn new(port: u16) -> Self {
        Self {
            port,
            cookie: String::new(),
        }
    }

    /// Becomes the first administrator by the link of the first start, goes, mistypes the
    /// password, and signs in. Gives the link's token and the two sessions' as secrets.
    pub async fn settle(&mut self, link_token: &str) -> Vec<Planted> {
        let shown = self.get(&format!("/welcome?token={link_token}")).await;
        assert_eq!(shown.status, 200);
        let form = format!("token={link_token}&name=admin&password={PASSWORD}&again={PASSWORD}");
        let welcomed = self.post("/welcome", &form).await;
        let first = self.take_cookie(&welcomed);
        let second = self.sign_in_again().await;
        let made = [
            ("the token of a one-time link", link_token.to_owned()),
            ("the token of an ended session", first),
            ("the token of a session", second),
        ];
        let made = made.map(|(what, value)| Planted {
            what,
            value,
            telling: TELLING,
        });
        made.into()
    }

    /// Goes, mistypes the password, and gives it; the token of the session that follows.
    pub async fn sign_in_again(&mut self) -> String {
        assert_eq!(self.post("/sign-out", "").await.status, 303);
        self.cookie.clear();
        let form = format!("name=admin&password={MISTYPED}");
        let refused = self.post("/sign-in", &form).await;
        assert_eq!(refused.status, 401, "{}", refused.text());
        let form = format!("name=admin&password={PASSWORD}");
        let answer = self.post("/sign-in", &form).await;
        self.take_cookie(&answer)
    }

    /// Keeps the cookie of an answer that leads on; its token.
    pub fn take_cookie(&mut self, answer: &Answer) -> String {
        let text = answer.text();
        assert_eq!(answer.status, 303, "{text}");
        let from = text.find("routervault=").unwrap();
        self.cookie = text[from..].split(';').next().unwrap().to_owned();
        self.cookie.split_once('=').unwrap().1.to_owned()
    }

    /// Sends a request with these headers, lines that end in CR LF. HTTP/1.0, so that no length
    /// of a chunk comes between two halves of a secret.
    pub async fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let host = match headers.starts_with("host:") {
            true => "",
            false => "host: localhost\r\n",
        };
        let head = format!(
            "{method} {path} HTTP/1.0\r\n{host}{headers}cookie: {}\r\ncontent-length: {}\r\n\r\n",
            self.cookie,
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
