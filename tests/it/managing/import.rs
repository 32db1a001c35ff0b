//! Files of CSV: looked at first, applied whole or not at all.

use std::fmt::Write as _;

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};

use super::Desk;
use crate::support::app_state;

const DEVICES: &str = "SELECT count(*)::text FROM devices";

impl Desk {
    /// Brings a file and gives the address of what it would do.
    async fn look(&self, kind: &str, file: &[u8]) -> String {
        self.bring(kind, file).await.location().to_owned()
    }

    /// Applies what was looked at.
    async fn apply_import(&self, address: &str) -> String {
        let stamp = self.get(address).await.hidden("stamp");
        let answer = self.post(address, &[("stamp", &stamp)]).await;
        answer.location().to_owned()
    }
}

#[tokio::test]
async fn a_file_is_looked_at_and_only_then_applied() {
    let desk = Desk::furnished().await;
    let file = b"site,name,address,tags\r\nacme,gw-1,192.0.2.5,edge\r\nacme,ap-1,192.0.2.2,a;b\r\n";
    let address = desk.look("devices", file).await;
    let page = desk.get(&address).await;
    page.shows("<b>1</b> new, <b>1</b> changed");
    page.shows("from “192.0.2.1” to “192.0.2.5”");
    assert_eq!(desk.text(DEVICES).await, "1");
    assert_eq!(
        desk.apply_import(&address).await,
        "/manage/devices?notice=imported"
    );
    let rows = "SELECT string_agg(concat_ws(' ', name, address, tags, origin), ', ' ORDER BY id) FROM devices";
    assert_eq!(
        desk.text(rows).await,
        "gw-1 192.0.2.5 {edge} browser, ap-1 192.0.2.2 {a,b} browser"
    );
    assert_eq!(
        desk.get(&address).await.status,
        StatusCode::NOT_FOUND,
        "it is used up"
    );
    let audit = "SELECT subject || ': ' || detail FROM audit ORDER BY id DESC LIMIT 1";
    let audit = desk.text(audit).await;
    assert_eq!(
        audit,
        "import of devices: 1 new, 1 changed, 0 restored, 0 unchanged"
    );
}

#[tokio::test]
async fn ten_thousand_lines_are_applied_unless_the_last_is_wrong() {
    let desk = Desk::furnished().await;
    let mut file = "site,name,address\n".to_owned();
    for number in 1..10_000 {
        writeln!(
            file,
            "acme,r-{number},10.0.{}.{}",
            number / 250,
            number % 250
        )
        .unwrap();
    }
    let wrong = format!("{file}acme,last,http://x\n");
    let address = desk.look("devices", wrong.as_bytes()).await;
    let page = desk.get(&format!("{address}?show=wrong")).await;
    page.shows("<td data-label=\"Line\" class=\"num\">10,001</td>");
    page.shows("The address is a URL");
    page.hides("Apply all");
    // Nor is it applied by who sends the form all the same.
    let answer = desk.post(&address, &[("stamp", "")]).await;
    assert!(answer.location().ends_with("notice=not-as-shown"));
    assert_eq!(desk.text(DEVICES).await, "1");
    let right = format!("{file}acme,last,192.0.2.9\n");
    let address = desk.look("devices", right.as_bytes()).await;
    desk.get(&format!("{address}?page=50"))
        .await
        .shows("r-9900");
    desk.apply_import(&address).await;
    assert_eq!(desk.text(DEVICES).await, "10001");
}

#[tokio::test]
async fn what_would_do_something_else_by_then_is_refused() {
    let desk = Desk::furnished().await;
    let address = desk.look("sites", b"slug,name\nacme,Acme\nnew,New\n").await;
    let stamp = desk.get(&address).await.hidden("stamp");
    desk.run("UPDATE sites SET name = 'Changed'").await;
    let refused = desk.post(&address, &[("stamp", &stamp)]).await;
    assert_eq!(refused.location(), format!("{address}?notice=not-as-shown"));
    assert_eq!(
        desk.text("SELECT string_agg(name, ' ') FROM sites").await,
        "Changed"
    );
    desk.get(&address).await.shows("from “Changed” to “Acme”");
    desk.apply_import(&address).await;
    assert_eq!(
        desk.text("SELECT string_agg(name, ' ' ORDER BY id) FROM sites")
            .await,
        "Acme New"
    );
}

#[tokio::test]
async fn passwords_of_a_file_are_sealed_and_on_no_page() {
    let desk = Desk::furnished().await;
    let file = b"name,username,password\ncore,backup,swordfish\nedge,backup,'=hunter2 \n";
    let address = desk.look("credentials", file).await;
    let page = desk.get(&address).await;
    page.shows("<b>1</b> new, <b>0</b> changed, <b>0</b> restored, <b>1</b> unchanged");
    page.hides("hunter2");
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM imports")
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    assert!(!sealed.windows(7).any(|bytes| bytes == b"hunter2"));
    desk.apply_import(&address).await;
    assert_eq!(
        desk.secret_text("edge").await,
        r#"{"password":"'=hunter2 "}"#
    );
}

#[tokio::test]
async fn an_export_comes_back_unchanged_and_runs_no_formula() {
    let desk = Desk::furnished().await;
    desk.run(
        r#"UPDATE sites SET name = '=cmd|calc', notes = E'-1\n"x", y', tags = '{+a,b;c}';
           UPDATE devices SET name = '@gw', tags = '{=x}'"#,
    )
    .await;
    desk.apply(
        "[[site]]\nslug = \"depot\"\n[[site.device]]\nname = \"r\"\naddress = \"192.0.2.7\"\n",
    )
    .await;
    for kind in ["sites", "devices"] {
        let file = desk.get(&format!("/manage/export/{kind}.csv")).await;
        let named = &file.headers["content-disposition"];
        assert_eq!(named, &format!("attachment; filename=\"{kind}.csv\""));
        for formula in ["\"=", "\"+", "\"-", "\"@"] {
            file.hides(formula);
        }
        let address = desk.look(kind, file.text.as_bytes()).await;
        let page = desk.get(&address).await;
        page.shows("<b>2</b> unchanged, <b>0</b> wrong");
        page.hides("Apply all");
    }
    for name in ["credentials.csv", "sites", "x.csv"] {
        let answer = desk.get(&format!("/manage/export/{name}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn hostile_files_are_refused_with_a_sentence() {
    let desk = Desk::empty().await;
    let many = format!("slug\n{}", "a\n".repeat(1_000_000));
    let cases: [(&[u8], StatusCode, &str); 6] = [
        (b"", StatusCode::UNPROCESSABLE_ENTITY, "The file is empty"),
        (
            b"slug\ncaf\xe9\n",
            StatusCode::UNPROCESSABLE_ENTITY,
            "Line 2: The file can not be read",
        ),
        (
            b"slug\na\0\n",
            StatusCode::UNPROCESSABLE_ENTITY,
            "binary file",
        ),
        (
            b"slug\n\"a\n",
            StatusCode::UNPROCESSABLE_ENTITY,
            "Line 2: A quotation mark",
        ),
        (
            many.as_bytes(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "more than 20000 lines",
        ),
        (
            &vec![b'a'; 100_000_000],
            StatusCode::PAYLOAD_TOO_LARGE,
            "larger than any form",
        ),
    ];
    for (file, status, words) in cases {
        let answer = desk.bring("sites", file).await;
        assert_eq!(answer.status, status, "{words}");
        answer.shows(words);
    }
    let strange = desk.bring("routers", b"slug\na\n").await;
    assert_eq!(strange.status, StatusCode::BAD_REQUEST);
    assert_eq!(desk.text("SELECT count(*)::text FROM imports").await, "0");
    let hostile = desk
        .look("sites", b"slug,name\n<script>,\"<b>\x1b[2J\"\n")
        .await;
    let page = desk.get(&hostile).await;
    page.hides("<script>");
    page.shows("&#60;script&#62;");
}

#[tokio::test]
async fn a_file_is_its_owners_waits_an_hour_and_makes_room() {
    fn tomorrow() -> DateTime<Utc> {
        Utc::now() + TimeDelta::hours(2)
    }
    let desk = Desk::empty().await;
    let first = desk.look("sites", b"slug\na\n").await;
    desk.run("INSERT INTO users (name, role, all_sites) VALUES ('lee', 'administrator', true)")
        .await;
    desk.run("UPDATE imports SET user_id = 2").await;
    assert_eq!(
        desk.get(&first).await.status,
        StatusCode::NOT_FOUND,
        "it is lee's"
    );
    let mut addresses = Vec::new();
    for _ in 0..4 {
        addresses.push(desk.look("sites", b"slug\na\n").await);
    }
    let mut found = Vec::new();
    for address in &addresses {
        found.push(desk.get(address).await.status == StatusCode::OK);
    }
    assert_eq!(found, [false, true, true, true]);
    let later = Desk {
        app: desk
            .again(app_state(&desk.pool, &desk.vault, tomorrow))
            .await,
        pool: desk.pool.clone(),
        vault: desk.vault.clone(),
    };
    assert_eq!(later.get(&addresses[3]).await.status, StatusCode::NOT_FOUND);
    let thrown = desk.post(&format!("{}/discard", addresses[3]), &[]).await;
    assert_eq!(thrown.location(), "/manage/import?notice=discarded");
    assert_eq!(desk.get(&addresses[3]).await.status, StatusCode::NOT_FOUND);
}
