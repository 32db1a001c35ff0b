//! The one Chromium of a test process, driven by chromiumoxide over a port on loopback that
//! Chromium chooses. Starting one takes a second, so all tests share it, each in a browser
//! context of its own: no cookie, cache or history is seen by another.
//!
//! It can not outlive the process, however that ends: beside the port it listens on a pipe that
//! only we hold, and ends when the pipe is cut. The shell that started it removes its folder then.

use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use chromiumoxide::Browser;
use chromiumoxide::cdp::browser_protocol::browser::BrowserContextId;
use chromiumoxide::handler::HandlerConfig;
use futures_util::StreamExt as _;
use tokio::runtime::{Builder, Handle};

/// How long Chromium may take for one answer; only a broken one needs it.
const LAST_DEADLINE: Duration = Duration::from_secs(60);

/// Runs Chromium in the folder `$0`. It reads commands from descriptor 3 and answers on 4
/// (`--remote-debugging-pipe`); nothing is sent there but the end.
const START: &str = r#"
chromium "$@" --user-data-dir="$0/profile" 3<&0 4>/dev/null 0</dev/null 1>/dev/null
rm -rf "$0"
"#;

/// No sandbox, because it can not be had as root; no name but loopback's is looked up.
const ARGUMENTS: [&str; 14] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
    "--remote-debugging-port=0",
];

/// The browser, and where what drives it runs.
pub struct Chromium {
    pub browser: Browser,
    folder: PathBuf,
    runtime: Handle,
    _lifeline: ChildStdin,
}

impl Chromium {
    /// The browser of this process, started by the first who asks.
    pub fn shared() -> &'static Arc<Self> {
        static SHARED: OnceLock<Arc<Chromium>> = OnceLock::new();
        SHARED.get_or_init(|| {
            let (sender, receiver) = mpsc::channel();
            // A runtime of its own, for that of a test ends with the test.
            std::thread::spawn(move || {
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(drive(runtime.handle().clone(), &sender));
            });
            receiver.recv().expect("Chromium starts")
        })
    }

    /// A folder for the files of one context; removed with the browser.
    pub fn folder(&self, context: &BrowserContextId) -> PathBuf {
        let folder = self.folder.join(context.as_ref());
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Ends a context with its pages.
    pub fn dispose(self: &Arc<Self>, context: BrowserContextId) {
        let chromium = Arc::clone(self);
        self.runtime.spawn(async move {
            // Whoever had the context is done with it; a test that misses the browser fails there.
            let _ = chromium.browser.dispose_browser_context(context).await;
        });
    }
}

/// Starts Chromium, hands it to `sender`, and carries its messages until it ends.
async fn drive(runtime: Handle, sender: &mpsc::Sender<Arc<Chromium>>) {
    let folder = tempfile::Builder::new()
        .prefix("routervault-chromium-")
        .tempdir()
        .unwrap()
        .keep();
    let (address, lifeline) = start(&folder);
    let config = HandlerConfig {
        viewport: None,
        request_timeout: LAST_DEADLINE,
        ..HandlerConfig::default()
    };
    let (browser, mut handler) = Browser::connect_with_config(address, config).await.unwrap();
    let chromium = Chromium {
        browser,
        folder,
        runtime,
        _lifeline: lifeline,
    };
    let messages = tokio::spawn(async move { while handler.next().await.is_some() {} });
    sender.send(Arc::new(chromium)).unwrap();
    messages.await.unwrap();
}

/// Starts the process; says where it listens, and gives what it lives by.
fn start(folder: &Path) -> (String, ChildStdin) {
    let mut child = Command::new("sh")
        .args(["-c", START])
        .arg(folder)
        .args(ARGUMENTS)
        .env("TMPDIR", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // Ctrl-C in a terminal ends us, and by that Chromium, but not the shell that tidies up.
        .process_group(0)
        .spawn()
        .unwrap();
    let lifeline = child.stdin.take().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let address = address(&mut said);
    // What else it says goes nowhere, but has to be taken from it.
    std::thread::spawn(move || {
        std::io::copy(&mut said, &mut std::io::sink()).unwrap();
        child.wait().unwrap();
    });
    (address, lifeline)
}

/// The address of the browser's DevTools, as Chromium says it when it is ready.
fn address(said: &mut BufReader<impl Read>) -> String {
    let mut all = String::new();
    for line in said.by_ref().lines() {
        let line = line.unwrap();
        if let Some(address) = line.strip_prefix("DevTools listening on ") {
            return address.to_owned();
        }
        all.push_str(&line);
        all.push('\n');
    }
    panic!("Chromium did not start (script/install-test-needs installs it):\n{all}");
}
