//! Counts as people read them. Pages, advice and the command line share it, so it stands above
//! them.

use std::fmt::Display;

/// A number with its noun, which takes an `s` unless it is one: `1 line`, `0 lines`.
#[must_use]
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn only_one_is_singular() {
        assert_eq!(counted(0_usize, "line"), "0 lines");
        assert_eq!(counted(1_i64, "line"), "1 line");
        assert_eq!(counted(-1_i32, "line"), "-1 lines");
        assert_eq!(
            counted(2_u64, "physical interface"),
            "2 physical interfaces"
        );
    }
}
