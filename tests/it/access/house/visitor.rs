//! Somebody who comes to the house: who they are, and what they are answered.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt as _;
use routervault::access::session::{self, Origin};
use routervault::model::{Right, Role, SessionStage, SignInMethod, UserId};
use routervault::web;
use sqlx::PgPool;
use tower::ServiceExt as _;

use super::{CUSTOMERS, Customer, House, noon};
use crate::support::{app_state, unpack, vault};

/// The number of whoever visits.
pub const VISITOR: i64 = 1000;

/// How far somebody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    Not,
    /// The second factor is missing.
    Half,
    Wholly,
}

/// What somebody reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    All,
    /// The site of this customer, by its number,
    Site(i64),
    /// or by its tag.
    Tag(i64),
    Nothing,
}

/// Who somebody is.
#[derive(Debug, Clone)]
pub struct Somebody {
    pub signed: Signed,
    pub role: Role,
    pub withheld: Vec<Right>,
    pub reach: Reach,
}

impl Somebody {
    pub fn may(&self, right: Right) -> bool {
        self.role.rights().without(&self.withheld).has(right)
    }

    pub fn reaches(&self, customer: &Customer) -> bool {
        match self.reach {
            Reach::All => true,
            Reach::Site(number) | Reach::Tag(number) => number == customer.number,
            Reach::Nothing => false,
        }
    }

    /// By what the customers are known of whom they may learn nothing.
    pub fn foreign_words(&self) -> Vec<String> {
        let is_known =
            |customer: &&Customer| self.signed == Signed::Wholly && self.reaches(customer);
        let foreign = CUSTOMERS.iter().filter(|customer| !is_known(customer));
        foreign.flat_map(Customer::words).collect()
    }

    async fn insert(&self, pool: &PgPool) -> UserId {
        let (site, tag) = match self.reach {
            Reach::Site(number) => (Some(number), None),
            Reach::Tag(number) => {
                let customer = CUSTOMERS.iter().find(|one| one.number == number);
                (None, customer.map(|one| format!("{}-tag", one.word)))
            }
            Reach::All | Reach::Nothing => (None, None),
        };
        let withheld: Vec<&str> = self.withheld.iter().map(|right| right.as_str()).collect();
        let id: i64 = sqlx::query_scalar(
            "WITH person AS (
                 INSERT INTO users (id, name, role, withheld, all_sites, site_tags)
                 OVERRIDING SYSTEM VALUE
                 VALUES ($6, 'visitor', $1, $2, $3, array_remove(ARRAY[$4], NULL))
                 RETURNING id
             ), site AS (
                 INSERT INTO user_sites (user_id, site_id)
                 SELECT person.id, $5 FROM person WHERE $5 IS NOT NULL
             )
             SELECT id FROM person",
        )
        .bind(self.role.as_str())
        .bind(withheld)
        .bind(self.reach == Reach::All)
        .bind(tag)
        .bind(site)
        .bind(VISITOR)
        .fetch_one(pool)
        .await
        .unwrap();
        UserId(id)
    }
}

/// Somebody in a copy of the house.
pub struct Visitor {
    pub who: Somebody,
    pub pool: PgPool,
    user: UserId,
    app: Router,
    cookie: String,
}

/// What came back. Of a stream of events the first.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Visitor {
    pub async fn new(house: &House, who: Somebody) -> Self {
        let pool = house.copy().await;
        let app = web::router(app_state(&pool, &vault(), noon));
        let user = who.insert(&pool).await;
        let mut visitor = Self {
            who,
            pool,
            user,
            app,
            cookie: String::new(),
        };
        visitor.sign_in().await;
        visitor
    }

    /// Begins another session, as far as they are signed in.
    pub async fn sign_in(&mut self) {
        let stage = match self.who.signed {
            Signed::Not => return,
            Signed::Half => SessionStage::Code,
            Signed::Wholly => SessionStage::Full,
        };
        let origin = Origin {
            address: "127.0.0.1".to_owned(),
            browser: "test".to_owned(),
            old: None,
        };
        let mut conn = self.pool.acquire().await.unwrap();
        let by = SignInMethod::Password;
        let token = session::begin(&mut conn, self.user, stage, by, &origin, noon()).await;
        self.cookie = format!("routervault={}", token.unwrap().expose());
    }

    /// Asks as a browser asks, with these headers beside.
    pub async fn ask(
        &self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(address)
            .header("host", "localhost")
            .header("accept", "text/html")
            .header("cookie", &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        Answer::read(self.app.clone().oneshot(request).await.unwrap()).await
    }

    pub async fn get(&self, address: &str) -> Answer {
        self.ask("GET", address, &[], "").await
    }

    /// Sends a form of our own pages, or what begins as JSON as such.
    pub async fn send(&self, method: &str, address: &str, body: &str) -> Answer {
        let kind = if body.starts_with('{') { JSON } else { FORM };
        self.ask(method, address, &kind, body.to_owned()).await
    }
}

/// How a form of our own pages says what it is.
pub const FORM: [(&str, &str); 2] = [
    ("content-type", "application/x-www-form-urlencoded"),
    ("sec-fetch-site", "same-origin"),
];

/// How a program says what it sends.
const JSON: [(&str, &str); 2] = [
    ("content-type", "application/json"),
    ("sec-fetch-site", "same-origin"),
];

impl Answer {
    async fn read(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let kind = head.headers.get(header::CONTENT_TYPE);
        let moves = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = if moves {
            first_event(body).await
        } else {
            to_bytes(body, usize::MAX).await.unwrap().into()
        };
        Self {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Everything that it tells, the files of an archive unpacked, in lower case.
    pub async fn told(&self) -> String {
        let mut told = format!("{:?}\n{}", self.headers, self.text());
        if self.header("content-type") == "application/zip" && !self.body.is_empty() {
            for (name, file) in unpack(self.body.clone()).await {
                told += &format!("\n{name}\n{}", String::from_utf8_lossy(&file));
            }
        }
        told.to_lowercase()
    }

    /// The same without what differs from request to request.
    pub fn lasting(&self) -> (StatusCode, HeaderMap, String) {
        let mut headers = self.headers.clone();
        let id = headers.remove("x-request-id");
        let id = id.as_ref().map_or("-", |id| id.to_str().unwrap());
        (self.status, headers, self.text().replace(id, "-"))
    }
}

async fn first_event(body: Body) -> Vec<u8> {
    let mut heard = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        heard.extend_from_slice(&chunk.unwrap());
        if heard.starts_with(b"data:") && heard.ends_with(b"\n\n") {
            break;
        }
    }
    heard
}
