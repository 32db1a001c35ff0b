//! Signing in: once, with the method the device accepts, and never twice with a refused secret.

use std::sync::Arc;

use russh::client::{AuthResult, KeyboardInteractiveAuthResponse};
use russh::keys::{Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg};
use russh::{MethodKind, MethodSet};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::connection::Connection;
use super::error::{SshError, Stage};

/// How many rounds of keyboard-interactive questions are answered at most.
const MAX_QUESTION_ROUNDS: usize = 3;

/// A user name and its secret.
#[derive(Debug, Clone)]
pub struct Login {
    pub username: String,
    pub proof: Proof,
}

/// What proves that we are that user.
#[derive(Clone)]
pub enum Proof {
    Password(SecretString),
    PrivateKey(Arc<PrivateKey>),
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password(..)",
            Self::PrivateKey(_) => "PrivateKey(..)",
        })
    }
}

/// What a device answered.
enum Answer {
    Accepted,
    Refused(MethodSet),
}

impl Connection {
    /// Signs in.
    ///
    /// # Errors
    /// [`SshError::AuthRefused`] when the device refuses, [`SshError::AuthCutOff`] when it hangs
    /// up instead, [`SshError::Timeout`] when it does not answer in time.
    pub async fn authenticate(&mut self, login: &Login) -> Result<(), SshError> {
        let after = self.timeout;
        let answer =
            timeout(after, self.try_login(login))
                .await
                .map_err(|_| SshError::Timeout {
                    stage: Stage::SignIn,
                    after,
                })??;
        match answer {
            Answer::Accepted => Ok(()),
            // russh reports a connection that ended here as a refusal that names no method.
            Answer::Refused(methods) if methods.is_empty() && self.handle.is_closed() => {
                Err(SshError::AuthCutOff {
                    username: login.username.clone(),
                })
            }
            Answer::Refused(methods) => Err(SshError::AuthRefused {
                username: login.username.clone(),
                methods: describe(&methods),
            }),
        }
    }

    async fn try_login(&mut self, login: &Login) -> Result<Answer, SshError> {
        match &login.proof {
            Proof::Password(password) => self.try_password(&login.username, password).await,
            Proof::PrivateKey(key) => self.try_key(&login.username, key).await,
        }
    }

    /// By password, or by answering questions with it where the device knows only that. Which
    /// of the two is asked first, without a secret: after a refusal the device's list does not
    /// tell "unknown method" from "wrong password", and a refused password is not sent again.
    async fn try_password(
        &mut self,
        username: &str,
        password: &SecretString,
    ) -> Result<Answer, SshError> {
        let asked = self.handle.authenticate_none(username).await;
        let methods = match asked.map_err(|_| NOTHING_SENT)?.into() {
            Answer::Accepted => return Ok(Answer::Accepted),
            Answer::Refused(methods) => methods,
        };
        if methods.is_empty() && self.handle.is_closed() {
            return Err(NOTHING_SENT);
        }
        if methods.contains(&MethodKind::Password) {
            let answer = self
                .handle
                .authenticate_password(username, password.expose_secret())
                .await;
            return answer.map(Into::into).map_err(|_| cut_off(username));
        }
        if methods.contains(&MethodKind::KeyboardInteractive) {
            let answer = self.try_questions(username, password).await;
            return answer.map_err(|_| cut_off(username));
        }
        Ok(Answer::Refused(methods))
    }

    /// Answers every hidden question with the password, and every other one with nothing.
    async fn try_questions(
        &mut self,
        username: &str,
        password: &SecretString,
    ) -> Result<Answer, russh::Error> {
        let mut response = self
            .handle
            .authenticate_keyboard_interactive_start(username, None)
            .await?;
        let mut sent = false;
        for _ in 0..=MAX_QUESTION_ROUNDS {
            let prompts = match response {
                KeyboardInteractiveAuthResponse::Success => return Ok(Answer::Accepted),
                KeyboardInteractiveAuthResponse::Failure {
                    remaining_methods, ..
                } => return Ok(Answer::Refused(remaining_methods)),
                KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts,
            };
            if sent && !prompts.is_empty() {
                // Asked again: the answer was refused.
                return Ok(Answer::Refused(MethodSet::from(
                    [MethodKind::KeyboardInteractive].as_slice(),
                )));
            }
            sent |= prompts.iter().any(|prompt| !prompt.echo);
            let answers = prompts
                .iter()
                .map(|prompt| match prompt.echo {
                    false => password.expose_secret().to_owned(),
                    true => String::new(),
                })
                .collect();
            response = self
                .handle
                .authenticate_keyboard_interactive_respond(answers)
                .await?;
        }
        Ok(Answer::Refused(MethodSet::empty()))
    }

    async fn try_key(&mut self, username: &str, key: &Arc<PrivateKey>) -> Result<Answer, SshError> {
        let hash = self.signature_hash(key).await.map_err(|_| NOTHING_SENT)?;
        let key = PrivateKeyWithHashAlg::new(Arc::clone(key), hash);
        let answer = self.handle.authenticate_publickey(username, key).await;
        answer.map(Into::into).map_err(|_| cut_off(username))
    }

    /// The hash for an RSA signature: the best the device names, SHA-256 where it names none
    /// (RFC 8332 leaves that to the client; RouterOS knows it since 6.4x). SHA-1 only where the
    /// device says that it knows nothing else.
    async fn signature_hash(&self, key: &PrivateKey) -> Result<Option<HashAlg>, russh::Error> {
        if !matches!(key.algorithm(), Algorithm::Rsa { .. }) {
            return Ok(None);
        }
        Ok(self
            .handle
            .best_supported_rsa_hash()
            .await?
            .unwrap_or(Some(HashAlg::Sha256)))
    }
}

/// The connection ended before any proof was sent: a lost line, and no refusal.
const NOTHING_SENT: SshError = SshError::Lost {
    doing: "signing in",
    received: 0,
};

fn cut_off(username: &str) -> SshError {
    SshError::AuthCutOff {
        username: username.to_owned(),
    }
}

impl From<AuthResult> for Answer {
    fn from(result: AuthResult) -> Self {
        match result {
            AuthResult::Success => Self::Accepted,
            AuthResult::Failure {
                remaining_methods, ..
            } => Self::Refused(remaining_methods),
        }
    }
}

fn describe(methods: &MethodSet) -> String {
    let names: Vec<&str> = methods.iter().map(Into::into).collect();
    if names.is_empty() {
        return "nothing it named".to_owned();
    }
    names.join(", ")
}
