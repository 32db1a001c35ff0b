//! A Chromium of its own, driven over its DevTools pipe: JSON messages that end in a zero byte
//! (<https://chromedevtools.github.io/devtools-protocol/>). A pipe needs no port, no WebSocket
//! and so no further dependency. All of it blocks; the pages are served by other threads.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long Chromium may take for one answer; only a broken one needs it.
const LAST_DEADLINE: Duration = Duration::from_secs(60);

/// Held by the one browser that runs: several at once would starve the tests beside them, whose
/// devices have deadlines.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Chromium reads commands from descriptor 3 and answers on 4; the shell puts our pipes there.
const START: &str = r#"exec chromium "$@" 3<&0 4>&1 0</dev/null 1>&2"#;

const ARGUMENTS: [&str; 12] = [
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
    "--remote-debugging-pipe",
];

/// One page in a browser, which ends when this is dropped.
pub struct Page {
    child: Child,
    commands: ChildStdin,
    answers: Receiver<Value>,
    session: Option<String>,
    number: u64,
    /// The page loads that have ended, by their ids.
    loaded: Vec<String>,
    /// What the browser complained of since the last [`Page::open`].
    pub complaints: Vec<String>,
    _profile: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Page {
    /// Starts Chromium with an empty page of 1280 by 800.
    pub fn start() -> Self {
        // A test that failed with a browser in its hands spoils nothing for the next.
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", START, "sh"])
            .args(ARGUMENTS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut page = Self {
            commands: child.stdin.take().unwrap(),
            answers: read(child.stdout.take().unwrap()),
            child,
            session: None,
            number: 0,
            loaded: Vec::new(),
            complaints: Vec::new(),
            _profile: profile,
            _turn: turn,
        };
        let target = page.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = page.call("Target.attachToTarget", attach);
        page.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page.enable", "Log.enable", "Runtime.enable"] {
            page.call(domain, json!({}));
        }
        page.call("Page.setLifecycleEventsEnabled", json!({"enabled": true}));
        page.resize(1280);
        page
    }

    /// Makes the page so many pixels wide, whatever its content needs.
    pub fn resize(&mut self, width: u32) {
        let size = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// Switches off the scripts of pages; what [`Page::evaluate`] asks still runs.
    pub fn forbid_scripts(&mut self) {
        let off = json!({"value": true});
        self.call("Emulation.setScriptExecutionDisabled", off);
    }

    /// Opens an address and waits until the page is loaded.
    pub fn open(&mut self, url: &str) {
        self.complaints.clear();
        let answer = self.call("Page.navigate", json!({"url": url}));
        assert_eq!(answer["errorText"], Value::Null, "{url} can not be opened");
        let load = answer["loaderId"].as_str().unwrap();
        while !self.loaded.iter().any(|loaded| loaded == load) {
            let event = self.next_message();
            self.note(&event);
        }
    }

    /// The value of an expression in the page. A page that is just being left for another, as
    /// when it reloads itself, is asked again.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true});
        let answer = loop {
            match self.try_call("Runtime.evaluate", &asked) {
                Ok(answer) => break answer,
                Err(error) if error.to_string().contains("navigated") => {}
                Err(error) => panic!("{expression}: {error}"),
            }
        };
        assert_eq!(answer["exceptionDetails"], Value::Null, "{expression}");
        answer["result"]["value"].clone()
    }

    /// The text as a reader sees it.
    pub fn text(&mut self) -> String {
        let text = self.evaluate("document.body ? document.body.innerText : ''");
        text.as_str().unwrap().to_owned()
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.try_call(method, &parameters)
            .unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn try_call(&mut self, method: &str, parameters: &Value) -> Result<Value, Value> {
        let number = self.send(method, parameters);
        loop {
            let mut message = self.next_message();
            if message["id"] == json!(number) {
                return match message["error"].take() {
                    Value::Null => Ok(message["result"].take()),
                    error => Err(error),
                };
            }
            self.note(&message);
        }
    }

    fn send(&mut self, method: &str, parameters: &Value) -> u64 {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        // A browser that ended can not be written to; reading its answer says so.
        let _ = write!(self.commands, "{message}\0").and_then(|()| self.commands.flush());
        self.number
    }

    fn next_message(&mut self) -> Value {
        self.answers.recv_timeout(LAST_DEADLINE).expect(
            "Chromium answers (the tests need it as `chromium` in PATH: script/install-test-needs)",
        )
    }

    fn note(&mut self, event: &Value) {
        let about = &event["params"];
        match event["method"].as_str() {
            Some("Page.lifecycleEvent") if about["name"] == "load" => {
                let load = about["loaderId"].as_str().unwrap_or_default();
                self.loaded.push(load.to_owned());
            }
            Some("Log.entryAdded") => self.complaints.push(about["entry"]["text"].to_string()),
            Some("Runtime.exceptionThrown" | "Runtime.consoleAPICalled") => {
                self.complaints.push(about.to_string());
            }
            _ => {}
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // Told to close, it ends its helpers, so that the profile can be removed; the pipe is
        // cut when all have ended.
        self.session = None;
        self.send("Browser.close", &json!({}));
        while self.answers.recv_timeout(LAST_DEADLINE).is_ok() {}
        // It has ended, unless it is broken.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The messages of a pipe, until it is cut.
fn read(pipe: std::process::ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for message in BufReader::new(pipe).split(0) {
            let message = serde_json::from_slice(&message.unwrap()).unwrap();
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}
