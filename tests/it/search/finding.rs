//! The page of search: what it finds, by what, and what it refuses.

use axum::http::StatusCode;

use super::{House, devices, link};

/// The history that most tests ask about.
async fn indexed() -> House {
    let house = House::new().await;
    house
        .keep(
            1,
            (1, 11),
            "/ip dns\nset servers=192.0.2.53\n/ip firewall filter\nadd chain=forward comment=50%_a\n",
        )
        .await;
    house
        .keep(
            1,
            (12, 19),
            "/ip dns\nset servers=198.51.100.53\n/ip firewall filter\nadd chain=forward comment=50%_a\n",
        )
        .await;
    house
        .keep(
            2,
            (3, 19),
            "/ip dns\nset servers=192.0.2.53\n/ip firewall nat\nadd chain=dstnat\n",
        )
        .await;
    house
        .keep(3, (4, 19), "/ip firewall filter\nadd chain=Forward\n")
        .await;
    house.index().await;
    house
}

#[tokio::test]
async fn a_line_is_found_where_it_is_now_and_where_it_was_before() {
    let house = indexed().await;
    assert_eq!(house.found("q=192.0.2.53").await, ["gw-2"]);
    assert_eq!(house.found("q=192.0.2.53&when=before").await, ["gw-1"]);
    assert_eq!(
        house.found("q=192.0.2.53&when=ever").await,
        ["gw-1", "gw-2"]
    );
    assert_eq!(house.found("q=203.0.113.9&when=ever").await, [""; 0]);
}

#[tokio::test]
async fn a_result_says_since_when_and_until_when_and_leads_to_the_snapshots() {
    let house = indexed().await;
    let page = house.search("q=192.0.2.53&when=before").await;
    assert!(page.contains("<a href=\"/snapshots/1\"><time datetime=\"2026-06-01T02:00:00Z\" title=\"2026-06-01 02:00:00 UTC\">1 Jun</time></a>"), "{page}");
    assert!(page.contains("title=\"2026-06-11 02:00:00 UTC\">11 Jun</time>"));
    assert!(page.contains(">or before<"), "it may have had it before");
    assert!(page.contains("on 1 device now"), "{page}");
    let page = house.search("q=198.51.100.53").await;
    assert!(page.contains(">12 Jun</time>") && page.contains("has it now"));
    assert!(!page.contains(">or before<"));
    house
        .run("UPDATE devices SET last_verified_at = '2026-06-03T02:00:00Z' WHERE id = 1")
        .await;
    let page = house.search("q=198.51.100.53").await;
    assert!(!page.contains("has it now"), "nobody looked since then");
    assert!(page.contains("as of <time datetime=\"2026-06-03T02:00:00Z\""));
}

#[tokio::test]
async fn the_number_of_devices_is_that_of_those_listed_below_it() {
    let house = indexed().await;
    for (asked, now) in [
        ("q=chain%3Dforward&when=ever", "on 1 device now"),
        ("q=chain%3Ddstnat", "on 1 device now"),
        ("q=chain%3Ddstnat&site=acme", "on 1 device of this site now"),
        ("q=/ip&menu=/ip%20dns", "on 2 devices now"),
        (
            "q=/ip&menu=/ip%20dns&tag=core",
            "on 1 device with this tag now",
        ),
        (
            "q=/ip&menu=/ip%20dns&site=acme&tag=core",
            "on 1 device of this site with this tag now",
        ),
        ("q=192.0.2.53&when=ever", "on 1 device now"),
        (
            "q=192.0.2.53&when=before&site=acme",
            "on 1 device of this site now",
        ),
    ] {
        let page = house.search(asked).await;
        assert!(page.contains(&format!(">{now}<")), "{asked}: {page}");
    }
    house
        .run("UPDATE devices SET archived_at = now(), last_verified_at = '2026-06-20T02:00:00Z' WHERE id = 2")
        .await;
    let page = house.search("q=/ip&menu=/ip%20dns").await;
    assert!(page.contains(">on 1 device now<"), "{page}");
    assert_eq!(devices(&page), ["gw-1"]);
    for narrowed in ["", "&site=acme", "&tag=core"] {
        let found = house.found(&format!("q=192.0.2.53{narrowed}")).await;
        assert_eq!(found, [""; 0], "what left the inventory has nothing now");
    }
    let page = house.search("q=dstnat&when=ever").await;
    assert!(page.contains(">on no device now<") && page.contains("No longer in the inventory"));
    assert!(page.contains(">as of <time") && !page.contains("has it now"));
    let line = link(
        &house.search("q=forward&site=acme&when=ever").await,
        "All devices",
    );
    assert_eq!(line, None, "few are shown at once");
    let (_, page) = house.page("/search/lines/1?site=bistro").await;
    assert!(page.contains("on no device of this site now"), "{page}");
}

#[tokio::test]
async fn what_was_searched_for_is_marked_in_any_case() {
    let page = indexed().await.search("q=FORWARD").await;
    assert!(page.contains("chain=<mark>forward</mark>"));
    assert!(page.contains("chain=<mark>Forward</mark>"));
}

#[tokio::test]
async fn sites_and_tags_of_sites_or_devices_narrow_the_search() {
    let house = indexed().await;
    for (asked, expected) in [
        ("q=chain", vec!["gw-1", "gw-2", "gw-3"]),
        ("q=chain&site=acme", vec!["gw-1", "gw-2"]),
        ("q=chain&site=bistro%20NORD", vec!["gw-3"]),
        ("q=chain&tag=gastro", vec!["gw-3"]),
        ("q=chain&tag=core", vec!["gw-2"]),
        ("q=chain&tag=core&site=bistro", vec![]),
        ("q=192.0.2.53&when=before&site=acme", vec!["gw-1"]),
    ] {
        assert_eq!(house.found(asked).await, expected, "{asked}");
    }
    let page = house.search("q=chain&site=nowhere").await;
    assert!(page.contains("No site has this in its slug or its name."));
    let page = house.search("q=chain&site=i&tag=core").await;
    assert!(!page.contains("Which site?"), "one has an i in it");
    house
        .run("INSERT INTO sites (slug, name, timezone) VALUES ('bistro-2', '<i>Bistro', 'UTC')")
        .await;
    let page = house.search("q=chain&site=istr&tag=core").await;
    assert!(page.contains("Which site?") && page.contains("&#60;i&#62;Bistro"));
    assert_eq!(
        link(&page, "Bistro Nord").unwrap(),
        "/search?q=chain&site=bistro&tag=core&when=now"
    );
}

#[tokio::test]
async fn sites_and_tags_narrow_the_search_among_many_devices_too() {
    let house = indexed().await;
    house
        .run(
            "INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags)
             SELECT 2, 'spare-' || n, '192.0.2.9', 22, 'routeros', 1, '{core}'
             FROM generate_series(1, 200) n",
        )
        .await;
    assert_eq!(house.found("q=chain&site=bistro").await, ["gw-3"]);
    assert_eq!(house.found("q=chain&tag=core").await, ["gw-2"]);
}

#[tokio::test]
async fn a_menu_holds_what_is_below_it_and_no_other_of_the_same_beginning() {
    let house = indexed().await;
    house
        .keep(
            3,
            (5, 19),
            "/ip firewallx\nadd chain=other\n/ip firewall\nadd chain=own\n",
        )
        .await;
    house.index().await;
    for (asked, expected) in [
        ("q=chain&menu=/ip%20firewall", vec!["gw-1", "gw-2", "gw-3"]),
        ("q=chain&menu=ip/firewall/filter", vec!["gw-1"]),
        ("q=chain%3Do&menu=/ip%20firewall", vec!["gw-3"]),
        ("q=chain&menu=/ip%20fire", vec![]),
        ("q=&menu=/ip%20firewall%20nat", vec!["gw-2", "gw-2"]),
    ] {
        assert_eq!(house.found(asked).await, expected, "{asked}");
    }
}

#[tokio::test]
async fn a_regular_expression_is_searched_for_and_one_that_is_none_is_explained() {
    let house = indexed().await;
    let found = house
        .found("q=servers%3D(192|198)%5C.%5B0-9.%5D%2B53$&regex=1")
        .await;
    assert_eq!(found, ["gw-2", "gw-1"]);
    let (status, page) = house.page("/search?q=(a&regex=1").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        page.contains("This regular expression can not be read: parentheses () not balanced."),
        "{page}"
    );
    assert!(
        page.contains("value=\"(a\""),
        "what was typed is still there"
    );
}

#[tokio::test]
async fn hostile_questions_are_taken_as_text_or_refused() {
    let house = indexed().await;
    for (asked, expected) in [
        ("q=50%25_a", vec!["gw-1"]),
        ("q=5%25a", vec![]),
        ("q=c_ain", vec![]),
        ("q=%5C", vec![]),
        ("q=%27;DROP%20TABLE%20search_lines", vec![]),
        (
            "q=a*a*a*&regex=1&site=bistro&menu=/ip",
            vec!["gw-3", "gw-3"],
        ),
        ("q=zq", vec![]),
        ("q=%3Cscript%3Ealert(1)", vec![]),
    ] {
        assert_eq!(house.found(asked).await, expected, "{asked}");
    }
    assert!(
        !house
            .search("q=%3Cscript%3Ealert(1)")
            .await
            .contains("<script>")
    );
    let (status, page) = house
        .page(&format!("/search?q={}", "x".repeat(10_000)))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("too long to search for") && page.len() < 20_000);
    for refused in ["q=%00", "q=a&when=never", "q=a&after=x"] {
        let (status, _) = house.page(&format!("/search?{refused}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    }
}

#[tokio::test]
async fn a_search_that_takes_too_long_is_given_up_with_a_sentence() {
    let house = indexed().await;
    // What a back reference stands for has to be tried out, and here nothing fits.
    house
        .run(
            "INSERT INTO search_lines (digest, menu, text)
             SELECT 'x', '', string_agg(n::text, '-') FROM generate_series(1, 2000) n",
        )
        .await;
    let (status, page) = house
        .page("/search?q=^(.%2B)(.%2B)(.%2B)%5C3%5C2%5C1$&regex=1")
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("given up after two seconds"), "{page}");
}

#[tokio::test]
async fn pages_of_lines_cover_all_of_them_once() {
    let house = House::new().await;
    let mut export = "/ip route\n".to_owned();
    for number in 0..60 {
        export.push_str(&format!("add gateway=192.0.2.{number}\n"));
    }
    house.keep(1, (1, 1), &export).await;
    house.index().await;
    let mut seen = Vec::new();
    let mut address = "/search?q=gateway".to_owned();
    for expected in [25, 25, 10] {
        let (_, page) = house.page(&address).await;
        let lines: Vec<_> = page.match_indices("<mark>gateway</mark>=").collect();
        assert_eq!(lines.len(), expected);
        seen.extend(
            lines
                .iter()
                .map(|(at, _)| page[*at..].split("</p>").next().unwrap().to_owned()),
        );
        address = link(&page, "More lines").unwrap_or_default();
    }
    assert_eq!(address, "");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 60);
}

#[tokio::test]
async fn a_rare_line_behind_many_others_is_found() {
    let house = House::new().await;
    house
        .run(
            "INSERT INTO search_lines (digest, menu, text)
             SELECT sha256(n::text::bytea), '/ip route', 'add gateway=203.0.113.' || n
             FROM generate_series(1, 30000) n",
        )
        .await;
    house
        .keep(1, (1, 1), "/ip route\nadd gateway=192.0.2.77\n")
        .await;
    house.index().await;
    for asked in [
        "q=192.0.2.77",
        "q=2%5C.77$&regex=1",
        "q=.77&menu=ip%20route",
    ] {
        assert_eq!(house.found(asked).await, ["gw-1"], "{asked}");
    }
}

#[tokio::test]
async fn a_line_of_many_devices_has_a_page_of_its_own_that_covers_all() {
    let house = House::new().await;
    house
        .run(
            "INSERT INTO devices (site_id, name, address, port, platform, credential_id)
             SELECT 2, 'branch-' || n, '192.0.2.9', 22, 'routeros', 1
             FROM generate_series(1, 117) n",
        )
        .await;
    for device in 1..=120 {
        house.keep(device, (1, 1), "/ip route\nadd a\n").await;
    }
    house.index().await;
    let page = house.search("q=add").await;
    assert!(page.contains("on 120 devices now"));
    assert_eq!(devices(&page).len(), 20);
    let (_, first) = house
        .page(&link(&page, "All devices with this line").unwrap())
        .await;
    let (_, second) = house.page(&link(&first, "More devices").unwrap()).await;
    let mut all = [devices(&first), devices(&second)].concat();
    assert_eq!((devices(&first).len(), all.len()), (100, 120));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 120);
    assert!(link(&second, "More devices").is_none());
    let (status, _) = house.page("/search/lines/999999").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_first_page_explains_itself_and_its_examples_can_be_asked() {
    let house = indexed().await;
    let page = house.search("").await;
    assert!(page.contains("Secrets are masked"));
    let examples: Vec<_> = page
        .split("<dt")
        .skip(1)
        .filter_map(|part| part.split_once("href=\"")?.1.split('"').next())
        .map(|address| address.replace("&amp;", "&"))
        .collect();
    assert_eq!(examples.len(), 3, "{page}");
    for example in examples {
        assert_eq!(house.page(&example).await.0, StatusCode::OK, "{example}");
    }
}
