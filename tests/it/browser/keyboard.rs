//! Real key events, so that a day's work can be tested without a mouse.

use chromiumoxide::cdp::browser_protocol::input::{
    DispatchKeyEventParams, DispatchKeyEventType, InsertTextParams,
};
use chromiumoxide::keys::get_key_definition;

use super::page::Page;
use crate::support::until;

/// How many Tabs may lead to something; a page that needs more can not be used by keyboard.
const FARTHEST: usize = 300;

/// The bit of the shift key in `Input.dispatchKeyEvent`.
const SHIFT: i64 = 8;

/// What has the keyboard, as `element "name"`: the name is its label, its text or its value.
const FOCUSED: &str = r#"(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return "nothing";
    const label = at.labels && at.labels.length ? at.labels[0].innerText : "";
    const name = at.getAttribute("aria-label") || label || at.innerText || at.value || "";
    return `${at.localName} "${name.trim().replace(/\s+/g, " ")}"`;
})()"#;

impl Page {
    /// Presses and releases a key by its name in the DOM: `Tab`, `Enter`, `ArrowDown`, `a`, ` `.
    pub async fn press(&self, key: &str) {
        self.press_with(key, 0).await;
    }

    /// Moves one back, as Shift and Tab do.
    pub async fn press_shift_tab(&self) {
        self.press_with("Tab", SHIFT).await;
    }

    async fn press_with(&self, key: &str, modifiers: i64) {
        let known = get_key_definition(key).unwrap_or_else(|| panic!("no key is called {key:?}"));
        let text = known.text.or((known.key.len() == 1).then_some(known.key));
        let mut event = DispatchKeyEventParams::builder()
            .key(known.key)
            .code(known.code)
            .windows_virtual_key_code(known.key_code)
            .modifiers(modifiers);
        let up = event.clone().r#type(DispatchKeyEventType::KeyUp);
        event = match text {
            Some(text) => event.r#type(DispatchKeyEventType::KeyDown).text(text),
            None => event.r#type(DispatchKeyEventType::RawKeyDown),
        };
        self.command(event.build().unwrap()).await;
        self.command(up.build().unwrap()).await;
    }

    /// Enters text where the keyboard is, as a paste does; any character.
    pub async fn enter(&self, text: &str) {
        self.command(InsertTextParams::new(text)).await;
    }

    /// Goes to a field, and puts this in the place of what is in it.
    pub async fn fill(&self, field: &str, text: &str) {
        self.tab_to(field).await;
        self.evaluate("document.activeElement.select()").await;
        self.enter(text).await;
    }

    /// What has the keyboard: `button "Backup Site"`, or `nothing`.
    pub async fn focused(&self) -> String {
        let focused = self.evaluate(FOCUSED).await;
        focused.as_str().unwrap().to_owned()
    }

    /// Waits until what has the keyboard is this: a browser gives it a moment after it has loaded a
    /// page.
    pub async fn focuses(&self, wanted: &str) {
        until(&format!("the keyboard is at {wanted}"), async || {
            (self.focused().await == wanted).then_some(())
        })
        .await;
    }

    /// Presses Tab until what has the keyboard is called this, as [`Page::focused`] says it or
    /// by its name alone.
    pub async fn tab_to(&self, wanted: &str) {
        let quoted = format!("\"{wanted}\"");
        let mut met = Vec::new();
        for _ in 0..FARTHEST {
            self.press("Tab").await;
            let focused = self.focused().await;
            if focused == wanted || focused.ends_with(&quoted) {
                return;
            }
            met.push(focused);
        }
        panic!("Tab never came to {wanted:?}, but to {met:#?}");
    }
}
