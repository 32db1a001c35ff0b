//! Where a sign-in leads back to: an address of ours, whatever was asked for.

use axum::http::Uri;

/// How long such an address may be.
const MAX_BYTES: usize = 2000;

/// The pages before the sign-in: from there nothing leads on.
const DOORS: [&str; 3] = ["/sign-in", "/sign-out", "/welcome"];

/// `wanted` when it is a path of this site, otherwise home. A browser takes `//host`, `/\host`
/// and the like, with tabs and line ends in between, for another site.
pub fn or_home(wanted: &str) -> &str {
    if is_local(wanted) { wanted } else { "/" }
}

fn is_local(wanted: &str) -> bool {
    let plain = wanted.len() <= MAX_BYTES
        && wanted.starts_with('/')
        && !wanted.starts_with("//")
        && wanted
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let leads_on = |path: &str| !DOORS.contains(&path) && !path.starts_with("/sign-in/");
    plain
        && wanted
            .parse::<Uri>()
            .is_ok_and(|uri| uri.authority().is_none() && leads_on(uri.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_is_led_to() {
        for path in [
            "/",
            "/sites/acme?page=2",
            "/compare?s=1&s=2",
            "/search?q=%2F%2Fa",
        ] {
            assert_eq!(or_home(path), path);
        }
    }

    #[test]
    fn nothing_leads_away_or_round_in_a_circle() {
        for elsewhere in [
            "",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "javascript:alert(1)",
            "sites/acme",
            "/sign-in?next=/",
            "/sign-in/sso",
            "/sign-in/code?next=/",
            "/sign-out",
        ] {
            assert_eq!(or_home(elsewhere), "/", "{elsewhere:?}");
        }
        assert_eq!(or_home(&format!("/{}", "a".repeat(3000))), "/");
    }
}
