//! How a value is written at the console of a router, so that it can not become a command.

/// A value as a string of the scripting language, in quotes. What has a meaning inside a string
/// (`"`, `\`, `$`, and `?`, at which the console of version 6 gives help), and whatever is no
/// printable ASCII, is written as `\XX`, its byte in upper-case hexadecimal digits (MikroTik's
/// page "Scripting", constant escape sequences).
#[must_use]
pub fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for byte in value.bytes() {
        match byte {
            b'"' | b'\\' | b'$' | b'?' => text.push_str(&format!("\\{byte:02X}")),
            b' '..=b'~' => text.push(char::from(byte)),
            other => text.push_str(&format!("\\{other:02X}")),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_harmless_stands_as_it_is() {
        assert_eq!(quoted("backup"), "\"backup\"");
        assert_eq!(quoted("a b;c [d] {e}/f"), "\"a b;c [d] {e}/f\"");
        assert_eq!(quoted(""), "\"\"");
    }

    #[test]
    fn no_value_leaves_its_quotes() {
        assert_eq!(
            quoted("\"; /system reset \\ $(x) ?"),
            r#""\22; /system reset \5C \24(x) \3F""#
        );
        assert_eq!(quoted("a\r\nb\tü"), r#""a\0D\0Ab\09\C3\BC""#);
    }
}
