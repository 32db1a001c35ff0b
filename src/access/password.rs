//! Passwords of people: what is taken for one, and how it is kept.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use zxcvbn::{Score, zxcvbn};

/// How many characters a password has at least (NIST SP 800-63B asks for 8, or 15 where it is
/// the only factor; what is easily guessed is refused whatever its length).
pub const MIN_CHARS: usize = 12;

/// How many characters it has at most: more than anybody types, little enough to be judged.
pub const MAX_CHARS: usize = 128;

/// How many are hashed at once: each takes 19 MiB and a processor for a while.
const AT_ONCE: usize = 2;

/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(10);

static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

/// A hash of nothing that anybody knows: who has no password takes as long to be refused.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hash_now(super::Token::generate().expose()));

/// Why a password is not taken. The sentence is for who chose it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    #[error("The password must have at least {MIN_CHARS} characters; a few words make a good one.")]
    Short,
    #[error("The password must have at most {MAX_CHARS} characters.")]
    Long,
    #[error(
        "The password is easily guessed: it is among common ones, or made of them, of a name, a date or a pattern. A few words that have nothing to do with each other make a good one."
    )]
    Guessable,
}

/// Too many passwords are checked at this moment.
#[derive(Debug, thiserror::Error)]
#[error("too many passwords are being checked at once")]
pub struct Busy;

/// Whether it may be somebody's password; `name` is what they are called.
///
/// # Errors
/// Why not.
pub fn check(password: &SecretString, name: &str) -> Result<(), Weak> {
    let password = password.expose_secret();
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(Weak::Short);
    }
    if chars > MAX_CHARS {
        return Err(Weak::Long);
    }
    let strength = zxcvbn(
        password,
        &[name, "routervault", "mikrotik", "routeros", "backup"],
    );
    if strength.score() < Score::Three {
        return Err(Weak::Guessable);
    }
    Ok(())
}

/// The hash to keep (argon2id, PHC format).
///
/// # Errors
/// [`Busy`].
pub async fn hash(password: SecretString) -> Result<String, Busy> {
    in_turn(move || hash_now(password.expose_secret())).await
}

/// Whether `password` is the one that `hash` was made of. Without a hash it is not, and finding
/// that out takes as long.
///
/// # Errors
/// [`Busy`].
pub async fn verify(password: SecretString, hash: Option<String>) -> Result<bool, Busy> {
    in_turn(move || {
        let known = hash.is_some();
        let hash = hash.as_deref().unwrap_or(&NOBODYS);
        let fits = PasswordHash::new(hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.expose_secret().as_bytes(), &hash)
                .is_ok()
        });
        known && fits
    })
    .await
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
    let turn = tokio::time::timeout(PATIENCE, Arc::clone(&TURNS).acquire_owned());
    let turn = turn.await.map_err(|_| Busy)?.map_err(|_| Busy)?;
    let done = spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    done.await.map_err(|_| Busy)
}

fn hash_now(password: &str) -> String {
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("the parameters are argon2's own")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(password: &str) -> Result<(), Weak> {
        check(&password.into(), "kim.larsen")
    }

    #[test]
    fn what_is_short_common_or_a_name_is_refused() {
        assert_eq!(checked("hX8!kq2-vZ"), Err(Weak::Short));
        assert_eq!(checked(&"ab3-".repeat(33)), Err(Weak::Long));
        for guessable in [
            "password1234",
            "Passw0rd!2026",
            "qwertyuiop123",
            "kim.larsen2026",
            "routervault123",
            "aaaaaaaaaaaaaaa",
            "123456789012345",
        ] {
            assert_eq!(checked(guessable), Err(Weak::Guessable), "{guessable}");
        }
        assert_eq!(checked("copper-lantern-meadow-41"), Ok(()));
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert_eq!(checked("äöüäöü"), Err(Weak::Short));
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let kept = hash("copper-lantern-meadow".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$"));
        let again = verify("copper-lantern-meadow".into(), Some(kept.clone()));
        assert!(again.await.unwrap());
        assert!(!verify("copper-lantern".into(), Some(kept)).await.unwrap());
        assert!(!verify("x".into(), None).await.unwrap());
        assert!(
            !verify("x".into(), Some("damaged".to_owned()))
                .await
                .unwrap()
        );
    }
}
