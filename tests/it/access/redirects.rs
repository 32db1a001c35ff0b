//! Where a sign-in leads: never away from the site, as browsers read the address. They do not read
//! it as servers do: `/\evil.example` and `/<tab>/evil.example` are other sites to them
//! (<https://url.spec.whatwg.org/>, which the crate `url` follows).

use axum::http::StatusCode;
use url::{Url, form_urlencoded::byte_serialize};

use super::{Answer, Door, PASSWORD};

/// The page that the form stands on.
const BASE: &str = "http://localhost/sign-in";

/// Spellings of another site, of another scheme, and of nothing.
const ELSEWHERE: [&str; 56] = [
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://evil.example/",
    "http:evil.example",
    "http:\\\\evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/%2e%2e",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "\\evil.example",
    "/\\/evil.example",
    "//\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    "\n//evil.example",
    " //evil.example",
    "\u{1}//evil.example",
    "\u{0}//evil.example",
    "/ /evil.example",
    "/\u{a0}/evil.example",
    "/\u{2028}/evil.example",
    "\u{ff0f}\u{ff0f}evil.example",
    "/\u{ff0f}evil.example",
    "/\u{2215}evil.example",
    "//evil\u{3002}example",
    "//[::1]/",
    "//3221225985/",
    "//localhost:1/",
    "//localhost@evil.example",
    "//evil.example@localhost/",
    "http://localhost@evil.example",
    "http://localhost:1/",
    "http://localhost.evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/a/..//evil.example",
    "/./\\evil.example",
    "/%2e//evil.example",
    ".//evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "about:blank",
    "?next=//evil.example",
    "#//evil.example",
];

/// Where a browser goes that stands on the sign-in and is told this.
fn led(location: &str) -> Url {
    Url::parse(BASE).unwrap().join(location).unwrap()
}

fn assert_stays(location: &str, asked: &str) {
    let base = Url::parse(BASE).unwrap();
    let target = led(location);
    assert_eq!(target.origin(), base.origin(), "{asked:?}: {location:?}");
    assert!(target.username().is_empty(), "{asked:?}: {location:?}");
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// The value of the hidden field that keeps where to go.
fn kept(form: &Answer) -> String {
    let (_, rest) = form.text.split_once("name=\"next\" value=\"").unwrap();
    let (value, _) = rest.split_once('"').unwrap();
    value.replace("&#38;", "&").replace("&amp;", "&")
}

#[test]
fn a_browser_leaves_the_site_for_some_of_these_spellings() {
    let base = Url::parse(BASE).unwrap();
    let leaves = |text: &&&str| {
        base.join(text)
            .is_ok_and(|url| url.origin() != base.origin())
    };
    // Otherwise there would be nothing to be afraid of, and the tests below would say nothing.
    assert!(ELSEWHERE.iter().filter(leaves).count() > 30);
}

#[tokio::test]
async fn who_signs_in_stays_on_the_site_however_the_address_is_spelt() {
    let (door, _) = Door::with_admin().await;
    for asked in ELSEWHERE {
        let next = encoded(asked);
        let form = door.get(&format!("/sign-in?next={next}"), "").await;
        // PostgreSQL's text knows no NUL, so no address may have one.
        if !asked.contains('\0') {
            assert_eq!(form.status, StatusCode::OK, "{asked:?}");
            assert_stays(&kept(&form), asked);
        }
        let form = format!("name=admin&password={PASSWORD}&next={next}");
        let signed_in = door.post("/sign-in", "", &form).await;
        assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{asked:?}");
        assert_stays(signed_in.location(), asked);
    }
}

#[tokio::test]
async fn an_address_that_looks_like_another_site_leads_back_to_this_one() {
    let (door, _) = Door::with_admin().await;
    for asked in [
        "//evil.example",
        "//evil.example/%2f..",
        "/%5Cevil.example",
        "/%09/evil.example",
        "/..//evil.example",
        "/%2e%2e//evil.example",
        "/?next=//evil.example",
        "http://localhost//evil.example",
    ] {
        let refused = door.get(asked, "").await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER, "{asked}");
        assert_stays(refused.location(), asked);
        let form = door.get(refused.location(), "").await;
        assert_stays(&kept(&form), asked);
    }
}

#[tokio::test]
async fn a_page_of_ours_is_led_back_to() {
    let (door, _) = Door::with_admin().await;
    for asked in ["/", "/runs?state=failed", "/search?q=%2F%2Fevil.example"] {
        let form = format!("name=admin&password={PASSWORD}&next={}", encoded(asked));
        let signed_in = door.post("/sign-in", "", &form).await;
        assert_eq!(signed_in.location(), asked);
    }
}
