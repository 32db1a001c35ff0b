//! The pages of archives, and of a single file brought as a backup, as a browser uses them.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use chrono::Utc;
use routervault::archive::Worker;
use routervault::web::AppState;
use tower::ServiceExt as _;

use super::house::{House, everything, export};
use crate::support::{app_state, signed_in};

/// The pages of a house for an administrator.
pub struct Desk {
    pub house: House,
    folder: tempfile::TempDir,
    app: Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn shows(&self, words: &str) {
        assert!(
            self.text().contains(words),
            "no {words:?} in:\n{}",
            self.text()
        );
    }
}

impl Desk {
    pub async fn of(house: House) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = AppState {
            archives: Arc::from(folder.path()),
            ..app_state(&house.pool, &house.vault, Utc::now)
        };
        let app = signed_in(state).await;
        Self { house, folder, app }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let location = head.headers.get("location");
        Answer {
            status: head.status,
            location: location.map_or_else(String::new, |to| to.to_str().unwrap().to_owned()),
            body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    pub async fn get(&self, address: &str) -> Answer {
        let request = Request::get(address).header("host", "localhost");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A page that shows what a restore would do, once the archive was read.
    async fn looked_at(&self, address: &str) -> Answer {
        loop {
            let answer = self.get(address).await;
            if !answer.text().contains("is being read whole") {
                return answer;
            }
        }
    }

    pub async fn post(&self, address: &str, form: &str) -> Answer {
        let request = Request::post(address)
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    async fn bring(&self, address: &str, file: &[u8]) -> Answer {
        let head = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n";
        let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
        let request = Request::post(address)
            .header("host", "localhost")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    async fn ask(&self, site: &str) -> Answer {
        let form = format!(
            "site={site}&history=whole&contents=everything&secrets=exact&days=30&comment=Before+the+move"
        );
        self.post("/manage/archives", &form).await
    }

    async fn make(&self) {
        let folder = self.folder.path().to_owned();
        let worker = Worker::new(
            self.house.pool.clone(),
            Arc::clone(&self.house.vault),
            folder,
        );
        assert!(worker.make_next().await.unwrap());
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.house.pool)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn one_of_several_sites_offers_no_other_name() {
    let desk = Desk::of(House::with(2, 1, 1).await).await;
    desk.ask("").await;
    desk.make().await;
    let refused = desk.looked_at("/manage/archives/1/restore").await;
    refused.shows("restore an archive of that site");
    assert!(
        !refused.text().contains("Another name"),
        "{}",
        refused.text()
    );
}

#[tokio::test]
async fn an_archive_is_asked_for_taken_away_and_restored_under_another_name() {
    let desk = Desk::of(House::with(2, 1, 2).await).await;
    let asked = desk.ask("site-1").await;
    assert_eq!(asked.location, "/manage/archives?notice=archive-asked");
    desk.get("/manage/archives").await.shows("Queued");
    desk.make().await;
    let list = desk.get("/manage/archives").await;
    list.shows("Completed");
    list.shows("Before the move");
    list.shows("1 site, 1 device, 2 backups");

    let zip = desk.get("/manage/archives/1/download").await;
    assert_eq!(zip.status, StatusCode::OK);
    desk.house.check(&zip.body).await.map(drop).unwrap();

    let refused = desk.looked_at("/manage/archives/1/restore").await;
    refused.shows("there is a site site-1 already");
    refused.shows("Restore it under another name.");
    let planned = desk
        .looked_at("/manage/archives/1/restore?name=again")
        .await;
    planned.shows("site again (Site &#34;1&#34; äöü) would be made: 1 device, 2 backups");
    assert_eq!(desk.number("SELECT count(*) FROM sites").await, 2);
    let restored = desk.post("/manage/archives/1/restore", "name=again").await;
    assert_eq!(
        restored.location,
        "/manage/archives?notice=archive-restored"
    );
    assert_eq!(
        desk.number("SELECT count(*) FROM sites WHERE slug = 'again'")
            .await,
        1
    );
    desk.get("/manage/archives")
        .await
        .shows("site again: 1 device, 2 backups");
    let again = desk.post("/manage/archives/1/restore", "name=again").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    again.shows("there is a site again already");

    let deleted = desk.post("/manage/archives/1/delete", "").await;
    assert_eq!(deleted.location, "/manage/archives?notice=archive-deleted");
    assert_eq!(std::fs::read_dir(desk.folder.path()).unwrap().count(), 0);
    let audited = "SELECT count(*) FROM audit WHERE action IN ('archive_requested', 'download', 'archive_restored', 'archive_deleted')";
    assert_eq!(desk.number(audited).await, 4);
}

#[tokio::test]
async fn a_form_that_asks_for_what_can_not_be_is_told_so() {
    let desk = Desk::of(House::with(1, 1, 1).await).await;
    assert_eq!(
        desk.ask("nowhere").await.location,
        "/manage/archives?notice=archive-no-site"
    );
    let form = "site=&history=whole&contents=everything&secrets=exact&days=0";
    let wrong = desk.post("/manage/archives", form).await;
    assert_eq!(wrong.location, "/manage/archives?notice=archive-wrong");
    for _ in 0..20 {
        desk.ask("").await;
    }
    assert_eq!(
        desk.ask("").await.location,
        "/manage/archives?notice=archives-full"
    );
    let cancelled = desk.post("/manage/archives/1/cancel", "").await;
    assert_eq!(
        cancelled.location,
        "/manage/archives?notice=archive-cancelled"
    );
    let ended = desk.post("/manage/archives/1/cancel", "").await;
    assert_eq!(ended.location, "/manage/archives?notice=archive-ended");
    let active = desk.post("/manage/archives/2/delete", "").await;
    assert_eq!(active.location, "/manage/archives?notice=archive-goes-on");
    assert_eq!(
        desk.get("/manage/archives/2/download").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        desk.ask("").await.location,
        "/manage/archives?notice=archive-asked"
    );
}

#[tokio::test]
async fn what_there_is_room_for_is_shown_and_a_folder_that_takes_nothing_is_told_at_once() {
    let desk = Desk::of(House::with(1, 1, 1).await).await;
    desk.ask("").await;
    let list = desk.get("/manage/archives").await;
    list.shows("at most 20 are kept; there is 1.");
    list.shows("The disk has room for");
    std::fs::remove_dir_all(desk.folder.path()).unwrap();
    std::fs::write(desk.folder.path(), b"no folder").unwrap();
    for refused in [
        desk.ask("").await,
        desk.bring("/manage/archives/upload", b"x").await,
    ] {
        assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE);
        refused.shows("can not be written");
    }
    assert_eq!(desk.number("SELECT count(*) FROM archives").await, 1);
    std::fs::remove_file(desk.folder.path()).unwrap();
}

#[tokio::test]
async fn an_archive_that_was_brought_is_restored_and_a_damaged_one_is_never_listed() {
    let first = House::with(1, 2, 2).await;
    let (path, _) = first.archive(&everything()).await;
    let zip = std::fs::read(path).unwrap();
    let desk = Desk::of(House::empty().await).await;

    let cut = desk
        .bring("/manage/archives/upload", &zip[..zip.len() - 9])
        .await;
    assert_eq!(cut.status, StatusCode::UNPROCESSABLE_ENTITY);
    cut.shows("This archive can not be used: it is cut short, or is no zip.");
    assert_eq!(desk.number("SELECT count(*) FROM archives").await, 0);
    assert_eq!(std::fs::read_dir(desk.folder.path()).unwrap().count(), 0);

    let brought = desk.bring("/manage/archives/upload", &zip).await;
    assert_eq!(brought.location, "/manage/archives/1/restore");
    desk.looked_at(&brought.location).await.shows("site site-1");
    let restored = desk.post("/manage/archives/1/restore", "name=").await;
    assert_eq!(
        restored.location,
        "/manage/archives?notice=archive-restored"
    );
    assert_eq!(desk.house.bodies().await, first.bodies().await);
    assert_eq!(desk.house.told().await, first.told().await);
    desk.get("/manage/archives").await.shows(", uploaded");
}

#[tokio::test]
async fn a_single_file_is_kept_as_uploaded_and_never_counts_as_a_backup() {
    let desk = Desk::of(House::with(1, 1, 1).await).await;
    let device = "/sites/site-1/devices/gw%201";
    let file = export("gw 1", 7);
    let brought = desk.bring(&format!("{device}/upload"), &file).await;
    assert_eq!(brought.location, format!("{device}?notice=uploaded"));
    let page = desk.get(device).await;
    page.shows("Uploaded by admin-1");
    page.shows("Suspect");
    assert_eq!(desk.house.bodies().await.last(), Some(&file));
    let row: (i64, i64, i32) = sqlx::query_as(
        "SELECT newest_snapshot_id, last_verified_snapshot_id, snapshot_count FROM devices",
    )
    .fetch_one(&desk.house.pool)
    .await
    .unwrap();
    assert_eq!(row, (2, 1, 2));
    assert_eq!(
        desk.number("SELECT count(*) FROM audit WHERE action = 'backup_uploaded' AND site_id = 1")
            .await,
        1
    );
    desk.get("/snapshots/2").await.shows("Uploaded by admin-1");

    let refused = desk.bring(&format!("{device}/upload"), b"hello\n").await;
    assert_eq!(refused.location, format!("{device}?notice=no-export"));
    let large = [file.as_slice(), &vec![b'\n'; 16 << 20]].concat();
    let refused = desk.bring(&format!("{device}/upload"), &large).await;
    assert_eq!(refused.location, format!("{device}?notice=no-export"));
    assert_eq!(desk.number("SELECT count(*) FROM snapshots").await, 2);

    // What was uploaded stays so in an archive and behind it.
    let (path, _) = desk.house.archive(&everything()).await;
    let second = Desk::of(House::empty().await).await;
    let brought = second
        .bring("/manage/archives/upload", &std::fs::read(path).unwrap())
        .await;
    assert_eq!(
        brought.location,
        "/manage/archives/1/restore",
        "{}",
        brought.text()
    );
    let restored = second.post(&brought.location, "name=").await;
    assert_eq!(
        restored.status,
        StatusCode::SEE_OTHER,
        "{}",
        restored.text()
    );
    let kept =
        "SELECT count(*) FROM snapshots WHERE uploaded_by = 'admin-1' AND verdict = 'suspect'";
    assert_eq!(second.number(kept).await, 1);
}
