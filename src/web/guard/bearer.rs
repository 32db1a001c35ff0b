//! The token that a program brings: `Authorization: Bearer ...` (RFC 6750), and nowhere else. One
//! in an address or a form would end in logs and histories, so it is nothing there.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::access::Token;

const SCHEME: &str = "bearer ";

/// What a request brings.
pub enum Brought {
    /// No token: a browser, perhaps behind a proxy that has its own password (`Basic`).
    Nothing,
    Token(Token),
    /// Something that can not be one, or several.
    Unreadable,
}

/// The token of a request.
pub fn token(headers: &HeaderMap) -> Brought {
    if !is_there(headers) {
        return Brought::Nothing;
    }
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let first = values.next().and_then(|value| value.to_str().ok());
    match (
        first.and_then(|value| value.get(SCHEME.len()..)),
        values.next(),
    ) {
        (Some(token), None) => Brought::Token(Token::presented(token.trim())),
        _ => Brought::Unreadable,
    }
}

/// Whether there is one, good or not.
pub fn is_there(headers: &HeaderMap) -> bool {
    headers.get_all(header::AUTHORIZATION).iter().any(is_bearer)
}

fn is_bearer(value: &HeaderValue) -> bool {
    let scheme = value.as_bytes().get(..SCHEME.len());
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(values: &[&'static str]) -> Option<String> {
        let headers = values.iter().map(|value| {
            let value = HeaderValue::from_static(value);
            (header::AUTHORIZATION, value)
        });
        match token(&headers.collect()) {
            Brought::Nothing => None,
            Brought::Token(token) => Some(token.expose().to_owned()),
            Brought::Unreadable => Some("unreadable".to_owned()),
        }
    }

    #[test]
    fn a_token_is_known_by_its_scheme_and_of_two_none_is_believed() {
        assert_eq!(brought(&[]), None);
        assert_eq!(brought(&["Basic a2ltOng="]), None);
        assert_eq!(brought(&["Bearer"]), None);
        assert_eq!(brought(&["bEARER  rvt_1 "]).as_deref(), Some("rvt_1"));
        assert_eq!(brought(&["Bearer "]).as_deref(), Some(""));
        let two = ["Bearer rvt_1", "Bearer rvt_2"];
        assert_eq!(brought(&two).as_deref(), Some("unreadable"));
        let hidden = ["Basic a2ltOng=", "Bearer rvt_2"];
        assert_eq!(brought(&hidden).as_deref(), Some("unreadable"));
    }
}
