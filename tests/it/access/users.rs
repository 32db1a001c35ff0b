//! Managing who may sign in, as a browser does it.

use axum::http::StatusCode;
use routervault::model::{Right, Rights, UserId};

use super::{Answer, Door, PASSWORD};
use crate::support::{app_state, cookie_of, insert_user, kim, routervault, vault};

const AGAIN: &str = "silver-anchor-orchard-77";

/// An administrator who is signed in, and two sites.
pub(super) async fn office() -> (Door, String) {
    let (door, _) = Door::with_admin().await;
    door.run(
        "INSERT INTO sites (slug, name, timezone, tags)
              VALUES ('acme', 'Acme', 'UTC', '{gold}'), ('depot', 'The Depot', 'UTC', '{}')",
    )
    .await;
    let cookie = door.sign_in("admin", PASSWORD, "").await.cookie();
    (door, cookie)
}

impl Door {
    pub(super) async fn run(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&self.pool).await.unwrap();
    }

    pub(super) async fn text(&self, sql: &'static str) -> String {
        let text: Option<String> = sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap();
        text.unwrap_or_default()
    }

    /// A session of somebody.
    async fn cookie_of(&self, user: i64) -> String {
        let state = app_state(&self.pool, &vault(), chrono::Utc::now);
        let cookie = cookie_of(&state, UserId(user)).await;
        cookie.to_str().unwrap().to_owned()
    }

    /// Changes somebody, with the stamp of their page.
    async fn change(&self, user: i64, cookie: &str, form: &str) -> Answer {
        let path = format!("/manage/users/{user}");
        let stamp = self.get(&path, cookie).await.hidden("stamp");
        self.post(&path, cookie, &format!("{form}&stamp={stamp}"))
            .await
    }
}

impl Answer {
    pub(super) fn hidden(&self, name: &str) -> String {
        let field = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text.split_once(&field).expect("the field");
        rest.split('"').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn somebody_is_made_gets_a_link_once_and_finds_their_sites_only() {
    let (door, cookie) = office().await;
    let form = "name=kim&full_name=Kim+Larsen&role=technician&withheld=reveal&tags=gold";
    let made = door.post("/manage/users/new", &cookie, form).await;
    assert_eq!(made.location(), "/manage/users/2?notice=user-made");
    let list = door.get("/manage/users?q=LARS", &cookie).await.text;
    for words in [
        "Kim Larsen",
        "without: see secrets",
        "those tagged gold",
        "reaches 1 now",
        "No password yet",
    ] {
        assert!(list.contains(words), "{words}");
    }
    let page = door.post("/manage/users/2/link", &cookie, "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["cache-control"], "no-store");
    let (_, link) = page.text.split_once("http://localhost").unwrap();
    let link = link.split('<').next().unwrap();
    let token = link.split_once("token=").unwrap().1;
    assert!(
        !door
            .get("/manage/users/2", &cookie)
            .await
            .text
            .contains(token)
    );
    let form = format!("token={token}&password={AGAIN}&again={AGAIN}");
    let theirs = door.post("/welcome", "", &form).await;
    assert_eq!(theirs.location(), "/");
    let theirs = theirs.cookie();
    let home = door.get("/", &theirs).await.text;
    assert!(home.contains("Acme") && !home.contains("Depot"), "{home}");
    assert!(!home.contains("/manage/"));
    let refused = door.get("/manage/users", &theirs).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn sites_are_found_and_ticked_with_nothing_saved_until_it_is() {
    let (door, cookie) = office().await;
    let found = "name=kim&role=viewer&site=acme&find=1&search=dep";
    let page = door.post("/manage/users/new", &cookie, found).await;
    assert_eq!(page.status, StatusCode::OK);
    let ticked = "name=\"site\" value=\"acme\" checked";
    let offered = "name=\"site\" value=\"depot\">";
    assert!(page.text.contains(ticked) && page.text.contains(offered));
    assert!(page.text.contains("value=\"kim\""));
    assert_eq!(door.text("SELECT count(*)::text FROM users").await, "1");
    let saved = "name=kim&role=viewer&site=acme&site=depot&search=dep";
    door.post("/manage/users/new", &cookie, saved)
        .await
        .location();
    let wrong = door.change(2, &cookie, "role=viewer&site=nowhere").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("There is no site <code>nowhere</code>"));
    let sites = "SELECT string_agg(slug, ' ' ORDER BY slug)
                 FROM user_sites JOIN sites ON sites.id = site_id WHERE user_id = 2";
    assert_eq!(door.text(sites).await, "acme depot");
    door.change(2, &cookie, "role=viewer&site=depot")
        .await
        .location();
    assert_eq!(door.text(sites).await, "depot");
}

#[tokio::test]
async fn narrowing_counts_at_once_and_archiving_ends_sessions_links_and_tokens() {
    let (door, cookie) = office().await;
    insert_user(
        &door.pool,
        &kim(Rights::of(&Right::ALL).without(&[Right::Manage]), &[1, 2]),
    )
    .await;
    door.set_password(UserId(2)).await;
    let theirs = door.cookie_of(2).await;
    assert!(door.get("/", &theirs).await.text.contains("Depot"));
    door.change(2, &cookie, "role=viewer&site=acme")
        .await
        .location();
    let home = door.get("/", &theirs).await.text;
    assert!(home.contains("Acme") && !home.contains("Depot"));
    let refused = door.post("/sites/acme/backups", &theirs, "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    door.post("/manage/users/2/link", &cookie, "").await;
    door.run("INSERT INTO api_tokens (user_id, name, token_hash, begins, role, all_sites, created_at, expires_at)
              VALUES (2, 'ci', 'x', 'rv', 'viewer', true, now(), now() + interval '1 day')")
        .await;
    let archived = door.post("/manage/users/2/archive", &cookie, "").await;
    assert_eq!(archived.location(), "/manage/users?notice=user-archived");
    assert_eq!(door.get("/", &theirs).await.status, StatusCode::SEE_OTHER);
    let left = "SELECT (SELECT count(*) FROM sessions WHERE user_id = 2)
                    || ' ' || (SELECT count(*) FROM one_time_links)
                    || ' ' || (SELECT count(*) FROM api_tokens WHERE revoked_at IS NULL)";
    assert_eq!(door.text(left).await, "0 0 0");
    assert!(
        !door
            .get("/manage/users", &cookie)
            .await
            .text
            .contains(">kim<")
    );
    assert!(
        door.get("/manage/users?archived=1", &cookie)
            .await
            .text
            .contains(">kim<")
    );
    let back = door.post("/manage/users/2/restore", &cookie, "").await;
    assert_eq!(back.location(), "/manage/users/2?notice=user-restored");
    let signed_in = door.sign_in("kim", PASSWORD, "").await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn nobody_changes_their_own_role_archives_themselves_or_mends_their_own_way_in() {
    let (door, cookie) = office().await;
    let made = "name=boss&role=administrator";
    door.post("/manage/users/new", &cookie, made)
        .await
        .location();
    let lesser = door.change(1, &cookie, "role=viewer&all_sites=true").await;
    assert_eq!(lesser.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(lesser.text.contains("Nobody changes their own role"));
    for path in ["archive", "link", "second-factor"] {
        let refused = door
            .post(&format!("/manage/users/1/{path}"), &cookie, "")
            .await;
        assert_eq!(
            refused.location(),
            "/manage/users/1?notice=yourself",
            "{path}"
        );
    }
    let named = door
        .change(1, &cookie, "role=administrator&full_name=The+Admin")
        .await;
    assert_eq!(named.location(), "/manage/users/1?notice=user-saved");
}

#[tokio::test]
async fn of_two_administrators_who_demote_each_other_at_once_one_is_left() {
    for how in ["archive", "demote"] {
        let (door, first) = office().await;
        let made = "name=boss&role=administrator";
        door.post("/manage/users/new", &first, made)
            .await
            .location();
        let second = door.cookie_of(2).await;
        match how {
            "archive" => {
                tokio::join!(
                    door.post("/manage/users/2/archive", &first, ""),
                    door.post("/manage/users/1/archive", &second, ""),
                );
            }
            _ => {
                // Both have the form open before either sends it.
                let page = door.get("/manage/users/2", &first).await;
                let demote_second = format!("role=viewer&stamp={}", page.hidden("stamp"));
                let page = door.get("/manage/users/1", &second).await;
                let demote_first = format!("role=viewer&stamp={}", page.hidden("stamp"));
                tokio::join!(
                    door.post("/manage/users/2", &first, &demote_second),
                    door.post("/manage/users/1", &second, &demote_first),
                );
            }
        }
        let left = "SELECT count(*)::text FROM users
                    WHERE role = 'administrator' AND archived_at IS NULL";
        assert_eq!(door.text(left).await, "1", "{how}");
    }
}

#[tokio::test]
async fn who_was_slower_is_told_what_was_changed_meanwhile() {
    let (door, cookie) = office().await;
    door.post("/manage/users/new", &cookie, "name=kim&role=viewer")
        .await
        .location();
    let stamp = door.get("/manage/users/2", &cookie).await.hidden("stamp");
    door.change(2, &cookie, "role=technician").await.location();
    let form = format!("role=viewer&full_name=Kim&stamp={stamp}");
    let late = door.post("/manage/users/2", &cookie, &form).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("technician") && late.text.contains("value=\"Kim\""));
}

#[tokio::test]
async fn who_signs_in_elsewhere_is_archived_here_and_nothing_else() {
    let (door, cookie) = office().await;
    door.run(
        "INSERT INTO users (name, role, all_sites, oidc_issuer, oidc_subject)
              VALUES ('sam', 'viewer', true, 'https://id.example.com', 'x')",
    )
    .await;
    let page = door.get("/manage/users/2", &cookie).await.text;
    assert!(page.contains("Single sign-on") && page.contains("<fieldset disabled>"));
    let form = "role=administrator";
    for (path, form) in [("", form), ("/link", ""), ("/second-factor", "")] {
        let refused = door
            .post(&format!("/manage/users/2{path}"), &cookie, form)
            .await;
        assert_eq!(
            refused.location(),
            "/manage/users/2?notice=elsewhere",
            "{path}"
        );
    }
    let archived = door.post("/manage/users/2/archive", &cookie, "").await;
    assert_eq!(archived.location(), "/manage/users?notice=user-archived");
}

#[tokio::test]
async fn sessions_of_somebody_are_seen_and_ended() {
    let (door, cookie) = office().await;
    insert_user(&door.pool, &kim(Rights::default(), &[1])).await;
    let (one, other) = (door.cookie_of(2).await, door.cookie_of(2).await);
    let page = door.get("/manage/users/2", &cookie).await;
    let session = page.hidden("session");
    let form = format!("session={session}");
    let of_another = door.post("/manage/users/1/sessions", &cookie, &form);
    of_another.await.location();
    let form = format!("session={session}");
    door.post("/manage/users/2/sessions", &cookie, &form)
        .await
        .location();
    let go_on = [&one, &other].map(|theirs| door.get("/", theirs));
    let [one, other] = go_on;
    let statuses = [one.await.status, other.await.status];
    assert_eq!(
        statuses
            .iter()
            .filter(|status| **status == StatusCode::OK)
            .count(),
        1
    );
    door.post("/manage/users/2/sessions", &cookie, "")
        .await
        .location();
    assert_eq!(
        door.text("SELECT count(*)::text FROM sessions WHERE user_id = 2")
            .await,
        "0"
    );
}

#[tokio::test]
async fn the_command_makes_a_link_for_who_can_not_sign_in() {
    let url = crate::support::database_url().await;
    let door = Door::over(routervault::db::connect(&url, 4).await.unwrap());
    let admin = insert_user(&door.pool, &crate::support::administrator()).await;
    door.run("UPDATE users SET totp_sealed = 'x'").await;
    let said = |arguments: &[&str]| {
        let mut command = routervault(&["user", "link", "--database-url", &url]);
        let output = command.args(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let (code, text) = said(&[
        "ADMIN",
        "--without-second-factor",
        "--public-url",
        "https://rv.example.com",
    ]);
    assert_eq!(code, Some(0), "{text}");
    let (link, _) = text.split_once('\n').unwrap();
    let token = link
        .strip_prefix("https://rv.example.com/welcome?token=")
        .unwrap();
    let form = format!("token={token}&password={AGAIN}&again={AGAIN}");
    assert_eq!(door.post("/welcome", "", &form).await.location(), "/");
    let entries: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT action, subject, address FROM audit WHERE user_id IS NULL ORDER BY id",
    )
    .fetch_all(&door.pool)
    .await
    .unwrap();
    let told = |action: &str| (action.to_owned(), "user admin".to_owned(), String::new());
    assert_eq!(entries, [told("second_factor_changed"), told("link_made")]);
    assert_eq!(admin, UserId(1));
    for (arguments, sentence) in [
        (&["nobody"][..], "there is no user nobody"),
        (
            &["admin", "--without-second-factor"][..],
            "has no second factor",
        ),
    ] {
        let (code, text) = said(arguments);
        assert_eq!(code, Some(2));
        assert!(text.contains(sentence), "{text}");
    }
}
