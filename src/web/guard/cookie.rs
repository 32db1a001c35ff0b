//! The cookies that a browser is known by.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::access::Token;

/// A cookie that holds a token.
#[derive(Debug, Clone, Copy)]
pub struct Cookie {
    /// Its name over TLS: browsers keep a cookie of this prefix to the host that set it, and take
    /// it over TLS only (<https://www.rfc-editor.org/rfc/rfc6265bis>, `__Host-`).
    secure_name: &'static str,
    /// Its name without TLS.
    plain_name: &'static str,
    /// How long the browser keeps it; empty: as long as it runs.
    lasts: &'static str,
}

/// Of a session. How long that lasts is known to the database alone.
pub const SESSION: Cookie = Cookie {
    secure_name: "__Host-routervault",
    plain_name: "routervault",
    lasts: "",
};

/// Of a sign-in that is on its way over the provider of single sign-on.
pub const SINGLE_SIGN_ON: Cookie = Cookie {
    secure_name: "__Host-routervault-sso",
    plain_name: "routervault-sso",
    lasts: "; Max-Age=600",
};

impl Cookie {
    const fn name(self, is_secure: bool) -> &'static str {
        if is_secure {
            self.secure_name
        } else {
            self.plain_name
        }
    }

    /// The token that a browser brings; `None`: none, or several, of which none can be trusted
    /// more than another.
    pub fn token(self, headers: &HeaderMap, is_secure: bool) -> Option<Token> {
        let wanted = self.name(is_secure);
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

    /// Hands a browser its token.
    pub fn set(self, token: &Token, is_secure: bool) -> HeaderValue {
        self.written(token.expose(), self.lasts, is_secure)
    }

    /// Takes it away.
    pub fn clear(self, is_secure: bool) -> HeaderValue {
        self.written("", "; Max-Age=0", is_secure)
    }

    /// `SameSite=Lax`: a link in a ticket leads to a page, a form of somebody else's to none.
    fn written(self, value: &str, lasts: &str, is_secure: bool) -> HeaderValue {
        let secure = if is_secure { "; Secure" } else { "" };
        let name = self.name(is_secure);
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{lasts}");
        HeaderValue::from_str(&cookie).expect("a token is hexadecimal")
    }
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
        assert_eq!(SESSION.token(&headers, false).unwrap().expose(), "abc");
        assert!(SESSION.token(&headers, true).is_none());
    }

    #[test]
    fn of_two_tokens_none_is_believed() {
        let headers = with(&["routervault=abc; routervault=def"]);
        assert!(SESSION.token(&headers, false).is_none());
    }

    #[test]
    fn behind_tls_it_is_for_this_host_and_for_tls_only() {
        let secure = SESSION.set(&Token::generate(), true);
        let secure = secure.to_str().unwrap();
        assert!(secure.starts_with("__Host-") && secure.contains("; Secure"));
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(secure.contains(part), "{secure}");
        }
        assert!(
            !SESSION
                .set(&Token::generate(), false)
                .to_str()
                .unwrap()
                .contains("Secure")
        );
    }
}
