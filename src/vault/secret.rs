//! What a credential proves itself with, and the form in which it is sealed.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A password, or a private key. `Debug` shows which of them, and nothing of it.
#[derive(Debug, Clone)]
pub enum Secret {
    /// Sent for password and keyboard-interactive authentication.
    Password(SecretString),
    /// Signs for public-key authentication.
    PrivateKey {
        /// The key file's text: OpenSSH, PEM or PuTTY form.
        pem: SecretString,
        /// Opens `pem`; `None` when it is not encrypted.
        passphrase: Option<SecretString>,
    },
}

/// What was unsealed is not a secret in a form that this version knows.
#[derive(Debug, thiserror::Error)]
#[error("the stored secret is damaged or was written by a newer version")]
pub struct UnsealError;

/// The JSON that is sealed. Tagged from outside: serde would buffer the secret for any other.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Written<'a> {
    Password(&'a str),
    PrivateKey {
        pem: &'a str,
        passphrase: Option<&'a str>,
    },
}

/// The same JSON on its way back.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredForm {
    Password(SecretString),
    PrivateKey {
        pem: SecretString,
        passphrase: Option<SecretString>,
    },
}

impl Secret {
    /// The bytes to seal. The same secret always gives the same bytes, so that comparing them
    /// tells whether it changed.
    #[must_use]
    pub fn to_sealable_bytes(&self) -> Zeroizing<Vec<u8>> {
        let written = match self {
            Self::Password(password) => Written::Password(password.expose_secret()),
            Self::PrivateKey { pem, passphrase } => Written::PrivateKey {
                pem: pem.expose_secret(),
                passphrase: passphrase.as_ref().map(ExposeSecret::expose_secret),
            },
        };
        let bytes = serde_json::to_vec(&written).expect("strings always become JSON");
        Zeroizing::new(bytes)
    }

    /// The secret that [`to_sealable_bytes`](Self::to_sealable_bytes) was called on.
    ///
    /// # Errors
    /// The bytes are something else.
    pub fn from_sealable_bytes(bytes: &[u8]) -> Result<Self, UnsealError> {
        // serde's own error may quote what it read, so it goes no further.
        match serde_json::from_slice(bytes).map_err(|_| UnsealError)? {
            StoredForm::Password(password) => Ok(Self::Password(password)),
            StoredForm::PrivateKey { pem, passphrase } => Ok(Self::PrivateKey { pem, passphrase }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(passphrase: Option<&str>) -> Secret {
        Secret::PrivateKey {
            pem: "-----BEGIN\nabc".into(),
            passphrase: passphrase.map(Into::into),
        }
    }

    #[test]
    fn a_secret_survives_sealing() {
        for secret in [
            Secret::Password("pa\"ss\\wörd".into()),
            key(None),
            key(Some("open")),
        ] {
            let bytes = secret.to_sealable_bytes();
            let back = Secret::from_sealable_bytes(&bytes).unwrap();
            assert_eq!(back.to_sealable_bytes(), bytes);
            assert_eq!(
                std::mem::discriminant(&back),
                std::mem::discriminant(&secret)
            );
        }
    }

    #[test]
    fn different_secrets_have_different_bytes() {
        let bytes = key(None).to_sealable_bytes();
        assert_ne!(bytes, key(Some("open")).to_sealable_bytes());
        assert_ne!(bytes, Secret::Password("x".into()).to_sealable_bytes());
    }

    #[test]
    fn foreign_bytes_are_refused_without_being_quoted() {
        for bytes in [&b""[..], b"{}", b"\"hunter2\"", b"{\"hunter2\":\"x\"}"] {
            let error = Secret::from_sealable_bytes(bytes).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn debug_shows_nothing_of_a_secret() {
        let shown = format!(
            "{:?} {:?}",
            Secret::Password("open".into()),
            key(Some("open"))
        );
        assert!(
            !shown.contains("open") && !shown.contains("BEGIN"),
            "{shown}"
        );
    }
}
