//! Chromium without a screen, by the WebDriver protocol.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// What goes wrong with a browser.
pub(crate) type Fallible<T> = Result<T, Box<dyn Error>>;

/// A browser with one page and an empty profile. Both programs end when it is dropped.
pub(crate) struct Browser {
    driver: Child,
    /// Address of the session.
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// None where Chromium or its driver is not installed.
    pub(crate) fn open() -> Fallible<Option<Self>> {
        let programs = ["chromium", "chromium-browser", "google-chrome"];
        let chromium = programs.iter().find_map(|name| which::which(name).ok());
        let (Some(chromium), Ok(driver)) = (chromium, which::which("chromedriver")) else { return Ok(None) };
        let mut driver = Command::new(driver).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let port = port(&mut driver)?;
        let profile = tempfile::tempdir()?;
        let mut browser = Browser { driver, session: format!("http://127.0.0.1:{port}/session"), _profile: profile };
        browser.start(&chromium)?;
        Ok(Some(browser))
    }

    fn start(&mut self, chromium: &Path) -> Fallible<()> {
        let profile = format!("--user-data-dir={}", self._profile.path().display());
        // The tests of a pipeline often run as root, where no sandbox can start.
        let arguments =
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
        let quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en"];
        // Whatever name a page asks for, it reaches this machine and no other.
        let hosts = ["--host-resolver-rules=MAP * 127.0.0.1", profile.as_str()];
        let arguments: Vec<&str> = arguments.into_iter().chain(quiet).chain(hosts).collect();
        let options = json!({"binary": chromium, "args": arguments});
        let wanted = json!({"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
        let answer = self.post("", &json!({"capabilities": {"alwaysMatch": wanted}}))?;
        let id = answer["sessionId"].as_str().ok_or("the driver gave no session")?;
        self.session = format!("{}/{id}", self.session);
        Ok(())
    }

    /// Opens a file.
    pub(crate) fn go(&self, file: &Path) -> Fallible<()> {
        self.visit(&format!("file://{}", file.display()))
    }

    /// Opens an address; every host is this machine.
    pub(crate) fn visit(&self, address: &str) -> Fallible<()> {
        self.post("/url", &json!({"url": address})).map(drop)
    }

    /// Gives the page an exact size in pixels.
    pub(crate) fn size(&self, width: u32, height: u32) -> Fallible<()> {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        self.tools("Emulation.setDeviceMetricsOverride", &size)
    }

    /// Makes people's wish for `light` or `dark` colours known.
    pub(crate) fn colours(&self, scheme: &str) -> Fallible<()> {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.tools("Emulation.setEmulatedMedia", &json!({"features": [feature]}))
    }

    /// Whether pages may run scripts from the next one on.
    pub(crate) fn scripts(&self, run: bool) -> Fallible<()> {
        self.tools("Emulation.setScriptExecutionDisabled", &json!({"value": !run}))
    }

    /// Sends a command of the developer tools.
    fn tools(&self, command: &str, parameters: &Value) -> Fallible<()> {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters})).map(drop)
    }

    /// What a function's body returns in the page.
    pub(crate) fn run(&self, script: &str) -> Fallible<Value> {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Presses and releases keys one after another; special keys have WebDriver's characters.
    pub(crate) fn press(&self, keys: &str) -> Fallible<()> {
        let steps: Vec<Value> =
            keys.chars().flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key}))).collect();
        self.post("/actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": steps}]})).map(drop)
    }

    /// What the page and the browser wrote to the console since the last look.
    pub(crate) fn console(&self) -> Fallible<Vec<String>> {
        let entries = self.post("/se/log", &json!({"type": "browser"}))?;
        Ok(entries.as_array().into_iter().flatten().map(Value::to_string).collect())
    }

    /// Whether the first element that a selector finds can be seen, which needs no script in the page.
    pub(crate) fn shows(&self, selector: &str) -> Fallible<bool> {
        let found = self.post("/element", &json!({"using": "css selector", "value": selector}))?;
        let element = found.as_object().and_then(|object| object.values().next()).and_then(Value::as_str);
        let answer = self.get(&format!("/element/{}/displayed", element.ok_or("there is no such element")?))?;
        answer.as_bool().ok_or_else(|| "the driver gave no answer".into())
    }

    fn post(&self, path: &str, body: &Value) -> Fallible<Value> {
        let request = ureq::post(format!("{}{path}", self.session)).content_type("application/json");
        let answer = request.config().http_status_as_error(false).build().send(body.to_string())?;
        value(&answer.into_body().read_to_string()?)
    }

    fn get(&self, path: &str) -> Fallible<Value> {
        let request = ureq::get(format!("{}{path}", self.session)).config().http_status_as_error(false).build();
        value(&request.call()?.into_body().read_to_string()?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends the browser with the session; a driver that does not answer is ended all the same.
        let closed = ureq::delete(&self.session).call();
        drop(closed);
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// The value of an answer, or what went wrong.
fn value(text: &str) -> Fallible<Value> {
    let mut answer: Value = serde_json::from_str(text)?;
    match answer["value"]["error"].as_str() {
        Some(error) => Err(format!("{error}: {}", answer["value"]["message"]).into()),
        None => Ok(answer["value"].take()),
    }
}

/// The port that a driver chose, from what it prints.
fn port(driver: &mut Child) -> Fallible<u16> {
    let output = driver.stdout.take().ok_or("the driver has no output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return Ok(port.trim_end_matches('.').parse()?);
        }
    }
    Err("the driver ended before it listened".into())
}

/// Where a folder really lies, as an address needs it.
pub(crate) fn real(path: &Path) -> Fallible<PathBuf> {
    Ok(path.canonicalize()?)
}
