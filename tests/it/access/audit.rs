//! Reading the audit: its filters, a long history, and the file.

use axum::http::StatusCode;
use routervault::db::audit::{self, Actor, Entry};
use routervault::model::AuditAction;

use super::{Answer, Door};

/// Somebody called `name` did this on that.
async fn did(door: &Door, name: &str, action: AuditAction, subject: &str) {
    let actor = Actor {
        name: name.to_owned(),
        ..Actor::default()
    };
    let entry = Entry {
        action,
        site: None,
        subject,
        detail: "",
    };
    let mut conn = door.pool.acquire().await.unwrap();
    audit::record(&mut conn, &actor, &entry, chrono::Utc::now())
        .await
        .unwrap();
}

/// The subjects that a page lists.
fn subjects<'a>(answer: &Answer, all: &[&'a str]) -> Vec<&'a str> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let is_there = |subject: &&&str| answer.text.contains(&format!(">{subject}<"));
    all.iter().filter(is_there).copied().collect()
}

#[tokio::test]
async fn each_filter_leaves_what_it_says() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", super::PASSWORD, "").await.cookie();
    let all = ["one 100%", "two", "three"];
    did(&door, "Kim", AuditAction::KeyRotated, all[0]).await;
    did(&door, "kim", AuditAction::Download, all[1]).await;
    did(&door, "lee", AuditAction::Download, all[2]).await;
    let days = chrono::Utc::now()
        .format("from=%Y-%m-%d&to=2199-12-31")
        .to_string();
    for (query, expected) in [
        ("", &all[..]),
        ("name=KIM", &all[..2]),
        ("action=download", &all[1..]),
        ("name=kim&action=download", &all[1..2]),
        ("text=E%20100%25", &all[..1]),
        ("text=t_o", &[]),
        ("name=lee&text=two", &[]),
        ("name=nobody", &[]),
        ("to=2020-01-01", &[]),
        (days.as_str(), &all),
    ] {
        let page = door.get(&format!("/manage/audit?{query}"), &cookie).await;
        assert_eq!(subjects(&page, &all), expected, "{query}");
    }
    for wrong in ["text=ab", "from=x", "from=2026-05-03&to=2026-05-02"] {
        let page = door.get(&format!("/manage/audit?{wrong}"), &cookie).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(page.text.contains("role=\"alert\""));
    }
}

#[tokio::test]
async fn one_reading_looks_at_a_part_of_a_long_history_and_leads_on() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", super::PASSWORD, "").await.cookie();
    did(&door, "kim", AuditAction::KeyRotated, "rarely").await;
    sqlx::raw_sql(
        "INSERT INTO audit (at, user_name, address, action, subject, detail)
         SELECT now(), 'kim', '', CASE WHEN n % 2 = 0 THEN 'download' ELSE 'sign_in' END,
                'often ' || n, ''
         FROM generate_series(1, 50000) AS n",
    )
    .execute(&door.pool)
    .await
    .unwrap();
    // Of two filters, the one that leaves less is started from.
    let both = door
        .get("/manage/audit?name=kim&action=key_rotated", &cookie)
        .await;
    assert_eq!(subjects(&both, &["rarely"]), ["rarely"]);
    let text = door
        .get("/manage/audit?name=kim&text=rarely", &cookie)
        .await;
    assert_eq!(subjects(&text, &["rarely"]), ["rarely"]);
    // Neither leaves few, so one page does not come to the end of it.
    sqlx::raw_sql("INSERT INTO audit (at, user_name, address, action, subject, detail)
                   SELECT now(), 'lee', '', 'pin_changed', 'other', '' FROM generate_series(1, 25000)")
        .execute(&door.pool)
        .await
        .unwrap();
    let mut path = "/manage/audit?name=kim&action=pin_changed".to_owned();
    let mut pages = 0;
    loop {
        let page = door.get(&path, &cookie).await;
        pages += 1;
        let Some((_, rest)) = page.text.split_once("rel=\"next\" href=\"") else {
            assert!(page.text.contains("Nothing found"));
            break;
        };
        assert!(page.text.contains("Look further back"));
        path = rest.split('"').next().unwrap().replace("&#38;", "&");
    }
    assert!((2..5).contains(&pages), "{pages} pages");
}

#[tokio::test]
async fn a_file_of_the_audit_has_every_entry_and_no_formula() {
    let (door, _) = Door::with_admin().await;
    let cookie = door.sign_in("admin", super::PASSWORD, "").await.cookie();
    did(&door, "=1+1", AuditAction::SignInRefused, "@SUM(A1)").await;
    sqlx::query(
        "INSERT INTO audit (at, user_name, address, action, subject, detail)
         SELECT now(), 'kim', '', 'download', 'line ' || n, '' FROM generate_series(1, 1200) AS n",
    )
    .execute(&door.pool)
    .await
    .unwrap();
    let file = door.get("/manage/audit.csv", &cookie).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(
        file.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/csv")
    );
    let lines: Vec<&str> = file.text.trim_start_matches('\u{feff}').lines().collect();
    assert!(lines[0].starts_with("\"number\",\"at\",\"user\""));
    // Head, sign-in, formula, the many, and the download of this file.
    assert_eq!(lines.len(), 1 + 1 + 1 + 1200 + 1);
    for n in [1, 600, 1200] {
        let is_there = |line: &&&str| line.contains(&format!("\"line {n}\""));
        assert_eq!(lines.iter().filter(is_there).count(), 1);
    }
    assert!(file.text.contains("\"'=1+1\"") && file.text.contains("\"'@SUM(A1)\""));
}

#[tokio::test]
async fn nobody_changes_or_deletes_an_entry() {
    let (door, _) = Door::with_admin().await;
    door.sign_in("admin", super::PASSWORD, "").await;
    for statement in [
        "UPDATE audit SET detail = ''",
        "DELETE FROM audit",
        "TRUNCATE audit",
    ] {
        assert!(sqlx::raw_sql(statement).execute(&door.pool).await.is_err());
    }
    assert_eq!(door.audit().await.len(), 1);
}
