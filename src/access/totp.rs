//! Codes of an authenticator app (TOTP, RFC 6238): pure. SHA-1, six digits and thirty seconds, for
//! some apps silently take every secret for one of these.

use chrono::{DateTime, Utc};
use rand::RngExt as _;
use secrecy::SecretString;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

/// How many bytes a secret has (RFC 4226, section 4).
const SECRET_BYTES: usize = 20;

/// How many digits a code has.
pub const DIGITS: usize = 6;

/// How many characters of a name the app is told: a longer one makes a picture that is hard to
/// read.
const NAME_CHARS: usize = 40;

/// What an app and we know of somebody.
#[derive(Debug)]
pub struct Authenticator(Totp);

impl Authenticator {
    /// A new one for somebody of this name.
    #[must_use]
    pub fn generate(name: &str) -> Self {
        let secret: [u8; SECRET_BYTES] = rand::rng().random();
        Self::of(&Zeroizing::new(secret)[..], name)
    }

    /// The one with this secret, of somebody of this name.
    #[must_use]
    pub fn of(secret: &[u8], name: &str) -> Self {
        // A colon parts the issuer from the name in what the app is told.
        let label: String = name.chars().take(NAME_CHARS).collect();
        let totp = Builder::new()
            .with_secret(secret.to_vec())
            .with_issuer(Some("RouterVault"))
            .with_account_name(label.replace(':', "_"))
            .build_noncompliant();
        Self(totp)
    }

    /// What is kept, sealed.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        self.0.secret().as_bytes()
    }

    /// The secret as it is typed into an app, in groups of four.
    #[must_use]
    pub fn typed(&self) -> SecretString {
        grouped(&self.0.secret().to_base32(), ' ').into()
    }

    /// What the picture tells an app
    /// (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>).
    #[must_use]
    pub fn address(&self) -> SecretString {
        let address = self.0.to_url();
        address
            .expect("the name has no colon and is not empty")
            .into()
    }

    /// The step of thirty seconds that a code is of: this one, or the one before or after, for
    /// clocks that differ. `None`: the code is wrong, or of a step not after `last`.
    #[must_use]
    pub fn step_of(&self, code: &str, now: DateTime<Utc>, last: Option<i64>) -> Option<i64> {
        let seconds = u64::try_from(now.timestamp()).ok()?;
        let step = i64::try_from(self.0.check(code, seconds)?).ok()?;
        last.is_none_or(|last| step > last).then_some(step)
    }
}

/// A text in groups of four.
pub(super) fn grouped(text: &str, separator: char) -> String {
    let mut grouped = String::new();
    for (index, letter) in text.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push(separator);
        }
        grouped.push(letter);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    /// The secret of the examples of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // Its codes have eight digits, of which the last six are those of six.
        let kim = Authenticator::of(SECRET, "kim");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(kim.step_of(code, at(seconds), None), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_counts_one_step_around_its_own_and_never_again() {
        let kim = Authenticator::of(SECRET, "kim");
        let (code, step) = ("081804", 1_111_111_109 / 30);
        let begins = step * 30;
        for (seconds, last, found) in [
            (begins - 31, None, None),
            (begins - 30, None, Some(step)),
            (begins, None, Some(step)),
            (begins + 59, None, Some(step)),
            (begins + 60, None, None),
            (begins, Some(step - 1), Some(step)),
            (begins, Some(step), None),
            (begins, Some(step + 1), None),
            (-5, None, None),
        ] {
            assert_eq!(kim.step_of(code, at(seconds), last), found, "{seconds}");
        }
        for other in ["", "08180", "0818041", "+81804", "81 804", "０８１８０４"] {
            assert_eq!(kim.step_of(other, at(begins), None), None, "{other}");
        }
    }

    #[test]
    fn an_app_is_told_whose_secret_it_is_whatever_they_are_called() {
        for (name, told) in [
            ("kim", "otpauth://totp/RouterVault:kim?"),
            ("a:b", "otpauth://totp/RouterVault:a_b?"),
            (&"x".repeat(100), &"x".repeat(40)),
        ] {
            let address = Authenticator::of(SECRET, name).address();
            assert!(address.expose_secret().contains(told), "{name}");
            assert!(address.expose_secret().contains("issuer=RouterVault"));
        }
    }

    #[test]
    fn the_secret_is_typed_in_groups_and_shown_by_no_debug() {
        let kim = Authenticator::of(SECRET, "kim");
        let typed = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";
        assert_eq!(kim.typed().expose_secret(), typed);
        assert!(!format!("{kim:?}").contains("GEZD"));
        assert_ne!(
            Authenticator::generate("kim").secret(),
            Authenticator::generate("kim").secret()
        );
    }
}
