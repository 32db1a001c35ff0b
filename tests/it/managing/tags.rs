//! Tags everywhere at once.

use super::Desk;

const TAGS: &str = "SELECT (SELECT string_agg(tags::text, ' ' ORDER BY id) FROM sites)
                        || ' ' || (SELECT string_agg(tags::text, ' ' ORDER BY id) FROM devices)";

async fn change(desk: &Desk, tag: &str, action: &str, new: &str) -> String {
    let fields = [("tag", tag), ("action", action), ("new", new)];
    desk.post("/manage/tags", &fields)
        .await
        .location()
        .to_owned()
}

#[tokio::test]
async fn a_tag_is_renamed_joined_and_taken_away_everywhere() {
    let desk = Desk::furnished().await;
    let list = desk.get("/manage/tags").await;
    list.shows("gold");
    list.shows("edge");
    assert_eq!(
        change(&desk, "gold", "rename", " vip ").await,
        "/manage/tags?notice=tag-changed"
    );
    assert_eq!(desk.text(TAGS).await, "{vip} {edge}");
    desk.run("UPDATE devices SET tags = '{edge,vip,other}'")
        .await;
    change(&desk, "edge", "rename", "vip").await;
    assert_eq!(desk.text(TAGS).await, "{vip} {vip,other}");
    change(&desk, "vip", "remove", "").await;
    assert_eq!(desk.text(TAGS).await, "{} {other}");
    for wrong in ["", "a,b", "a\0b", &"x".repeat(51)] {
        let told = change(&desk, "other", "rename", wrong).await;
        assert_eq!(told, "/manage/tags?notice=tag-wrong", "{wrong:?}");
    }
}

#[tokio::test]
async fn what_comes_from_the_file_keeps_its_tags() {
    let desk = Desk::furnished().await;
    desk.apply("[[site]]\nslug = \"depot\"\ntags = [\"gold\"]\n")
        .await;
    assert_eq!(
        change(&desk, "gold", "rename", "vip").await,
        "/manage/tags?notice=tag-kept"
    );
    assert_eq!(desk.text(TAGS).await, "{vip} {gold} {edge}");
}

#[tokio::test]
async fn a_tag_that_decides_who_reaches_what_stays() {
    let desk = Desk::furnished().await;
    desk.run(
        "INSERT INTO users (name, role, all_sites, site_tags)
         VALUES ('kim', 'technician', false, '{gold}')",
    )
    .await;
    for (tag, action, new) in [
        ("gold", "rename", "vip"),
        ("gold", "remove", ""),
        ("edge", "rename", "gold"),
    ] {
        assert_eq!(
            change(&desk, tag, action, new).await,
            "/manage/tags?notice=tag-reached"
        );
    }
    assert_eq!(desk.text(TAGS).await, "{gold} {edge}");
}
