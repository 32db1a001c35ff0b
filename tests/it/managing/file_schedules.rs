//! Schedules and windows of the inventory file: applied, shown, and changed there only.

use super::{Desk, with};

const SITE: &str =
    "[[site]]\nslug = \"acme\"\n[[site.device]]\nname = \"gw-1\"\naddress = \"192.0.2.1\"\n";

const STORED: &str =
    "SELECT string_agg(concat_ws(' ', origin, tag, rhythm), '; ' ORDER BY id) FROM schedules";

#[tokio::test]
async fn the_file_has_the_say_and_what_leaves_it_goes() {
    let desk = Desk::empty().await;
    let both = format!(
        "{SITE}[[schedule]]\nrhythm = \"daily\"\ntime = \"04:00\"\n\
         [[schedule]]\ntag = \"gold\"\nrhythm = \"off\"\n\
         [[maintenance_window]]\nname = \"Patch\"\nweekdays = [\"sun\"]\ntime = \"01:00\"\nminutes = 60\n"
    );
    let applied = desk.apply(&both).await;
    let told = applied.in_words();
    assert!(
        told.contains("schedules: 1 added, 1 changed; maintenance windows: 1 added"),
        "{told}"
    );
    assert_eq!(desk.text(STORED).await, "file daily 04:00; file gold off");
    assert_eq!(
        desk.apply(&both).await.in_words(),
        "",
        "nothing is written twice"
    );
    desk.get("/manage/schedules")
        .await
        .shows("From devices.toml");
    desk.get("/manage/schedules/1")
        .await
        .shows("fieldset disabled");
    let stamp = desk.get("/manage/schedules/1").await.hidden("stamp");
    let off = [("rhythm", "off"), ("spread_minutes", "0")];
    let refused = desk
        .post(
            "/manage/schedules/1",
            &with(&off, ("rhythm", "off"), &stamp),
        )
        .await;
    assert_eq!(refused.location(), "/manage/schedules/1?notice=in-file");
    for page in ["/manage/schedules/2", "/manage/maintenance-windows/1"] {
        let refused = desk.post(&format!("{page}/delete"), &[]).await;
        assert_eq!(refused.location(), format!("{page}?notice=in-file"));
    }
    let told = desk.apply(SITE).await.in_words();
    assert_eq!(
        told,
        "schedules: 1 deleted, 1 managed in the browser from now on; maintenance windows: 1 deleted"
    );
    assert_eq!(desk.text(STORED).await, "browser daily 04:00");
}
