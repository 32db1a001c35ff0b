//! A disk that fills up while somebody brings an archive: the program may write no larger file than
//! some, as its operating system tells it, and has to say so to who can act.

use std::ffi::OsString;
use std::process::Command;

use chrono::Utc;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};

use super::house::{House, everything};
use crate::cli::text;
use crate::support::{
    Program, administrator, app_state, cookie_of, database_url, insert_user, routervault, vault,
};

/// How large a file is that has no room: several times the limit, however a shell counts it.
const TOO_LARGE: usize = 2 << 20;

/// The same command, able to write files of a quarter of a megabyte at most; what goes beyond fails
/// with an error and not by a signal.
fn with_small_files(command: &Command) -> Command {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ && ulimit -f 256 && exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited
}

/// The program with a limit, an administrator who is signed in, and a folder for archives.
struct Desk {
    program: Program,
    /// Where it listens, without a stroke at the end.
    root: String,
    cookie: HeaderValue,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let (url, folder) = (database_url().await, tempfile::tempdir().unwrap());
        let pool = routervault::db::connect(&url, 2).await.unwrap();
        let user = insert_user(&pool, &administrator()).await;
        let cookie = cookie_of(&app_state(&pool, &vault(), Utc::now), user).await;
        let (key_file, archives) = (folder.path().join("key"), folder.path().join("archives"));
        let mut program = Program::start(with_small_files(&routervault(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &url,
            "--key-file",
            text(&key_file),
            "--archive-dir",
            text(&archives),
        ])));
        let line = program.line_with("RouterVault is at ");
        let (_, port) = line.split_once("127.0.0.1:").unwrap();
        let port = port.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        Self {
            root: format!("http://127.0.0.1:{port}"),
            program,
            cookie,
            folder,
        }
    }

    async fn bring(&self, file: &[u8]) -> Response {
        let head = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n";
        let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        client
            .post(format!("{}/manage/archives/upload", self.root))
            .header(COOKIE, &self.cookie)
            .header(CONTENT_TYPE, "multipart/form-data; boundary=b")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// What is in the folder for archives.
    fn files(&self) -> Vec<OsString> {
        let entries = std::fs::read_dir(self.folder.path().join("archives")).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_during_an_upload_is_told_and_leaves_no_half_file() {
    let house = House::with(1, 1, 1).await;
    let (path, _) = house.archive(&everything()).await;
    let zip = std::fs::read(path).unwrap();
    let mut desk = Desk::open().await;
    let refused = desk.bring(&vec![b'x'; TOO_LARGE]).await;
    assert_eq!(refused.status(), StatusCode::INSUFFICIENT_STORAGE);
    let page = refused.text().await.unwrap();
    let sentence = "had no room for the whole file: make room, delete archives, or name another \
        folder by --archive-dir.";
    assert!(
        page.contains("Nothing was uploaded: the disk of "),
        "{page}"
    );
    assert!(page.contains(sentence), "{page}");
    assert!(page.contains("No archives yet"), "{page}");
    assert!(desk.files().is_empty(), "{:?}", desk.files());

    // It goes on, and takes what there is room for.
    let taken = desk.bring(&zip).await;
    assert_eq!(taken.status(), StatusCode::SEE_OTHER);
    assert_eq!(taken.headers()[LOCATION], "/manage/archives/1/restore");
    assert_eq!(desk.files().len(), 1);
    assert!(desk.program.child.try_wait().unwrap().is_none());
}
