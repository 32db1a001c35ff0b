//! Signing in at the certified provider, through its own pages, over HTTP.

use chrono::Utc;
use openidconnect::url::Url;
use reqwest::StatusCode;
use routervault::access::oidc::{redirect_uri, seal_secret};
use routervault::db::single_sign_on::{self, Grants, groups, groups::Group};
use routervault::model::{Role, SiteId};
use routervault::web;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::net::TcpListener;

use super::node::Provider;
use super::visitor::{Page, Visitor};
use crate::support::{app_state, database, vault};

/// The pages on a port of their own, with the provider that they send people to.
struct House {
    pool: PgPool,
    origin: String,
    provider: Provider,
}

/// Kim is in two groups of ours and one that is not, Lee in none of ours.
fn accounts() -> Value {
    json!({
        "kim-1": {
            "preferred_username": "kim",
            "name": "Kim Larsen",
            "email": "admin@example.com",
            "groups": ["vault-north", "staff", "vault-south"],
        },
        "lee-1": { "preferred_username": "lee", "groups": ["staff"] },
    })
}

fn group(name: &str, role: Role, sites: &[i64], tags: &[&str]) -> Group {
    Group {
        name: name.to_owned(),
        grants: Grants {
            role,
            all_sites: role == Role::Administrator,
            sites: sites.iter().copied().map(SiteId).collect(),
            site_tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            ..Grants::NOTHING
        },
    }
}

impl House {
    /// One in which people sign in at a provider that tells claims so.
    async fn open(in_id_token: bool) -> Self {
        super::choose_cryptography();
        let pool = database().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // Another name than the provider's, as it is in life.
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let app = web::router(app_state(&pool, &vault(), Utc::now));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let provider = Provider::start(&accounts(), &redirect_uri(&origin), in_id_token);
        let house = Self {
            pool,
            origin,
            provider,
        };
        house.set_up().await;
        house
    }

    async fn set_up(&self) {
        self.run(
            "INSERT INTO sites (slug, name, timezone, tags)
             VALUES ('north', 'North', 'UTC', '{}'), ('south', 'South', 'UTC', '{coast}'), ('west', 'West', 'UTC', '{}')",
        )
        .await;
        let (issuer, client_id) = (self.provider.issuer.clone(), "routervault");
        let stored = single_sign_on::Provider {
            client_secret_sealed: Some(seal_secret(&vault(), &issuer, client_id, "swordfish")),
            issuer,
            client_id: client_id.to_owned(),
            scopes: vec!["profile".to_owned(), "groups".to_owned()],
            groups_claim: "groups".to_owned(),
            label: "Company sign-in".to_owned(),
            own_address: self.origin.clone(),
            enabled: true,
        };
        let mut tx = self.pool.begin().await.unwrap();
        single_sign_on::upsert(&mut tx, &stored).await.unwrap();
        for group in [
            group("vault-north", Role::Technician, &[1], &[]),
            group("vault-south", Role::Technician, &[], &["coast"]),
            group("vault-admins", Role::Administrator, &[], &[]),
        ] {
            groups::write(&mut tx, None, &group).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn run(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&self.pool).await.unwrap();
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.origin)).unwrap()
    }

    /// Goes to the provider as `account`, and gives the address that it sends the browser back to.
    async fn callback(&self, visitor: &mut Visitor, account: &str) -> Url {
        let begin = self.url("/sign-in/sso?next=/runs");
        let stop = redirect_uri(&self.origin);
        visitor
            .through_provider(begin.as_str(), account, &stop)
            .await
    }

    /// The whole way, up to what the callback answers.
    async fn sign_in(&self, visitor: &mut Visitor, account: &str) -> Page {
        let callback = self.callback(visitor, account).await;
        visitor.open(&callback).await
    }

    /// Name, role, whether all sites are reached, their tags and their ids, of everybody.
    async fn people(&self) -> Vec<(String, String, bool, Vec<String>, Vec<i64>)> {
        sqlx::query_as(
            "SELECT name, role, all_sites, site_tags,
                    ARRAY(SELECT site_id FROM user_sites WHERE user_id = users.id ORDER BY site_id)
             FROM users ORDER BY name",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    async fn audit(&self) -> Vec<(String, String)> {
        sqlx::query_as("SELECT user_name, action FROM audit ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    /// Whether the browser of `visitor` is signed in.
    async fn knows(&self, visitor: &mut Visitor) -> bool {
        visitor.open(&self.url("/runs")).await.status == StatusCode::OK
    }
}

fn assert_refused(page: &Page, status: StatusCode, words: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(words), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_the_provider_become_role_and_sites() {
    for in_id_token in [true, false] {
        let house = House::open(in_id_token).await;
        let mut visitor = Visitor::new();
        let door = visitor.open(&house.url("/sign-in?next=/runs")).await;
        assert!(
            door.text
                .contains("href=\"/sign-in/sso?next=%2Fruns\">Company sign-in</a>")
        );
        let page = house.sign_in(&mut visitor, "kim-1").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        assert_eq!(page.leads_to, Some(house.url("/runs")));
        assert!(house.knows(&mut visitor).await);
        let sites = visitor.open(&house.url("/")).await;
        assert_eq!(sites.status, StatusCode::OK);
        let kim = ("kim".to_owned(), "technician".to_owned(), false);
        let (name, role, all, tags, ids) = house.people().await.remove(0);
        assert_eq!((name, role, all), kim);
        assert_eq!((tags, ids), (vec!["coast".to_owned()], vec![1]));
        let signed_in = [("kim".to_owned(), "sign_in".to_owned())];
        assert_eq!(house.audit().await, signed_in);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_none_of_the_groups_is_refused_and_gets_no_account() {
    let house = House::open(true).await;
    let mut visitor = Visitor::new();
    let page = house.sign_in(&mut visitor, "lee-1").await;
    assert_refused(&page, StatusCode::FORBIDDEN, "says that you are lee");
    assert!(!page.text.contains("staff") && !page.text.contains("vault-"));
    assert!(!house.knows(&mut visitor).await);
    assert_eq!(house.people().await, []);
    let refused = [("lee".to_owned(), "sign_in_refused".to_owned())];
    assert_eq!(house.audit().await, refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_count_anew_at_every_sign_in() {
    let house = House::open(false).await;
    let mut visitor = Visitor::new();
    house.sign_in(&mut visitor, "kim-1").await;
    let mut changed = accounts();
    changed["kim-1"]["groups"] = json!(["vault-admins", "vault-north"]);
    changed["kim-1"]["preferred_username"] = json!("kim.renamed");
    house.provider.set_accounts(&changed);
    house.sign_in(&mut visitor, "kim-1").await;
    let people = house.people().await;
    let admin = (
        "kim".to_owned(),
        "administrator".to_owned(),
        true,
        vec![],
        vec![],
    );
    assert_eq!(
        people,
        [admin],
        "the same account, whatever it is called there"
    );
    // Out of all groups: what was open closes, though another browser is still signed in.
    changed["kim-1"]["groups"] = json!(["staff"]);
    house.provider.set_accounts(&changed);
    let mut other = Visitor::new();
    let page = house.sign_in(&mut other, "kim-1").await;
    assert_refused(&page, StatusCode::FORBIDDEN, "none of your groups");
    assert!(!house.knows(&mut visitor).await && !house.knows(&mut other).await);
    let nothing = ("kim".to_owned(), "viewer".to_owned(), false, vec![], vec![]);
    assert_eq!(house.people().await, [nothing]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_the_same_name_or_an_archived_one_stays_closed() {
    let house = House::open(true).await;
    house
        .run("INSERT INTO users (name, role, all_sites) VALUES ('KIM', 'administrator', true)")
        .await;
    let mut visitor = Visitor::new();
    let page = house.sign_in(&mut visitor, "kim-1").await;
    assert_refused(&page, StatusCode::FORBIDDEN, "exists here already");
    assert!(!house.knows(&mut visitor).await);
    assert_eq!(house.people().await.len(), 1);
    house.run("UPDATE users SET name = 'local'").await;
    assert_eq!(
        house.sign_in(&mut visitor, "kim-1").await.status,
        StatusCode::SEE_OTHER
    );
    house
        .run("UPDATE users SET archived_at = now() WHERE name = 'kim'")
        .await;
    let page = house.sign_in(&mut visitor, "kim-1").await;
    assert_refused(&page, StatusCode::FORBIDDEN, "kim was archived");
    assert!(!house.knows(&mut visitor).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_known_before_signing_in_is_worth_nothing_after() {
    const COOKIE: &str = "routervault";
    let house = House::open(true).await;
    let (mut visitor, mut thief) = (Visitor::new(), Visitor::new());
    house.sign_in(&mut visitor, "kim-1").await;
    let first = visitor.cookie(&house.origin, COOKIE).unwrap().to_owned();
    thief.put_cookie(&house.url("/"), COOKIE, &first);
    assert!(house.knows(&mut thief).await);
    house.sign_in(&mut visitor, "kim-1").await;
    assert_ne!(visitor.cookie(&house.origin, COOKIE), Some(first.as_str()));
    assert!(house.knows(&mut visitor).await);
    assert!(!house.knows(&mut thief).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_in_the_browser_that_began_and_in_time() {
    let house = House::open(true).await;
    let over = "was not begun in this browser";
    // Somebody else's browser, with a sign-in of its own on its way.
    let (mut victim, mut thief) = (Visitor::new(), Visitor::new());
    let callback = house.callback(&mut victim, "kim-1").await;
    thief.open(&house.url("/sign-in/sso")).await;
    let page = thief.open(&callback).await;
    assert_refused(&page, StatusCode::BAD_REQUEST, over);
    let page = Visitor::new().open(&callback).await;
    assert_refused(&page, StatusCode::BAD_REQUEST, over);
    // Nobody can break it off for the victim, for whom it works once.
    assert_eq!(victim.open(&callback).await.status, StatusCode::SEE_OTHER);
    assert_refused(&victim.open(&callback).await, StatusCode::BAD_REQUEST, over);
    let mut wrong = house.callback(&mut victim, "kim-1").await;
    wrong.set_query(Some("code=x&state=y"));
    assert_refused(&victim.open(&wrong).await, StatusCode::BAD_REQUEST, over);
    let late = house.callback(&mut victim, "kim-1").await;
    house
        .run("UPDATE single_sign_on_flows SET expires_at = now() - interval '1 second'")
        .await;
    assert_refused(&victim.open(&late).await, StatusCode::BAD_REQUEST, over);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_says_of_an_error_is_not_repeated() {
    let house = House::open(true).await;
    for (error, words) in [
        ("access_denied", "declined or broken off"),
        ("server_error", "could not sign you in"),
        ("%3Ci%3E", "could not sign you in"),
    ] {
        let mut visitor = Visitor::new();
        let begun = visitor.open(&house.url("/sign-in/sso")).await;
        let state = begun.leads_to.unwrap();
        let state = state
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1
            .into_owned();
        let query = format!("error={error}&error_description=Call%20555&state={state}");
        let page = visitor
            .open(&house.url(&format!("/sign-in/sso/callback?{query}")))
            .await;
        assert_refused(&page, StatusCode::FORBIDDEN, words);
        assert!(!page.text.contains("555") && !page.text.contains("<i>"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_code_is_refused_by_the_provider_and_a_provider_that_is_gone_is_told() {
    let house = House::open(true).await;
    let mut visitor = Visitor::new();
    let callback = house.callback(&mut visitor, "kim-1").await;
    let state = callback
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1;
    let forged = house.url(&format!("/sign-in/sso/callback?code=forged&state={state}"));
    let page = visitor.open(&forged).await;
    assert_refused(&page, StatusCode::BAD_GATEWAY, "did not accept the sign-in");
    assert!(
        visitor
            .cookie(&house.origin, "routervault-sso")
            .is_some_and(str::is_empty)
    );
    let House {
        pool,
        origin,
        provider,
    } = house;
    drop(provider);
    sqlx::raw_sql("UPDATE single_sign_on SET issuer = issuer || '/', client_secret_sealed = NULL")
        .execute(&pool)
        .await
        .unwrap();
    let begin = Url::parse(&format!("{origin}/sign-in/sso")).unwrap();
    let page = visitor.open(&begin).await;
    assert_refused(&page, StatusCode::BAD_GATEWAY, "does not answer");
    sqlx::raw_sql("UPDATE single_sign_on SET enabled = false")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(visitor.open(&begin).await.status, StatusCode::NOT_FOUND);
    let door = visitor
        .open(&Url::parse(&format!("{origin}/sign-in")).unwrap())
        .await;
    assert!(!door.text.contains("Company sign-in"));
}
