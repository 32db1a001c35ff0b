//! Which names say that what follows them is secret.
//!
//! Attributes follow MikroTik's page "List of menus with sensitive parameters"; names inside
//! scripts, URLs and notes are people's own, so there what a name ends in decides. In doubt a
//! value is masked: a name too many on the page costs a click, one too few a password.

/// Attributes that are secret wherever they stand, whatever their value.
const ATTRIBUTES: &[&[u8]] = &[
    b"password",
    b"passphrase",
    b"secret",
    b"secrets",
    b"key",
    b"key-val",
    b"cak",
    b"pin",
    b"pin-number",
    b"token",
];

/// What the names of further secret attributes end in: `wpa2-pre-shared-key`, `ipsec-secret`,
/// `sim-pin`, `smb-password`. `yes` and `no` behind such a name make it a switch.
const ATTRIBUTE_ENDINGS: &[&[u8]] = &[
    b"-password",
    b"-passphrase",
    b"-secret",
    b"-key",
    b"-key-0",
    b"-key-1",
    b"-key-2",
    b"-key-3",
    b"-pin",
    b"-psk",
    b"-token",
];

/// Attributes that end like a secret and are none: public halves, and names of keys.
const NO_SECRETS: &[&[u8]] = &[
    b"public-key",
    b"peer-public-key",
    b"client-public-key",
    b"responder-public-key",
    b"remote-key",
    b"host-key",
    b"static-transmit-key",
];

/// A name that means something else in one menu than elsewhere.
struct InMenu {
    /// The menu, word by word.
    menu: &'static [&'static [u8]],
    name: &'static [u8],
    is_secret: bool,
}

const IN_MENU: &[InMenu] = &[
    InMenu {
        menu: &[b"zerotier"],
        name: b"identity",
        is_secret: true,
    },
    // Not on MikroTik's list, and yet all that SNMP v1 and v2c ask for.
    InMenu {
        menu: &[b"snmp", b"community"],
        name: b"name",
        is_secret: true,
    },
    InMenu {
        menu: &[b"snmp"],
        name: b"trap-community",
        is_secret: true,
    },
    // The name of a key in `/ip ipsec key`.
    InMenu {
        menu: &[b"ip", b"ipsec", b"identity"],
        name: b"key",
        is_secret: false,
    },
    // A public key.
    InMenu {
        menu: &[b"user", b"ssh-keys"],
        name: b"key",
        is_secret: false,
    },
    // The name of a variable; its value is judged by that name.
    InMenu {
        menu: CONTAINER_VARIABLES,
        name: b"key",
        is_secret: false,
    },
];

/// The menu of the variables handed to containers.
const CONTAINER_VARIABLES: &[&[u8]] = &[b"container", b"envs"];

/// What a name inside a text ends in, when dashes and underscores are left out.
const WORD_ENDINGS: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"passphrase",
    b"pass",
    b"pwd",
    b"pw",
    b"secret",
    b"token",
    b"apikey",
    b"psk",
    b"sharedkey",
    b"privatekey",
    b"accesskey",
    b"authkey",
    b"secretkey",
    b"encryptionkey",
    // Password, as those say it who write notes in other languages.
    b"passwort",
    b"kennwort",
    b"wachtwoord",
    b"contrasena",
    b"senha",
    b"motdepasse",
    b"heslo",
    b"haslo",
    b"parola",
    b"lozinka",
];

/// Names inside a text that are secret only as they stand; the last ones are parameters of URLs.
const WORDS: &[&[u8]] = &[
    b"key",
    b"pin",
    b"cak",
    b"auth",
    b"authorization",
    b"sig",
    b"signature",
];

/// How many bytes of a name inside a text are looked at, from its end.
const MAX_WORD: usize = 40;

/// Whether the attribute `key` of `menu` (`/ip ipsec peer`, or with slashes) is secret when it
/// has this value.
pub(super) fn is_secret_attribute(menu: &[u8], key: &[u8], value: &[u8]) -> bool {
    let name = key.rsplit(|&byte| byte == b'.').next().unwrap_or(key);
    let in_menu = IN_MENU
        .iter()
        .find(|rule| rule.name == name && is_menu(menu, rule.menu));
    if let Some(rule) = in_menu {
        return rule.is_secret && !is_known_community(value);
    }
    ATTRIBUTES.contains(&name)
        || (ATTRIBUTE_ENDINGS.iter().any(|end| name.ends_with(end))
            && !NO_SECRETS.contains(&name)
            && !is_switch(value))
}

/// Whether a name inside a text says that what follows it is secret.
pub(super) fn is_secret_word(name: &[u8]) -> bool {
    let plain = plain_word(name);
    let end_of_name = end_of(name).to_ascii_lowercase();
    let as_attribute = ATTRIBUTE_ENDINGS
        .iter()
        .any(|end| end_of_name.ends_with(end));
    (as_attribute && !NO_SECRETS.contains(&name))
        || ATTRIBUTES.contains(&end_of_name.as_slice())
        || WORDS.contains(&plain.as_slice())
        || is_password_word(name)
}

/// Whether a name can only be that of a secret, so that even `name: value` in prose gives one.
pub(super) fn is_password_word(name: &[u8]) -> bool {
    let plain = plain_word(name);
    WORD_ENDINGS.iter().any(|end| plain.ends_with(end)) && plain != b"bypass"
}

/// Whether the value is that of a switch.
pub(super) fn is_switch(value: &[u8]) -> bool {
    matches!(value, b"yes" | b"no" | b"true" | b"false")
}

/// Whether the value is a community that everybody knows: hidden wherever else it stands, the
/// word would take half of an export with it.
fn is_known_community(value: &[u8]) -> bool {
    matches!(value, b"public" | b"private")
}

/// Whether the menu holds variables that are handed to containers.
pub(super) fn holds_variables(menu: &[u8]) -> bool {
    is_menu(menu, CONTAINER_VARIABLES)
}

/// The end of the name in lower case, without dashes and underscores.
fn plain_word(name: &[u8]) -> Vec<u8> {
    end_of(name)
        .iter()
        .filter(|byte| !matches!(byte, b'-' | b'_'))
        .map(u8::to_ascii_lowercase)
        .collect()
}

/// The part of a name that is looked at.
fn end_of(name: &[u8]) -> &[u8] {
    &name[name.len().saturating_sub(MAX_WORD)..]
}

/// Whether `menu` consists of these words, divided by blanks or slashes.
fn is_menu(menu: &[u8], words: &[&[u8]]) -> bool {
    menu.split(|byte| matches!(byte, b'/' | b' '))
        .filter(|word| !word.is_empty())
        .eq(words.iter().copied())
}
