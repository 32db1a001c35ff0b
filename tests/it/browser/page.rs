//! A page in Chromium: opening, looking at it as a person would, and asking it.

use chromiumoxide::Command;
use chromiumoxide::cdp::browser_protocol::browser::BrowserContextId;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams,
    SetFocusEmulationEnabledParams, SetScriptExecutionDisabledParams,
};
use chromiumoxide::cdp::browser_protocol::target::{
    CreateBrowserContextParams, CreateTargetParams,
};
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use chromiumoxide::error::CdpError;
use serde_json::Value;

use super::chromium::Chromium;
use crate::support::until;

/// The only page of a browser context of its own, which ends when this is dropped.
pub struct Page {
    pub tab: chromiumoxide::Page,
    pub context: BrowserContextId,
}

impl Page {
    /// An empty page of 1280 by 800, light.
    pub async fn start() -> Self {
        let browser = &Chromium::shared().browser;
        let own = CreateBrowserContextParams::default();
        let context = browser.create_browser_context(own).await.unwrap();
        let blank = CreateTargetParams::builder()
            .url("about:blank")
            .browser_context_id(context.clone())
            .build()
            .unwrap();
        let tab = browser.new_page(blank).await.unwrap();
        let page = Self { tab, context };
        // Keys reach the page though it is not the one in front.
        page.command(SetFocusEmulationEnabledParams::new(true))
            .await;
        page.viewport(1280, 800).await;
        page.dark(false).await;
        page
    }

    /// Opens an address and waits until the page is loaded.
    pub async fn open(&self, url: &str) {
        let opened = self.tab.goto(url).await;
        opened.unwrap_or_else(|error| panic!("{url} can not be opened: {error}"));
    }

    /// Makes the page so many pixels wide and high, whatever its content needs.
    pub async fn viewport(&self, width: u32, height: u32) {
        let (width, height) = (i64::from(width), i64::from(height));
        self.command(SetDeviceMetricsOverrideParams::new(
            width, height, 1.0, false,
        ))
        .await;
    }

    /// Prefers dark or light colours from now on, and no motion, so that colours are what they
    /// are to be and not on their way.
    pub async fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let wishes = [
            MediaFeature::new("prefers-color-scheme", scheme),
            MediaFeature::new("prefers-reduced-motion", "reduce"),
        ];
        self.command(SetEmulatedMediaParams::builder().features(wishes).build())
            .await;
    }

    /// Switches the scripts of pages off; what [`Page::evaluate`] asks still runs.
    pub async fn scripts_off(&self) {
        self.command(SetScriptExecutionDisabledParams::new(true))
            .await;
    }

    /// The value of an expression in the page, or of the promise that it is (page scripts
    /// must be on for a promise). A page that is just being left for another, as when it reloads
    /// itself, is asked again.
    pub async fn evaluate(&self, expression: &str) -> Value {
        let asked = EvaluateParams::builder()
            .expression(expression)
            .return_by_value(true)
            .await_promise(true)
            .build()
            .unwrap();
        let answer = until("the page answers", async || {
            match self.tab.execute(asked.clone()).await {
                Ok(answer) => Some(answer.result),
                Err(CdpError::Chrome(error)) if is_leaving(&error.message) => None,
                Err(error) => panic!("{expression}: {error}"),
            }
        })
        .await;
        let thrown = answer.exception_details;
        assert!(thrown.is_none(), "{expression}: {thrown:?}");
        answer.result.value.unwrap_or_default()
    }

    /// The text as a reader sees it.
    pub async fn text(&self) -> String {
        self.string("document.body ? document.body.innerText : ''")
            .await
    }

    /// Where the page is: path and query.
    pub async fn path(&self) -> String {
        self.string("location.pathname + location.search").await
    }

    /// Waits until a reader sees these words.
    pub async fn shows(&self, words: &str) {
        until(&format!("the page shows {words:?}"), async || {
            self.text().await.contains(words).then_some(())
        })
        .await;
    }

    /// Sends a command that can not fail in a browser that works.
    pub async fn command<T: Command>(&self, command: T) -> T::Response {
        self.tab.execute(command).await.unwrap().result
    }

    async fn string(&self, expression: &str) -> String {
        let value = self.evaluate(expression).await;
        value.as_str().unwrap().to_owned()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        Chromium::shared().dispose(self.context.clone());
    }
}

/// Whether Chromium could not answer because the page is being left for another.
fn is_leaving(message: &str) -> bool {
    message.contains("navigated") || message.contains("Cannot find")
}
