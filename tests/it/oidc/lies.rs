//! Providers, and strangers in their place, that say what is not to be believed of who signed in.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreHmacKey, CoreJwsSigningAlgorithm};
use routervault::access::oidc::ProviderError;
use serde_json::{Value, json};

use super::liar::{
    ACCESS_TOKEN, KEY, Liar, OTHER_KEY, SECRET, json_of, key, key_set, metadata, noon, signed,
    signed_as,
};

/// The claims of a good id token for the sign-in of `nonce`.
fn claims(issuer: &str, nonce: &str) -> Value {
    json!({
        "iss": issuer,
        "aud": "routervault",
        "sub": "subject-1",
        "nonce": nonce,
        "iat": noon().timestamp(),
        "exp": noon().timestamp() + 60,
        "preferred_username": "kim",
    })
}

fn tokens(id_token: &str) -> Response {
    json_of(&json!({
        "access_token": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": 60,
        "id_token": id_token,
    }))
}

/// A provider that makes its id token of a good one's claims so; its keys are `one`.
async fn who_tells(token: impl Fn(Value) -> Response + Send + Sync + 'static) -> Liar {
    Liar::new(move |asked| match asked.path {
        "/token" => token(claims(asked.issuer, asked.nonce)),
        "/keys" => json_of(&key_set(&[key(KEY, "one")])),
        "/userinfo" => json_of(&json!({"sub": "subject-1", "groups": ["north"]})),
        _ => json_of(&metadata(asked.issuer)),
    })
    .await
}

/// What is said of a provider whose id token differs from a good one in this.
async fn with(name: &'static str, value: Value) -> ProviderError {
    let liar = who_tells(move |mut claims| {
        claims[name] = value.clone();
        tokens(&signed(claims, &key(KEY, "one")))
    });
    liar.await.sign_in().await.unwrap_err()
}

#[tokio::test]
async fn a_good_answer_is_believed_and_the_rest_is_asked_for() {
    let liar = who_tells(|claims| tokens(&signed(claims, &key(KEY, "one")))).await;
    let claimed = liar.sign_in().await.unwrap();
    assert_eq!(claimed.subject, "subject-1");
    assert_eq!(claimed.names, ["kim", "subject-1"]);
    assert_eq!(claimed.groups, Some(vec!["north".to_owned()]));
    assert_eq!(liar.asked("/userinfo"), 1);
}

#[tokio::test]
async fn what_was_said_for_another_sign_in_or_program_or_long_ago_is_not_believed() {
    let past = noon().timestamp() - 1;
    for (name, value, error) in [
        ("nonce", json!("of another sign-in"), ProviderError::Nonce),
        ("nonce", Value::Null, ProviderError::Nonce),
        ("aud", json!("another"), ProviderError::Audience),
        (
            "aud",
            json!(["routervault", "another"]),
            ProviderError::Audience,
        ),
        ("aud", json!([]), ProviderError::Audience),
        ("exp", json!(past), ProviderError::Expired),
        (
            "iss",
            json!("http://127.0.0.1:1"),
            ProviderError::Contradiction,
        ),
    ] {
        assert_eq!(with(name, value.clone()).await, error, "{name} {value}");
    }
}

fn good(claims: Value) -> String {
    signed(claims, &key(KEY, "one"))
}

/// With one digit of the signature changed.
fn damaged(claims: Value) -> String {
    let token = good(claims);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let changed = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{signed}.{changed}{}", &signature[1..])
}

/// With `{"alg":"none"}` in front, and no signature behind.
fn unsigned(claims: Value) -> String {
    let token = good(claims);
    let payload = token.split('.').nth(1).unwrap();
    format!("eyJhbGciOiJub25lIn0.{payload}.")
}

/// Signed with what both sides know: who learns it could say anything.
fn signed_by_secret(claims: Value) -> String {
    let algorithm = CoreJwsSigningAlgorithm::HmacSha256;
    signed_as(claims, &CoreHmacKey::new(SECRET), algorithm)
}

/// By somebody else, under the name of the provider's key.
fn signed_by_another(claims: Value) -> String {
    signed(claims, &key(OTHER_KEY, "one"))
}

#[tokio::test]
async fn what_the_provider_did_not_sign_is_not_believed() {
    for forge in [damaged, unsigned, signed_by_secret, signed_by_another] {
        let liar = who_tells(move |claims| tokens(&forge(claims))).await;
        let refused = liar.sign_in().await;
        assert_eq!(refused, Err(ProviderError::Signature));
        assert_eq!(liar.asked("/userinfo"), 0);
    }
    let no_token = who_tells(|_| tokens("a.b")).await.sign_in().await;
    assert_eq!(no_token, Err(ProviderError::Garbage));
}

/// A provider that signs with the key `two`, and shows these keys, the first time and later.
async fn who_rotates(keys: [fn() -> Vec<CoreEdDsaPrivateSigningKey>; 2]) -> Liar {
    Liar::new(move |asked| match asked.path {
        "/token" => {
            let claims = claims(asked.issuer, asked.nonce);
            tokens(&signed(claims, &key(OTHER_KEY, "two")))
        }
        "/keys" => json_of(&key_set(&keys[asked.before.min(1)]())),
        "/userinfo" => json_of(&json!({"sub": "subject-1"})),
        _ => json_of(&metadata(asked.issuer)),
    })
    .await
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once() {
    let old = || vec![key(KEY, "one")];
    let new = || vec![key(KEY, "one"), key(OTHER_KEY, "two")];
    let rotated = who_rotates([old, new]).await;
    assert_eq!(rotated.sign_in().await.unwrap().subject, "subject-1");
    assert_eq!(rotated.asked("/keys"), 2);
    let strange = who_rotates([old, old]).await;
    let refused = strange.sign_in().await;
    assert_eq!(refused, Err(ProviderError::Signature));
    assert_eq!(strange.asked("/keys"), 2);
}

#[tokio::test]
async fn an_access_token_or_userinfo_of_somebody_else_is_not_believed() {
    let swapped = who_tells(|claims| {
        let id_token = signed(claims, &key(KEY, "one"));
        let other = json!({"access_token": "other", "token_type": "Bearer", "id_token": id_token});
        json_of(&other)
    });
    let refused = swapped.await.sign_in().await;
    assert_eq!(refused, Err(ProviderError::Contradiction));
    let of_another = with("sub", json!("subject-2")).await;
    assert_eq!(of_another, ProviderError::Contradiction);
}

#[tokio::test]
async fn a_refused_code_and_a_missing_token_are_told_without_the_providers_words() {
    let refusing = who_tells(|_| {
        let words = json!({"error": "invalid_client", "error_description": "<b>no</b>"});
        (StatusCode::UNAUTHORIZED, axum::Json(words)).into_response()
    });
    let refused = refusing.await.sign_in().await.unwrap_err();
    assert_eq!(refused, ProviderError::CodeRefused);
    assert!(!refused.to_string().contains("<b>") && !refused.to_string().contains("invalid"));
    let silent = who_tells(|_| json_of(&json!({"access_token": "a", "token_type": "Bearer"})));
    let refused = silent.await.sign_in().await;
    assert_eq!(refused, Err(ProviderError::NoIdToken));
}
