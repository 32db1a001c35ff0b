//! Who somebody is, by the claims of an id token or of the userinfo endpoint (OpenID Connect Core
//! 1.0, sections 2 and 5).

use std::collections::BTreeMap;

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How many groups of one person are looked at.
const MAX_GROUPS: usize = 2_000;

/// The claims that the crate has no field for; the groups are among them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OtherClaims(BTreeMap<String, Value>);

impl AdditionalClaims for OtherClaims {}

/// Who the provider says somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// What the account may be called, the best first: the user name at the provider, the address
    /// of mail, the subject. They may be anything, and another's.
    pub names: Vec<String>,
    /// How the person is called; may be empty.
    pub full_name: String,
    /// `None`: the provider says nothing of groups, which is not the same as none.
    pub groups: Option<Vec<String>>,
}

/// What one set of claims says.
#[derive(Debug, Default)]
pub struct Said {
    user_name: Option<String>,
    mail: Option<String>,
    full_name: Option<String>,
    groups: Option<Vec<String>>,
}

impl Said {
    /// Reads claims as they are in JSON.
    pub fn of(claims: &impl Serialize, groups_claim: &str) -> Self {
        // Claims came from JSON; were they none, nothing would be known of the person.
        match serde_json::to_value(claims) {
            Ok(Value::Object(claims)) => Self::read(&claims, groups_claim),
            _ => Self::default(),
        }
    }

    fn read(claims: &Map<String, Value>, groups_claim: &str) -> Self {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            user_name: text("preferred_username"),
            mail: text("email"),
            full_name: text("name"),
            groups: claims.get(groups_claim).and_then(groups),
        }
    }

    /// Whether the other source need not be asked.
    pub const fn is_whole(&self) -> bool {
        self.groups.is_some() && self.user_name.is_some()
    }

    /// The same, with what is not said taken from `other`.
    pub fn or(self, other: Self) -> Self {
        Self {
            user_name: self.user_name.or(other.user_name),
            mail: self.mail.or(other.mail),
            full_name: self.full_name.or(other.full_name),
            groups: self.groups.or(other.groups),
        }
    }

    /// Said of somebody.
    pub fn of_subject(self, issuer: &str, subject: &str) -> Claimed {
        let names = [self.user_name, self.mail, Some(subject.to_owned())];
        Claimed {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            names: names.into_iter().flatten().collect(),
            full_name: self.full_name.unwrap_or_default(),
            groups: self.groups,
        }
    }
}

/// A list of names, or one name; some providers write a list of one so. `None` when it is neither.
fn groups(claim: &Value) -> Option<Vec<String>> {
    match claim {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => {
            let names = many.iter().filter_map(Value::as_str).take(MAX_GROUPS);
            Some(names.map(str::to_owned).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_are_a_list_of_names_or_one_name_and_nothing_else() {
        let groups_of = |claims: Value| Said::of(&claims, "groups").groups;
        let some = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(groups_of(json!({"groups": ["a", "b"]})), some(&["a", "b"]));
        assert_eq!(groups_of(json!({"groups": "a"})), some(&["a"]));
        assert_eq!(groups_of(json!({"groups": []})), some(&[]));
        assert_eq!(groups_of(json!({"groups": ["a", 7, null]})), some(&["a"]));
        for none in [json!({}), json!({"groups": {"a": 1}}), json!({"groups": 7})] {
            assert_eq!(groups_of(none), None);
        }
    }

    #[test]
    fn the_name_is_that_of_the_user_else_of_the_mail_else_the_subject() {
        let said = |claims: Value| Said::of(&claims, "groups");
        let names = |said: Said| said.of_subject("https://login.example.com", "s-1").names;
        let whole = json!({"preferred_username": "kim", "email": "kim@example.com"});
        assert_eq!(names(said(whole)), ["kim", "kim@example.com", "s-1"]);
        let of_two = said(json!({"email": "a@example.com"})).or(said(json!({
            "email": "b@example.com", "preferred_username": "kim"
        })));
        assert_eq!(names(of_two), ["kim", "a@example.com", "s-1"]);
        assert_eq!(names(said(json!({"preferred_username": 7}))), ["s-1"]);
    }
}
