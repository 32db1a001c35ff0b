//! Captures that look whole but leave a doubt, and what is accepted instead.

use super::{detail, failing, in_order, judged, judged_fixture, known};
use crate::platform::routeros::judge::{
    Capture, Known, Ruling, Sentinel, is_in_doubt, judge, suspicion,
};
use crate::platform::routeros::text::tests::samples::fixture;

#[test]
fn without_a_sentinel_two_equal_exports_below_a_mebibyte_are_proof_enough() {
    let ending = in_order();
    let small = fixture("v7-routerboard.rsc");
    let line = b"add address=192.0.2.7 list=blocked\r\n".repeat(32_000);
    let large = [&small[..], b"/ip firewall address-list\r\n", &line].concat();
    for (export, agrees, ruling) in [
        (&small, Some(true), Ruling::Verified),
        (&small, Some(false), Ruling::Suspect),
        (&small, None, Ruling::Suspect),
        (&large, Some(true), Ruling::Suspect),
    ] {
        let capture = Capture {
            export,
            sentinel: Sentinel::NotAsked,
            ending: &ending,
            agrees_with_second_fetch: agrees,
        };
        let judgement = judge(&capture, &known());
        assert_eq!(
            judgement.ruling,
            ruling,
            "{agrees:?}, {} bytes",
            export.len()
        );
        assert_eq!(is_in_doubt(&judgement), ruling == Ruling::Suspect);
    }
}

#[test]
fn menus_left_out_are_accepted_only_where_they_are_known_or_harmless() {
    let menus = || {
        vec![
            "/interface bridge calea".to_owned(),
            "/ip firewall calea".to_owned(),
        ]
    };
    let fresh = Known {
        last_verified_size_bytes: None,
        ..known()
    };
    let one = vec!["/ip firewall calea".to_owned()];
    for (known, ruling) in [
        (known(), Ruling::Suspect),
        (
            Known {
                accepted_error_menus: menus(),
                ..known()
            },
            Ruling::Verified,
        ),
        (
            Known {
                accepted_error_menus: one.clone(),
                ..known()
            },
            Ruling::Suspect,
        ),
        (fresh.clone(), Ruling::Suspect),
        (
            Known {
                recurring_error_menus: Some(menus()),
                ..fresh.clone()
            },
            Ruling::Verified,
        ),
        (
            Known {
                recurring_error_menus: Some(one),
                ..fresh
            },
            Ruling::Suspect,
        ),
        (
            Known {
                recurring_error_menus: Some(menus()),
                ..known()
            },
            Ruling::Suspect,
        ),
    ] {
        let judgement = judged_fixture("v7-error-exporting-quoted.rsc", &known);
        assert_eq!(judgement.ruling, ruling, "{known:?}");
    }
}

#[test]
fn routerboard_menus_are_harmless_only_without_a_routerboard() {
    let export = fixture("v7-chr-software-id.rsc");
    let with = |has_routerboard| Known {
        has_routerboard,
        ..Known::default()
    };
    assert_eq!(judged(&export, &with(Some(false))).ruling, Ruling::Verified);
    assert_eq!(judged(&export, &with(None)).ruling, Ruling::Verified);
    assert_eq!(judged(&export, &with(Some(true))).ruling, Ruling::Suspect);
    let on_board = [
        &fixture("v7-lf.rsc")[..],
        b"#error exporting \"/system/routerboard\"\n",
    ]
    .concat();
    assert_eq!(judged(&on_board, &with(None)).ruling, Ruling::Suspect);
    let alike = [
        &fixture("v7-lf.rsc")[..],
        b"#error exporting /system/routerboards\n",
    ]
    .concat();
    assert_eq!(judged(&alike, &with(Some(false))).ruling, Ruling::Suspect);
}

#[test]
fn a_menu_that_did_not_answer_makes_the_export_suspect() {
    let judgement = judged_fixture("v7-timeout.rsc", &known());
    assert_eq!(judgement.ruling, Ruling::Suspect);
    assert_eq!(failing(&judgement), ["no_timeout"]);
    let said = "Not answered in time, and left out: /interface wifi, /ip dns static.";
    assert_eq!(suspicion(&judgement.checks).unwrap(), said);
}

#[test]
fn an_export_of_less_than_half_the_last_size_is_suspect() {
    let export = fixture("v7-lf.rsc");
    let size = export.len() as u64;
    let of = |last| Known {
        last_verified_size_bytes: Some(last),
        ..known()
    };
    assert_eq!(judged(&export, &of(size * 2)).ruling, Ruling::Verified);
    let judgement = judged(&export, &of(size * 2 + 1));
    assert_eq!(judgement.ruling, Ruling::Suspect);
    assert!(is_in_doubt(&judgement));
    let known = of(48_213);
    let expected = format!("Size {size} bytes; the last verified one had 48,213.");
    assert_eq!(detail(&judged(&export, &known), "size"), expected);
    assert_eq!(judged(&export, &of(u64::MAX)).ruling, Ruling::Suspect);
}

#[test]
fn another_version_or_another_router_is_suspect_and_no_second_fetch_helps() {
    let version = Some("7.17 (stable)".to_owned());
    let serial = Some("TEST9Z9Z9Z9".to_owned());
    for (known, check) in [
        (
            Known {
                probed_version: version,
                ..known()
            },
            "version",
        ),
        (Known { serial, ..known() }, "identity"),
        (
            Known {
                lost_secrets: true,
                ..known()
            },
            "secrets",
        ),
    ] {
        let judgement = judged_fixture("v7-routerboard.rsc", &known);
        assert_eq!(judgement.ruling, Ruling::Suspect);
        assert_eq!(failing(&judgement), [check]);
        assert!(!is_in_doubt(&judgement));
    }
}

#[test]
fn a_chr_is_known_by_its_system_id() {
    let known = |serial: &str| Known {
        serial: Some(serial.to_owned()),
        ..Known::default()
    };
    let judged = |serial| judged_fixture("v7-chr-system-id.rsc", &known(serial)).ruling;
    assert_eq!(judged("Tst0AbCdEfG"), Ruling::Verified);
    assert_eq!(judged("Tst0OtherId"), Ruling::Suspect);
    let none = judged_fixture("v6-chr.rsc", &known("Tst0AbCdEfG"));
    assert_eq!(failing(&none), ["identity"]);
}

#[test]
fn what_no_plain_export_has_makes_it_suspect() {
    let whole = fixture("v7-routerboard.rsc");
    let text = String::from_utf8(whole).unwrap();
    let (above, below) = text.split_at(text.find("\n/ip address").unwrap() + 1);
    for foreign in [
        "error: out of memory, menu skipped\r\n",
        "  #error exporting \"/ppp/secret\" (timeout)\r\n",
        "# 2026-11-21 02:00:00 by RouterOS 7.16.2\r\n",
        "\0\r\n",
    ] {
        let export = format!("{above}{foreign}{below}");
        let judgement = judged(export.as_bytes(), &known());
        assert_eq!(judgement.ruling, Ruling::Suspect, "{foreign:?}");
        assert_eq!(failing(&judgement), ["only_configuration"], "{foreign:?}");
    }
    // A terse export, which is not what is asked for, breaks lines inside strings.
    let terse = judged_fixture("v7-terse.rsc", &Known::default());
    assert_eq!(failing(&terse), ["only_configuration"]);
}
