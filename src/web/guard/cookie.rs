//! The cookie that a browser is known by.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::access::Token;

/// Its name over TLS: browsers keep a cookie of this prefix to the host that set it, and take it
/// over TLS only (<https://www.rfc-editor.org/rfc/rfc6265bis>, `__Host-`).
const SECURE_NAME: &str = "__Host-routervault";

/// Its name without TLS.
const PLAIN_NAME: &str = "routervault";

const fn name(is_secure: bool) -> &'static str {
    if is_secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The token that a browser brings; `None`: none, or several, of which none can be trusted more
/// than another.
pub fn token(headers: &HeaderMap, is_secure: bool) -> Option<Token> {
    let wanted = name(is_secure);
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == wanted)
        .map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then(|| Token::presented(value))
}

/// Hands a browser its token. For as long as the browser runs: how long the session lasts is
/// known to the database alone.
pub fn set(token: &Token, is_secure: bool) -> HeaderValue {
    written(token.expose(), "", is_secure)
}

/// Takes it away.
pub fn clear(is_secure: bool) -> HeaderValue {
    written("", "; Max-Age=0", is_secure)
}

/// `SameSite=Lax`: a link in a ticket leads to a page, a form of somebody else's to none.
fn written(value: &str, more: &str, is_secure: bool) -> HeaderValue {
    let secure = if is_secure { "; Secure" } else { "" };
    let name = name(is_secure);
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
    HeaderValue::from_str(&cookie).expect("a token is hexadecimal")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(lines: &[&'static str]) -> HeaderMap {
        let lines = lines.iter();
        lines
            .map(|line| (header::COOKIE, HeaderValue::from_static(line)))
            .collect()
    }

    #[test]
    fn a_token_is_found_among_others_and_only_under_the_name_of_its_kind() {
        let headers = with(&["a=b; routervault=abc", "c=d"]);
        assert_eq!(token(&headers, false).unwrap().expose(), "abc");
        assert!(token(&headers, true).is_none());
    }

    #[test]
    fn of_two_tokens_none_is_believed() {
        let headers = with(&["routervault=abc; routervault=def"]);
        assert!(token(&headers, false).is_none());
    }

    #[test]
    fn behind_tls_it_is_for_this_host_and_for_tls_only() {
        let secure = set(&Token::generate(), true);
        let secure = secure.to_str().unwrap();
        assert!(secure.starts_with("__Host-") && secure.contains("; Secure"));
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(secure.contains(part), "{secure}");
        }
        assert!(
            !set(&Token::generate(), false)
                .to_str()
                .unwrap()
                .contains("Secure")
        );
    }
}
