//! Rules of retention of the inventory file: applied, shown, and changed there only.

use super::Desk;

const SITE: &str =
    "[[site]]\nslug = \"acme\"\n[[site.device]]\nname = \"gw-1\"\naddress = \"192.0.2.1\"\n";

const STORED: &str = "SELECT string_agg(concat_ws(' ', origin, target, tag, keep_count, keep_days, thin_all_days), '; '
                                        ORDER BY target, tag)
                      FROM retention_rules";

const CHANGED_AT: &str = "SELECT rules_changed_at::text FROM retention";

/// Saves a rule that is not there yet.
async fn save(desk: &Desk, fields: &[(&str, &str)]) {
    let stamp = desk.get("/manage/retention/rule").await.hidden("stamp");
    let fields = [fields, &[("stamp", stamp.as_str())]].concat();
    let saved = desk.post("/manage/retention/rule", &fields).await;
    assert_eq!(saved.location(), "/manage/retention?notice=rule-saved");
}

#[tokio::test]
async fn the_file_has_the_say_and_what_leaves_it_is_kept_for_ever() {
    let desk = Desk::empty().await;
    save(&desk, &[("target", "all"), ("count", "3")]).await;
    let rules = format!(
        "{SITE}[[retention]]\nkeep_newest = 100\n\
         [[retention]]\ntag = \"gold\"\nthin_all_days = 7\nthin_daily_days = 30\n\
         [[retention]]\nsite = \"acme\"\nkeep_days = 365\n"
    );
    let told = desk.apply(&rules).await.in_words();
    assert!(
        told.ends_with("rules of retention: 2 added, 1 changed"),
        "{told}"
    );
    let stored = "file all 100; file site 365; file tag gold 7";
    assert_eq!(desk.text(STORED).await, stored);
    let changed_at = desk.text(CHANGED_AT).await;
    assert_eq!(desk.apply(&rules).await.in_words(), "");
    assert_eq!(
        desk.text(CHANGED_AT).await,
        changed_at,
        "nothing is written twice"
    );

    let told = desk.apply(SITE).await.in_words();
    assert_eq!(told, "rules of retention: 3 deleted");
    assert_eq!(
        desk.text("SELECT count(*)::text FROM retention_rules")
            .await,
        "0"
    );
    assert_ne!(desk.text(CHANGED_AT).await, changed_at);
    desk.get("/manage/retention")
        .await
        .shows("Everything is kept for ever.");
}

#[tokio::test]
async fn a_rule_of_the_file_is_shown_and_not_changed_by_hand() {
    let desk = Desk::empty().await;
    desk.apply(&format!("{SITE}[[retention]]\nkeep_newest = 100\n"))
        .await;
    desk.get("/manage/retention")
        .await
        .shows("From devices.toml");
    let page = desk.get("/manage/retention/rule?target=all").await;
    page.shows("This rule comes from the inventory file");
    page.hides("Save rule");
    let stamp = page.hidden("stamp");
    let fewer = [("target", "all"), ("count", "1"), ("stamp", stamp.as_str())];
    let refused = desk.post("/manage/retention/rule", &fewer).await;
    assert_eq!(refused.location(), "/manage/retention?notice=in-file");
    let refused = desk.post("/manage/retention/remove", &fewer[..1]).await;
    assert_eq!(refused.location(), "/manage/retention?notice=in-file");
    assert_eq!(desk.text(STORED).await, "file all 100");
    // What would go by another number may be looked at all the same.
    desk.get("/manage/retention/preview?target=all&count=1")
        .await
        .shows("Nothing was deleted or saved yet");
    // Others may still be made beside it.
    save(
        &desk,
        &[("target", "site"), ("site", "acme"), ("count", "5")],
    )
    .await;
    assert_eq!(desk.text(STORED).await, "file all 100; browser site 5");
}
