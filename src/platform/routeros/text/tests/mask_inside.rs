//! Secrets inside the texts of an export: scripts, URLs, headers, notes, comments. What can be
//! known by a name or a shape is hidden in each of the places that such a text stands in.

use crate::platform::routeros::text::masked;

/// A text as it is before it is put into an attribute, and as it is to be shown. What begins
/// with `Zq` is secret.
const TEXTS: [(&str, &str); 46] = [
    // Variables of scripts.
    (":local pass \"Zqa b\"", ":local pass \"*****\""),
    (
        ":local \"wifiPassword\" \"Zqa b\"",
        ":local \"wifiPassword\" \"*****\"",
    ),
    (":global token Zqbare", ":global token *****"),
    (
        ":set smtpPass \"Zqa\"; :log info x",
        ":set smtpPass \"*****\"; :log info x",
    ),
    (
        ":set secret Zqbare\r\n:log info x",
        ":set secret *****\r\n:log info x",
    ),
    (
        ":local pass (\"Zqa\" . $serial)",
        ":local pass (\"*****\" . $serial)",
    ),
    (":local pass (\"Zqa\")", ":local pass (\"*****\")"),
    (":global ddnspw \"Zqa\"", ":global ddnspw \"*****\""),
    (":global PSK \"Zqa\"", ":global PSK \"*****\""),
    // Arrays.
    (
        ":local c {\"user\"=\"u\"; \"password\"=\"Zqa\"; \"port\"=22}",
        ":local c {\"user\"=\"u\"; \"password\"=\"*****\"; \"port\"=22}",
    ),
    (
        ":local c {user=\"u\";pass=\"Zqa\";port=22}",
        ":local c {user=\"u\";pass=\"*****\";port=22}",
    ),
    (
        ":local c ({\"apiKey\"=\"Zqa\"}, {\"token\"=\"Zqb\"})",
        ":local c ({\"apiKey\"=\"*****\"}, {\"token\"=\"*****\"})",
    ),
    (
        ":set ($c->\"password\") \"Zqa\"",
        ":set ($c->\"password\") \"*****\"",
    ),
    // Commands.
    (
        "/tool fetch url=\"ftp://h/x\" user=u password=Zqa upload=yes",
        "/tool fetch url=\"ftp://h/x\" user=u password=***** upload=yes",
    ),
    (
        "/tool fetch url=$u password=\"Zqa b\" mode=ftp",
        "/tool fetch url=$u password=\"*****\" mode=ftp",
    ),
    (
        "/tool e-mail send to=a password=Zqa user=u",
        "/tool e-mail send to=a password=***** user=u",
    ),
    (
        "/system backup save name=b password=Zqa",
        "/system backup save name=b password=*****",
    ),
    (
        "/user set admin password=\"Zqa\"",
        "/user set admin password=\"*****\"",
    ),
    (
        "/interface wireless security-profiles set 0 wpa2-pre-shared-key=Zqa",
        "/interface wireless security-profiles set 0 wpa2-pre-shared-key=*****",
    ),
    (
        "/export file=x; ssh-password=Zqa",
        "/export file=x; ssh-password=*****",
    ),
    // Headers.
    (
        "http-header-field=\"Authorization: Bearer Zq.0-1_2\"",
        "http-header-field=\"Authorization: Bearer *****\"",
    ),
    (
        "http-header-field=\"Content-Type: application/json,Authorization: Basic Zqa==\"",
        "http-header-field=\"Content-Type: application/json,Authorization: Basic *****\"",
    ),
    (
        "http-header-field=\"authorization:Zqa,accept: x\"",
        "http-header-field=\"authorization:*****,accept: x\"",
    ),
    (
        "http-header-field=\"X-Auth-Key: Zqa,X-Auth-Email: a@example.net\"",
        "http-header-field=\"X-Auth-Key: *****,X-Auth-Email: a@example.net\"",
    ),
    ("\"X-Api-Key: Zqa\"", "\"X-Api-Key: *****\""),
    ("\"PRIVATE-TOKEN: Zqa\"", "\"PRIVATE-TOKEN: *****\""),
    ("\"Cookie: session=Zqa; lang=Zqb\"", "\"Cookie: *****\""),
    // Bodies.
    (
        "http-data=\"{\\\"user\\\":\\\"u\\\",\\\"password\\\":\\\"Zqa\\\"}\"",
        "http-data=\"{\\\"user\\\":\\\"u\\\",\\\"password\\\":\\\"*****\\\"}\"",
    ),
    (
        "http-data=\"user=u&pass=Zqa&x=1\"",
        "http-data=\"user=u&pass=*****&x=1\"",
    ),
    (
        "http-data=\"grant=x&client_secret=Zqa\"",
        "http-data=\"grant=x&client_secret=*****\"",
    ),
    // URLs.
    (
        "https://u:Zqa@example.net/x",
        "https://u:*****@example.net/x",
    ),
    ("ftp://u:Zq:a@192.0.2.1/x", "ftp://u:*****@192.0.2.1/x"),
    ("https://Zqa@example.net/x", "https://*****@example.net/x"),
    (
        "https://example.net/?token=Zqa&x=1",
        "https://example.net/?token=*****&x=1",
    ),
    (
        "https://example.net/?x=1&key=Zqa",
        "https://example.net/?x=1&key=*****",
    ),
    (
        "https://example.net/?access_token=Zqa",
        "https://example.net/?access_token=*****",
    ),
    (
        "https://example.net/?x=1&api_key=Zqa#y",
        "https://example.net/?x=1&api_key=*****",
    ),
    (
        "https://hooks.slack.com/services/T012/B345/Zqabcdefghijkl",
        "https://hooks.slack.com/services/*****",
    ),
    (
        "https://discord.com/api/webhooks/123456/Zqabc-def_ghi?wait=true",
        "https://discord.com/api/webhooks/123456/*****?wait=true",
    ),
    (
        "https://api.telegram.org/bot123456:Zqcdefghij-klmnopqrstuv/sendMessage",
        "https://api.telegram.org/bot*****/sendMessage",
    ),
    // Notes of people.
    ("guest wifi password: Zqa", "guest wifi password: *****"),
    ("Passwort: Zqa (Kasse)", "Passwort: ***** (Kasse)"),
    ("WLAN-Kennwort=Zqa", "WLAN-Kennwort=*****"),
    ("senha: Zqa", "senha: *****"),
    ("login u, pw:Zqa", "login u, pw:*****"),
    ("PIN=Zq1234", "PIN=*****"),
];

/// Where such texts stand.
const PLACES: [(&str, &str); 12] = [
    ("/system script", "add name=a policy=read source="),
    ("/system scheduler", "add name=a on-event="),
    ("/tool netwatch", "add host=192.0.2.1 up-script="),
    ("/tool netwatch", "add host=192.0.2.1 down-script="),
    ("/ppp profile", "set 0 on-up="),
    ("/ip dhcp-server", "add lease-script="),
    ("/ip dhcp-client", "add script="),
    ("/interface vrrp", "add on-master="),
    ("/system note", "set show-at-login=yes note="),
    (
        "/interface ethernet",
        "set [ find default-name=ether1 ] comment=",
    ),
    ("/ip hotspot walled-garden", "add dst-host="),
    ("/container", "add cmd="),
];

/// As RouterOS writes a text between quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' | '$' | '?' => quoted.extend(['\\', character]),
            '\r' => quoted += "\\r",
            '\n' => quoted += "\\n",
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

/// What is shown otherwise than it is to be.
fn wrongly_shown(line: impl Fn(&str) -> String) -> Vec<String> {
    let each = TEXTS.iter().filter_map(|(text, expected)| {
        let shown = String::from_utf8(masked(line(text).as_bytes())).unwrap();
        (shown != line(expected)).then_some(shown)
    });
    each.collect()
}

#[test]
fn what_can_be_known_is_hidden_in_every_text() {
    for (menu, attribute) in PLACES {
        let wrong =
            wrongly_shown(|text| format!("{menu}\n{attribute}{} disabled=no\n", quoted(text)));
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn what_can_be_known_is_hidden_in_a_script_that_makes_a_script() {
    let wrong = wrongly_shown(|text| {
        let inner = format!("/system scheduler add name=b on-event={}", quoted(text));
        format!("/system script\nadd name=a source={}\n", quoted(&inner))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}
