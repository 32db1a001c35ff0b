//! The fields of a form or an address of which some repeat, as ticks do.

use std::str::FromStr;

use super::error::PageError;

/// Names and values in their order.
pub type Fields = Vec<(String, String)>;

/// The values of a field.
pub fn values<'a>(fields: &'a Fields, name: &'a str) -> impl Iterator<Item = &'a str> {
    let named = fields.iter().filter(move |(field, _)| field == name);
    named.map(|(_, value)| value.as_str())
}

/// The numbers of a field, each once, in their order.
///
/// # Errors
/// [`PageError::BadRequest`] with `sentence` when one is none.
pub fn ids<T: FromStr + PartialEq>(
    fields: &Fields,
    name: &str,
    sentence: &'static str,
) -> Result<Vec<T>, PageError> {
    let mut ids = Vec::new();
    for value in values(fields, name) {
        let id = value.parse().map_err(|_| PageError::BadRequest(sentence))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_counts_once_and_what_is_none_is_refused() {
        let fields = |values: &[&str]| -> Fields {
            let named = values.iter().map(|value| ("s", *value));
            let with_others = named.chain([("d", "x")]);
            with_others
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        };
        let read = |values: &[&str]| ids::<i64>(&fields(values), "s", "No number.");
        assert_eq!(read(&["3", "1", "3"]).unwrap(), [3, 1]);
        assert_eq!(read(&[]).unwrap(), [0; 0]);
        assert!(matches!(
            read(&["3", ""]),
            Err(PageError::BadRequest("No number."))
        ));
    }
}
