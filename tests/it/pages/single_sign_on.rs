//! The settings of single sign-on.

use axum::http::StatusCode;

use super::Stage;

const SETTINGS: &str = "/settings/single-sign-on";
const GROUPS: &str = "/settings/single-sign-on/groups";

/// What is typed to set the provider up.
const TYPED: &str = "issuer=http%3A%2F%2F127.0.0.1%3A1&client_id=vault&client_secret=swordfish\
    &scopes=groups&groups_claim=groups&label=Company&own_address=https%3A%2F%2Fvault.example.net\
    &enabled=1";

/// The same without the secret, for another issuer.
const ELSEWHERE: &str = "issuer=https%3A%2F%2F%3Ci%3Ethief.example.com&client_id=vault\
    &client_secret=&scopes=&groups_claim=groups&label=%3Ci%3E\
    &own_address=https%3A%2F%2Fvault.example.net";

async fn stored_secret(stage: &Stage) -> Option<Vec<u8>> {
    sqlx::query_scalar("SELECT client_secret_sealed FROM single_sign_on")
        .fetch_one(&stage.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_provider_is_set_up_and_its_secret_is_never_shown() {
    let stage = Stage::acme().await;
    let first = stage.get(SETTINGS).await.text();
    assert!(first.contains("value=\"http://localhost:8080\"") && first.contains("None is kept"));
    let saved = stage.post(SETTINGS, TYPED, "same-origin").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let page = stage.get(saved.header("location")).await.text();
    assert!(page.contains("The settings were saved."));
    assert!(page.contains("https://vault.example.net/sign-in/sso/callback"));
    assert!(page.contains("One is kept") && !page.contains("swordfish"));
    let dump: Vec<String> = sqlx::query_scalar(
        "SELECT single_sign_on::text FROM single_sign_on UNION ALL SELECT audit::text FROM audit",
    )
    .fetch_all(&stage.pool)
    .await
    .unwrap();
    assert!(dump.len() == 2 && !dump.concat().contains("swordfish"));
    assert!(dump[1].contains("settings_changed") && dump[1].contains("single sign-on"));
    let sealed = stored_secret(&stage).await.unwrap();
    assert!(!sealed.windows(9).any(|part| part == b"swordfish"));
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_what_was_typed() {
    let stage = Stage::acme().await;
    stage.post(SETTINGS, TYPED, "same-origin").await;
    let before = stored_secret(&stage).await;
    let refused = stage.post(SETTINGS, ELSEWHERE, "same-origin").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    assert!(page.contains("The issuer is no address") && page.contains("Nothing was saved."));
    assert!(!page.contains("<i>"), "{page}");
    assert_eq!(stored_secret(&stage).await, before);
    let empty = stage.post(SETTINGS, "issuer=", "same-origin").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let forged = stage.post(SETTINGS, TYPED, "cross-site").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_check_says_what_is_wrong_with_the_provider() {
    // It may be chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let stage = Stage::acme().await;
    let check = "/settings/single-sign-on/check";
    let missing = stage.post(check, "", "same-origin").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    stage.post(SETTINGS, TYPED, "same-origin").await;
    let page = stage.post(check, "", "same-origin").await.text();
    assert!(page.contains("The provider does not answer."), "{page}");
}

#[tokio::test]
async fn groups_are_added_changed_and_taken_away() {
    let stage = Stage::acme().await;
    for (form, words) in [
        (
            "name=north&role=technician&sites=acme%2C+nowhere",
            "There is no site nowhere.",
        ),
        ("name=&role=technician", "Enter the name of the group"),
        ("name=a%00b&role=technician", "Enter the name of the group"),
    ] {
        let refused = stage.post(GROUPS, form, "same-origin").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(refused.text().contains(words), "{form}");
    }
    let form = "name=%3Cnorth%3E&role=technician&sites=acme&tags=coast%2C+old+town&withheld=reveal";
    let added = stage.post(GROUPS, form, "same-origin").await;
    assert_eq!(added.status, StatusCode::SEE_OTHER);
    let taken = stage.post(GROUPS, form, "same-origin").await;
    assert!(
        taken
            .text()
            .contains("There is a group of that name already.")
    );
    let page = stage.get(SETTINGS).await.text();
    for shown in ["&#60;north&#62;", "Technician", "old town", "see secrets"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let form = stage.get(&format!("{GROUPS}/1")).await.text();
    assert!(form.contains("value=\"acme\"") && form.contains("value=\"coast, old town\""));
    let changed = "name=admins&role=administrator&withheld=reveal&sites=acme";
    let change = stage
        .post(&format!("{GROUPS}/1"), changed, "same-origin")
        .await;
    assert_eq!(change.status, StatusCode::SEE_OTHER);
    let page = stage.get(SETTINGS).await.text();
    assert!(page.contains("Administrator") && page.contains(">Nothing<"));
    let gone = stage
        .post(&format!("{GROUPS}/1/delete"), "", "same-origin")
        .await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    for path in [format!("{GROUPS}/1"), format!("{GROUPS}/1/delete")] {
        let missing = stage.post(&path, changed, "same-origin").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
    }
}
