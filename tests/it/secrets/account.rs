//! What proves somebody beside a password: a second factor, its recovery codes, an API token, and
//! what we prove ourselves with at a provider of single sign-on. Each is made through the pages
//! that show it once, and used.

use chrono::Utc;
use memchr::memmem;

use super::finder::Finder;
use super::planted::{CLIENT_SECRET, MISTYPED_CODE, PASSWORD, Planted};
use super::visitor::{Answer, Visitor};

const SECOND_FACTOR: &str = "/account/second-factor";

/// How long a recovery code is, with its dashes.
const CODE_CHARS: usize = 19;

/// How long an API token is, and how much of it the list of tokens shows.
const TOKEN_CHARS: usize = 68;
const TOKEN_BEGINS: usize = 8;

/// Sets all of it up, and signs in anew with a recovery code. Gives every secret that was made.
pub async fn set_up(visitor: &mut Visitor) -> Vec<Planted> {
    let mut made = second_factor(visitor).await;
    made.extend(api_token(visitor).await);
    provider(visitor).await;
    made
}

async fn second_factor(visitor: &mut Visitor) -> Vec<Planted> {
    let page = visitor.get(SECOND_FACTOR).await;
    let typed = between(&page, "<code class=\"command\">", "<");
    let base32 = typed.replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(&base32).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret.as_bytes().to_vec());
    let now = Utc::now().timestamp().unsigned_abs();
    let code = totp.build().unwrap().generate(now).to_string();
    let setup = between(&page, "name=\"setup\" value=\"", "\"");
    let form = format!("setup={setup}&code={code}&password={PASSWORD}");
    let turned_on = visitor.post(SECOND_FACTOR, &form).await;
    let codes = recovery_codes(&turned_on);
    assert_eq!(codes.len(), 10, "{}", turned_on.text());

    let first = visitor.sign_in_again().await;
    let wrong = format!("code={MISTYPED_CODE}");
    let wrong = visitor.post("/sign-in/code", &wrong).await;
    assert_eq!(wrong.status, 401, "{}", wrong.text());
    let form = format!("code={}", codes[0]);
    let signed_in = visitor.post("/sign-in/code", &form).await;
    let second = visitor.take_cookie(&signed_in);

    let hex = hex::encode(secret.as_bytes());
    let mut made = vec![
        made("the secret of a second factor", typed, 16),
        made("the secret of a second factor without blanks", base32, 16),
        made("the bytes of a second factor", hex, 24),
        made("the token of a first step", first, 16),
        made("the token after the second step", second, 16),
    ];
    for code in codes {
        let plain = code.replace('-', "");
        made.push(self::made("a recovery code", code, CODE_CHARS));
        made.push(self::made("a recovery code without dashes", plain, 16));
    }
    made
}

fn recovery_codes(page: &Answer) -> Vec<String> {
    let text = page.text();
    let shown = text.split("<li><code>").skip(1);
    let codes = shown.map(|rest| rest[..CODE_CHARS].to_owned());
    codes.collect()
}

async fn api_token(visitor: &Visitor) -> Vec<Planted> {
    let form =
        format!("name=nightly&role=viewer&reach=all&sites=&tags=&days=90&password={PASSWORD}");
    let page = visitor.post("/account/tokens/new", &form).await;
    let at = memmem::find(&page.bytes, b"rvt_").unwrap_or_else(|| panic!("{}", page.text()));
    let token = String::from_utf8_lossy(&page.bytes[at..at + TOKEN_CHARS]).into_owned();
    let headers = format!("authorization: Bearer {token}\r\n");
    let program = Visitor::new(visitor.port());
    let answer = program.send("GET", "/runs", &headers, b"").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let beyond = token[TOKEN_BEGINS..].to_owned();
    vec![made("an API token", beyond, 16)]
}

/// A provider that is not there: what is kept of it matters, and what is said of its absence.
async fn provider(visitor: &Visitor) {
    let form = format!(
        "issuer=http%3A%2F%2F127.0.0.1%3A9&client_id=routervault&client_secret={CLIENT_SECRET}\
         &scopes=profile&groups_claim=groups&label=Company&own_address=http%3A%2F%2Flocalhost&enabled=1"
    );
    let kept = visitor.post("/settings/single-sign-on", &form).await;
    assert_eq!(kept.status, 303, "{}", kept.text());
    let wrong = form.replace("issuer=http", "issuer=gopher");
    let wrong = visitor.post("/settings/single-sign-on", &wrong).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    let finder = Finder::new(&[made("the secret", CLIENT_SECRET.to_owned(), 8)]);
    for (method, path) in [
        ("GET", "/settings/single-sign-on"),
        ("POST", "/settings/single-sign-on/check"),
        ("GET", "/sign-in/sso"),
        ("GET", "/sign-in/sso/callback?code=x&state=y"),
    ] {
        let answer = match method {
            "GET" => visitor.get(path).await,
            _ => visitor.post(path, "").await,
        };
        finder.assert_clean(path, &answer.bytes);
    }
    finder.assert_clean("a form of the provider that is shown again", &wrong.bytes);
}

fn between(page: &Answer, before: &str, after: &str) -> String {
    let text = page.text();
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{text}"));
    rest.split(after).next().unwrap_or_default().to_owned()
}

fn made(what: &'static str, value: String, telling: usize) -> Planted {
    Planted {
        what,
        value,
        telling,
    }
}
