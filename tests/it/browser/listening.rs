//! What happens in a page beside what it shows: complaints of the browser, and downloads.

use chromiumoxide::cdp::browser_protocol::browser::{
    DownloadProgressState, EventDownloadProgress, EventDownloadWillBegin,
    SetDownloadBehaviorBehavior, SetDownloadBehaviorParams,
};
use chromiumoxide::cdp::browser_protocol::log::EventEntryAdded;
use chromiumoxide::cdp::js_protocol::runtime::{EventConsoleApiCalled, EventExceptionThrown};
use chromiumoxide::listeners::EventStream;
use futures_util::{FutureExt as _, StreamExt as _};

use super::chromium::Chromium;
use super::page::Page;

/// What the browser complains of: broken policies, failed requests, exceptions, and whatever a
/// script writes to the console.
pub struct Complaints {
    log: EventStream<EventEntryAdded>,
    thrown: EventStream<EventExceptionThrown>,
    console: EventStream<EventConsoleApiCalled>,
}

impl Complaints {
    /// Listens from now on.
    pub async fn about(page: &Page) -> Self {
        Self {
            log: page.tab.event_listener().await.unwrap(),
            thrown: page.tab.event_listener().await.unwrap(),
            console: page.tab.event_listener().await.unwrap(),
        }
    }

    /// What was heard since the last call, all that `page` has caused until now included.
    pub async fn heard(&mut self, page: &Page) -> Vec<String> {
        // Chromium answers in order, but chromiumoxide hands events on after the answers it read
        // together with them: the second answer comes behind all that came before the first.
        page.evaluate("0").await;
        let own = page.evaluate("location.href").await;
        let mut heard = Vec::new();
        while let Some(Some(event)) = self.log.next().now_or_never() {
            let entry = &event.entry;
            // A page that is answered with an error says so in its own words.
            let is_status = entry.text.starts_with("Failed to load resource");
            if !(is_status && entry.url.as_deref() == own.as_str()) {
                heard.push(entry.text.clone());
            }
        }
        while let Some(Some(event)) = self.thrown.next().now_or_never() {
            heard.push(format!("{:?}", event.exception_details));
        }
        while let Some(Some(event)) = self.console.next().now_or_never() {
            heard.push(format!("{:?}", event.args));
        }
        heard
    }
}

/// A file that the browser stored.
pub struct Download {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The files that a page's links and buttons give.
pub struct Downloads {
    begun: EventStream<EventDownloadWillBegin>,
    progress: EventStream<EventDownloadProgress>,
    folder: std::path::PathBuf,
    frame: String,
}

impl Downloads {
    /// Stores what is downloaded from now on, rather than asking the user where to.
    pub async fn of(page: &Page) -> Self {
        let chromium = Chromium::shared();
        let folder = chromium.folder(&page.context);
        let begun = chromium.browser.event_listener().await.unwrap();
        let progress = chromium.browser.event_listener().await.unwrap();
        let store = SetDownloadBehaviorParams::builder()
            .behavior(SetDownloadBehaviorBehavior::AllowAndName)
            .browser_context_id(page.context.clone())
            .download_path(folder.display().to_string())
            .events_enabled(true)
            .build()
            .unwrap();
        chromium.browser.execute(store).await.unwrap();
        let frame = page.tab.mainframe().await.unwrap().unwrap();
        Self {
            begun,
            progress,
            folder,
            frame: frame.inner().clone(),
        }
    }

    /// Waits for the next file to be stored.
    pub async fn next(&mut self) -> Download {
        // Other pages of the same browser may download too.
        let begun = loop {
            let begun = self.begun.next().await.unwrap();
            if *begun.frame_id.inner() == self.frame {
                break begun;
            }
        };
        loop {
            let progress = self.progress.next().await.unwrap();
            match progress.state {
                _ if progress.guid != begun.guid => {}
                DownloadProgressState::InProgress => {}
                DownloadProgressState::Canceled => panic!("{} was cancelled", begun.url),
                DownloadProgressState::Completed => break,
            }
        }
        Download {
            name: begun.suggested_filename.clone(),
            bytes: std::fs::read(self.folder.join(&begun.guid)).unwrap(),
        }
    }
}
