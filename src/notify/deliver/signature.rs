//! The signature of a webhook, by the convention of Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>):
//! HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Undelivered;

/// What a secret begins with; base64 follows.
const PREFIX: &str = "whsec_";

/// The three headers of a message.
///
/// # Errors
/// When the secret is not in the form of the convention.
pub(super) fn headers(
    secret: &SecretString,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Result<Vec<(&'static str, String)>, Undelivered> {
    let key = key(secret).ok_or_else(|| {
        Undelivered::for_good("The secret is not whsec_ with base64 behind it. Enter a new one.")
    })?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    Ok(vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
    ])
}

fn key(secret: &SecretString) -> Option<Zeroizing<Vec<u8>>> {
    let encoded = secret.expose_secret().strip_prefix(PREFIX)?;
    STANDARD.decode(encoded).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_example_of_the_convention() {
        // From the tests of the convention's own libraries (standard-webhooks/libraries).
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into();
        let body = br#"{"test": 2432232314}"#;
        let headers = headers(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        let wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(
            headers.unwrap()[2],
            ("webhook-signature", wanted.to_owned())
        );
    }

    #[test]
    fn a_secret_in_another_form_is_refused_without_saying_it() {
        for text in ["MfKQ9r8GKYqrTwjU", "whsec_%%%", ""] {
            let error = headers(&text.into(), "id", 1, b"").unwrap_err();
            assert!(error.is_final);
            assert!(text.is_empty() || !error.to_string().contains(text));
        }
    }
}
