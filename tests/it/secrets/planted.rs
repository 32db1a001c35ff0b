//! The secrets that are planted: one table, and an export that has one in every kind of place.
//! Another secret is a line of the table, and a place where it is put.

/// A secret, and what it is for whoever reads that it was found.
#[derive(Debug, Clone)]
pub struct Planted {
    pub what: &'static str,
    pub value: String,
    /// How many bytes from its beginning tell that it is it, and nothing else.
    pub telling: usize,
}

/// How many bytes of those of the table are like nothing else.
pub const TELLING: usize = 8;

pub const DATABASE_PASSWORD: &str = "Zq1databaseUrl7Kw";
/// Has what HTML, JSON, TOML and shells write differently.
pub const DEVICE_PASSWORD: &str = "Zq2dev&ice\"<pw>'8;$x";
pub const KEY_PASSPHRASE: &str = "Zq3passphraseOfKey";
pub const REFUSED_PASSWORD: &str = "Zq4password-that-is-refused";
pub const BAD_INVENTORY: &str = "Zq5in-a-torn-inventory";

const PPP: &str = "Zq6ppp-secret-word";
const WIFI: &str = "Zq7wifi passphrase";
const COMMUNITY: &str = "Zq8snmpcommunity";
const SCRIPT: &str = "Zq9inside-a-script";
const URL_PASSWORD: &str = "ZqAinside-a-url";
const URL_TOKEN: &str = "ZqBtoken0123456";
const NOTE: &str = "ZqCnote-password";
const PRIVATE_KEY: &str = "ZqDwireguard+private/key=";
const MAIL: &str = "ZqEmail-password";
const BEARER: &str = "ZqFbearer.0123.4567";
const ON_A_STRANGE_LINE: &str = "ZqGon-a-strange-line";
const IN_AN_ERROR: &str = "ZqHin-an-error-text";
/// What a form is sent with that is refused.
pub const POSTED: &str = "ZqIposted-in-vain";
/// Of the one administrator.
pub const PASSWORD: &str = "ZqJpassword-of-the-administrator";
pub const MISTYPED: &str = "ZqMpassword-of-the-administratro";
pub const BEARER_SENT: &str = "ZqKauthorization-header";
/// A recovery code that is none.
pub const MISTYPED_CODE: &str = "ZqQ1-mistyped-code";
pub const CLIENT_SECRET: &str = "ZqRclient-secret";
/// Passwords of credentials that are typed, brought in a file, and sent in vain.
pub const TYPED: &str = "ZqNtyped-into-a-form";
pub const BROUGHT: &str = "ZqObrought-in-a-file";
pub const NOT_TAKEN: &str = "ZqPsent-with-a-slip";
/// Of the mail server that alerts are handed to, and in the address of a webhook.
pub const MAIL_PASSWORD: &str = "ZqSpassword-of-the-mail-server";
pub const HOOK_ADDRESS: &str = "ZqTin-the-address-of-a-webhook";
/// What is searched for, in the address.
pub const SEARCHED: &str = "ZqLsearched-for-it";

/// Those that are known before anything starts.
const TABLE: [(&str, &str); 29] = [
    ("the password in the URL of the database", DATABASE_PASSWORD),
    ("the password of a credential", DEVICE_PASSWORD),
    ("the passphrase of a private key", KEY_PASSPHRASE),
    ("a password that the router refuses", REFUSED_PASSWORD),
    ("a password in a torn inventory", BAD_INVENTORY),
    ("a PPP secret", PPP),
    ("a wifi passphrase", WIFI),
    ("an SNMP community", COMMUNITY),
    ("a variable of a script", SCRIPT),
    ("a password in a URL", URL_PASSWORD),
    ("a token in a URL", URL_TOKEN),
    ("a password in the note", NOTE),
    ("a WireGuard key", PRIVATE_KEY),
    ("the password of a mail server", MAIL),
    ("a bearer token of a fetch", BEARER),
    (
        "a password on a line that is no configuration",
        ON_A_STRANGE_LINE,
    ),
    ("a password in an error of the router", IN_AN_ERROR),
    ("a password in a form that was refused", POSTED),
    ("the password of a user", PASSWORD),
    ("a mistyped password of a user", MISTYPED),
    ("a mistyped recovery code", MISTYPED_CODE),
    ("our secret at a provider", CLIENT_SECRET),
    ("a password typed into a form", TYPED),
    ("a password in a file of CSV", BROUGHT),
    ("a password beside a slip", NOT_TAKEN),
    ("a bearer token sent to us", BEARER_SENT),
    ("the password of our mail server", MAIL_PASSWORD),
    ("the address of a webhook", HOOK_ADDRESS),
    ("a word that was searched for", SEARCHED),
];

/// The table, and those that the house and the program made.
pub fn all(made: Vec<Planted>) -> Vec<Planted> {
    let known = TABLE.iter().map(|(what, value)| Planted {
        what,
        value: (*value).to_owned(),
        telling: TELLING,
    });
    known.chain(made).collect()
}

/// Those that are in [`export`], which whoever may see secrets is shown.
pub const IN_EXPORT: [&str; 6] = [PPP, WIFI, COMMUNITY, SCRIPT, URL_PASSWORD, NOTE];

/// An export with a secret in every kind of place, as a router of this serial number sends it.
pub fn export(serial: &str) -> Vec<u8> {
    let text = format!(
        "# 2026-11-21 02:00:00 by RouterOS 7.18.2\n# software id = TEST-0001\n#\n\
         # model = RB760iGS\n# serial number = {serial}\n\
         /interface wireguard\nadd name=wg private-key=\"{PRIVATE_KEY}\"\n\
         /interface wifi security\nadd name=s passphrase=\\\n    \"{}\\\n    {}\"\n\
         /snmp community\nset [ find default=yes ] name={COMMUNITY}\n\
         /ppp secret\nadd comment=\"was {PPP}\" name=a password={PPP}\n\
         /system note\nset note=\"password: {NOTE}\"\n\
         /system scheduler\nadd name=n on-event=\"/tool fetch url=\\\"https://u:{URL_PASSWORD}@exa\\\n    mple.net/\\?token={URL_TOKEN}\\\" http-header-field=\\\"Authorization: Bearer {BEARER}\\\"\"\n\
         /system script\nadd name=s source=\":local password \\\"{SCRIPT}\\\"\\r\\\n    \\n:log info \\$password\"\n\
         /tool e-mail\nset from=a password={MAIL}\n",
        &WIFI[..8],
        &WIFI[8..],
    );
    text.replace('\n', "\r\n").into_bytes()
}

/// The same with a line in between that is no configuration.
pub fn strange(serial: &str) -> Vec<u8> {
    let line = format!("Signed in with password={ON_A_STRANGE_LINE}");
    with_line(serial, &line)
}

/// The same with an error of the command line in between.
pub fn failing(serial: &str) -> Vec<u8> {
    let line = format!("failure: can not use password={IN_AN_ERROR}");
    with_line(serial, &line)
}

fn with_line(serial: &str, line: &str) -> Vec<u8> {
    let mut text = export(serial);
    let menu = b"/ppp secret";
    let at = memchr::memmem::find(&text, menu).unwrap();
    text.splice(at..at, format!("{line}\r\n").into_bytes());
    text
}
