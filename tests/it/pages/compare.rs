//! The comparison: what it says, in which layouts, and what it keeps to itself.

use super::*;

/// What the days of a device look like that is compared in three columns.
fn day(rules: &str, password: &str) -> Vec<u8> {
    format!(
        "# 2026-05-01 02:00:11 by RouterOS 7.16.2\r\n/ip firewall filter\r\n{rules}/ppp secret\r\n\
         add name=anna password={password} service=l2tp\r\n/system identity\r\nset name=gw-1\r\n"
    )
    .into_bytes()
}

/// Three backups: a rule comes and the password changes, then a rule goes.
async fn three_days() -> (Stage, String) {
    let stage = Stage::acme().await;
    stage
        .run("INSERT INTO batches (trigger) VALUES ('scheduled')")
        .await;
    let drop = "add action=drop chain=input comment=last\r\n";
    let web = "add action=accept chain=input dst-port=443 protocol=tcp\r\n";
    let days = [
        (day(drop, "first-Secret1"), "2026-05-01T02:00:11Z"),
        (
            day(&format!("{web}{drop}"), "second-Secret2"),
            "2026-05-02T02:00:11Z",
        ),
        (day(web, "second-Secret2"), "2026-05-03T02:00:11Z"),
    ];
    let mut kept: Vec<SnapshotId> = Vec::new();
    for (export, taken_at) in &days {
        kept.push(stage.keep(export, taken_at, kept.last().copied()).await);
    }
    let asked: Vec<String> = kept.iter().map(|id| format!("s={id}")).collect();
    (stage, asked.join("&"))
}

#[tokio::test]
async fn an_item_that_changed_is_one_item_with_what_changed_marked() {
    let stage = Stage::backed_up().await;
    let text = stage.get("/compare?s=2&s=1").await.text();
    assert!(text.contains("ip address changed"), "the summary in words");
    assert!(text.contains("RouterOS changed from 7.15.2 to 7.16.2;"));
    assert!(
        text.find("192.0.2.1").unwrap() < text.find("192.0.2.9").unwrap(),
        "older first"
    );
    assert!(
        text.contains("<span class=\"word\">changed</span>"),
        "a word beside the sign"
    );
    let unified = stage.get("/compare?s=1&s=2&layout=unified").await.text();
    assert!(unified.contains(">removed</span>") && unified.contains(">added</span>"));
}

#[tokio::test]
async fn the_text_for_a_ticket_is_a_unified_diff() {
    let diff = Stage::backed_up().await.get("/compare.diff?s=1&s=2").await;
    assert_eq!(diff.header("content-type"), "text/plain; charset=utf-8");
    assert!(
        diff.body
            .starts_with(b"--- acme/gw-1 2026-05-01 02:00:11 +0000\n")
    );
    assert!(
        diff.body
            .windows(20)
            .any(|part| part == b"+add address=192.0.2")
    );
}

#[tokio::test]
async fn three_backups_stand_in_three_columns_and_each_step_is_told() {
    let (stage, asked) = three_days().await;
    let text = stage.get(&format!("/compare?{asked}")).await.text();
    assert_eq!(text.matches("<th scope=\"colgroup\"").count(), 3);
    assert!(text.contains("ip firewall filter: 1 added; ppp secret changed"));
    assert!(text.contains("ip firewall filter: 1 removed"));
    let diff = stage.get(&format!("/compare.diff?{asked}")).await.text();
    assert_eq!(diff.matches("--- acme/gw-1").count(), 2);
}

#[tokio::test]
async fn secrets_are_masked_and_yet_seen_to_change_until_they_are_asked_for() {
    let (stage, asked) = three_days().await;
    for address in ["/compare", "/compare.diff"] {
        let text = stage.get(&format!("{address}?{asked}")).await.text();
        assert!(
            !text.contains("Secret1") && !text.contains("Secret2"),
            "{address}"
        );
        let shown = stage
            .get(&format!("{address}?{asked}&secrets=shown"))
            .await
            .text();
        assert!(shown.contains("first-Secret1") && shown.contains("second-Secret2"));
    }
    let text = stage.get(&format!("/compare?{asked}")).await.text();
    assert!(text.contains("(secret, changed)"));
}

#[tokio::test]
async fn a_secret_of_the_first_of_three_backups_is_masked_wherever_the_later_two_have_it() {
    let stage = Stage::acme().await;
    let account = "/ppp secret\r\nadd name=anna password=hunter-2222\r\n";
    let noted = "/ip address\r\nadd address=192.0.2.1/24 comment=\"was hunter-2222";
    let days = [
        account.to_owned(),
        format!("{noted}\"\r\n"),
        format!("{noted}, now gone\"\r\n"),
    ];
    for (day, export) in (1..).zip(&days) {
        let taken_at = format!("2026-05-0{day}T02:00:11Z");
        stage.keep(export.as_bytes(), &taken_at, None).await;
    }
    for address in ["/compare?s=1&s=2&s=3", "/compare.diff?s=1&s=2&s=3"] {
        let masked = stage.get(address).await.text();
        assert!(masked.contains("now gone"), "{address}");
        assert!(!masked.contains("hunter-2222"), "{address}");
        let shown = stage.get(&format!("{address}&secrets=shown")).await.text();
        assert!(shown.contains("was hunter-2222"), "{address}");
    }
}

#[tokio::test]
async fn what_is_equal_is_folded_and_opens_by_its_link() {
    let (stage, asked) = three_days().await;
    let folded = stage.get(&format!("/compare?{asked}")).await.text();
    assert!(folded.contains("1 menu is equal"));
    assert!(!folded.contains(">set</span>"), "the identity is folded");
    let open = stage
        .get(&format!("/compare?{asked}&open=all"))
        .await
        .text();
    assert!(open.contains(">set</span>") && open.contains("Hide what is equal"));
}

#[tokio::test]
async fn each_difference_leads_to_the_one_before_and_the_one_after_without_a_script() {
    let (stage, asked) = three_days().await;
    // A menu without items in one of them is a difference of its own, at its heading.
    let export = [day("", "second-Secret2"), b"/ip pool\r\n".to_vec()].concat();
    stage.keep(&export, "2026-05-04T02:00:11Z", None).await;
    for more in ["&s=4", "&s=4&open=all"] {
        let page = stage.get(&format!("/compare?{asked}{more}")).await.text();
        let links = |class: &str| -> Vec<String> {
            let begin = format!("<a class=\"{class}\"");
            let links = page.split(&begin).skip(1);
            links
                .map(|link| link.split_once('>').unwrap().0.to_owned())
                .collect()
        };
        let name = |number, to| format!("aria-label=\"Difference {number} of 3; to the {to}\"");
        assert_eq!(
            links("previous"),
            [
                format!(" href=\"#d3\" {}", name(1, "last")),
                format!(" href=\"#d1\" {}", name(2, "previous")),
                format!(" href=\"#d2\" {}", name(3, "previous")),
            ]
        );
        assert_eq!(
            links("difference"),
            [
                format!(" id=\"d1\" href=\"#d2\" {}", name(1, "next")),
                format!(" id=\"d2\" href=\"#d3\" {}", name(2, "next")),
                format!(" id=\"d3\" href=\"#d1\" {}", name(3, "first")),
            ]
        );
    }
}

/// The main heading of a page.
fn heading(text: &str) -> &str {
    let (_, behind) = text.split_once("<h1>").unwrap();
    behind.split_once("</h1>").unwrap().0
}

/// What stands at the top of the columns.
fn column_heads(text: &str) -> Vec<&str> {
    let heads = text.split("<th scope=\"colgroup\" colspan=\"3\">").skip(1);
    heads
        .map(|rest| rest.split_once("</th>").unwrap().0)
        .collect()
}

#[tokio::test]
async fn columns_of_different_devices_name_device_and_site_and_those_of_one_device_do_not() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "INSERT INTO sites (slug, name, timezone) VALUES ('other', 'Other <b>', 'UTC');
             INSERT INTO devices (site_id, name, address, port, platform, credential_id) VALUES
                 (2, 'gw-1', '192.0.2.2', 22, 'routeros', 1), (1, 'ap-1', '192.0.2.3', 22, 'routeros', 1)",
        )
        .await;
    for device in [2, 3] {
        let export = super::OLD_EXPORT;
        stage
            .keep_of(device, export, "2026-05-02T02:00:11Z", None)
            .await;
    }
    let one = stage.get("/compare?s=1&s=2").await.text();
    assert_eq!(heading(&one), "Compare gw-1");
    assert_eq!(
        column_heads(&one),
        ["Old 1 May 2026 04:00", "New 2 May 2026 04:00"]
    );
    assert_eq!(one.matches("/sites/acme/devices/gw-1\"").count(), 1);
    let sites = stage.get("/compare?s=2&s=3").await.text();
    let both = "Compare gw-1 (Acme) and gw-1 (Other &#60;b&#62;)";
    assert_eq!(heading(&sites), both);
    assert!(sites.contains(&format!("<title>{both} ·")));
    assert_eq!(
        column_heads(&sites),
        [
            "gw-1 (Acme) 2 May 2026 04:00",
            "gw-1 (Other &#60;b&#62;) 2 May 2026 02:00"
        ]
    );
    assert!(!sites.contains("RouterOS changed from"), "nobody upgraded");
    assert!(sites.contains("differ: 7.16.2 and 7.15.2; each writes"));
    let same_site = stage.get("/compare?s=2&s=4").await.text();
    assert_eq!(heading(&same_site), "Compare gw-1 and ap-1");
    let three = stage.get("/compare?s=1&s=2&s=4").await.text();
    assert_eq!(heading(&three), "Compare 3 backups of 2 devices");
    assert!(three.contains("1. gw-1 → 2. gw-1:") && three.contains("2. gw-1 → 3. ap-1:"));
}

#[tokio::test]
async fn lines_beyond_what_is_compared_are_told_and_never_called_equal() {
    let stage = Stage::acme().await;
    let export = "a\n".repeat(300_100).into_bytes();
    stage.keep(&export, "2026-05-01T02:00:11Z", None).await;
    stage.keep(&export, "2026-05-02T02:00:11Z", None).await;
    let text = stage.get("/compare?s=1&s=2").await.text();
    assert!(text.contains("200 lines at the end of these backups are beyond"));
    assert!(text.contains("No difference in what was compared"));
    assert!(!text.contains("<h2>No difference</h2>"));
    let small = Stage::backed_up().await;
    let text = small.get("/compare?s=1&s=2").await.text();
    assert!(!text.contains("Not all was compared"));
}

#[tokio::test]
async fn one_ticked_backup_is_shown_and_the_same_twice_is_one() {
    let stage = Stage::backed_up().await;
    for address in ["/compare?s=1", "/compare?s=1&s=1"] {
        let answer = stage.get(address).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.header("location"), "/snapshots/1");
    }
}

/// What a device might send to act on a page or a terminal, and a line that has no end.
fn hostile(address: &str) -> Vec<u8> {
    let long = "0123456789".repeat(1_000);
    let mut export =
        b"/ip address\r\nadd comment=\"<script>alert(1)</script>\x1b[31m\xe2\x80\xae\xe9\x07\" "
            .to_vec();
    export.extend_from_slice(
        format!("address={address}\r\nadd comment={long} address={address}\r\n").as_bytes(),
    );
    export
}

#[tokio::test]
async fn a_hostile_export_is_text_on_the_page_and_in_the_text_for_a_ticket() {
    let stage = Stage::acme().await;
    for (day, address) in [(1, "192.0.2.1"), (2, "192.0.2.2")] {
        let taken_at = format!("2026-05-0{day}T02:00:11Z");
        stage.keep(&hostile(address), &taken_at, None).await;
    }
    let comment = "alert(1)</script><U+001B>[31m<U+202E><E9><U+0007>";
    let escaped = comment.replace('<', "&#60;").replace('>', "&#62;");
    for layout in ["", "&layout=unified", "&secrets=shown&open=all"] {
        let page = stage.get(&format!("/compare?s=1&s=2{layout}")).await.text();
        assert_eq!(page.matches(&escaped).count(), 2, "{layout}");
        assert!(!page.contains("<script>") && !page.contains(['\u{202e}', '\u{7}', '\u{1b}']));
        assert_eq!(page.matches("more bytes in the download").count(), 2);
        assert!(page.len() < 60_000, "a long line is cut: {}", page.len());
    }
    let diff = stage.get("/compare.diff?s=1&s=2").await.text();
    let whole = format!("comment=\"<script>{comment}\" address=192.0.2.");
    assert_eq!(diff.matches(&whole).count(), 2);
    assert!(!diff.contains(['\u{202e}', '\u{7}', '\u{1b}', '\r']));
}
