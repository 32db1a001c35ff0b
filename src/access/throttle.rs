//! How long somebody who guesses has to wait: pure.
//!
//! Failures are counted for the account and for the address. Waiting grows with each, and ends:
//! an account that strangers guess at is slowed down, never locked. Where its owner signed in
//! before, only that address counts.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::model::UserId;

/// After how long a failure is forgotten.
pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(24);

/// What failures are counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name, whether anybody has it or not.
    Account,
    /// Where the attempts come from.
    Address,
    /// The second factor of somebody whose password was right.
    Code,
    /// The password that somebody who is signed in is asked for again.
    Proof,
}

impl Kind {
    /// How many failures cost nothing, and how long the wait may become.
    const fn limits(self) -> (i32, TimeDelta) {
        match self {
            Self::Account => (5, TimeDelta::minutes(5)),
            Self::Address => (20, TimeDelta::minutes(15)),
            // A million codes, three of them right: at ten minutes a guess for ever too many.
            Self::Code => (5, TimeDelta::minutes(10)),
            Self::Proof => (5, TimeDelta::minutes(10)),
        }
    }
}

/// When the next attempt is taken after so many failures; `None`: at once.
pub fn blocked_until(
    kind: Kind,
    failures: i32,
    last_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let (free, longest) = kind.limits();
    if failures < free || now - last_at >= FORGOTTEN_AFTER {
        return None;
    }
    let doublings = u32::try_from(failures - free).unwrap_or(0).min(20);
    let wait = TimeDelta::seconds(1 << doublings).min(longest);
    let until = last_at + wait;
    (until > now).then_some(until)
}

/// Under what the failures of a name are counted. Hashed: people type passwords into the field
/// for the name.
pub fn account_key(name: &str) -> String {
    format!(
        "account:{}",
        hex::encode(Sha256::digest(name.trim().to_lowercase()))
    )
}

/// Under what wrong codes of somebody are counted.
pub fn code_key(user: UserId) -> String {
    format!("code:{user}")
}

/// Under what wrong passwords of somebody who is signed in are counted: apart from those of their
/// sign-in, so that who has a session of theirs can not hold that up.
pub fn proof_key(user: UserId) -> String {
    format!("proof:{user}")
}

/// Under what the failures from an address are counted. Who has one IPv6 address has 2^64 of
/// them.
pub fn address_key(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(v6)) => {
            let network = Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX));
            format!("address:{network}/64")
        }
        _ => format!("address:{address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(kind: Kind, failures: i32) -> i64 {
        let now = Utc::now();
        blocked_until(kind, failures, now, now).map_or(0, |until| (until - now).num_seconds())
    }

    #[test]
    fn waiting_grows_with_each_failure_and_has_an_end() {
        let waits = [4, 5, 6, 10, 30, i32::MAX].map(|failures| wait(Kind::Account, failures));
        assert_eq!(waits, [0, 1, 2, 32, 300, 300]);
        assert_eq!(wait(Kind::Address, 19), 0);
        assert_eq!(wait(Kind::Address, 1000), 900);
    }

    #[test]
    fn a_failure_is_forgotten_after_a_day() {
        let last = Utc::now();
        let later = last + FORGOTTEN_AFTER;
        assert_eq!(blocked_until(Kind::Account, 1000, last, later), None);
    }

    #[test]
    fn the_addresses_of_one_network_are_counted_together() {
        assert_eq!(address_key("2001:db8::1"), address_key("2001:db8::ffff:2"));
        assert_ne!(address_key("2001:db8::1"), address_key("2001:db8:0:1::1"));
        assert_ne!(address_key("192.0.2.1"), address_key("192.0.2.2"));
    }

    #[test]
    fn a_name_is_counted_whatever_its_case_and_not_kept() {
        assert_eq!(account_key("Kim "), account_key("kim"));
        assert!(!account_key("hunter2").contains("hunter2"));
    }
}
