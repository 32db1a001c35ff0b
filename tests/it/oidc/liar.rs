//! A provider whose every answer a test decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreGenderClaim, CoreIdToken, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, EmptyAdditionalClaims, IdTokenClaims, JsonWebKeyId, PrivateSigningKey,
};
use routervault::access::oidc::{
    Claimed, Client, Limits, ProviderError, Registration, seal_secret,
};
use routervault::db::single_sign_on::Provider;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::vault;

/// Two keys, made for these tests and used for nothing else.
pub const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEICth1V6hNBVfo/Iny7zcGqj4PV9pVrC6Q4SqXI+zUSyj
-----END PRIVATE KEY-----";
pub const OTHER_KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIIAKuXsCQV3U/n2XjrHT6h8DwMEHa/65EpSTgcRXb/Dm
-----END PRIVATE KEY-----";

/// What the provider calls us, and what both sides know.
const CLIENT: &str = "routervault";
pub const SECRET: &str = "swordfish";

/// What the token endpoint gives beside the id token.
pub const ACCESS_TOKEN: &str = "access";

/// When the tests happen.
pub fn noon() -> DateTime<Utc> {
    "2026-05-03T12:00:00Z".parse().unwrap()
}

/// A key that signs, by its name in the set of keys.
pub fn key(pem: &str, name: &str) -> CoreEdDsaPrivateSigningKey {
    let name = JsonWebKeyId::new(name.to_owned());
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(pem, Some(name)).unwrap()
}

/// A set of these keys as JSON.
pub fn key_set(keys: &[CoreEdDsaPrivateSigningKey]) -> Value {
    let keys = keys.iter().map(PrivateSigningKey::as_verification_key);
    serde_json::to_value(CoreJsonWebKeySet::new(keys.collect())).unwrap()
}

/// These claims, signed, with the hash of [`ACCESS_TOKEN`].
pub fn signed(claims: Value, key: &CoreEdDsaPrivateSigningKey) -> String {
    signed_as(claims, key, CoreJwsSigningAlgorithm::EdDsa)
}

/// The same, signed in any way.
pub fn signed_as(
    claims: Value,
    key: &impl PrivateSigningKey<VerificationKey = CoreJsonWebKey>,
    algorithm: CoreJwsSigningAlgorithm,
) -> String {
    let claims: IdTokenClaims<EmptyAdditionalClaims, CoreGenderClaim> =
        serde_json::from_value(claims).unwrap();
    let access_token = AccessToken::new(ACCESS_TOKEN.to_owned());
    CoreIdToken::new(claims, key, algorithm, Some(&access_token), None)
        .unwrap()
        .to_string()
}

/// What the provider is asked.
pub struct Asked<'a> {
    pub path: &'a str,
    /// Its own.
    pub issuer: &'a str,
    /// At the token endpoint: the nonce of the sign-in.
    pub nonce: &'a str,
    /// How often that path was asked for before.
    pub before: usize,
}

type Answers = dyn Fn(&Asked<'_>) -> Response + Send + Sync;

struct Shared {
    issuer: String,
    answers: Box<Answers>,
    asked: [AtomicUsize; PATHS.len()],
}

/// The paths of the provider.
const PATHS: [&str; 4] = [
    "/.well-known/openid-configuration",
    "/keys",
    "/token",
    "/userinfo",
];

/// The provider; ends with the test's runtime.
pub struct Liar {
    shared: Arc<Shared>,
}

impl Liar {
    /// One that answers so.
    pub async fn new(answers: impl Fn(&Asked<'_>) -> Response + Send + Sync + 'static) -> Self {
        super::choose_cryptography();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            answers: Box::new(answers),
            asked: Default::default(),
        });
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { shared }
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        let place = PATHS.iter().position(|known| *known == path).unwrap();
        self.shared.asked[place].load(Ordering::SeqCst)
    }

    /// We, as we are registered with it.
    pub fn registration(&self) -> Registration {
        registration(&self.shared.issuer)
    }

    /// Goes through a sign-in by code.
    pub async fn sign_in(&self) -> Result<Claimed, ProviderError> {
        let (client, registration) = (client(), self.registration());
        let begun = client.begin(&registration).await?;
        let code = nonce(&begun.url);
        client.finish(&registration, begun.flow, code, noon()).await
    }
}

/// The nonce of an authorization URL. It stands in for the code, so that the provider hears of it.
fn nonce(url: &openidconnect::url::Url) -> String {
    let mut query = url.query_pairs();
    let (_, nonce) = query.find(|(name, _)| name == "nonce").unwrap();
    nonce.into_owned()
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let Some(place) = PATHS.iter().position(|known| *known == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body = axum::body::to_bytes(request.into_body(), 10_000);
    let body = String::from_utf8(body.await.unwrap().to_vec()).unwrap();
    let fields = body.split('&').filter_map(|field| field.split_once('='));
    let mut codes = fields.filter_map(|(name, value)| (name == "code").then_some(value));
    (shared.answers)(&Asked {
        path: &path,
        issuer: &shared.issuer,
        nonce: codes.next().unwrap_or_default(),
        before: shared.asked[place].fetch_add(1, Ordering::SeqCst),
    })
}

/// A client that does not wait for long, nor read much.
pub fn client() -> Client {
    Client::new(Limits {
        deadline: Duration::from_millis(500),
        max_bytes: 64 * 1024,
    })
}

/// We, as we are registered with an issuer.
pub fn registration(issuer: &str) -> Registration {
    let provider = Provider {
        issuer: issuer.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret_sealed: Some(seal_secret(&vault(), issuer, CLIENT, SECRET)),
        scopes: vec!["groups".to_owned()],
        groups_claim: "groups".to_owned(),
        label: "Company".to_owned(),
        own_address: "https://vault.example.net".to_owned(),
        enabled: true,
    };
    Registration::open(&provider, &vault()).unwrap()
}

/// What a good provider says of itself.
pub fn metadata(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "code_challenge_methods_supported": ["S256"],
    })
}

/// JSON, as an answer.
pub fn json_of(value: &Value) -> Response {
    axum::Json(value.clone()).into_response()
}
