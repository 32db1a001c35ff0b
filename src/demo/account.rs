//! What the one account of a simulated router may do: the policies of its group, as the console
//! tells them, and what is refused without them.

use super::export::Answer;
use super::router::Router;

/// The policies that RouterOS 6 and 7 both know, in their order; 7 adds `rest-api`.
const POLICIES: [&str; 16] = [
    "local",
    "telnet",
    "ssh",
    "ftp",
    "reboot",
    "read",
    "write",
    "policy",
    "test",
    "winbox",
    "password",
    "web",
    "sniff",
    "sensitive",
    "api",
    "romon",
];

/// The policies of the group that RouterVault advises.
pub(super) const ADVISED: [&str; 3] = ["ssh", "read", "sensitive"];

/// How the router refuses what the account may not do.
pub(super) fn refusal() -> Answer {
    Answer::error("not enough permissions (9)")
}

/// The answer to the argument of a `:put` that asks for the policies of a user's group; `None`
/// when it asks for something else.
pub(super) fn policies(router: &Router, argument: &str) -> Option<Answer> {
    let is_six = router.spec().version.major < 7;
    let words: Vec<&str> = argument
        .split(['/', ' '])
        .filter(|word| !word.is_empty())
        .collect();
    let &[
        "[",
        "user",
        "group",
        "get",
        "[",
        "user",
        "get",
        "[find",
        name,
        "group]",
        "policy]",
    ] = words.as_slice()
    else {
        return None;
    };
    // Only version 7 takes a slash for a blank.
    if is_six && argument.contains("user/") {
        return None;
    }
    let name = name.strip_prefix("name=")?.strip_suffix(']')?;
    if !router.may("read") {
        return Some(refusal());
    }
    if name.trim_matches('"') != router.spec().username {
        return Some(Answer::error("no such item"));
    }
    Some(Answer::text(format!("{}\r\n", list(router, is_six))))
}

/// What is allowed comes first, and what is refused with a `!`, as in an export.
fn list(router: &Router, is_six: bool) -> String {
    let rest_api = (!is_six).then_some("rest-api");
    let known: Vec<&str> = POLICIES.into_iter().chain(rest_api).collect();
    let (allowed, refused): (Vec<&str>, Vec<&str>) =
        known.into_iter().partition(|policy| router.may(policy));
    let refused = refused.into_iter().map(|policy| format!("!{policy}"));
    let names: Vec<String> = allowed
        .into_iter()
        .map(str::to_owned)
        .chain(refused)
        .collect();
    names.join(if is_six { "," } else { ";" })
}

#[cfg(test)]
mod tests {
    use super::super::cli::run;
    use super::super::clock::Clock;
    use super::super::spec::RouterSpec;
    use super::*;
    use crate::platform::routeros::policies as driver;

    fn router(version: &str, policies: &[&'static str]) -> Router {
        let spec = RouterSpec {
            policies: policies.to_vec(),
            ..RouterSpec::new("gw", 1).running(version.parse().unwrap())
        };
        Router::new(spec, None, Clock::system())
    }

    fn answer(router: &Router, line: &str) -> String {
        String::from_utf8(run(router, line).pieces.concat()).unwrap()
    }

    #[test]
    fn what_the_driver_asks_is_answered_in_either_form_and_understood() {
        for (version, separator) in [("6.49.18", ','), ("7.18.2", ';')] {
            let router = router(version, &ADVISED);
            let told = answer(&router, &driver::question("backup"));
            assert!(
                told.contains(separator) && told.contains("!write"),
                "{told}"
            );
            assert_eq!(told.contains("rest-api"), version.starts_with('7'));
            let found = driver::parse(told.as_bytes()).unwrap();
            assert!(driver::rate(&found).lacking.is_empty(), "{found:?}");
        }
    }

    #[test]
    fn slashes_are_for_version_7_and_another_user_is_none() {
        let slashes = ":put [/user/group/get [/user/get [find name=backup] group] policy]";
        assert!(answer(&router("7.18.2", &ADVISED), slashes).starts_with("ssh;"));
        assert!(!answer(&router("6.49.18", &ADVISED), slashes).starts_with("ssh,"));
        let other = driver::question("nobody");
        assert_eq!(
            answer(&router("7.18.2", &ADVISED), &other),
            "no such item\r\n"
        );
    }

    #[test]
    fn without_read_nothing_is_told_and_without_sensitive_no_secret() {
        let blind = router("7.18.2", &["ssh", "sensitive"]);
        for line in [
            "/export",
            "/system identity print",
            &driver::question("backup"),
        ] {
            assert_eq!(
                answer(&blind, line),
                "not enough permissions (9)\r\n",
                "{line}"
            );
        }
        let export = "/export show-sensitive";
        assert!(answer(&router("7.18.2", &ADVISED), export).contains(" password="));
        for (version, export) in [("7.18.2", export), ("6.49.18", "/export")] {
            let discreet = answer(&router(version, &["ssh", "read"]), export);
            assert!(discreet.contains("/ip address") && !discreet.contains(" password="));
        }
    }

    #[test]
    fn what_an_account_may_do_changes_while_the_router_runs() {
        let router = router("7.18.2", &["ssh", "read"]);
        router.set_policies(&ADVISED);
        assert!(answer(&router, "/export show-sensitive").contains(" password="));
    }
}
