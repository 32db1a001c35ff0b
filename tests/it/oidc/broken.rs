//! Providers that can not be used: each is told apart by a sentence, none holds anybody up.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::{StreamExt, stream};
use routervault::access::oidc::ProviderError;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::liar::{KEY, Liar, client, json_of, key, key_set, metadata, registration};

const DISCOVERY: &str = "/.well-known/openid-configuration";

/// What a check says of a provider whose discovery answers so.
async fn check(discovery: impl Fn(&str) -> Response + Send + Sync + 'static) -> ProviderError {
    let liar = Liar::new(move |asked| match asked.path {
        DISCOVERY => discovery(asked.issuer),
        _ => json_of(&key_set(&[key(KEY, "one")])),
    });
    let liar = liar.await;
    client().check(&liar.registration()).await.unwrap_err()
}

/// What a check says of a provider that is good but for one thing that it says of itself.
async fn check_with(name: &'static str, value: Value) -> ProviderError {
    check(move |issuer| {
        let mut metadata = metadata(issuer);
        metadata[name] = value.clone();
        json_of(&metadata)
    })
    .await
}

#[tokio::test]
async fn a_good_provider_is_asked_once_for_several_sign_ins() {
    let liar = Liar::new(|asked| match asked.path {
        DISCOVERY => json_of(&metadata(asked.issuer)),
        _ => json_of(&key_set(&[key(KEY, "one")])),
    })
    .await;
    let client = client();
    for _ in 0..3 {
        let begun = client.begin(&liar.registration()).await.unwrap();
        let query: Vec<_> = begun.url.query_pairs().into_owned().collect();
        let has = |name: &str, value: &str| query.contains(&(name.to_owned(), value.to_owned()));
        assert!(has("response_type", "code") && has("code_challenge_method", "S256"));
        assert!(has("scope", "openid groups") && has("state", begun.state.expose()));
    }
    assert_eq!(liar.asked(DISCOVERY), 1);
    assert_eq!(client.check(&liar.registration()).await, Ok(()));
    assert_eq!(liar.asked(DISCOVERY), 2, "a check asks anew");
}

#[tokio::test]
async fn who_is_down_or_hangs_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let down = format!("http://{}", listener.local_addr().unwrap());
    let hanging = registration(&down);
    super::choose_cryptography();
    // The port is open, and nobody answers.
    assert_eq!(client().check(&hanging).await, Err(ProviderError::Slow));
    drop(listener);
    let refused = client().check(&hanging).await;
    assert_eq!(refused, Err(ProviderError::Unreachable));
}

#[tokio::test]
async fn who_drips_an_answer_is_given_up_at_the_same_deadline() {
    let dripping = check(|_| {
        let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
        Response::new(Body::from_stream(first.chain(stream::pending())))
    });
    assert_eq!(dripping.await, ProviderError::Slow);
}

#[tokio::test]
async fn who_floods_is_read_no_further_than_the_limit() {
    let flooding = check(|_| {
        let endless =
            stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 8192])));
        Response::new(Body::from_stream(endless))
    });
    assert_eq!(flooding.await, ProviderError::TooLarge);
}

#[tokio::test]
async fn garbage_is_told_from_a_refusal_and_no_redirect_is_followed() {
    for garbage in ["", "hello", "{}", "[1]", "{\"issuer\": 7}", "\u{0}"] {
        assert_eq!(
            check(move |_| ([("content-type", "application/json")], garbage).into_response()).await,
            ProviderError::Garbage,
            "{garbage:?}"
        );
    }
    let deep = "[".repeat(60_000);
    let nested =
        check(move |_| ([("content-type", "application/json")], deep.clone()).into_response());
    assert_eq!(nested.await, ProviderError::Garbage);
    let page = check(|issuer| {
        (
            [("content-type", "text/html")],
            metadata(issuer).to_string(),
        )
            .into_response()
    });
    assert_eq!(page.await, ProviderError::Garbage);
    let missing = check(|_| StatusCode::NOT_FOUND.into_response());
    assert_eq!(missing.await, ProviderError::Status);
    let elsewhere = check(|_| Redirect::to("http://127.0.0.1:1/secret").into_response());
    assert_eq!(elsewhere.await, ProviderError::Status);
}

#[tokio::test]
async fn a_provider_that_is_another_or_lacks_something_is_not_used() {
    for (name, value, error) in [
        (
            "issuer",
            json!("https://login.example.com"),
            ProviderError::OtherIssuer,
        ),
        (
            "token_endpoint",
            Value::Null,
            ProviderError::NoTokenEndpoint,
        ),
        (
            "code_challenge_methods_supported",
            json!(["plain"]),
            ProviderError::NoPkce,
        ),
    ] {
        assert_eq!(check_with(name, value).await, error, "{name}");
    }
    let keyless = Liar::new(|asked| match asked.path {
        DISCOVERY => json_of(&metadata(asked.issuer)),
        _ => json_of(&key_set(&[])),
    });
    let keyless = keyless.await.registration();
    assert_eq!(client().check(&keyless).await, Err(ProviderError::NoKeys));
}

#[tokio::test]
async fn nobody_is_led_to_what_is_neither_protected_nor_on_this_machine() {
    for name in ["jwks_uri", "authorization_endpoint"] {
        let leading = check_with(name, json!("http://192.0.2.1/x"));
        assert_eq!(leading.await, ProviderError::Forbidden, "{name}");
    }
    let script = check_with("authorization_endpoint", json!("javascript:alert(1)"));
    assert_eq!(script.await, ProviderError::Forbidden);
    for issuer in [
        "http://login.example.com",
        "http://192.0.2.1",
        "ftp://127.0.0.1",
    ] {
        let refused = client().check(&registration(issuer)).await;
        assert_eq!(refused, Err(ProviderError::Forbidden), "{issuer}");
    }
}
