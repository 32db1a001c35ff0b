//! What the comparison says of items: changed inside, moved where order matters, paired by what
//! identifies them.

use super::draw::{compared, drawn};
use crate::compare::table::{Open, Options, Row, Table};
use crate::compare::{table, table::Change};

const FILTER: &str = "/ip firewall filter";

fn menu(path: &str, items: &[&str]) -> String {
    format!("{path}\n{}\n", items.join("\n"))
}

fn sentence(table: &Table) -> String {
    table.steps[0].sentence()
}

#[test]
fn a_changed_item_is_one_row_with_the_changed_attributes_marked_inside() {
    let old = menu(
        "/ip address",
        &["add address=192.0.2.1/24 comment=lan interface=ether1"],
    );
    let new = menu(
        "/ip address",
        &["add address=192.0.2.9/24 disabled=yes interface=ether1"],
    );
    let table = compared(&old, &new);
    assert_eq!(
        drawn(&table),
        [
            "[/ip address]",
            "= 2 add address={192.0.2.1/24} {comment=}{lan} interface=ether1 \
             | ~ 2 add address={192.0.2.9/24} {disabled=}{yes} interface=ether1",
        ]
    );
    assert_eq!(sentence(&table), "ip address changed");
}

#[test]
fn a_rule_dragged_up_moved_and_nothing_else_did() {
    let rules = ["add chain=a", "add chain=b", "add chain=c", "add chain=d"];
    let old = menu(FILTER, &rules);
    let new = menu(FILTER, &[rules[3], rules[0], rules[1], rules[2]]);
    let table = compared(&old, &new);
    assert_eq!(
        drawn(&table),
        [
            "[/ip firewall filter]",
            ". | <5 2 add chain=d",
            "= 2 add chain=a | = 3 add chain=a",
            "= 3 add chain=b | = 4 add chain=b",
            "= 4 add chain=c | = 5 add chain=c",
            "= 5 add chain=d | >2",
        ]
    );
    assert_eq!(sentence(&table), "ip firewall filter: 1 moved");
}

#[test]
fn another_order_is_no_difference_where_order_says_nothing() {
    let items = ["add name=a", "add name=b", "add name=c"];
    let old = menu("/container", &items);
    let new = menu("/container", &[items[1], items[0], items[2]]);
    let table = compared(&old, &new);
    assert!(table.is_identical());
    assert_eq!((table.reordered, table.differences), (1, 0));
    assert_eq!(drawn(&table), ["[/container] ... 3"]);
    let noise = Options {
        noise: true,
        ..Options::default()
    };
    let table = self::table(&[old.as_bytes(), new.as_bytes()], &noise);
    assert_eq!((table.differences, table.is_identical()), (2, true));
    let is_noise = |row: &Row| matches!(row, Row::Item(item) if item.is_noise);
    assert_eq!(table.rows.iter().filter(|row| is_noise(row)).count(), 2);
}

#[test]
fn a_summary_counts_menu_by_menu_in_words() {
    let rules: Vec<String> = (0..6)
        .map(|at| format!("add chain=forward src-address=192.0.2.{at}"))
        .collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let old = menu(FILTER, &rules) + &menu("/system identity", &["set name=one"]);
    let changed = [
        rules[4],
        rules[0],
        "add action=drop chain=input",
        rules[2],
        rules[3],
        "add chain=output dst-port=5",
        rules[5],
    ];
    let new = menu(FILTER, &changed) + &menu("/system identity", &["set name=two"]);
    assert_eq!(
        sentence(&compared(&old, &new)),
        "ip firewall filter: 2 added, 1 removed, 1 moved; system identity changed"
    );
}

#[test]
fn an_item_is_known_again_by_its_name_wherever_it_stands() {
    let old = menu(
        "/queue simple",
        &[
            "add max-limit=1M/1M name=a target=192.0.2.1/32",
            "add name=b",
            "add name=c",
        ],
    );
    let new = menu(
        "/queue simple",
        &[
            "add name=b",
            "add name=c",
            "add max-limit=2M/9M name=a target=192.0.2.7/32",
        ],
    );
    let table = compared(&old, &new);
    assert_eq!(sentence(&table), "queue simple: 1 changed, 1 moved");
    assert!(
        drawn(&table)
            .contains(&". | <2 4 add max-limit={2M/9M} name=a target={192.0.2.7/32}".to_owned())
    );
}

#[test]
fn an_entry_of_an_address_list_replaced_is_not_a_changed_one() {
    let path = "/ip firewall address-list";
    let old = menu(
        path,
        &[
            "add address=192.0.2.1 list=x",
            "add address=192.0.2.2 list=x",
        ],
    );
    let new = menu(
        path,
        &[
            "add address=192.0.2.1 list=x",
            "add address=192.0.2.3 list=x",
        ],
    );
    assert_eq!(
        sentence(&compared(&old, &new)),
        "ip firewall address-list: 1 added, 1 removed"
    );
}

#[test]
fn two_accounts_at_one_place_are_not_one_that_changed() {
    let account = |name: &str, password: &str| {
        format!("add comment=Account name={name} password={password} profile=default service=l2tp")
    };
    let old = menu("/ppp secret", &[&account("a", "one")]);
    let new = menu("/ppp secret", &[&account("b", "two")]);
    assert_eq!(
        sentence(&compared(&old, &new)),
        "ppp secret: 1 added, 1 removed"
    );
    let renamed = menu("/ppp secret", &[&account("b", "one")]);
    assert_eq!(sentence(&compared(&old, &renamed)), "ppp secret changed");
}

#[test]
fn a_comment_that_many_have_identifies_nothing() {
    let old = menu(
        FILTER,
        &[
            "add chain=a comment=x",
            "add action=drop comment=x dst-port=1 protocol=tcp",
        ],
    );
    let new = menu(
        FILTER,
        &[
            "add chain=a comment=x",
            "add action=jump comment=x jump-target=y src-port=7",
        ],
    );
    assert_eq!(
        sentence(&compared(&old, &new)),
        "ip firewall filter: 1 added, 1 removed"
    );
}

#[test]
fn only_the_words_that_differ_are_marked_in_a_long_value() {
    let item =
        |word: &str| format!("add name=s source=\":log info {word}\\r\\n:delay 5s\\r\\n:beep\"");
    let table = compared(
        &menu("/system script", &[&item("kept")]),
        &menu("/system script", &[&item("gone")]),
    );
    assert!(
        drawn(&table)[1].contains("{gone}\\r\\n:delay"),
        "{:?}",
        drawn(&table)
    );
}

#[test]
fn rows_far_from_a_change_are_folded_and_open_by_their_number() {
    let rules: Vec<String> = (0..20).map(|at| format!("add chain=c{at}")).collect();
    let mut rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let old = menu("/ip dns", &["set servers=192.0.2.53"]) + &menu(FILTER, &rules);
    rules.insert(10, "add action=drop chain=new");
    let new = menu("/ip dns", &["set servers=192.0.2.53"]) + &menu(FILTER, &rules);
    let closed = compared(&old, &new);
    let drawn = drawn(&closed);
    assert_eq!(
        drawn[..3],
        ["[/ip dns] ... 1", "[/ip firewall filter]", "... 7"]
    );
    assert_eq!(
        (drawn.len(), drawn[10].as_str(), closed.folds),
        (11, "... 7", 3)
    );
    let open = |open| {
        let options = Options {
            open,
            ..Options::default()
        };
        table(&[old.as_bytes(), new.as_bytes()], &options)
    };
    assert_eq!(open(Open::Some([2].into())).rows.len(), 11 + 7);
    assert_eq!(open(Open::All).rows.len(), 11 + 7 + 7 + 1);
}

#[test]
fn an_item_that_comes_back_stands_on_its_own_row_again() {
    let with = menu(
        "/ip pool",
        &["add name=a ranges=192.0.2.1", "add name=b ranges=192.0.2.2"],
    );
    let without = menu("/ip pool", &["add name=b ranges=192.0.2.2"]);
    let table = table(
        &[with.as_bytes(), without.as_bytes(), with.as_bytes()],
        &Options::default(),
    );
    let rows = drawn(&table);
    assert_eq!(
        rows[1],
        "= 2 add name=a ranges=192.0.2.1 | - | + 2 add name=a ranges=192.0.2.1"
    );
    let steps: Vec<String> = table.steps.iter().map(|step| step.sentence()).collect();
    assert_eq!(steps, ["ip pool: 1 removed", "ip pool: 1 added"]);
}

#[test]
fn each_run_of_differing_rows_has_one_number() {
    let old = menu(
        "/ip pool",
        &["add name=a", "add name=b", "add name=c", "add name=d"],
    );
    let new = menu(
        "/ip pool",
        &[
            "add name=a x=1",
            "add name=b x=1",
            "add name=c",
            "add name=d x=1",
        ],
    );
    let numbers: Vec<_> = compared(&old, &new)
        .rows
        .iter()
        .filter_map(|row| match row {
            Row::Item(item) => Some((item.difference, item.is_first, item.cells[1].change)),
            _ => None,
        })
        .collect();
    let changed = Change::Changed;
    assert_eq!(
        numbers,
        [
            (Some(1), true, changed),
            (Some(1), false, changed),
            (None, false, Change::Equal),
            (Some(2), true, changed)
        ]
    );
}

#[test]
fn versions_and_models_are_named_and_times_are_not() {
    let export = |time: &str, version: &str| {
        format!(
            "# {time} by RouterOS {version}\n# model = RB5009\n/ip dns\nset servers=192.0.2.53\n"
        )
    };
    let table = compared(
        &export("2026-01-01 00:00:00", "7.16.2"),
        &export("2026-02-02 11:11:11", "7.18"),
    );
    let version = Some(("7.16.2".to_owned(), "7.18".to_owned()));
    assert_eq!(
        (&table.steps[0].version, &table.steps[0].model),
        (&version, &None)
    );
    assert_eq!(
        drawn(&table)[1],
        "= 1 # by RouterOS {7.16.2} | ~ 1 # by RouterOS {7.18}"
    );
    let table = compared(
        &export("2026-01-01 00:00:00", "7.18"),
        &export("2026-02-02 11:11:11", "7.18"),
    );
    assert!(table.is_identical());
}

#[test]
fn status_remarks_are_left_out_and_shown_when_asked_for() {
    let old = menu(
        "/interface pppoe-client",
        &["# pppoe-out1 not ready", "add name=pppoe-out1"],
    );
    let new = menu("/interface pppoe-client", &["add name=pppoe-out1"]);
    let exports = [old.as_bytes(), new.as_bytes()];
    let hidden = table(&exports, &Options::default());
    assert_eq!(
        (hidden.is_identical(), hidden.differences, hidden.remarks),
        (true, 0, 1)
    );
    let shown = table(
        &exports,
        &Options {
            noise: true,
            ..Options::default()
        },
    );
    assert!(shown.is_identical());
    assert_eq!(drawn(&shown)[1], "= 2 # pppoe-out1 not ready | -");
    assert!(matches!(&shown.rows[1], Row::Item(item) if item.is_noise));
}

#[test]
fn menus_that_could_not_be_exported_stand_apart() {
    let old = "/ip dns\nset servers=192.0.2.53\n";
    let new = "/ip dns\nset servers=192.0.2.53\n#error exporting \"/container\" (timeout)\n";
    assert_eq!(sentence(&compared(old, new)), "not exported: 1 added");
}

#[test]
fn a_terse_export_is_compared_like_any_other() {
    let plain = "/ip dns\nset servers=192.0.2.53\n/ip pool\nadd name=a\nadd name=b\n";
    let terse = "/ip dns set servers=192.0.2.53\n/ip pool add name=a\n/ip pool add name=b x=1\n";
    assert_eq!(sentence(&compared(plain, terse)), "ip pool: 1 changed");
}

#[test]
fn an_empty_menu_that_one_side_lacks_is_a_difference() {
    let table = compared("/ip dns\n", "/ip dns\n/ip pool\n");
    assert_eq!(
        (sentence(&table), table.differences),
        ("ip pool: 1 added".to_owned(), 1)
    );
}
