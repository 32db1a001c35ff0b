//! Every refusal and failure of the pages that can be brought about, each with secrets in what
//! was sent.

use sqlx::{Connection as _, PgConnection, PgPool};

use super::finder::Finder;
use super::planted::{BEARER_SENT, POSTED, SEARCHED};
use super::visitor::{Answer, Visitor};
use crate::support::until;

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
const OWN: &str = "sec-fetch-site: same-origin\r\n";

/// Brings them about, and looks at each.
pub async fn provoke(pool: &PgPool, visitor: &Visitor, finder: &Finder) {
    let snapshot: i64 = sqlx::query_scalar("SELECT max(id) FROM snapshots")
        .fetch_one(pool)
        .await
        .unwrap();
    requests(snapshot, visitor, finder).await;
    let headers = format!("authorization: Bearer {BEARER_SENT}\r\n");
    let answer = visitor.send("GET", "/runs", &headers, b"").await;
    finder.assert_clean("the answer to a token", &answer.bytes);

    let search = visitor.get(&format!("/search?q={SEARCHED}")).await;
    assert_eq!(
        search.status, 200,
        "what was searched for is only in the field of the search"
    );

    set(
        pool,
        "UPDATE snapshots SET body = set_byte(body, 30, get_byte(body, 30) # 1)",
    )
    .await;
    for address in ["", "/text", "/download", "/restore"] {
        let answer = visitor
            .get(&format!("/snapshots/{snapshot}{address}"))
            .await;
        assert_refused(&answer, 500, finder);
    }
    set(pool, "ALTER TABLE devices RENAME COLUMN serial TO mislaid").await;
    assert_refused(&visitor.get("/sites/hq").await, 500, finder);
    set(pool, "ALTER TABLE devices RENAME COLUMN mislaid TO serial").await;
    without_database(pool, visitor, finder).await;
}

/// What is wrong with the request alone.
async fn requests(snapshot: i64, visitor: &Visitor, finder: &Finder) {
    let comment = format!("/snapshots/{snapshot}/comment");
    let form = format!("comment={POSTED}");
    let large = format!("comment={}", POSTED.repeat(5_000));
    let json = format!("{{\"comment\": \"{POSTED}\"}}");
    let own_form = format!("{OWN}{FORM}");
    let foreign = format!("sec-fetch-site: cross-site\r\n{FORM}");
    let own_json = format!("{OWN}content-type: application/json\r\n");
    let misled = format!("host: {POSTED}.example.net\r\n{FORM}");
    for (status, method, path, headers, body) in [
        (400, "GET", "/snapshots/x", "", ""),
        (400, "GET", "/compare?s=x&s=1", "", ""),
        (
            403,
            "POST",
            comment.as_str(),
            foreign.as_str(),
            form.as_str(),
        ),
        (404, "GET", "/nowhere", "", ""),
        (404, "POST", "/snapshots/999999/comment", &own_form, &form),
        (405, "POST", "/sites/hq", &own_form, &form),
        (413, "POST", &comment, &own_form, &large),
        (415, "POST", &comment, &own_json, &json),
        (421, "POST", &comment, &misled, &form),
    ] {
        let answer = visitor.send(method, path, headers, body.as_bytes()).await;
        assert_refused(&answer, status, finder);
    }
}

fn assert_refused(answer: &Answer, status: u16, finder: &Finder) {
    let text = String::from_utf8_lossy(&answer.bytes);
    assert_eq!(answer.status, status, "{text}");
    finder.assert_clean(&format!("the page of {status}"), &answer.bytes);
}

async fn set(pool: &PgPool, statement: &'static str) {
    sqlx::query(statement).execute(pool).await.unwrap();
}

/// Shuts the database to everybody for a moment: 503.
async fn without_database(pool: &PgPool, visitor: &Visitor, finder: &Finder) {
    let name: String = sqlx::query_scalar("SELECT current_database()::text")
        .fetch_one(pool)
        .await
        .unwrap();
    let options = pool.connect_options();
    let elsewhere = options.as_ref().clone().database("postgres");
    let mut conn = PgConnection::connect_with(&elsewhere).await.unwrap();
    allow(&mut conn, &name, false).await;
    let answer = visitor.get("/").await;
    assert_refused(&answer, 503, finder);
    assert_eq!(visitor.get("/healthz").await.status, 503);
    allow(&mut conn, &name, true).await;
    until("the database is back", async || {
        (visitor.get("/").await.status == 200).then_some(())
    })
    .await;
}

async fn allow(conn: &mut PgConnection, name: &str, is_allowed: bool) {
    let allow = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {is_allowed}");
    sqlx::query(sqlx::AssertSqlSafe(allow))
        .execute(&mut *conn)
        .await
        .unwrap();
    sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
        .bind(name)
        .execute(conn)
        .await
        .unwrap();
}
