//! What is masked, and what is not.

use super::samples::wrap;
use crate::platform::routeros::text::{MASK, Secrets, line_count, logical_lines, masked};

/// The line as it is shown when it stands alone under `menu`.
fn shown(menu: &str, line: &str) -> String {
    let export = format!("{menu}\n{line}\n");
    let text = String::from_utf8(masked(export.as_bytes())).unwrap();
    text.strip_prefix(menu).unwrap().trim().to_owned()
}

#[test]
fn secret_attributes_are_masked_whole() {
    for (menu, line, expected) in [
        (
            "/ppp secret",
            "add name=a password=x1 service=any",
            "add name=a password=***** service=any",
        ),
        (
            "/ppp secret",
            r#"add name=a password="a \" b" service=any"#,
            "add name=a password=***** service=any",
        ),
        (
            "/interface wireguard",
            "add name=wg private-key=\"AAAA=\"",
            "add name=wg private-key=*****",
        ),
        (
            "/interface wifi",
            "set [ find name=a ] security.passphrase=abc",
            "set [ find name=a ] security.passphrase=*****",
        ),
        (
            "/interface wireless security-profiles",
            "add wpa2-pre-shared-key=abc wpa-pre-shared-key=d",
            "add wpa2-pre-shared-key=***** wpa-pre-shared-key=*****",
        ),
        (
            "/interface wireless security-profiles",
            "add static-key-0=ab static-transmit-key=key-1",
            "add static-key-0=***** static-transmit-key=key-1",
        ),
        (
            "/interface lte",
            "set [ find ] pin=1234",
            "set [ find ] pin=*****",
        ),
        (
            "/interface l2tp-client",
            "add ipsec-secret=abc",
            "add ipsec-secret=*****",
        ),
        (
            "/routing ospf interface",
            "add authentication-key=abc",
            "add authentication-key=*****",
        ),
        (
            "/tool sms",
            "set sim-pin=1234 secret=abc",
            "set sim-pin=***** secret=*****",
        ),
        (
            "/zerotier",
            "set zt1 identity=\"a:0:b\"",
            "set zt1 identity=*****",
        ),
        (
            "/container envs",
            "add key=DB_PASSWORD name=db value=abc",
            "add key=DB_PASSWORD name=db value=*****",
        ),
        (
            "/disk",
            "add slot=s smb-password=abc encryption-key=de",
            "add slot=s smb-password=***** encryption-key=*****",
        ),
    ] {
        assert_eq!(shown(menu, line), expected);
    }
}

#[test]
fn a_terse_line_is_judged_by_its_own_menu() {
    let line = "/zerotier set zt1 identity=abc";
    assert_eq!(
        shown("/system identity", line),
        "/zerotier set zt1 identity=*****"
    );
}

#[test]
fn what_only_looks_secret_is_shown() {
    for (menu, line) in [
        (
            "/ip ssh",
            "set always-allow-password-login=no password-authentication=yes",
        ),
        (
            "/interface wireless security-profiles",
            "add mode=dynamic-keys authentication-types=wpa2-psk",
        ),
        (
            "/interface wireguard peers",
            "add public-key=\"AAAABBBBCCCC=\"",
        ),
        (
            "/ip ipsec identity",
            "add auth-method=digital-signature key=office remote-key=branch",
        ),
        ("/user ssh-keys", "add key=AAAABBBBCCCC"),
        ("/container envs", "add key=TZ name=db value=Europe/Vienna"),
        ("/dot1x client", "add identity=printer"),
        ("/ppp secret", "add name=a password=\"\""),
        (
            "/system script",
            r#"add source=":if (\$password = \$other) do={ :put \"password \" }""#,
        ),
        (
            "/system script",
            r#"add source="fetch password=\$pass url=(\"x?token=\" . \$t . \"&a\")""#,
        ),
        (
            "/ip firewall filter",
            "add comment=\"password for guests is on paper; key: none\"",
        ),
        (
            "/system ntp client servers",
            "add address=2001:db8::1 comment=//time",
        ),
    ] {
        assert_eq!(shown(menu, line), line);
    }
}

#[test]
fn secrets_inside_texts_are_masked() {
    for (text, expected) in [
        (
            r"/tool fetch password=hunter2 user=a",
            r"/tool fetch password=***** user=a",
        ),
        (
            r#":local smtpPass \"hun ter2\""#,
            r#":local smtpPass \"*****\""#,
        ),
        (r#"\r\npin=\"1234\";"#, r#"\r\npin=\"*****\";"#),
        (
            r#"on-event=\"x password=\\\"hunter2\\\"\""#,
            r#"on-event=\"x password=\\\"*****\\\"\""#,
        ),
        (r#"{\"apiKey\": \"abc\"}"#, r#"{\"apiKey\": \"*****\"}"#),
        ("Authorization: Bearer abc", "Authorization: Bearer *****"),
        ("wifi password: hunter2, ask", "wifi password: *****, ask"),
        (
            "https://u:hunter2@192.0.2.1/x",
            "https://u:*****@192.0.2.1/x",
        ),
        ("https://abcdef@192.0.2.1/x", "https://*****@192.0.2.1/x"),
        (
            r"https://example.net/\?a=1&token=abc&b=2",
            r"https://example.net/\?a=1&token=*****&b=2",
        ),
        (
            "https://example.net/?auth=abc",
            "https://example.net/?auth=*****",
        ),
        (
            "https://api.telegram.org/bot123456:ABCDEFGHIJ-KLMNOPQRSTUV/sendMessage",
            "https://api.telegram.org/bot*****/sendMessage",
        ),
    ] {
        let line = format!("add source=\"{text}\"");
        assert_eq!(
            shown("/system script", &line),
            format!("add source=\"{expected}\"")
        );
    }
}

#[test]
fn a_secret_is_masked_wherever_it_occurs_and_however_it_is_escaped() {
    let export = "/ppp secret\nadd name=abc password=\"sunny\\\"day\\24\"\n\
        /system script\nadd source=\"x sunny\\\\\\\"day\\\\\\24 sunny\\\"day\\$\" policy=read\n\
        /system note\nset note=sunny\\\"day\\24s\n# sunny\"day$\nset [ find x=\"sunny\\\"day\\24\" ]\n";
    let text = String::from_utf8(masked(export.as_bytes())).unwrap();
    assert!(!text.contains("sunny"), "{text}");
    assert!(
        text.contains("source=\"x ***** *****\" policy=read"),
        "{text}"
    );
    assert!(
        text.ends_with("note=*****s\n# *****\nset [ find x=\"*****\" ]\n"),
        "{text}"
    );
}

#[test]
fn menus_commands_names_and_the_header_are_never_masked() {
    let export = "# 2026-03-14 02:00:07 by RouterOS 7.16.2\n# software id = 0TST-7AAA\n\
        # serial number = TEST0A1B2C3\n/ppp secret\nadd name=a password=TEST0A1B2C3\n\
        add name=b password=secret\nadd name=secret password=comment comment=secret\n";
    let expected = export
        .replace("password=TEST0A1B2C3", "password=*****")
        .replace("password=secret", "password=*****")
        .replace(
            "name=secret password=comment comment=secret",
            "name=***** password=***** comment=*****",
        );
    assert_eq!(
        String::from_utf8(masked(export.as_bytes())).unwrap(),
        expected
    );
}

#[test]
fn a_short_secret_hides_nothing_else() {
    let text = masked(b"/interface lte\nset [ find ] pin=1234 comment=1234\n");
    assert!(text.ends_with(b"pin=***** comment=1234\n"));
}

#[test]
fn a_wrapped_secret_is_masked_whole_and_the_line_breaks_stay() {
    let export = b"/ppp secret\r\nadd name=a password=\\\r\n    \"abcdefgh\\\r\n    ijklmnop\\\r\n    qr\" service=any\r\nset b comment=\\\n    \"abcdefghijkl\\\n    mnopqr.\"\n";
    let expected = b"/ppp secret\r\nadd name=a password=\\\r\n    *****\\\r\n    \\\r\n     service=any\r\nset b comment=\\\n    \"*****\\\n    .\"\n";
    let text = masked(export);
    assert_eq!(
        String::from_utf8_lossy(&text),
        String::from_utf8_lossy(expected)
    );
    assert_eq!(logical_lines(&text).count(), logical_lines(export).count());
}

#[test]
fn lines_masked_one_by_one_are_those_of_the_masked_export() {
    let line = format!(
        "add comment=\"{}hunter2-hunter2\" password=hunter2",
        "x".repeat(70)
    );
    let wrapped = wrap(line.as_bytes(), 80, b"\r\n");
    let export = [b"/ppp secret\r\n", &wrapped[..]].concat();
    let secrets = Secrets::of(&export);
    let mut alone = line.clone().into_bytes();
    for part in secrets
        .parts(b"/ppp secret", line.as_bytes())
        .into_iter()
        .rev()
    {
        alone.splice(part, MASK.bytes());
    }
    let whole = masked(&export);
    assert_eq!(logical_lines(&whole).last().unwrap().text, alone);
}

#[test]
fn debug_shows_nothing_of_a_secret() {
    let secrets = Secrets::of(b"add password=hunter2\n");
    assert!(!secrets.is_empty());
    assert_eq!(format!("{secrets:?}"), "Secrets { .. }");
}

#[test]
fn an_export_without_secrets_is_as_it_was() {
    let export = b"/ip address\r\nadd address=192.0.2.1/24\n/ip service\nset ssh password=\"\"";
    assert!(Secrets::of(export).is_empty());
    assert_eq!(masked(export), export);
}

#[test]
fn an_export_full_of_secrets_is_masked_everywhere() {
    let mut export = b"/ppp secret\n".to_vec();
    for number in 0..2_000 {
        let password = format!("{number:04}").repeat(200);
        export.extend_from_slice(format!("add name=n{number} password={password}\n").as_bytes());
    }
    export.extend_from_slice(b"add comment=anything-long list=short\n");
    let text = masked(&export);
    assert_eq!(line_count(&text), line_count(&export));
    assert!(text.ends_with(b"add comment=***** list=short\n"));
}

/// How many bytes make a text that nobody would call a value.
const ENDLESS: usize = 1_100_000;

#[test]
fn a_value_too_long_to_be_read_is_hidden_whole_and_so_is_every_value() {
    let filler = "/ip address print; ".repeat(ENDLESS / 19);
    let export = format!(
        "/system script\nadd name=long source=\"{filler}:local password \\\"hunter2-hunter2\\\"\"\n\
         /ip address\nadd comment=\"was hunter2-hunter2\" mtu=1500\n"
    );
    let text = String::from_utf8(masked(export.as_bytes())).unwrap();
    assert_eq!(
        text,
        "/system script\nadd name=long source=*****\n/ip address\nadd comment=***** mtu=1500\n"
    );
}

#[test]
fn thousands_of_secrets_on_one_line_are_hidden_with_all_between_them() {
    let secrets: String = (0..5_000).map(|at| format!(" key=top{at}")).collect();
    let export = format!("/x\nadd{secrets} name=last\n");
    let text = String::from_utf8(masked(export.as_bytes())).unwrap();
    assert!(!text.contains("top"));
    assert!(text.starts_with("/x\nadd key=*****"));
    assert!(text.matches(MASK).count() < 1_000, "most are one part");
    assert!(text.ends_with(" name=last\n"));
}

#[test]
fn a_megabyte_of_names_without_literals_is_read_in_one_go() {
    for (name, expression) in [
        ("key=$", "key=$"),
        ("key=(", "key=("),
        ("authorization:$", "authorization:$"),
        ("cookie:$", "cookie:$"),
        ("x//", "x//"),
        (":set (x->key) ", ":set (x->key) "),
    ] {
        let value = name.repeat(1_000_000 / name.len());
        let line = format!("add password=hunter2 source=\"{value}{expression}x\"");
        assert_eq!(
            shown("/system script", &line),
            line.replace("hunter2", MASK),
            "{name}"
        );
    }
}

#[test]
fn a_run_of_backslashes_in_a_remark_is_hidden_in_one_go() {
    let export = format!(
        "/ppp secret\nadd name=a password=\"{}\"\n# {}a\n",
        "\\\\".repeat(6),
        "\\".repeat(1_000_000)
    );
    let text = String::from_utf8(masked(export.as_bytes())).unwrap();
    assert_eq!(text, "/ppp secret\nadd name=a password=*****\n# *****a\n");
}

#[test]
fn communities_and_bare_words_of_scripts_are_masked() {
    for (menu, line, expected) in [
        (
            "/snmp community",
            "set [ find default=yes ] addresses=192.0.2.0/24 name=twelve-12",
            "set [ find default=yes ] addresses=192.0.2.0/24 name=*****",
        ),
        (
            "/snmp",
            "set trap-community=twelve-12",
            "set trap-community=*****",
        ),
        ("/snmp community", "add name=public", "add name=public"),
        (
            "/system script",
            "add source=\":global token a1b2c3\"",
            "add source=\":global token *****\"",
        ),
        (
            "/system script",
            "add source=\":local pass [:pick \\$x 1]\"",
            "add source=\":local pass [:pick \\$x 1]\"",
        ),
        (
            "/system script",
            "add source=\":global key do={ :put a }\"",
            "add source=\":global key do={ :put a }\"",
        ),
        (
            "/ip address",
            "add comment=\"pw: nineteen-19\"",
            "add comment=\"pw: *****\"",
        ),
    ] {
        assert_eq!(shown(menu, line), expected, "{menu} {line}");
    }
}
