//! Whether a private key can be used, decided when the inventory is read and not at two in
//! the morning.

use russh::keys::{Algorithm, Error, PrivateKey, decode_secret_key};
use secrecy::{ExposeSecret, SecretString};

/// What is wrong with a key or its passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyProblem {
    #[error("the private key is a public one; the file without `.pub` is the private one")]
    Public,
    #[error(
        "the private key can not be read; give an RSA, Ed25519 or ECDSA key in OpenSSH \
         form (`ssh-keygen -p -f FILE` converts one)"
    )]
    Unreadable,
    #[error("the private key is of a kind that is not supported; use RSA, Ed25519 or ECDSA")]
    Unsupported,
    #[error("the private key has a passphrase; add `passphrase_env` or `passphrase_file`")]
    PassphraseMissing,
    #[error("the passphrase does not open the private key")]
    PassphraseWrong,
    #[error("the private key has no passphrase; remove the one given")]
    PassphraseNeedless,
}

/// Opens the key once, and gives its public half as one line of OpenSSH.
///
/// # Errors
/// Why it can not be used as it is.
pub(crate) fn check(
    pem: &SecretString,
    passphrase: Option<&SecretString>,
) -> Result<String, KeyProblem> {
    let pem = pem.expose_secret();
    if pem.starts_with("ssh-") || pem.starts_with("ecdsa-") || pem.contains("PUBLIC KEY-----") {
        return Err(KeyProblem::Public);
    }
    match (open(pem, None), passphrase) {
        (Ok(key), None) => public_half(&key),
        (Ok(_), Some(_)) => Err(KeyProblem::PassphraseNeedless),
        (Err(error), _) if !is_encrypted(pem, &error) => Err(KeyProblem::Unreadable),
        (Err(_), None) => Err(KeyProblem::PassphraseMissing),
        (Err(_), Some(passphrase)) => {
            let key = open(pem, Some(passphrase.expose_secret()));
            public_half(&key.map_err(|_| KeyProblem::PassphraseWrong)?)
        }
    }
}

fn open(pem: &str, passphrase: Option<&str>) -> Result<PrivateKey, Error> {
    decode_secret_key(pem, passphrase)
}

/// PKCS#8 and PuTTY keys do not answer [`Error::KeyIsEncrypted`]; their text says it.
fn is_encrypted(pem: &str, error: &Error) -> bool {
    matches!(error, Error::KeyIsEncrypted)
        || pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || (pem.starts_with("PuTTY-") && !pem.contains("Encryption: none"))
}

fn public_half(key: &PrivateKey) -> Result<String, KeyProblem> {
    match key.algorithm() {
        Algorithm::Rsa { .. } | Algorithm::Ed25519 | Algorithm::Ecdsa { .. } => {}
        _ => return Err(KeyProblem::Unsupported),
    }
    let mut public = key.public_key().clone();
    // Whoever made the key may have named a machine or a person in it.
    public.set_comment("routervault");
    public.to_openssh().map_err(|_| KeyProblem::Unreadable)
}

#[cfg(test)]
mod tests {
    use russh::keys::ssh_key::LineEnding;
    use russh::keys::ssh_key::public::KeyData;
    use russh::keys::{EcdsaCurve, PublicKey, encode_pkcs8_pem, encode_pkcs8_pem_encrypted};

    use super::*;

    fn generate(algorithm: Algorithm) -> PrivateKey {
        PrivateKey::random(&mut rand::rng(), algorithm).unwrap()
    }

    fn openssh(key: &PrivateKey) -> SecretString {
        key.to_openssh(LineEnding::LF).unwrap().as_str().into()
    }

    fn public(line: &str) -> KeyData {
        PublicKey::from_openssh(line).unwrap().key_data().clone()
    }

    fn encrypted(key: &PrivateKey) -> SecretString {
        openssh(&key.encrypt(&mut rand::rng(), "open").unwrap())
    }

    #[test]
    fn the_three_kinds_of_keys_are_accepted() {
        let curve = EcdsaCurve::NistP256;
        for algorithm in [
            Algorithm::Ed25519,
            Algorithm::Ecdsa { curve },
            Algorithm::Rsa { hash: None },
        ] {
            let key = generate(algorithm);
            let line = check(&openssh(&key), None).unwrap();
            assert_eq!(public(&line), *key.public_key().key_data(), "{line}");
        }
    }

    #[test]
    fn a_passphrase_must_be_there_and_right() {
        let pem = encrypted(&generate(Algorithm::Ed25519));
        assert!(check(&pem, Some(&"open".into())).is_ok());
        assert_eq!(check(&pem, None), Err(KeyProblem::PassphraseMissing));
        let wrong = check(&pem, Some(&"shut".into()));
        assert_eq!(wrong, Err(KeyProblem::PassphraseWrong));
    }

    #[test]
    fn a_passphrase_for_an_open_key_is_told() {
        let pem = openssh(&generate(Algorithm::Ed25519));
        let needless = check(&pem, Some(&"open".into()));
        assert_eq!(needless, Err(KeyProblem::PassphraseNeedless));
    }

    #[test]
    fn keys_in_pkcs8_form_are_read_with_and_without_passphrase() {
        let key = generate(Algorithm::Ed25519);
        let (mut open, mut shut) = (Vec::new(), Vec::new());
        encode_pkcs8_pem(&key, &mut open).unwrap();
        encode_pkcs8_pem_encrypted(&key, b"open", 10, &mut shut).unwrap();
        let [open, shut] = [open, shut].map(|pem| String::from_utf8(pem).unwrap().into());
        assert!(check(&open, None).is_ok());
        assert!(check(&shut, Some(&"open".into())).is_ok());
        assert_eq!(check(&shut, None), Err(KeyProblem::PassphraseMissing));
        let wrong = check(&shut, Some(&"shut".into()));
        assert_eq!(wrong, Err(KeyProblem::PassphraseWrong));
    }

    #[test]
    fn what_is_no_private_key_is_told_apart() {
        let key = generate(Algorithm::Ed25519);
        let public = key.public_key().to_openssh().unwrap();
        assert_eq!(check(&public.into(), None), Err(KeyProblem::Public));
        let pem = openssh(&key);
        let half = &pem.expose_secret()[..200];
        for text in ["", "hello", half, "-----BEGIN OPENSSH PRIVATE KEY-----\n"] {
            assert_eq!(
                check(&text.into(), None),
                Err(KeyProblem::Unreadable),
                "{text}"
            );
        }
        let dsa = openssh(&generate(Algorithm::Dsa));
        assert_eq!(check(&dsa, None), Err(KeyProblem::Unsupported));
    }
}
