//! The program as it is started for the first time: nobody can sign in, until the link that it
//! prints makes the first administrator. By keyboard.

use super::page::Page;
use super::{barriers, no_wider_than};
use crate::support::{Program, routervault};

const PASSWORD: &str = "seven-quiet-lanterns-by-the-quay";

/// What the first page of an empty house says.
const HOME: &str = "Add your first site";

/// `serve` without an inventory, in a data folder that the private PostgreSQL's user can enter.
fn serve() -> (tempfile::TempDir, Program) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    let mut command = routervault(&["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    command.arg(folder.path().join("data"));
    (folder, Program::start(command))
}

async fn chosen(page: &Page, button: &str, words: &str) {
    page.tab_to(&format!("button \"{button}\"")).await;
    page.press("Enter").await;
    page.shows(words).await;
}

async fn sign_in(page: &Page, password: &str, words: &str) {
    page.fill("input \"Name\"", "kim").await;
    page.fill("input \"Password\"", password).await;
    page.press("Enter").await;
    page.shows(words).await;
}

/// Fails where the page keeps anybody out, on a screen or on a small phone.
async fn is_for_everybody(page: &Page, name: &str) {
    let mut found = Vec::new();
    for width in [1280, 320] {
        page.viewport(width, 800).await;
        found.extend(barriers(page, name).await);
        found.extend(no_wider_than(page, width, name).await);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_link_makes_an_administrator_who_signs_out_and_in_again() {
    let (_folder, mut program) = serve();
    let link = program.line_with("/welcome?token=").trim().to_owned();
    let (origin, _) = link.split_once("/welcome").unwrap();
    let page = Page::start().await;
    page.open(origin).await;
    page.shows("Forgot it?").await;
    assert_eq!(page.path().await, "/sign-in?next=%2F");

    page.open(&link).await;
    page.focuses("input \"Name\"").await;
    page.enter("kim").await;
    page.fill("input \"Password\"", PASSWORD).await;
    page.fill("input \"The same again\"", "another one").await;
    page.press("Enter").await;
    page.shows("The two passwords are not the same.").await;
    is_for_everybody(&page, "welcome with a problem").await;
    page.fill("input \"Password\"", PASSWORD).await;
    page.fill("input \"The same again\"", PASSWORD).await;
    chosen(&page, "Create administrator", HOME).await;
    is_for_everybody(&page, "the first page").await;

    chosen(&page, "Sign out", "You are signed out.").await;
    is_for_everybody(&page, "signed out").await;
    sign_in(&page, "not-what-was-chosen", "The name or the password").await;
    is_for_everybody(&page, "a wrong password").await;
    sign_in(&page, PASSWORD, HOME).await;

    page.open(&link).await;
    page.shows("This link does not work any more").await;
    is_for_everybody(&page, "the link is spent").await;
}
