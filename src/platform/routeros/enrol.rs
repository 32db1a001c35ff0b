//! The commands that a person pastes on a router so that it can be backed up: a group with what a
//! backup needs and nothing else, a user in it, and the key that the user signs in with. Pure:
//! nothing here is ever sent to a router by us.
//!
//! Each line can be pasted twice without harm. Sources: MikroTik's pages "User" and "SSH"; that
//! `set policy=` only adds to what a group has on 7.20.8, so that what is refused must be spelled
//! out, was measured there.

use super::console::quoted;
use super::policies::{NEEDED, refused};
use super::text::major;
use crate::model::KeyKind;

/// The group that the commands make.
pub const GROUP: &str = "routervault";

/// Who is to be enrolled.
#[derive(Debug, Clone)]
pub struct Enrolment<'a> {
    /// RouterOS without the channel (`7.16.2`); `None` when it is not known.
    pub version: Option<&'a str>,
    /// The user's name on the router.
    pub username: &'a str,
    pub proof: Proof<'a>,
}

/// What the user signs in with.
#[derive(Clone)]
pub enum Proof<'a> {
    /// A password that a person types: none is ever shown.
    Password,
    Key {
        /// In OpenSSH form, on one line.
        public: &'a str,
        /// A random password for a user that is made, which nobody needs to know: RouterOS
        /// would give it an empty one.
        throwaway: &'a str,
    },
}

/// By hand: a throwaway password is a password all the same.
impl std::fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Password => "Password",
            Self::Key { .. } => "Key(..)",
        })
    }
}

/// One thing to do on the router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// For a technician, with what is to be typed between backticks.
    pub text: &'static str,
    /// What to paste, line by line; empty when it is typed by hand.
    pub commands: Vec<String>,
}

/// Which kind of key a router takes for a user: Ed25519 from 7.12 on (7.11 refuses it, as was
/// measured); RSA always, and so where the version is not known.
#[must_use]
pub fn key_kind(version: Option<&str>) -> KeyKind {
    match version.and_then(numbers) {
        Some(numbers) if numbers >= (7, 12) => KeyKind::Ed25519,
        _ => KeyKind::Rsa,
    }
}

/// `(7, 16)` of `7.16.2`, and of `7.16rc3`.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let (_, rest) = version.split_once('.')?;
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    Some((major(version)?, rest[..digits].parse().ok()?))
}

/// What to do on the router, in order.
#[must_use]
pub fn steps(enrolment: &Enrolment<'_>) -> Vec<Step> {
    let mut steps = vec![
        Step {
            text: "Make a group with the policies that a backup needs, and no other.",
            commands: group(enrolment.version),
        },
        Step {
            text: "Make the user, or put it into that group. Never do this to an account that people sign in with: it could only read afterwards.",
            commands: user(enrolment),
        },
    ];
    match enrolment.proof {
        Proof::Password => steps.push(Step {
            text: "If the user is new, give it the password of the credential and enable it: in WinBox under System, Users, or by typing `/user set NAME disabled=no password=` with the password behind it.",
            commands: Vec::new(),
        }),
        Proof::Key { public, .. } => steps.extend(key(enrolment, public)),
    }
    steps
}

fn group(version: Option<&str>) -> Vec<String> {
    let (name, knows_rest_api) = (quoted(GROUP), is_seven(version));
    let allowed = NEEDED.iter().map(|policy| policy.name.to_owned());
    let refused = refused(knows_rest_api).map(|name| format!("!{name}"));
    let policy: Vec<String> = allowed.chain(refused).collect();
    vec![
        format!(
            ":if ([:len [/user group find name={name}]] = 0) do={{ /user group add name={name} }}"
        ),
        format!(
            "/user group set [find name={name}] policy={}",
            policy.join(",")
        ),
    ]
}

fn user(enrolment: &Enrolment<'_>) -> Vec<String> {
    let (name, group) = (quoted(enrolment.username), quoted(GROUP));
    let made = match enrolment.proof {
        // Nobody may sign in to it before it has a password.
        Proof::Password => "disabled=yes".to_owned(),
        Proof::Key { throwaway, .. } => format!("password={}", quoted(throwaway)),
    };
    vec![
        format!(
            ":if ([:len [/user find name={name}]] = 0) do={{ /user add name={name} group={group} {made} }}"
        ),
        format!("/user set [find name={name}] group={group}"),
    ]
}

/// Since which version a key can be given without a file is documented nowhere; on version 7 it
/// was seen to work, and the way by file is there for the others.
fn key(enrolment: &Enrolment<'_>, public: &str) -> Vec<Step> {
    let (name, key) = (quoted(enrolment.username), quoted(public.trim()));
    let by_file = vec![
        "/file print file=routervault-key".to_owned(),
        ":delay 2s".to_owned(),
        format!("/file set [find name~\"routervault-key\"] contents={key}"),
        format!(
            "/user ssh-keys import user={name} public-key-file=[/file get [find name~\"routervault-key\"] name]"
        ),
    ];
    if !is_seven(enrolment.version) {
        return vec![Step {
            text: "Write the public key into a file, and import it; RouterOS deletes the file then.",
            commands: by_file,
        }];
    }
    vec![
        Step {
            text: "Give the user the public key.",
            commands: vec![format!("/user ssh-keys add user={name} key={key}")],
        },
        Step {
            text: "Only if the router answers `bad command name` or `expected end of command` to that, as older ones do: write the key into a file, and import it.",
            commands: by_file,
        },
    ]
}

fn is_seven(version: Option<&str>) -> bool {
    version.and_then(major).is_some_and(|major| major >= 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 routervault";

    fn pasted(version: Option<&str>, username: &str, proof: Proof<'_>) -> Vec<String> {
        let enrolment = Enrolment {
            version,
            username,
            proof,
        };
        let steps = steps(&enrolment).into_iter();
        steps.flat_map(|step| step.commands).collect()
    }

    fn by_key() -> Proof<'static> {
        Proof::Key {
            public: KEY,
            throwaway: "of-no-use",
        }
    }

    #[test]
    fn the_kind_of_key_follows_the_version() {
        for (version, kind) in [
            (Some("6.49.18"), KeyKind::Rsa),
            (Some("7.11.2"), KeyKind::Rsa),
            (Some("7.12"), KeyKind::Ed25519),
            (Some("7.12rc1"), KeyKind::Ed25519),
            (Some("8.0"), KeyKind::Ed25519),
            (Some("seven"), KeyKind::Rsa),
            (None, KeyKind::Rsa),
        ] {
            assert_eq!(key_kind(version), kind, "{version:?}");
        }
    }

    #[test]
    fn the_group_is_spelled_out_for_each_major_version() {
        let seven = pasted(Some("7.16.2"), "backup", by_key());
        assert_eq!(
            seven[1],
            "/user group set [find name=\"routervault\"] policy=ssh,read,sensitive,!local,!telnet,!ftp,!reboot,!write,!policy,!test,!winbox,!password,!web,!sniff,!api,!romon,!rest-api"
        );
        let six = pasted(Some("6.49.18"), "backup", by_key());
        assert!(six[1].ends_with(",!romon"));
    }

    #[test]
    fn version_6_and_an_unknown_one_take_the_key_from_a_file_only() {
        for version in [Some("6.49.18"), None] {
            let lines = pasted(version, "backup", by_key());
            assert!(!lines.iter().any(|line| line.contains("ssh-keys add")));
            let written = format!("contents=\"{KEY}\"");
            assert!(lines.iter().any(|line| line.ends_with(&written)));
        }
        let seven = pasted(Some("7.16.2"), "backup", by_key());
        let added = format!("/user ssh-keys add user=\"backup\" key=\"{KEY}\"");
        assert!(seven.contains(&added));
    }

    #[test]
    fn a_new_user_has_no_empty_password_that_lets_anybody_in() {
        let keyed = pasted(Some("7.16.2"), "backup", by_key()).join("\n");
        assert!(keyed.contains("group=\"routervault\" password=\"of-no-use\" }"));
        let typed = pasted(Some("7.16.2"), "backup", Proof::Password).join("\n");
        assert!(typed.contains("disabled=yes }") && !typed.contains("password="));
    }

    #[test]
    fn a_hostile_name_stays_inside_its_quotes_and_its_line() {
        let lines = pasted(Some("7.16.2"), "x\"] ; /system reboot\r\n$a", by_key());
        let name = r#""x\22] ; /system reboot\0D\0A\24a""#;
        let named: Vec<&String> = lines.iter().filter(|line| line.contains(name)).collect();
        assert_eq!(named.len(), 4);
        assert!(lines.iter().all(|line| !line.contains(['\r', '\n'])));
        assert!(!lines.join("\n").contains("x\"]"));
    }

    #[test]
    fn a_throwaway_password_is_in_no_debug_output() {
        assert!(!format!("{:?}", by_key()).contains("of-no-use"));
    }
}
