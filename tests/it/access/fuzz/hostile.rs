//! What somebody may put where a name, a number or a word is expected, as it stands in an address
//! or a form.

/// How long the longest texts are.
const LONG: usize = 10_000;

/// Markup that must come back as text, and how it begins when it comes back as markup.
pub const MARKUP: &str =
    "%22%27%3E%3Cscript%3Ealert(41)%3C/script%3E%3Cimg%20src=x%20onerror=alert(42)%3E";
pub const MARKUP_SHOWN: [&str; 2] = ["<script>alert(41)", "<img src=x"];

/// The name of a header that would be there when a line end got into the head of an answer.
pub const INJECTED: &str = "x-injected";

const SHORT: [&str; 42] = [
    "",
    "%00",
    "a%00b",
    "%01%02%1b%7f",
    "%0d%0aX-Injected:%20yes%0d%0a%0d%0abody",
    "%ff%fe%80",
    "%c0%ae%c0%ae",
    "%ed%a0%80",
    "%",
    "%zz",
    "%E2%80%AE%EF%BB%BF",
    "%F0%9F%92%A9%CC%81%CC%81",
    "-1",
    "-9223372036854775808",
    "0",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808-9223372036854775807",
    "1e999",
    "NaN",
    "0x10",
    "%D9%A3",
    "%EF%BC%91",
    "1.5",
    "%2B1",
    "true",
    "null",
    "'%20OR%201=1--",
    "%22;DROP%20TABLE%20users;--",
    "%25%5F%5C",
    "..%2F..%2Fetc%2Fpasswd",
    "%2F%2Fevil.example",
    "%5C%5Cevil.example",
    "https%3A%2F%2Fevil.example",
    "%09//evil.example",
    "javascript:alert(1)",
    "(a%2B)%2B%24",
    "%5B%5B%5B:alpha:",
    "a%7B99999%7D",
    "2026-02-30",
    "-262144-01-01",
    "%7B%7B7*7%7D%7D%24%7B7*7%7D",
];

/// All of them.
pub fn values() -> Vec<String> {
    let mut values: Vec<String> = SHORT.iter().map(|value| (*value).to_owned()).collect();
    values.push(MARKUP.to_owned());
    values.push("a".repeat(LONG));
    values.push("9".repeat(LONG));
    values.push("(".repeat(LONG));
    values.push("a%20".repeat(LONG / 4));
    values.push("%F0%9F%92%A9".repeat(LONG / 12));
    values
}

/// Bodies that are no form, with what they say they are.
pub fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let form = "application/x-www-form-urlencoded";
    let multipart = "multipart/form-data; boundary=x";
    vec![
        ("", b"a=b".to_vec()),
        ("text/plain", b"a=b".to_vec()),
        ("application/json", b"{\"a\": [[[[".to_vec()),
        (
            "application/x-www-form-urlencoded; charset=utf-7",
            b"a=+ADw-".to_vec(),
        ),
        (
            multipart,
            b"--x\r\nContent-Disposition: form-data; name=\"a".to_vec(),
        ),
        (multipart, b"--x\r\n\r\n--x--".to_vec()),
        (multipart, Vec::new()),
        ("multipart/form-data", b"--x".to_vec()),
        (form, Vec::new()),
        (form, b"&&&===&=&a".to_vec()),
        (form, b"\xff\xfe\x00\x80=\xc3(".to_vec()),
        (form, b"a[b][c][]=1&a[[[[[[=1&a.b.c=1&__proto__=1".to_vec()),
        (form, "a=1&".repeat(LONG).into_bytes()),
        (form, vec![b'a'; 100_000]),
    ]
}
