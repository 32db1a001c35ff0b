//! People who come by CSV, under the same rules as by a form.

use super::users::office;

#[tokio::test]
async fn people_come_by_csv_and_go_as_they_came() {
    let (door, cookie) = office().await;
    let file = "name,full_name,role,withheld,all_sites,sites,tags\n\
                kim,=Kim,technician,reveal;back_up,no,acme;depot,gold\n\
                lee,,administrator,,,,\n";
    let page = door.bring("users", &cookie, file).await;
    let plan = door.get(page.location(), &cookie).await;
    assert!(plan.text.contains("<b>2</b> new"), "{}", plan.text);
    let path = page.location().to_owned();
    let form = format!("stamp={}", plan.hidden("stamp"));
    let applied = door.post(&path, &cookie, &form).await;
    assert_eq!(applied.location(), "/manage/users?notice=imported");
    let kept = "SELECT string_agg(concat_ws('|', name, full_name, role, withheld::text, all_sites, site_tags::text,
                    (SELECT count(*) FROM user_sites WHERE user_id = users.id)), ' ' ORDER BY id)
                FROM users WHERE id > 1";
    assert_eq!(
        door.text(kept).await,
        "kim|=Kim|technician|{back_up,reveal}|f|{gold}|2 lee||administrator|{}|t|{}|0"
    );
    let export = door.get("/manage/export/users.csv", &cookie).await.text;
    assert!(export.contains("\"'=Kim\"") && export.contains("\"back_up;reveal\""));
    let again = door.bring("users", &cookie, &export).await;
    let plan = door.get(again.location(), &cookie).await;
    assert!(
        plan.text.contains("there is nothing to apply"),
        "{}",
        plan.text
    );
    let last = door.audit().await.pop().unwrap();
    assert_eq!(last, ("admin".to_owned(), "user_changed".to_owned()));
}

#[tokio::test]
async fn a_file_does_nothing_that_a_form_may_not() {
    let (door, cookie) = office().await;
    door.run(
        "INSERT INTO users (name, role, all_sites, oidc_issuer, oidc_subject)
              VALUES ('sam', 'viewer', true, 'https://id.example.com', 'x')",
    )
    .await;
    for (line, sentence) in [
        ("Admin,viewer", "Nobody changes their own role"),
        ("sam,technician", "single sign-on"),
        ("kim,boss", "<code>boss</code> is not known"),
        ("two words,viewer", "no spaces"),
        ("kim,viewer\nKIM,viewer", "is in line 2 already"),
    ] {
        let brought = door
            .bring("users", &cookie, &format!("name,role\n{line}\n"))
            .await;
        let plan = door.get(brought.location(), &cookie).await;
        assert!(plan.text.contains(sentence), "{line}: {}", plan.text);
        assert!(
            plan.text.contains("<b class=\"text-bad\">1</b> wrong"),
            "{line}"
        );
    }
}
