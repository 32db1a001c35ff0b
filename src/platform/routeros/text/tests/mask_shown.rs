//! What is no secret, however much it looks like one: a configuration that is masked where it
//! need not be can not be read.

use crate::platform::routeros::text::masked;

/// Lines that stay as they are, each under its menu.
const NO_SECRETS: [(&str, &str); 44] = [
    (
        "/certificate",
        "add key-size=4096 key-usage=tls-server key-type=rsa name=ca",
    ),
    (
        "/container",
        "add envlists=db interface=veth1 remote-image=library/postgres:16",
    ),
    ("/container envs", "add key=TZ list=db value=Europe/Vienna"),
    ("/disk", "set nvme1 smb-sharing=no self-encryption=no"),
    (
        "/dot1x client",
        "add eap-methods=eap-tls identity=printer interface=ether3",
    ),
    (
        "/dot1x server",
        "add auth-types=dot1x,mac-auth mac-auth-mode=mac-as-username-and-password",
    ),
    (
        "/interface bridge",
        "add name=keys auth=x comment=\"PIN code pad, token ring, key store\"",
    ),
    (
        "/interface macsec",
        "add ckn=0123456789abcdef interface=ether1 profile=default",
    ),
    (
        "/interface ovpn-server server",
        "set auth=sha1 key-renegotiate-sec=3600 tls-version=only-1.2",
    ),
    (
        "/interface pppoe-server server",
        "add authentication=mschap2 one-session-per-host=yes",
    ),
    (
        "/interface wifi access-list",
        "add action=accept multi-passphrase-group=guests",
    ),
    (
        "/interface wifi security",
        "add authentication-types=wpa2-psk,wpa3-psk ft-r0-key-lifetime=1w group-key-update=1h",
    ),
    (
        "/interface wireguard peers",
        "add allowed-address=192.0.2.0/24 public-key=\"0123456789abcdefghijklmnopqrstuvwxyzABCDEF=\"",
    ),
    (
        "/interface wireless",
        "set wlan1 wps-mode=push-button hide-ssid=no",
    ),
    (
        "/interface wireless security-profiles",
        "add group-key-update=5m mode=dynamic-keys static-transmit-key=key-0",
    ),
    (
        "/ip cloud",
        "set back-to-home-vpn=enabled ddns-enabled=yes vpn-prefer-relay-code=NY1",
    ),
    (
        "/ip firewall filter",
        "add comment=\"allow ssh by key only: see wiki\" action=accept",
    ),
    (
        "/ip firewall layer7-protocol",
        "add name=a regexp=\"^.+(passport|keyword).*\\$\"",
    ),
    (
        "/ip firewall nat",
        "add comment=\"secret garden -> shop\" to-addresses=192.0.2.7",
    ),
    (
        "/ip hotspot profile",
        "set default login-by=cookie,http-chap http-cookie-lifetime=3d",
    ),
    (
        "/ip hotspot user profile",
        "set default shared-users=5 add-mac-cookie=yes keepalive-timeout=2m",
    ),
    (
        "/ip ipsec identity",
        "add auth-method=digital-signature key=office remote-key=branch",
    ),
    (
        "/ip ipsec profile",
        "set default dh-group=modp2048 enc-algorithm=aes-256 hash-algorithm=sha256",
    ),
    (
        "/ip ssh",
        "set always-allow-password-login=no host-key-size=4096 strong-crypto=yes",
    ),
    (
        "/ip ssh",
        "set host-key-type=ed25519 password-authentication=yes-if-no-key",
    ),
    ("/lcd pin", "set hide-pin-number=yes"),
    (
        "/ppp aaa",
        "set use-radius=yes accounting=yes interim-update=5m",
    ),
    (
        "/ppp secret",
        "add name=a password=\"\" profile=default service=l2tp",
    ),
    (
        "/radius",
        "add authentication-port=1812 secret=\"\" service=login",
    ),
    (
        "/routing bgp connection",
        "add as=65530 name=a tcp-md5-key=\"\"",
    ),
    (
        "/routing ospf interface-template",
        "add auth=md5 auth-id=1 area=backbone",
    ),
    (
        "/snmp community",
        "set [ find default=yes ] name=public security=authorized",
    ),
    (
        "/snmp",
        "set enabled=yes trap-community=public trap-version=2",
    ),
    ("/system identity", "set name=token-ring"),
    (
        "/system logging action",
        "set 3 remote=192.0.2.1 remote-log-format=default",
    ),
    (
        "/system script",
        "add name=rotate-password source=\":log info \\\"password changed\\\"\"",
    ),
    (
        "/system script",
        "add source=\":local pass [/file get a contents]; :local key \\$2\"",
    ),
    (
        "/system script",
        "add source=\":if (\\$password = \\\"\\\") do={ :error \\\"no password given\\\" }\"",
    ),
    (
        "/system script",
        "add source=\":foreach key,value in=\\$list do={ :put \\\"\\$key = \\$value\\\" }\"",
    ),
    (
        "/system script",
        "add source=\"/ip hotspot user set 0 password=\\$new bypass=yes\"",
    ),
    (
        "/tool e-mail",
        "set from=noc@example.net port=587 server=192.0.2.25 tls=starttls user=noc",
    ),
    (
        "/tool fetch",
        "add url=\"https://example.net/a?page=2&sort=name\" comment=\"mailto:noc@example.net\"",
    ),
    (
        "/user group",
        "add name=backup policy=\"ssh,read,sensitive,!password,!policy\"",
    ),
    ("/user ssh-keys", "add key=0123456789abcdef user=backup"),
];

#[test]
fn what_is_no_secret_is_shown() {
    for (menu, line) in NO_SECRETS {
        for export in [format!("{menu}\n{line}\n"), format!("{menu} {line}\n")] {
            let text = String::from_utf8(masked(export.as_bytes())).unwrap();
            assert_eq!(text, export);
        }
    }
}
