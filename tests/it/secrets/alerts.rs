//! The secrets of alerts: what they are sent with is on no page that follows, and in no log of an
//! attempt that failed.

use sqlx::PgPool;

use super::finder::Finder;
use super::planted::{HOOK_ADDRESS, MAIL_PASSWORD, NOT_TAKEN, Planted};
use super::visitor::{Answer, Visitor};

/// How many bytes of a signing secret tell that it is it: its prefix is that of all.
const TELLING: usize = 16;

const MAIL_SERVER: &str = "/manage/alerts/mail-server";

/// Sets a mail server and a webhook up where nobody answers, with slips on the way, and tests the
/// webhook. Gives the secret that its messages are signed with, which was shown once.
pub async fn set_up(pool: &PgPool, visitor: &Visitor, finder: &Finder) -> Planted {
    let server = format!(
        "stamp={}&host=127.0.0.1&port=9&security=tls&username=vault&sender=vault@example.com",
        stamp(&visitor.get(MAIL_SERVER).await)
    );
    let wrong = format!("{server}&password={NOT_TAKEN}").replace("port=9", "port=none");
    let right = format!("{server}&password={MAIL_PASSWORD}");
    for (form, status) in [(wrong, 422), (right.clone(), 303), (right, 409)] {
        assert_answer(&visitor.post(MAIL_SERVER, &form).await, status, finder);
    }

    let hook = format!("kind=webhook&name=hook&url=https://127.0.0.1:9/{HOOK_ADDRESS}");
    let new = "/manage/alerts/destinations/new";
    let slip = hook.replace("https://", "ftp://");
    assert_answer(&visitor.post(new, &slip).await, 422, finder);
    let made = visitor.post(new, &hook).await;
    assert_answer(&made, 200, finder);
    assert_answer(&visitor.post(new, &hook).await, 422, finder);
    let id: i64 = sqlx::query_scalar("SELECT id FROM alert_destinations")
        .fetch_one(pool)
        .await
        .unwrap();
    let test = format!("/manage/alerts/destinations/{id}/test");
    assert_answer(&visitor.post(&test, "").await, 303, finder);
    let secret = between(&made.text(), "id=\"secret\">whsec_", "<");
    Planted {
        what: "the secret of a webhook's signature",
        value: secret,
        telling: TELLING,
    }
}

fn stamp(page: &Answer) -> String {
    between(&page.text(), "name=\"stamp\" value=\"", "\"")
}

fn between(text: &str, begin: &str, end: &str) -> String {
    let (_, rest) = text.split_once(begin).unwrap();
    rest.split(end).next().unwrap().to_owned()
}

fn assert_answer(answer: &Answer, status: u16, finder: &Finder) {
    assert_eq!(answer.status, status, "{}", answer.text());
    finder.assert_clean("alerts", &answer.bytes);
}
