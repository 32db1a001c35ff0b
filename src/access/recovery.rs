//! Recovery codes: for who has lost the app of their second factor. Pure.

use rand::RngExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use totp_rs::Secret;

use super::totp::grouped;

/// How many somebody gets at a time.
pub const CODES: usize = 10;

/// How many random bytes a code has: 80 bits can not be guessed, so that a plain hash keeps it.
const CODE_BYTES: usize = 10;

/// How many letters and digits that makes.
const LETTERS: usize = 16;

/// New ones, as they are shown, once: `ABCD-EFGH-IJKL-MNOP`.
#[must_use]
pub fn generate() -> Vec<SecretString> {
    let one = |_| {
        let bytes: [u8; CODE_BYTES] = rand::rng().random();
        let letters = Secret::from(bytes.to_vec()).to_base32();
        SecretString::from(grouped(&letters, '-'))
    };
    (0..CODES).map(one).collect()
}

/// What is kept of a code, however it is typed: in small letters, with spaces or without dashes.
/// `None` when it can not be one.
#[must_use]
pub fn hash(typed: &SecretString) -> Option<Vec<u8>> {
    let letters = typed.expose_secret().chars();
    let letters: String = letters
        .filter(|letter| *letter != '-' && !letter.is_whitespace())
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let is_one = letters.len() == LETTERS && letters.bytes().all(|b| b.is_ascii_alphanumeric());
    is_one.then(|| Sha256::digest(letters).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let codes = generate();
        assert_eq!(codes.len(), CODES);
        let code = codes[0].expose_secret();
        assert_eq!((code.len(), code.matches('-').count()), (19, 3));
        let kept = hash(&codes[0]).unwrap();
        for typed in [
            code.to_lowercase(),
            code.replace('-', ""),
            format!(" {} ", code.replace('-', " ")),
        ] {
            assert_eq!(hash(&typed.into()).as_ref(), Some(&kept));
        }
        assert_ne!(hash(&codes[1]), Some(kept));
    }

    #[test]
    fn what_is_no_code_is_none() {
        for other in ["", "123456", "ABCD-EFGH-IJKL-MNO", "ABCD-EFGH-IJKL-MNOÄ"] {
            assert_eq!(hash(&other.into()), None, "{other}");
        }
    }
}
