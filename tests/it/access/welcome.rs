//! Links that work once.

use axum::http::StatusCode;
use chrono::Utc;
use routervault::access::link;

use super::{Door, PASSWORD};

async fn first_link(door: &Door) -> String {
    let mut conn = door.pool.acquire().await.unwrap();
    let token = link::for_first_administrator(&mut conn, Utc::now()).await;
    token.unwrap().unwrap().expose().to_owned()
}

fn form(token: &str, name: &str, password: &str) -> String {
    format!("token={token}&name={name}&password={password}&again={password}")
}

#[tokio::test]
async fn the_first_link_makes_an_administrator_and_then_nothing() {
    let door = Door::empty().await;
    let (token, other) = (first_link(&door).await, first_link(&door).await);
    let page = door.get(&format!("/welcome?token={token}"), "").await;
    assert!(page.text.contains("Welcome to RouterVault"));
    let made = door
        .post("/welcome", "", &form(&token, "kim", PASSWORD))
        .await;
    assert_eq!((made.status, made.location()), (StatusCode::SEE_OTHER, "/"));
    let home = door.get("/", &made.cookie()).await;
    assert_eq!(home.status, StatusCode::OK);
    // Neither this link nor another first one works from now on.
    for spent in [&token, &other] {
        let page = door.get(&format!("/welcome?token={spent}"), "").await;
        assert_eq!(page.status, StatusCode::GONE);
        let again = door
            .post("/welcome", "", &form(spent, "eve", PASSWORD))
            .await;
        assert_eq!(again.status, StatusCode::GONE);
    }
    let mut conn = door.pool.acquire().await.unwrap();
    let link = link::for_first_administrator(&mut conn, Utc::now()).await;
    assert!(link.unwrap().is_none());
}

#[tokio::test]
async fn what_was_chosen_badly_can_be_chosen_again() {
    let door = Door::empty().await;
    let token = first_link(&door).await;
    let badly = [
        (form(&token, "kim", "short"), "at least 12 characters"),
        (form(&token, "kim", "password12345"), "easily guessed"),
        (form(&token, "a%20b", PASSWORD), "no spaces"),
        (
            format!("token={token}&name=kim&password={PASSWORD}&again=x"),
            "not the same",
        ),
    ];
    for (form, why) in badly {
        let answer = door.post("/welcome", "", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains(why), "{why}");
        assert!(!answer.text.contains(PASSWORD));
    }
    let made = door
        .post("/welcome", "", &form(&token, "kim", PASSWORD))
        .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_link_of_somebody_sets_their_password_and_ends_their_sessions() {
    let (door, admin) = Door::with_admin().await;
    let before = door.sign_in("admin", PASSWORD, "").await.cookie();
    let mut conn = door.pool.acquire().await.unwrap();
    let replaced = link::for_user(&mut conn, admin, Utc::now()).await.unwrap();
    let token = link::for_user(&mut conn, admin, Utc::now()).await.unwrap();
    drop(conn);
    let answer = door
        .get(&format!("/welcome?token={}", replaced.expose()), "")
        .await;
    assert_eq!(answer.status, StatusCode::GONE);
    let chosen = "velvet-harbour-signal-92";
    let set = door
        .post("/welcome", "", &form(token.expose(), "eve", chosen))
        .await;
    assert_eq!(set.status, StatusCode::SEE_OTHER);
    assert_eq!(door.get("/", &before).await.status, StatusCode::SEE_OTHER);
    assert_eq!(door.get("/", &set.cookie()).await.status, StatusCode::OK);
    let old = door.sign_in("admin", PASSWORD, "").await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
    let new = door.sign_in("admin", chosen, "").await;
    assert_eq!(new.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn of_two_who_use_a_first_link_at_once_one_becomes_administrator() {
    let door = Door::empty().await;
    let tokens = [first_link(&door).await, first_link(&door).await];
    let forms = [
        form(&tokens[0], "kim", PASSWORD),
        form(&tokens[1], "eve", PASSWORD),
    ];
    let uses = forms.iter().map(|form| door.post("/welcome", "", form));
    let mut statuses: Vec<u16> = futures_util::future::join_all(uses)
        .await
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
}

#[tokio::test]
async fn a_link_is_worth_nothing_after_a_day() {
    let door = Door::empty().await;
    let token = first_link(&door).await;
    sqlx::query("UPDATE one_time_links SET expires_at = now() - interval '1 second'")
        .execute(&door.pool)
        .await
        .unwrap();
    let answer = door
        .post("/welcome", "", &form(&token, "kim", PASSWORD))
        .await;
    assert_eq!(answer.status, StatusCode::GONE);
}
