//! Somebody who asks the running server over and over, by its pages and its API, while everything
//! around is killed: for the list of archives and their files, for histories and what is in them,
//! and for sites that were restored. It only reads; whether that may be so is for the observer.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::RngExt as _;
use reqwest::header::{COOKIE, HeaderValue};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often in a row the file of an archive is asked for that is still being made: what is called
/// completed a moment too early is to be caught in that moment.
const EAGER: usize = 15;

/// How often it is asked for everything: it is to have time for its work, too.
const ROUND_INTERVAL: Duration = Duration::from_millis(50);

/// How often it is looked whether the server listens yet.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// What the server showed.
#[derive(Debug)]
pub enum Shown {
    /// An archive is completed, and its whole file came.
    Archive { id: i64, sha256: Vec<u8> },
    /// An archive is completed, and has no file.
    NoFile(i64),
    /// A history has a backup, and all of it came.
    Backup { id: i64, sha256: Vec<u8> },
    /// A history has a backup that is not there.
    NoBackup(i64),
    /// A site that was restored has so many devices.
    Copy { slug: String, devices: i64 },
}

/// A server that is being asked.
pub struct Visit {
    stop: CancellationToken,
    task: JoinHandle<()>,
    shown: UnboundedReceiver<Shown>,
}

impl Visit {
    /// Begins when the program that writes this log says where it listens.
    pub fn begin(log: PathBuf, cookie: HeaderValue) -> Self {
        let (stop, (told, shown)) = (CancellationToken::new(), unbounded_channel());
        let own = stop.clone();
        let task = tokio::spawn(async move {
            let Some(root) = own.run_until_cancelled(listening(&log)).await else {
                return;
            };
            let mut visitor = Visitor::new(root, cookie, told);
            let mut rounds = interval(ROUND_INTERVAL);
            rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let asking = async {
                loop {
                    rounds.tick().await;
                    // One that is away is asked again, until somebody says that it is gone.
                    let _: Result<(), Away> = visitor.round().await;
                }
            };
            own.run_until_cancelled(asking).await;
        });
        Self { stop, task, shown }
    }

    /// What was shown since the last time.
    pub fn shown(&mut self) -> Vec<Shown> {
        std::iter::from_fn(|| self.shown.try_recv().ok()).collect()
    }

    /// The server is gone, or goes now: what it showed at last. Panics when the visitor did.
    pub async fn end(mut self) -> Vec<Shown> {
        self.stop.cancel();
        if let Err(error) = (&mut self.task).await {
            resume_unwind(error.into_panic());
        }
        self.shown()
    }
}

/// Scheme, host and port, as soon as the log has them.
async fn listening(log: &Path) -> String {
    let mut looks = interval(LOOK_INTERVAL);
    loop {
        looks.tick().await;
        if let Some(root) = root(log) {
            return root;
        }
    }
}

fn root(log: &Path) -> Option<String> {
    let said = std::fs::read_to_string(log).unwrap();
    let (_, rest) = said.split_once("RouterVault is at http://127.0.0.1:")?;
    let (port, _) = rest.split_once('/')?;
    Some(format!("http://127.0.0.1:{port}"))
}

/// The server did not answer, or could not just now.
struct Away;

struct Visitor {
    client: Client,
    root: String,
    cookie: HeaderValue,
    told: UnboundedSender<Shown>,
    /// The address whose answer was cut off last, as it is when the server is killed.
    cut_off: Option<String>,
    /// Archives whose files were seen.
    archives: BTreeSet<i64>,
    /// Restored sites that were seen.
    copies: BTreeSet<String>,
    /// The pages of the devices that are backed up.
    histories: Vec<String>,
}

impl Visitor {
    fn new(root: String, cookie: HeaderValue, told: UnboundedSender<Shown>) -> Self {
        Self {
            client: Client::new(),
            root,
            cookie,
            told,
            cut_off: None,
            archives: BTreeSet::new(),
            copies: BTreeSet::new(),
            histories: Vec::new(),
        }
    }

    async fn round(&mut self) -> Result<(), Away> {
        self.look_at_archives().await?;
        self.look_at_a_history().await?;
        self.look_at_a_copy().await
    }

    fn tell(&self, shown: Shown) {
        // Nobody listens any more once the visit ended.
        let _ = self.told.send(shown);
    }

    /// An answer, whole; `None`: it is not there.
    async fn get(&mut self, address: &str) -> Result<Option<Vec<u8>>, Away> {
        let (status, body) = self.ask(address).await?;
        let text = String::from_utf8_lossy(&body);
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            _ => {
                assert_eq!(status, StatusCode::OK, "{address}: {text}");
                Ok(Some(body))
            }
        }
    }

    async fn ask(&mut self, address: &str) -> Result<(StatusCode, Vec<u8>), Away> {
        let url = format!("{}{address}", self.root);
        let asked = self.client.get(url).header(COOKIE, &self.cookie);
        let answered = async {
            let answer = asked.send().await?;
            Ok::<_, reqwest::Error>((answer.status(), answer.bytes().await?))
        };
        let Ok((status, body)) = answered.await else {
            self.cut_off = Some(address.to_owned());
            return Err(Away);
        };
        assert_eq!(self.cut_off, None, "cut off by a server that goes on");
        match status {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => Err(Away),
            status => Ok((status, body.to_vec())),
        }
    }

    async fn page(&mut self, address: &str) -> Result<String, Away> {
        let body = self.get(address).await?;
        let body = body.unwrap_or_else(|| panic!("no page {address}"));
        Ok(String::from_utf8(body).unwrap())
    }

    /// The entries of a list of the API.
    async fn list(&mut self, address: &str) -> Result<Vec<Value>, Away> {
        let page = self.page(&format!("{address}?limit=500")).await?;
        let mut page: Value = serde_json::from_str(&page).unwrap();
        Ok(page["items"].as_array_mut().map(std::mem::take).unwrap())
    }

    async fn look_at_archives(&mut self) -> Result<(), Away> {
        let list = self.page("/manage/archives").await?;
        for id in ids(&list, "/manage/archives/", "/download") {
            if !self.archives.contains(&id) {
                self.download(id).await?;
            }
        }
        for id in ids(&list, "/manage/archives/", "/cancel") {
            for _ in 0..EAGER {
                if self.download(id).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether an archive is completed, and what its file is.
    async fn download(&mut self, id: i64) -> Result<bool, Away> {
        let address = format!("/manage/archives/{id}/download");
        let (status, body) = self.ask(&address).await?;
        match status {
            StatusCode::NOT_FOUND => return Ok(false),
            StatusCode::GONE => self.tell(Shown::NoFile(id)),
            _ => {
                assert_eq!(status, StatusCode::OK, "{address}");
                let sha256 = Sha256::digest(&body).to_vec();
                self.tell(Shown::Archive { id, sha256 });
            }
        }
        self.archives.insert(id);
        Ok(true)
    }

    /// The newest and the oldest backup of any device: the one that came last, and the one that
    /// goes next.
    async fn look_at_a_history(&mut self) -> Result<(), Away> {
        if self.histories.is_empty() {
            let devices = self.list("/api/v1/devices").await?;
            let devices = devices.iter().map(|device| {
                let text = |key: &str| device[key].as_str().unwrap();
                format!("/sites/{}/devices/{}", text("site"), text("name"))
            });
            let ours = devices.filter(|address| address.starts_with("/sites/site-"));
            self.histories = ours.collect();
        }
        let chosen = rand::rng().random_range(0..self.histories.len());
        let page = self.page(&self.histories[chosen].clone()).await?;
        let backups = ids(&page, "/snapshots/", "/download");
        let ends: BTreeSet<i64> = [backups.first(), backups.last()]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        for id in ends {
            self.look_at_a_backup(id).await?;
        }
        Ok(())
    }

    async fn look_at_a_backup(&mut self, id: i64) -> Result<(), Away> {
        let head = self.get(&format!("/api/v1/snapshots/{id}")).await?;
        let body = self.get(&format!("/snapshots/{id}/download")).await?;
        let (Some(head), Some(body)) = (head, body) else {
            self.tell(Shown::NoBackup(id));
            return Ok(());
        };
        let head: Value = serde_json::from_slice(&head).unwrap();
        let sha256 = Sha256::digest(&body).to_vec();
        assert_eq!(head["sha256"], hex::encode(&sha256), "{head}");
        assert_eq!(head["size_bytes"], body.len(), "{head}");
        self.tell(Shown::Backup { id, sha256 });
        Ok(())
    }

    async fn look_at_a_copy(&mut self) -> Result<(), Away> {
        let sites = self.list("/api/v1/sites").await?;
        let slugs = sites.iter().map(|site| site["slug"].as_str().unwrap());
        let mut new =
            slugs.filter(|slug| slug.starts_with("copy-") && !self.copies.contains(*slug));
        let Some(slug) = new.next_back().map(str::to_owned) else {
            return Ok(());
        };
        let devices = self.list(&format!("/api/v1/sites/{slug}/devices")).await?;
        let devices = i64::try_from(devices.len()).unwrap();
        self.copies.insert(slug.clone());
        self.tell(Shown::Copy { slug, devices });
        Ok(())
    }
}

/// The numbers in a page that stand between these.
fn ids(page: &str, before: &str, after: &str) -> Vec<i64> {
    let parts = page.split(before).skip(1);
    let found = parts.filter_map(|rest| rest.split_once(after)?.0.parse().ok());
    found.collect()
}
