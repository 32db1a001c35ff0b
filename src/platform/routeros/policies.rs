//! What an account of a router may do, and whether that is what a backup needs: the question,
//! its answer, and what follows from it. Pure.
//!
//! What each policy allows is told on MikroTik's page "User"; that `ssh`, `read` and `sensitive`
//! are enough for a whole export, and that `policy` or `ftp` are not needed, is what Oxidized
//! documents for RouterOS.

use super::console::quoted;

/// How many bytes the answer may have; the longest has about 200.
pub const MAX_ANSWER_BYTES: usize = 4 * 1024;

/// How many policies are kept of an answer; RouterOS knows about twenty.
const MAX_POLICIES: usize = 40;

/// How long the name of a policy may be.
const MAX_NAME: usize = 30;

/// Every policy that RouterOS has or had, and what it lets the account do.
const KNOWN: [(&str, &str); 19] = [
    ("ssh", "sign in over SSH"),
    ("read", "read the configuration"),
    ("sensitive", "see passwords and keys"),
    ("local", "sign in at the local console"),
    (
        "telnet",
        "sign in over telnet, where passwords travel in the clear",
    ),
    ("ftp", "read, write and delete files"),
    ("reboot", "restart the router"),
    ("write", "change the configuration"),
    ("policy", "manage users and their rights"),
    ("test", "send traffic: ping, bandwidth test, fetch"),
    ("winbox", "sign in with WinBox"),
    ("password", "change its own password"),
    ("web", "sign in with WebFig"),
    ("sniff", "listen to the traffic"),
    ("api", "sign in over the API"),
    ("romon", "reach other routers over RoMON"),
    ("dude", "sign in to The Dude"),
    ("tikapp", "sign in with the mobile app"),
    ("rest-api", "sign in over the REST API"),
];

/// The policies that a backup needs.
pub const NEEDED: [Policy; 3] = [
    Policy {
        name: "ssh",
        meaning: "without it the account can not sign in over SSH, and nothing can be backed up",
    },
    Policy {
        name: "read",
        meaning: "without it the router exports nothing",
    },
    Policy {
        name: "sensitive",
        meaning: "without it the router leaves passwords and keys out of the export, without \
                  saying so, and a restored router would lack them",
    },
];

/// Policies that an account which only reads had better not have, the most dangerous first.
const DANGEROUS: [&str; 10] = [
    "policy", "write", "ftp", "reboot", "sniff", "romon", "test", "telnet", "api", "rest-api",
];

/// A policy, and what it is to a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    pub name: &'static str,
    pub meaning: &'static str,
}

/// What the policies of an account come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Those that it needs and has not.
    pub lacking: Vec<Policy>,
    /// Those that it has, needs not, and that somebody could do harm with.
    pub superfluous: Vec<Policy>,
}

impl Rating {
    /// The names of what is lacking: `read and sensitive`.
    #[must_use]
    pub fn lacking_names(&self) -> String {
        let names: Vec<&str> = self.lacking.iter().map(|policy| policy.name).collect();
        names.join(" and ")
    }
}

/// The policies that are to be refused to an account of its own: all but the needed ones, those
/// that only older or newer routers know left out.
pub fn refused(knows_rest_api: bool) -> impl Iterator<Item = &'static str> {
    let names = KNOWN.iter().map(|(name, _)| *name);
    names.filter(move |name| {
        let is_needed = NEEDED.iter().any(|policy| policy.name == *name);
        let is_everywhere = !matches!(*name, "dude" | "tikapp" | "rest-api");
        !is_needed && (is_everywhere || (*name == "rest-api" && knows_rest_api))
    })
}

/// The command that asks for the policies of a user's group, on one line, with spaces, which
/// both major versions understand.
#[must_use]
pub fn question(username: &str) -> String {
    // What stands behind `+` are options of the console, not the name.
    let name = username.split('+').next().unwrap_or_default();
    format!(
        ":put [/user group get [/user get [find name={}] group] policy]",
        quoted(name)
    )
}

/// The policies that an answer allows, in its order; `None` when it is no list of policies: the
/// router refused, or the account is none of its own (RADIUS).
///
/// How the list is written is documented nowhere, so both separators that RouterOS uses for lists
/// are read. A name with `!` is one that is refused.
#[must_use]
pub fn parse(answer: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(answer.trim_ascii()).ok()?;
    let names: Vec<&str> = text.split([';', ',']).map(str::trim).collect();
    let is_list = names.len() <= MAX_POLICIES && names.iter().all(|name| is_name(name));
    let has_known = names.iter().any(|name| {
        KNOWN
            .iter()
            .any(|(known, _)| name.trim_start_matches('!') == *known)
    });
    if !is_list || !has_known {
        return None;
    }
    let allowed = names.into_iter().filter(|name| !name.starts_with('!'));
    Some(allowed.map(str::to_owned).collect())
}

fn is_name(name: &str) -> bool {
    let bare = name.strip_prefix('!').unwrap_or(name);
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    (1..=MAX_NAME).contains(&bare.len()) && bare.bytes().all(letters)
}

/// What an account with these policies lacks, and has without need.
#[must_use]
pub fn rate(policies: &[String]) -> Rating {
    let has = |name: &str| policies.iter().any(|policy| policy == name);
    let meaning = |name: &'static str| {
        let known = KNOWN.iter().find(|(known, _)| *known == name);
        known.map(|(name, meaning)| Policy { name, meaning })
    };
    Rating {
        lacking: NEEDED
            .into_iter()
            .filter(|policy| !has(policy.name))
            .collect(),
        superfluous: DANGEROUS
            .into_iter()
            .filter(|name| has(name))
            .filter_map(meaning)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policies(text: &str) -> Vec<String> {
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn both_ways_to_write_a_list_are_read() {
        let wanted = ["ssh", "read", "sensitive"];
        assert_eq!(policies("ssh;read;sensitive;!local;!rest-api\r\n"), wanted);
        assert_eq!(policies("ssh,read,sensitive,!local\r\n\r\n"), wanted);
        assert_eq!(policies("read"), ["read"]);
        assert_eq!(policies("!ssh;!read"), [""; 0]);
        assert_eq!(policies("ssh;of-tomorrow"), ["ssh", "of-tomorrow"]);
    }

    #[test]
    fn what_is_no_list_is_no_answer() {
        let long = "ssh;".repeat(1000);
        for answer in [
            "",
            "\r\n",
            "no such item",
            "interrupted",
            "not enough permissions (9)",
            "expected end of command (line 1 column 20)",
            "[/user group get [/user get [find name=\"x\"] group] policy]",
            "ssh;<script>",
            "\u{e9};ssh",
            &long,
        ] {
            assert_eq!(parse(answer.as_bytes()), None, "{answer}");
        }
        assert_eq!(parse(b"\xff\xfe;ssh"), None);
    }

    #[test]
    fn what_lacks_is_named_with_what_it_is_for() {
        let rating = rate(&policies("ssh;read;!sensitive"));
        assert_eq!(rating.lacking, [NEEDED[2]]);
        assert_eq!(rating.lacking_names(), "sensitive");
        assert!(rating.superfluous.is_empty());
        let rating = rate(&policies("ssh;winbox;!read"));
        assert_eq!(rating.lacking_names(), "read and sensitive");
    }

    #[test]
    fn what_is_dangerous_and_not_needed_is_told_and_is_no_fault() {
        let rating = rate(&policies(
            "reboot;ssh;read;sensitive;write;winbox;of-tomorrow",
        ));
        assert!(rating.lacking.is_empty());
        let names: Vec<&str> = rating
            .superfluous
            .iter()
            .map(|policy| policy.name)
            .collect();
        assert_eq!(names, ["write", "reboot"]);
    }

    #[test]
    fn a_group_of_its_own_refuses_all_that_it_needs_not() {
        let six: Vec<&str> = refused(false).collect();
        assert!(six.contains(&"write") && !six.contains(&"rest-api"));
        assert!(!six.contains(&"ssh") && !six.contains(&"dude"));
        assert!(refused(true).any(|name| name == "rest-api"));
    }

    #[test]
    fn the_question_is_one_line_whatever_the_user_is_called() {
        assert_eq!(
            question("backup+ct200w"),
            ":put [/user group get [/user get [find name=\"backup\"] group] policy]"
        );
        assert!(!question("a\"]; /system reboot\n").contains("a\"]"));
        assert!(!question("a\n").contains('\n'));
    }
}
