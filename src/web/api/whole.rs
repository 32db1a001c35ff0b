//! Whole numbers as JSON Schema has them: `56.0` is one, too.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Number;

/// The largest that is exact where JSON is read as binary floating point.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// A whole number, or none.
///
/// # Errors
/// When it is no whole number, or out of range.
pub fn optional<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let number = Option::<Number>::deserialize(deserializer)?;
    number.map(whole).transpose()
}

/// A whole number.
///
/// # Errors
/// When it is no whole number, or out of range.
pub fn needed<'de, D: Deserializer<'de>, T: TryFrom<i64>>(deserializer: D) -> Result<T, D::Error> {
    whole(Number::deserialize(deserializer)?)
}

fn whole<T: TryFrom<i64>, E: Error>(number: Number) -> Result<T, E> {
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() <= LARGEST;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole and was compared with what is exact"
    )]
    let integer = number
        .as_i64()
        .or_else(|| number.as_f64().filter(exact).map(|number| number as i64));
    let told = || E::custom(format!("{number} is no whole number, or out of range"));
    integer
        .and_then(|integer| T::try_from(integer).ok())
        .ok_or_else(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Sent {
        #[serde(default, deserialize_with = "optional")]
        number: Option<u16>,
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for (text, number) in [
            ("{}", None),
            ("{\"number\": null}", None),
            ("{\"number\": 22}", Some(22)),
            ("{\"number\": 22.0}", Some(22)),
            ("{\"number\": 2.2e1}", Some(22)),
        ] {
            assert_eq!(serde_json::from_str::<Sent>(text).unwrap(), Sent { number });
        }
        for text in ["22.5", "-1", "65536", "1e300", "\"22\""] {
            let text = format!("{{\"number\": {text}}}");
            assert!(serde_json::from_str::<Sent>(&text).is_err(), "{text}");
        }
    }
}
