//! Numbers, lists and sentences as the checks write them.

use crate::model::Check;

/// How many menus a sentence names before it only counts.
const MAX_LISTED: usize = 5;

/// A number with thousands separated, as in `48,213`.
pub(super) fn bytes(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The menus in one line; beyond five, how many more.
pub(super) fn list(menus: &[String]) -> String {
    let shown = menus[..menus.len().min(MAX_LISTED)].join(", ");
    match menus.len().saturating_sub(MAX_LISTED) {
        0 => shown,
        more => format!("{shown} and {} more", bytes(more as u64)),
    }
}

/// One sentence on what keeps an export from being verified. `None` when every check passed.
#[must_use]
pub fn suspicion(checks: &[Check]) -> Option<String> {
    let details: Vec<&str> = checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| check.detail.trim_end_matches('.'))
        .collect();
    (!details.is_empty()).then(|| format!("{}.", details.join("; ")))
}
