//! A database of its own for every test, in one private PostgreSQL without fsync, copied from
//! one that has the schema.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use routervault::db::{self, cluster};
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::OnceCell;

/// What the folders of test clusters begin with; the process id follows.
const FOLDER_PREFIX: &str = "routervault-tests-";

static CLUSTER: OnceLock<cluster::Cluster> = OnceLock::new();
static TEMPLATE: OnceCell<()> = OnceCell::const_new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A pool on a new database with the schema.
pub async fn database() -> PgPool {
    let url = database_url().await;
    db::connect(&url, 12).await.unwrap()
}

/// A pool on a new database with nothing in it.
pub async fn empty_database() -> PgPool {
    let url = new_database("template1").await;
    db::connect(&url, 2).await.unwrap()
}

/// The URL of a new database with the schema.
pub async fn database_url() -> String {
    TEMPLATE.get_or_init(make_template).await;
    new_database("with_schema").await
}

async fn new_database(template: &str) -> String {
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut conn = PgConnection::connect(server_url()).await.unwrap();
    let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
    sqlx::query(sqlx::AssertSqlSafe(create))
        .execute(&mut conn)
        .await
        .unwrap();
    url_of(&name)
}

async fn make_template() {
    let mut conn = PgConnection::connect(server_url()).await.unwrap();
    sqlx::query("CREATE DATABASE with_schema")
        .execute(&mut conn)
        .await
        .unwrap();
    let pool = db::connect(&url_of("with_schema"), 1).await.unwrap();
    db::migrate(&pool).await.unwrap();
    pool.close().await;
}

fn server_url() -> &'static str {
    CLUSTER
        .get_or_init(|| {
            remove_leftovers();
            let folder = format!("{FOLDER_PREFIX}{}", std::process::id());
            cluster::Cluster::start(&cluster::Options {
                data_dir: std::env::temp_dir().join(folder),
                durable: false,
            })
            .unwrap()
        })
        .url()
}

fn url_of(database: &str) -> String {
    server_url().replace("/postgres?", &format!("/{database}?"))
}

/// The cluster stops with the test process; its folder is removed by the next one.
fn remove_leftovers() {
    for entry in std::fs::read_dir(std::env::temp_dir()).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        let Some(pid) = name.strip_prefix(FOLDER_PREFIX) else {
            continue;
        };
        if !PathBuf::from("/proc").join(pid).exists() {
            // Another test process may be doing the same.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
