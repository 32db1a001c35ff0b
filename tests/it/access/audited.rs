//! What is in the audit of what somebody did: each action once, with who, when, from where and on
//! what.

use axum::http::StatusCode;
use axum::http::header::ETAG;
use routervault::db::snapshots::{self, NewSnapshot};
use routervault::model::{BatchId, DeviceId, SnapshotId, Verdict};
use sha2::{Digest as _, Sha256};

use super::Door;
use crate::support::vault;

/// Nothing: an action that changes and reveals nothing leaves nothing.
const NONE: &[Expected] = &[];

/// Action, site, subject and detail.
type Expected = (
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
);

enum Ask {
    Get(&'static str),
    Post(&'static str, &'static str),
    /// What happens without a person.
    Sql(&'static str),
}
use Ask::{Get, Post, Sql};

const ACME: Option<&str> = Some("acme");

/// Everything that somebody does, in an order in which it can be done, and the entries of it.
const DONE: &[(Ask, &[Expected])] = &[
    (
        Post("/sites/acme/backups", ""),
        &[("backup_requested", ACME, "acme, batch 2", "1 device")],
    ),
    (Post("/sites/acme/backups", ""), NONE),
    (
        Post("/runs/1/cancel", ""),
        &[("backup_cancelled", ACME, "acme/gw-1, run 1", "batch 2")],
    ),
    (Post("/runs/1/cancel", ""), NONE),
    (
        Sql("UPDATE runs SET state = 'failed', failure_code = 'timeout', failure_message = 'x'"),
        NONE,
    ),
    (
        Post("/batches/2/retry", ""),
        &[(
            "backup_requested",
            ACME,
            "batch 4",
            "what failed in batch 2",
        )],
    ),
    (
        Post("/batches/4/cancel", ""),
        &[("backup_cancelled", ACME, "batch 4", "1 run")],
    ),
    (Post("/batches/4/cancel", ""), NONE),
    (Get("/snapshots/1/comment"), NONE),
    (
        Post("/snapshots/1/comment", "comment=swordfish"),
        &[("comment_changed", ACME, "acme/gw-1, backup 1", "written")],
    ),
    (
        Post("/snapshots/1/comment", "comment=+"),
        &[("comment_changed", ACME, "acme/gw-1, backup 1", "removed")],
    ),
    (
        Post("/snapshots/1/pin", "pinned=true"),
        &[("pin_changed", ACME, "acme/gw-1, backup 1", "pinned")],
    ),
    (Post("/snapshots/1/delete", ""), NONE),
    (Get("/snapshots/2"), NONE),
    (
        Get("/snapshots/2?secrets=shown"),
        &[("secrets_shown", ACME, "acme/gw-1, backup 2", "View")],
    ),
    (
        Get("/snapshots/2/text?secrets=shown"),
        &[("secrets_shown", ACME, "acme/gw-1, backup 2", "Plain text")],
    ),
    (Get("/compare?s=1&s=2"), NONE),
    (
        Get("/compare.diff?s=1&s=2&secrets=shown"),
        &[
            ("secrets_shown", ACME, "acme/gw-1, backup 1", "Compare"),
            ("secrets_shown", ACME, "acme/gw-1, backup 2", "Compare"),
        ],
    ),
    (
        Get("/snapshots/2/download"),
        &[("download", ACME, "acme/gw-1, backup 2", "exact")],
    ),
    (
        Get("/snapshots/2/download?masked=1"),
        &[("download", ACME, "acme/gw-1, backup 2", "secrets masked")],
    ),
    (
        Get("/snapshots/2/download?menu=/ppp%20secret"),
        &[(
            "download",
            ACME,
            "acme/gw-1, backup 2",
            "menu /ppp secret, exact",
        )],
    ),
    (Get("/snapshots/2/download?menu=/nothing"), NONE),
    (Get("/snapshots/99/download"), NONE),
    (
        Get("/sites/acme/newest.zip"),
        &[("download", ACME, "acme, newest 1 backup", "zip, exact")],
    ),
    (
        Get("/snapshots.zip?s=2&s=1"),
        &[("download", ACME, "2 backups: 1, 2", "zip, exact")],
    ),
    (Get("/snapshots.zip"), NONE),
    (Get("/manage/audit?name=admin"), NONE),
    (
        Get("/manage/audit.csv?name=admin&from=2026-01-01"),
        &[("download", None, "audit", "by admin, from 2026-01-01")],
    ),
    (
        Post("/snapshots/1/pin", "pinned=false"),
        &[("pin_changed", ACME, "acme/gw-1, backup 1", "unpinned")],
    ),
    (
        Post("/snapshots/1/delete", ""),
        &[(
            "snapshot_deleted",
            ACME,
            "acme/gw-1, backup 1",
            "Verified, taken 2026-05-01 02:00:11 UTC",
        )],
    ),
    (
        Post("/manage/sites/new", "slug=depot&timezone=UTC"),
        &[("settings_changed", Some("depot"), "site depot", "made")],
    ),
    (
        Post(
            "/manage/users/new",
            "name=kim&role=technician&withheld=reveal&site=acme",
        ),
        &[(
            "user_changed",
            None,
            "user kim",
            "made: role `technician`, withheld `reveal`, all_sites `false`, sites `acme`",
        )],
    ),
    (Post("/manage/users/new", "name=kim&role=viewer"), NONE),
    (Post("/manage/users/new", "name=lee&find=1&search=ac"), NONE),
    (
        Post("/manage/users/2/link", ""),
        &[("link_made", None, "user kim", "to choose a password")],
    ),
    (Post("/manage/users/2/second-factor", ""), NONE),
    (Sql("UPDATE users SET totp_sealed = 'x' WHERE id = 2"), NONE),
    (
        Post("/manage/users/2/second-factor", ""),
        &[(
            "second_factor_changed",
            None,
            "user kim",
            "taken away by an administrator",
        )],
    ),
    (Post("/manage/users/2/sessions", ""), NONE),
    (
        Sql(
            "INSERT INTO sessions (token_hash, user_id, stage, method, address, browser,
                                   created_at, last_used_at, expires_at)
             VALUES ('x', 2, 'full', 'password', '192.0.2.9', 'b', now(), now(), now())",
        ),
        NONE,
    ),
    (
        Post("/manage/users/2/sessions", ""),
        &[("session_ended", None, "user kim", "1 session")],
    ),
    (
        Sql(
            "INSERT INTO api_tokens (user_id, name, token_hash, begins, role, all_sites, created_at,
                                     expires_at)
             VALUES (2, 'ci', 'x', 'rv_', 'viewer', true, now(), now() + interval '1 day')",
        ),
        NONE,
    ),
    (
        Post("/manage/users/2/tokens", "token=1"),
        &[("token_revoked", None, "user kim", "ci")],
    ),
    (Post("/manage/users/2/tokens", "token=1"), NONE),
    (
        Post("/manage/users/2/archive", ""),
        &[("user_changed", None, "user kim", "archived")],
    ),
    (Post("/manage/users/2/archive", ""), NONE),
    (
        Post("/manage/users/2/restore", ""),
        &[("user_changed", None, "user kim", "restored")],
    ),
];

const OLD: &[u8] = b"# 2026-05-01 by RouterOS 7.16.2\n/ppp secret\nadd name=a password=swordfish\n";
const NEW: &[u8] = b"# 2026-05-02 by RouterOS 7.16.2\n/ppp secret\nadd name=b password=swordfish\n";

/// A device with two snapshots, numbers 1 (older) and 2, and an administrator who is signed in.
async fn furnished() -> (Door, String) {
    let (door, _) = Door::with_admin().await;
    sqlx::raw_sql(
        "INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '');
         INSERT INTO sites (slug, name, timezone) VALUES ('acme', 'Acme', 'UTC');
         INSERT INTO devices (site_id, name, address, port, platform, credential_id)
         VALUES (1, 'gw-1', '192.0.2.1', 22, 'routeros', 1);
         INSERT INTO batches (trigger, site_id) VALUES ('scheduled', 1)",
    )
    .execute(&door.pool)
    .await
    .unwrap();
    let old = keep(&door, OLD, "2026-05-01T02:00:11Z", None).await;
    keep(&door, NEW, "2026-05-02T02:00:11Z", Some(old)).await;
    sqlx::raw_sql("UPDATE devices SET newest_snapshot_id = 2, last_verified_snapshot_id = 2, snapshot_count = 2")
        .execute(&door.pool)
        .await
        .unwrap();
    let cookie = door.sign_in("admin", super::PASSWORD, "").await.cookie();
    (door, cookie)
}

async fn keep(
    door: &Door,
    export: &[u8],
    taken_at: &str,
    previous: Option<SnapshotId>,
) -> SnapshotId {
    let new = NewSnapshot {
        device: DeviceId(1),
        batch: Some(BatchId(1)),
        taken_at: taken_at.parse().unwrap(),
        verdict: Verdict::Verified,
        checks: &[],
        fingerprint: export,
        sha256: &Sha256::digest(export),
        export,
        line_count: 3,
        version: None,
        model: None,
        serial: None,
        has_secrets: true,
        error_menus: &[],
    };
    let mut conn = door.pool.acquire().await.unwrap();
    snapshots::insert(&mut conn, &vault(), &new, previous)
        .await
        .unwrap()
}

async fn ask(door: &Door, cookie: &str, ask: &Ask) {
    let answer = match ask {
        Get(path) => door.get(path, cookie).await,
        Post(path, form) => door.post(path, cookie, form).await,
        Sql(statement) => {
            sqlx::raw_sql(*statement).execute(&door.pool).await.unwrap();
            return;
        }
    };
    assert!(!answer.status.is_server_error(), "{}", answer.text);
}

#[tokio::test]
async fn whatever_somebody_changes_or_is_shown_is_in_the_audit_once() {
    let (door, cookie) = furnished().await;
    for (number, (asked, expected)) in DONE.iter().enumerate() {
        let last: i64 = sqlx::query_scalar("SELECT max(id) FROM audit")
            .fetch_one(&door.pool)
            .await
            .unwrap();
        ask(&door, &cookie, asked).await;
        let entries: Vec<(String, Option<String>, String, String)> = sqlx::query_as(
            "SELECT action, slug, subject, detail
             FROM audit
             LEFT JOIN sites ON sites.id = site_id
             WHERE audit.id > $1
               AND user_id = 1
               AND user_name = 'admin'
               AND address = '127.0.0.1'
               AND at BETWEEN now() - interval '1 minute' AND now()
             ORDER BY audit.id",
        )
        .bind(last)
        .fetch_all(&door.pool)
        .await
        .unwrap();
        let told: Vec<_> = entries
            .iter()
            .map(|(action, site, subject, detail)| {
                (&action[..], site.as_deref(), &subject[..], &detail[..])
            })
            .collect();
        assert_eq!(told, *expected, "step {number}");
        let all: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE id > $1")
            .bind(last)
            .fetch_one(&door.pool)
            .await
            .unwrap();
        assert_eq!(all, told.len() as i64, "step {number}: of somebody else");
    }
    // What was written into a comment can be taken back, so it is not in what can not.
    let repeated: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit WHERE audit::text ~ 'swordfish'")
            .fetch_one(&door.pool)
            .await
            .unwrap();
    assert_eq!(repeated, 0);
}

#[tokio::test]
async fn a_file_that_the_browser_has_already_is_not_downloaded_again() {
    let (door, cookie) = furnished().await;
    let first = door.get("/snapshots/2/download", &cookie).await;
    let known = axum::http::Request::get("/snapshots/2/download")
        .header("host", "localhost")
        .header("cookie", &cookie)
        .header("if-none-match", &first.headers[ETAG])
        .body(axum::body::Body::empty());
    let again = door.send(known.unwrap()).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let downloads = door.audit().await;
    let downloads = downloads.iter().filter(|(_, action)| action == "download");
    assert_eq!(downloads.count(), 1);
}
