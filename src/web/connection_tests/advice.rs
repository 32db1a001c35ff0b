//! What a test says of the account, and what is to be pasted on the router. Decided here, drawn by
//! the template.

use crate::db::pages::ConnectionTestHead;
use crate::model::{FailureCode, TestState};
use crate::platform::routeros::enrol::{self, Enrolment, Proof, Step};
use crate::platform::routeros::policies::{self, Rating};

/// The user that the commands make where the tested one is somebody's own.
const OWN_USER: &str = "routervault";

/// The account that a router has from the beginning.
const FIRST_USER: &str = "admin";

/// What is known of the account.
#[derive(Debug, PartialEq, Eq)]
pub enum Account {
    /// It did not come to asking.
    NotAsked,
    /// The router did not say.
    Unknown,
    Rated(Rating),
}

impl Account {
    /// What a test found of it.
    pub fn of(test: &ConnectionTestHead) -> Self {
        match &test.policies {
            Some(policies) => Self::Rated(policies::rate(policies)),
            None if test.state == TestState::Succeeded => Self::Unknown,
            None if failed_by(test, &[FailureCode::ExportRefused]) => Self::Unknown,
            None => Self::NotAsked,
        }
    }

    fn lacks_something(&self) -> bool {
        matches!(self, Self::Rated(rating) if !rating.lacking.is_empty())
    }
}

fn failed_by(test: &ConnectionTestHead, codes: &[FailureCode]) -> bool {
    let code = test.failure_code.as_ref().and_then(|code| code.known());
    code.is_some_and(|code| codes.contains(&code))
}

/// Whether people manage the router with the account, so that its group must stay as it is.
pub fn is_of_people(test: &ConnectionTestHead) -> bool {
    let manages = |policies: &Vec<String>| policies.iter().any(|policy| policy == "policy");
    bare_name(test) == FIRST_USER || test.policies.as_ref().is_some_and(manages)
}

/// The user's name without the options of the console behind `+`.
fn bare_name(test: &ConnectionTestHead) -> &str {
    test.username.split('+').next().unwrap_or_default()
}

/// The user that is to sign in with a key that is made.
pub fn user_for_key(test: &ConnectionTestHead) -> &str {
    match bare_name(test) {
        _ if is_of_people(test) => OWN_USER,
        name => name,
    }
}

/// What to paste on the router, in order; nothing where nothing is amiss that it would mend, or
/// the account is one that people manage the router with.
pub fn steps(test: &ConnectionTestHead, throwaway: &str) -> Vec<Step> {
    let mended = [FailureCode::AuthFailed, FailureCode::ExportRefused];
    let is_needed = test.state == TestState::Prepared
        || Account::of(test).lacks_something()
        || failed_by(test, &mended);
    if !is_needed || is_of_people(test) {
        return Vec::new();
    }
    enrol::steps(&Enrolment {
        version: test.version.as_deref(),
        username: bare_name(test),
        proof: match &test.public_key {
            None => Proof::Password,
            Some(public) => Proof::Key { public, throwaway },
        },
    })
}

#[cfg(test)]
mod tests {
    use sqlx::types::Json;

    use super::*;
    use crate::model::{ConnectionTestId, CredentialId};

    fn test(username: &str, policies: Option<&[&str]>) -> ConnectionTestHead {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        ConnectionTestHead {
            id: ConnectionTestId(1),
            device_id: None,
            device_name: None,
            uses_credential: None,
            site_slug: "acme".to_owned(),
            site_name: "Acme".to_owned(),
            timezone: "UTC".to_owned(),
            name: "gw".to_owned(),
            address: "192.0.2.1".to_owned(),
            port: 22,
            credential_id: CredentialId(1),
            credential_name: "c".to_owned(),
            username: username.to_owned(),
            state: TestState::Failed,
            created_at: chrono::DateTime::UNIX_EPOCH,
            finished_at: None,
            duration_ms: None,
            steps: Json(Vec::new()),
            checks: Json(Vec::new()),
            verdict: None,
            failure_code: Some(FailureCode::PolicyMissing.into()),
            failure_message: None,
            size_bytes: None,
            has_secrets: None,
            identity: None,
            model: None,
            serial: None,
            version: Some("7.16.2".to_owned()),
            policies: policies.map(owned),
            host_key_algorithm: None,
            host_key_fingerprint: None,
            host_key_standing: None,
            public_key: None,
        }
    }

    #[test]
    fn an_account_that_lacks_something_is_put_into_the_right_group() {
        let test = test("backup+ct", Some(&["ssh", "read"]));
        let steps = steps(&test, "x");
        assert_eq!(steps.len(), 3);
        assert!(steps[1].commands[0].contains("name=\"backup\""));
        assert_eq!(user_for_key(&test), "backup");
    }

    #[test]
    fn an_account_of_people_keeps_its_group() {
        for test in [
            test("admin", Some(&["ssh", "read"])),
            test("kim", Some(&["ssh", "read", "policy"])),
        ] {
            assert_eq!(steps(&test, "x"), []);
            assert_eq!(user_for_key(&test), "routervault");
        }
    }

    #[test]
    fn nothing_is_to_be_pasted_where_nothing_lacks() {
        let mut test = test("backup", Some(&["ssh", "read", "sensitive"]));
        test.state = TestState::Succeeded;
        test.failure_code = None;
        assert_eq!(steps(&test, "x"), []);
        test.policies = None;
        assert_eq!(Account::of(&test), Account::Unknown);
        test.state = TestState::Failed;
        test.failure_code = Some(FailureCode::Unreachable.into());
        assert_eq!(
            (Account::of(&test), steps(&test, "x")),
            (Account::NotAsked, Vec::new())
        );
    }

    #[test]
    fn a_prepared_key_is_given_to_the_user() {
        let mut test = test("routervault", None);
        test.state = TestState::Prepared;
        test.failure_code = None;
        test.public_key = Some("ssh-ed25519 AAAA routervault".to_owned());
        let pasted: Vec<String> = steps(&test, "x")
            .into_iter()
            .flat_map(|step| step.commands)
            .collect();
        assert!(
            pasted
                .iter()
                .any(|line| line.contains("key=\"ssh-ed25519 AAAA routervault\""))
        );
    }
}
