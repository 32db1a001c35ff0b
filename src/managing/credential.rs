//! A credential as it is typed, and checked. What was typed as a secret is never shown again, not
//! even in the form that it was typed into.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::problems::Problems;
use super::text::trimmed;
use crate::inventory::rules::{self, KeyProblem};
use crate::vault::Secret;

/// How many characters a password may have.
const LONGEST_PASSWORD: usize = 1_000;

/// A credential as it is typed. `Debug` shows nothing of the secrets.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CredentialText {
    pub name: String,
    pub username: String,
    pub password: SecretString,
    pub private_key: SecretString,
    pub passphrase: SecretString,
}

/// A credential that can be stored.
#[derive(Debug)]
pub struct Checked {
    pub name: String,
    pub username: String,
    /// The secret, and the public half of a private key; `None`: none was typed.
    pub secret: Option<(Secret, Option<String>)>,
}

impl CredentialText {
    /// What is meant; where it `needs_secret`, none is a problem.
    ///
    /// # Errors
    /// Everything that is wrong; no sentence repeats a secret.
    pub fn check(&self, needs_secret: bool) -> Result<Checked, Problems> {
        let mut problems = Problems::default();
        let name = problems.take("name", "The name", rules::name(&trimmed(&self.name)));
        let username = rules::username(&trimmed(&self.username));
        let username = problems.take("username", "The user name", username);
        let secret = self.secret(&mut problems);
        if needs_secret && secret.is_none() && problems.of("password").is_none() {
            problems.add("password", "Give a password or a private key");
        }
        match (name, username) {
            (Some(name), Some(username)) if problems.is_empty() => Ok(Checked {
                name,
                username,
                secret,
            }),
            _ => Err(problems),
        }
    }

    fn secret(&self, problems: &mut Problems) -> Option<(Secret, Option<String>)> {
        let is_given = |secret: &SecretString| !secret.expose_secret().trim().is_empty();
        match (
            !self.password.expose_secret().is_empty(),
            is_given(&self.private_key),
        ) {
            (false, false) => {
                if !self.passphrase.expose_secret().is_empty() {
                    let alone = "A passphrase opens a private key, and here is none";
                    problems.add("passphrase", alone);
                }
                None
            }
            (true, true) => {
                let both = "Give a password or a private key, not both";
                problems.add("password", both);
                None
            }
            (true, false) => self.checked_password(problems),
            (false, true) => self.checked_key(problems),
        }
    }

    fn checked_password(&self, problems: &mut Problems) -> Option<(Secret, Option<String>)> {
        if !rules::is_one_line(&self.password) {
            let wrong = "The password has a line break or another control character in it";
            problems.add("password", wrong);
            return None;
        }
        if self.password.expose_secret().chars().count() > LONGEST_PASSWORD {
            let wrong = format!("The password is longer than {LONGEST_PASSWORD} characters");
            problems.add("password", wrong);
            return None;
        }
        Some((Secret::Password(self.password.clone()), None))
    }

    fn checked_key(&self, problems: &mut Problems) -> Option<(Secret, Option<String>)> {
        // A text area sends CR LF, and people paste blank lines around a key.
        let pem = SecretString::from(trimmed(self.private_key.expose_secret()) + "\n");
        let passphrase = Some(&self.passphrase).filter(|one| !one.expose_secret().is_empty());
        match rules::private_key(&pem, passphrase) {
            Ok(public) => {
                let passphrase = passphrase.cloned();
                Some((Secret::PrivateKey { pem, passphrase }, Some(public)))
            }
            Err(wrong) => {
                let (field, sentence) = at_field(wrong);
                problems.add(field, sentence);
                None
            }
        }
    }
}

/// The field of a form that a problem with a key is about, and the sentence there.
fn at_field(wrong: KeyProblem) -> (&'static str, String) {
    match wrong {
        KeyProblem::PassphraseMissing => {
            let sentence = "The private key has a passphrase; give it as well";
            ("passphrase", sentence.to_owned())
        }
        KeyProblem::PassphraseWrong | KeyProblem::PassphraseNeedless => {
            ("passphrase", capital(&wrong.to_string()))
        }
        KeyProblem::Public | KeyProblem::Unreadable | KeyProblem::Unsupported => {
            ("private_key", capital(&wrong.to_string()))
        }
    }
}

/// A sentence with a capital at its beginning.
fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use russh::keys::ssh_key::LineEnding;
    use russh::keys::{Algorithm, PrivateKey};

    use super::*;

    fn core() -> CredentialText {
        CredentialText {
            name: " core ".to_owned(),
            username: "backup".to_owned(),
            ..CredentialText::default()
        }
    }

    #[test]
    fn a_password_is_taken_as_it_is() {
        let text = CredentialText {
            password: " pass word ".into(),
            ..core()
        };
        let checked = text.check(true).unwrap();
        assert_eq!(checked.name, "core");
        let Some((Secret::Password(password), None)) = checked.secret else {
            panic!("no password");
        };
        assert_eq!(password.expose_secret(), " pass word ");
    }

    #[test]
    fn a_key_with_the_line_ends_of_a_form_is_read_and_tells_its_public_half() {
        let key = PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).unwrap();
        let pem = key
            .to_openssh(LineEnding::LF)
            .unwrap()
            .replace('\n', "\r\n");
        let text = CredentialText {
            private_key: format!("\r\n{pem}").into(),
            ..core()
        };
        let (_, public) = text.check(true).unwrap().secret.unwrap();
        assert!(public.unwrap().starts_with("ssh-ed25519 "));
        let with_passphrase = CredentialText {
            passphrase: "hunter2".into(),
            ..text
        };
        let problems = with_passphrase.check(true).unwrap_err();
        let told = problems.of("passphrase").unwrap();
        assert_eq!(
            told,
            "The private key has no passphrase; remove the one given"
        );
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field_and_no_secret_with_it() {
        let cases = [
            (core(), "password", "Give a password or a private key"),
            (
                CredentialText {
                    password: "hunter2\n".into(),
                    ..core()
                },
                "password",
                "line break",
            ),
            (
                CredentialText {
                    password: "x".repeat(1_001).into(),
                    ..core()
                },
                "password",
                "1000",
            ),
            (
                CredentialText {
                    password: "hunter2".into(),
                    private_key: "x".into(),
                    ..core()
                },
                "password",
                "not both",
            ),
            (
                CredentialText {
                    private_key: "hunter2".into(),
                    ..core()
                },
                "private_key",
                "can not be read",
            ),
            (
                CredentialText {
                    passphrase: "hunter2".into(),
                    ..core()
                },
                "passphrase",
                "here is none",
            ),
            (
                CredentialText {
                    username: "a+hunter2".to_owned(),
                    password: "x".into(),
                    ..core()
                },
                "username",
                "login options",
            ),
        ];
        for (text, field, word) in cases {
            let shown = format!("{text:?}");
            assert!(!shown.contains("hunter2") || field == "username", "{shown}");
            let problems = text.check(true).unwrap_err();
            let told = problems.of(field).unwrap();
            assert!(told.contains(word) && !told.contains("hunter2"), "{told}");
        }
        assert!(core().check(false).unwrap().secret.is_none());
    }
}
