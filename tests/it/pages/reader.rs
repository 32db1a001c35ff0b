//! The text of a snapshot as it is read: tones, menus, lines, search, and masked secrets.

use axum::http::StatusCode;

use super::{Answer, Stage};

/// A wrapped line, an item per menu, a secret by name, the same inside a script, and a comment
/// that looks like markup with a mark that turns the direction of text.
const EXPORT: &str = "# 2026-05-03 02:00:11 by RouterOS 7.16.2\r\n\
    # model = RB5009UG\r\n\
    /interface bridge\r\n\
    add name=bridge comment=\"<script>alert(1)</script>\u{202e}\"\r\n\
    /ip firewall filter\r\n\
    add action=accept chain=input comment=\"allow the management of up\\\r\n    \
    link\" src-address=192.0.2.0/24\r\n\
    add action=drop chain=input\r\n\
    /ip firewall nat\r\n\
    add action=masquerade chain=srcnat comment=uplink\r\n\
    /ppp secret\r\n\
    add name=branch password=Zebra-4711\r\n\
    /system script\r\n\
    add name=login source=\"/tool fetch password=\\\"Zebra-4711\\\"\"\r\n";

async fn stage() -> Stage {
    with(EXPORT.as_bytes()).await
}

/// One snapshot, number 1.
async fn with(export: &[u8]) -> Stage {
    let stage = Stage::acme().await;
    stage.keep(export, "2026-05-03T02:00:11Z", None).await;
    stage
}

/// The lines of the page, without markup.
fn lines(page: &str) -> Vec<String> {
    let (_, config) = page
        .split_once("aria-label=\"Configuration\" tabindex=\"0\">")
        .unwrap();
    let lines = config.split("<div class=\"line").skip(1);
    lines
        .map(|line| {
            let (_, code) = line.split_once("<code>").unwrap();
            plain(code.split_once("</code>").unwrap().0)
        })
        .collect()
}

fn plain(markup: &str) -> String {
    let texts = markup
        .split('<')
        .map(|part| part.rsplit_once('>').map_or(part, |(_, text)| text));
    texts
        .collect::<String>()
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#38;", "&")
}

fn holds(answer: &Answer, text: &str) -> bool {
    memchr::memmem::find(&answer.body, text.as_bytes()).is_some()
}

#[tokio::test]
async fn router_text_is_shown_in_tones_and_hostile_text_as_text() {
    let text = stage().await.get("/snapshots/1").await.text();
    assert!(text.contains("<span class=\"rsc-menu\">/ip firewall nat</span>"));
    assert!(text.contains("<span class=\"rsc-key\">action</span>=drop"));
    assert!(text.contains("<span class=\"rsc-secret\">*****</span>"));
    assert!(lines(&text)[3].contains("<script>alert(1)</script><U+202E>"));
    assert!(!text.contains("<script>") && !text.contains('\u{202e}'));
    assert_eq!(lines(&text).len(), 14);
}

#[tokio::test]
async fn secrets_are_masked_wherever_they_are_not_asked_for() {
    let stage = stage().await;
    for address in [
        "/snapshots/1",
        "/snapshots/1?view=joined",
        "/snapshots/1?find=zebra",
        "/snapshots/1?find=%2A%2A%2A&hit=1",
        "/snapshots/1?line=12",
        "/snapshots/1/text",
        "/snapshots/1/text?view=joined&find=zebra",
        "/snapshots/1/download?masked=1",
        "/snapshots/1/download?masked=1&menu=/ppp%20secret",
        "/snapshots/1/restore",
    ] {
        let answer = stage.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        assert!(
            !holds(&answer, "Zebra") && !holds(&answer, "4711"),
            "{address}"
        );
    }
    let text = stage.get("/snapshots/1?find=zebra").await.text();
    assert!(text.contains("Nothing found for <b>zebra</b>"));
    assert!(text.contains("<b>2</b> secrets are masked"));
}

#[tokio::test]
async fn secrets_are_shown_to_who_asks_and_every_way_on_keeps_it() {
    let stage = stage().await;
    let text = stage.get("/snapshots/1?secrets=shown").await.text();
    assert!(text.contains("Secrets are shown") && lines(&text)[11].ends_with("Zebra-4711"));
    assert!(text.contains("data-copy-from=\"/snapshots/1/text?secrets=shown\""));
    assert!(text.contains("<input type=\"hidden\" name=\"secrets\" value=\"shown\">"));
    assert!(text.contains("href=\"/snapshots/1\">Hide secrets"));
    assert!(
        text.contains("href=\"/snapshots/1?line=12#L12\""),
        "what is sent to a colleague shows none"
    );
    let plain = stage.get("/snapshots/1/text?secrets=shown").await.text();
    assert_eq!(plain.matches("Zebra-4711").count(), 2);
    let found = stage
        .get("/snapshots/1?secrets=shown&find=zebra")
        .await
        .text();
    assert!(found.contains("<b>2 hits</b>"));
}

#[tokio::test]
async fn a_search_marks_each_hit_even_across_a_wrap_and_leads_from_one_to_the_next() {
    let stage = stage().await;
    let text = stage.get("/snapshots/1?find=UPLINK").await.text();
    assert!(text.contains("<b>2 hits</b> for <b>UPLINK</b>, this is number 1"));
    assert!(text.contains("<mark class=\"current\" id=\"hit\">up</mark>"));
    assert!(text.contains("<mark class=\"current\">link</mark>"));
    assert!(text.contains("<mark>uplink</mark>"));
    assert_eq!(text.matches("id=\"hit\"").count(), 1);
    assert!(!text.contains("Previous hit"));
    assert!(text.contains("rel=\"next\" href=\"/snapshots/1?find=UPLINK&#38;hit=2#hit\""));
    let last = stage
        .get("/snapshots/1?find=uplink&hit=99&view=joined")
        .await
        .text();
    assert!(last.contains("this is number 2") && !last.contains("Next hit"));
    assert!(
        last.contains("<mark>uplink</mark>"),
        "joined, the first is one word"
    );
}

#[tokio::test]
async fn a_hostile_search_is_text() {
    let stage = stage().await;
    let text = stage
        .get("/snapshots/1?find=%22%3E%3Cscript%3E%E2%80%AE")
        .await
        .text();
    assert!(text.contains("Nothing found for <b>&#34;&#62;&#60;script&#62;&#60;U+202E&#62;</b>"));
    assert!(!text.contains("\"><script>"));
    let script = stage.get("/snapshots/1?find=%3Cscript%3E").await.text();
    assert!(script.contains("<mark class=\"current\" id=\"hit\">&#60;script&#62;</mark>"));
    let endless = format!("/snapshots/1?find={}", "x".repeat(5000));
    assert!(stage.get(&endless).await.text().len() < 40_000);
}

#[tokio::test]
async fn joined_lines_keep_the_number_of_the_first() {
    let text = stage().await.get("/snapshots/1?view=joined").await.text();
    assert!(lines(&text)[5].contains("management of uplink\" src-address"));
    assert!(text.contains("id=\"L6\"") && !text.contains("id=\"L7\""));
    assert!(text.contains("/snapshots/1?view=joined&#38;line=6#L6"));
    assert!(text.contains("href=\"/snapshots/1/text?view=joined\""));
}

#[tokio::test]
async fn a_line_is_marked_on_the_page_that_has_it() {
    let lines = "/ip firewall address-list\n".to_owned() + &"add list=a\n".repeat(4500);
    let stage = with(lines.as_bytes()).await;
    let text = stage.get("/snapshots/1?line=4100").await.text();
    assert!(text.contains("class=\"line marked\" id=\"L4100\""));
    assert!(text.contains("id=\"L4001\"") && !text.contains("id=\"L4000\""));
    assert!(text.contains("4,001–4,501 of 4,501 lines"));
    for line in ["0", "4502", "18446744073709551615"] {
        let text = stage.get(&format!("/snapshots/1?line={line}")).await.text();
        assert!(text.contains(&format!("has no line {line}; it ends with line 4,501")));
    }
    let hit = stage
        .get("/snapshots/1?find=list%3Da&hit=2500")
        .await
        .text();
    assert!(hit.contains("4,500 hits</b>") && hit.contains("id=\"L2501\""));
    let page = stage.get("/snapshots/1?find=list%3Da&page=2").await.text();
    assert!(
        page.contains("hit=1999#hit\">Previous hit") && page.contains("hit=2000#hit\">Next hit")
    );
}

#[tokio::test]
async fn a_joined_line_is_marked_by_any_of_its_lines() {
    let text = stage()
        .await
        .get("/snapshots/1?view=joined&line=7")
        .await
        .text();
    assert!(text.contains("class=\"line marked\" id=\"L6\""));
}

#[tokio::test]
async fn the_menus_are_a_tree_with_a_download_each() {
    let text = stage().await.get("/snapshots/1").await.text();
    let (_, menus) = text.split_once("aria-label=\"Menus\"").unwrap();
    let (menus, _) = menus.split_once("</nav>").unwrap();
    assert_eq!(
        menus.matches("<ul>").count(),
        menus.matches("</ul>").count()
    );
    assert_eq!(
        menus.matches("<li>").count(),
        menus.matches("</li>").count()
    );
    assert!(menus.contains("href=\"/snapshots/1?line=5#L5\">filter</a>"));
    assert!(menus.contains("title=\"2 items\">2</span>"));
    assert!(menus.contains("/download?menu=%2Fip%20firewall%20filter\""));
}

#[tokio::test]
async fn one_menu_alone_is_exact_with_the_remarks_of_the_header() {
    let stage = stage().await;
    let answer = stage.get("/snapshots/1/download?menu=/ppp/secret").await;
    assert_eq!(
        answer.text(),
        "# 2026-05-03 02:00:11 by RouterOS 7.16.2\r\n# model = RB5009UG\r\n\
         /ppp secret\r\nadd name=branch password=Zebra-4711\r\n"
    );
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"acme_gw-1_ppp-secret_2026-05-03T020011Z.rsc\""
    );
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    let masked = stage.get("/snapshots/1/download?masked=1").await;
    assert!(
        masked
            .header("content-disposition")
            .contains("gw-1_masked_2026")
    );
    assert_ne!(
        masked.header("etag"),
        stage.get("/snapshots/1/download").await.header("etag")
    );
}

#[tokio::test]
async fn plain_text_is_text_for_every_browser() {
    let answer = stage().await.get("/snapshots/1/text?view=joined").await;
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    let text = answer.text();
    assert!(text.contains("management of uplink\"") && text.contains("<U+202E>"));
    assert_eq!(text.lines().count(), 13);
}

#[tokio::test]
async fn endless_lines_control_bytes_and_no_text_at_all_are_shown() {
    let hostile = [
        b"/x\nadd comment=".as_slice(),
        &b"\x07".repeat(10_000),
        b"\nset a=\xff",
    ]
    .concat();
    let text = with(&hostile).await.get("/snapshots/1").await.text();
    assert!(text.contains("… 1,820 more bytes in the download") && !text.contains('\u{7}'));
    assert!(lines(&text)[1].contains("<U+0007>") && lines(&text)[2].ends_with("<FF>"));
    let empty = with(b"").await.get("/snapshots/1").await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.text().contains("There is no menu in this text"));
}

#[tokio::test]
async fn addresses_that_make_no_sense_are_refused() {
    let stage = stage().await;
    for (address, status) in [
        ("/snapshots/1?view=sideways", 400),
        ("/snapshots/1?secrets=please", 400),
        ("/snapshots/1?line=x", 400),
        ("/snapshots/1?line=-1", 400),
        ("/snapshots/1?hit=x&find=a", 400),
        ("/snapshots/1/text?secrets=1", 400),
        ("/snapshots/1/download?masked=yes", 400),
        ("/snapshots/1/download?Masked=1", 400),
        ("/snapshots/1/download?menu=/ip/nothing", 404),
        ("/snapshots/1/download?menu=", 404),
        ("/snapshots/9/text", 404),
        ("/snapshots/9/restore", 404),
        ("/snapshots/1/restore?device=x", 400),
        ("/snapshots/1/restore?device=99", 404),
    ] {
        let answer = stage.get(address).await;
        assert_eq!(answer.status.as_u16(), status, "{address}");
        assert!(answer.text().contains("<h1>"), "{address}");
    }
}

#[tokio::test]
async fn what_stands_beside_a_snapshot_is_shown_with_its_forms() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "UPDATE snapshots SET comment = E'before <the> move\\nsecond line' || chr(8238), pinned = true,
                 added_lines = 3, removed_lines = 1200 WHERE id = 2;
             UPDATE snapshots SET expires_at = '2026-06-01T00:00:00Z' WHERE id = 1",
        )
        .await;
    let new = stage.get("/snapshots/2").await.text();
    assert!(new.contains("before &#60;the&#62; move\nsecond line&#60;U+202E&#62;"));
    assert!(new.contains("For ever: pinned") && new.contains("value=\"false\">Unpin"));
    assert!(new.contains("+3 −1,200 since the one before"));
    assert!(new.contains("/compare?s=1&#38;s=2\">Compare with previous"));
    assert!(!new.contains("Compare with next"));
    let old = stage.get("/snapshots/1").await.text();
    assert!(old.contains("/compare?s=1&#38;s=2\">Compare with next"));
    assert!(old.contains("action=\"/snapshots/1/comment\"") && old.contains("value=\"true\">Pin<"));
    assert!(old.contains(">Until 1 Jun<"));
}

#[tokio::test]
async fn how_long_a_backup_is_kept_is_said_in_the_same_words_everywhere() {
    let stage = Stage::backed_up().await;
    let pages = ["/snapshots/1", "/sites/acme/devices/gw-1"];
    for (change, kept) in [
        ("UPDATE snapshots SET comment = ''", ">For ever<"),
        (
            "UPDATE snapshots SET expires_at = '2027-05-01T00:00:00Z'",
            ">Until 1 May 2027<",
        ),
        ("UPDATE snapshots SET pinned = true", ">For ever: pinned<"),
    ] {
        stage.run(change).await;
        for address in pages {
            let page = stage.get(address).await.text();
            assert!(page.contains(kept), "{address}: {kept}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_backup_in_the_words_of_the_pages() {
    let stage = Stage::backed_up().await;
    for address in [
        "/snapshots/99",
        "/snapshots/99/download",
        "/snapshots/99/restore",
        "/snapshots/99/comment",
        "/compare?s=1&s=99",
        "/snapshots.zip?s=99",
    ] {
        let page = stage.get(address).await.text();
        assert!(page.contains("There is no such backup."), "{address}");
    }
}
