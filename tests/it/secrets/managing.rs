//! Credentials as they are typed into forms and brought in files: what was sent is on no page
//! that follows.

use super::finder::Finder;
use super::planted::{BROUGHT, NOT_TAKEN, TYPED};
use super::visitor::{Answer, Visitor};

/// Makes a credential by a form and more by a file, with slips on the way. What was brought is
/// left waiting to be applied, for that is when it is longest in the database.
pub async fn manage(visitor: &Visitor, finder: &Finder) {
    let form = format!("name=typed&username=backup&password={TYPED}");
    let made = visitor.post("/manage/credentials/new", &form).await;
    assert_answer(&made, 303, finder);
    let again = visitor.post("/manage/credentials/new", &form).await;
    assert_answer(&again, 422, finder);
    for rest in ["username=%2Bct", "username=backup&private_key=x"] {
        let form = format!("name=slip&{rest}&password={NOT_TAKEN}&passphrase={NOT_TAKEN}");
        let slip = visitor.post("/manage/credentials/new", &form).await;
        assert_answer(&slip, 422, finder);
    }

    let whole = format!("name,username,password\nbrought,backup,{BROUGHT}\n");
    let wrong = format!("{whole}typed,,{NOT_TAKEN}\n,,\"{NOT_TAKEN}\n");
    for (file, status) in [(&whole, 303), (&wrong, 422)] {
        let brought = bring(visitor, file).await;
        assert_answer(&brought, status, finder);
        if let Some(place) = location(&brought) {
            assert_answer(&visitor.get(&place).await, 200, finder);
        }
    }
}

fn assert_answer(answer: &Answer, status: u16, finder: &Finder) {
    let text = String::from_utf8_lossy(&answer.bytes);
    assert_eq!(answer.status, status, "{text}");
    finder.assert_clean("managing", &answer.bytes);
}

/// Sends a file of credentials.
async fn bring(visitor: &Visitor, file: &str) -> Answer {
    let headers = "sec-fetch-site: same-origin\r\n\
         content-type: multipart/form-data; boundary=b\r\n";
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\ncredentials\r\n--b\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\n{file}\r\n--b--\r\n"
    );
    let path = "/manage/import";
    visitor.send("POST", path, headers, body.as_bytes()).await
}

fn location(answer: &Answer) -> Option<String> {
    let text = String::from_utf8_lossy(&answer.bytes);
    let (_, rest) = text.split_once("location: ")?;
    rest.split("\r\n").next().map(str::to_owned)
}
