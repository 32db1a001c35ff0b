//! The whole way from a file to a plan, and from an export back to a plan that does nothing.

use super::*;
use crate::db::managing::{DeviceValues, SiteValues, StoredDevice, StoredSite};
use crate::managing::known::Known;
use crate::model::{DeviceId, Origin, SiteId};
use crate::vault::{MasterKey, Vault};

fn site(number: i64, slug: &str, origin: Origin, is_archived: bool) -> StoredSite {
    StoredSite {
        id: SiteId(number),
        values: SiteValues {
            slug: slug.to_owned(),
            name: format!("=Site {slug}"),
            timezone: "UTC".to_owned(),
            tags: vec!["+a;b".to_owned(), "c".to_owned()],
            notes: "one\n\"two\", three".to_owned(),
        },
        origin,
        is_archived,
        devices: 0,
    }
}

fn device(number: i64, name: &str, origin: Origin) -> StoredDevice {
    StoredDevice {
        id: DeviceId(number),
        site_id: SiteId(1),
        values: DeviceValues {
            site: "acme".to_owned(),
            name: name.to_owned(),
            address: "192.0.2.1".to_owned(),
            port: 22,
            credential: "core".to_owned(),
            tags: Vec::new(),
            enabled: true,
            legacy_ssh: false,
            connect_timeout_secs: 10,
            export_timeout_secs: 300,
        },
        origin,
        is_archived: false,
        is_site_archived: false,
        is_credential_archived: false,
    }
}

fn stored() -> Stored {
    Stored {
        sites: vec![
            site(1, "acme", Origin::Browser, false),
            site(2, "depot", Origin::File, false),
            site(3, "old", Origin::File, true),
        ],
        devices: vec![
            device(1, "@gw", Origin::Browser),
            device(2, "ap-1", Origin::File),
        ],
        credentials: Vec::new(),
        users: Vec::new(),
        known: Known::for_tests(&["core"]),
        own: None,
    }
}

fn plan(kind: Kind, text: &str) -> Result<Plan, Unreadable> {
    let (vault, _) = Vault::create(&MasterKey::generate());
    Plan::make(kind, text.as_bytes(), &stored(), &vault)
}

/// The only thing that is wrong with the only line.
fn wrong(kind: Kind, text: &str) -> String {
    let plan = plan(kind, text).unwrap();
    match &plan.lines[plan.lines.len() - 1].effect {
        Effect::Wrong(sentences) => sentences.join(". "),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_export_imported_again_changes_nothing() {
    let stored = stored();
    for (kind, file) in [
        (Kind::Sites, export_sites(&stored.sites).unwrap()),
        (Kind::Devices, export_devices(&stored.devices).unwrap()),
    ] {
        let text = String::from_utf8(file).unwrap();
        for cell in ["\"=", "\"+", "\"@"] {
            assert!(!text.contains(cell), "{text}");
        }
        let plan = plan(kind, &text).unwrap();
        let unchanged = Counts {
            unchanged: 2,
            ..Counts::default()
        };
        assert_eq!(plan.counts, unchanged, "{:?}", plan.lines);
        assert!(!plan.is_applicable());
    }
}

#[test]
fn each_line_tells_what_it_would_do() {
    let text = "\u{feff}slug,Name\r\n\r\nnew,New\r\nacme,Other\r\ndepot,=Site depot\r\nold,\r\n";
    let plan = plan(Kind::Sites, text).unwrap();
    let told: Vec<_> = plan
        .lines
        .iter()
        .map(|line| (line.number, &line.effect))
        .collect();
    assert!(matches!(told[0], (3, Effect::New)));
    let (4, Effect::Changed(differences)) = told[1] else {
        panic!("{told:?}");
    };
    assert_eq!(
        (differences[0].field, differences[0].after.as_str()),
        ("name", "Other")
    );
    assert!(matches!(told[2], (5, Effect::Unchanged)));
    assert!(matches!(told[3], (6, Effect::Restored(none)) if none.is_empty()));
    assert!(plan.is_applicable());
}

#[test]
fn a_line_is_told_where_it_begins_though_cells_have_lines() {
    let text = "slug,notes\na,\"one\ntwo\"\n\nb,\nc,d,e\n";
    let plan = plan(Kind::Sites, text).unwrap();
    let numbers: Vec<usize> = plan.lines.iter().map(|line| line.number).collect();
    assert_eq!(numbers, [2, 5, 6]);
}

#[test]
fn a_wrong_line_is_told_with_its_sentence() {
    let cases = [
        (Kind::Sites, "slug\nBad Slug", "The slug may hold"),
        (Kind::Sites, "slug\na\na", "`a` is in line 2 already"),
        (Kind::Sites, "slug,name\na", "has 1 cells"),
        (
            Kind::Sites,
            "slug,name\ndepot,Other",
            "It comes from devices.toml",
        ),
        (
            Kind::Devices,
            "site,name,address\nacme,ap-1,192.0.2.9",
            "It comes from devices.toml",
        ),
        (
            Kind::Devices,
            "site,name,address\nacme,AP-1,192.0.2.9",
            "in the same way",
        ),
        (
            Kind::Devices,
            "site,name,address\nacne,gw,192.0.2.9",
            "did you mean `acme`?",
        ),
        (
            Kind::Devices,
            "site,name,address\nold,gw,192.0.2.9",
            "is archived",
        ),
        (
            Kind::Devices,
            "site,name,address\nacme,gw,http://x",
            "The address is a URL",
        ),
        (
            Kind::Devices,
            "site,name,address,enabled\nacme,gw,192.0.2.9,maybe",
            "true or false",
        ),
        (
            Kind::Devices,
            "site,name,address,credential\nacme,gw,192.0.2.9,cor",
            "did you mean `core`?",
        ),
        (
            Kind::Credentials,
            "name,username,password\ncore,backup,",
            "Give a password",
        ),
    ];
    for (kind, text, word) in cases {
        let told = wrong(kind, text);
        assert!(told.contains(word), "{text}: {told}");
    }
}

#[test]
fn what_is_no_table_is_refused_with_its_line() {
    let cases: [(&[u8], &str); 11] = [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (
            b"slug,nmae\n",
            "Line 1: Unknown column `nmae`; did you mean `name`?",
        ),
        (b"slug;name\n", "Unknown column `slug;name`"),
        (b"slug,slug\n", "there twice"),
        (b"name\nx\n", "There is no column `slug`"),
        (
            b"slug,name\na,caf\xe9\n",
            "Line 2: The file can not be read: this line is not UTF-8",
        ),
        (b"slug\na\0b\n", "binary file"),
        (b"\xff\xfes\0l\0", "UTF-16"),
        (
            b"slug,name\na,\"b\nc,d\n",
            "Line 2: A quotation mark is opened here",
        ),
        (
            b"slug,name\na,\"b\"\"\n",
            "Line 2: A quotation mark is opened here",
        ),
    ];
    for (bytes, words) in cases {
        let told = check(Kind::Sites, bytes).unwrap_err().to_string();
        assert!(told.contains(words), "{bytes:?}: {told}");
    }
}

#[test]
fn what_is_too_large_is_refused_soon() {
    let lines = |count: usize| format!("slug\n{}", "a\n".repeat(count));
    assert!(check(Kind::Sites, lines(MAX_LINES).as_bytes()).is_ok());
    let told = check(Kind::Sites, lines(MAX_LINES + 1).as_bytes()).unwrap_err();
    assert!(told.to_string().contains("more than 20000 lines"), "{told}");
    let told = check(Kind::Sites, &vec![b'a'; MAX_BYTES + 1]).unwrap_err();
    assert!(told.to_string().contains("larger than 8 MB"), "{told}");
    // A single cell of eight megabytes, and eight million of them.
    for byte in [b"a", b","] {
        let mut wide = b"slug\n".to_vec();
        wide.resize(MAX_BYTES, byte[0]);
        let told = String::from_utf8(wide).unwrap();
        assert_eq!(
            plan(Kind::Sites, &told).unwrap().counts.wrong,
            usize::from(byte == b"a")
        );
    }
}

#[test]
fn plans_that_do_the_same_have_the_same_stamp() {
    let one = plan(Kind::Sites, "slug\nnew\n").unwrap();
    assert_eq!(
        one.stamp(),
        plan(Kind::Sites, "slug\nnew\n").unwrap().stamp()
    );
    assert_ne!(
        one.stamp(),
        plan(Kind::Sites, "slug\nold\n").unwrap().stamp()
    );
}

#[test]
fn an_empty_cell_says_nothing_but_of_tags_and_notes() {
    let text = "slug,name,timezone,tags,notes\nacme,,,,\n";
    let plan = plan(Kind::Sites, text).unwrap();
    let Effect::Changed(differences) = &plan.lines[0].effect else {
        panic!("{:?}", plan.lines);
    };
    let fields: Vec<_> = differences.iter().map(|one| one.field).collect();
    assert_eq!(fields, ["tags", "notes"]);
}
