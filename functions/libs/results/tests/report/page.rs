//! What Chromium makes of the page.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use results::report::Report;
use serde_json::{Value, json};

use crate::browser::{Browser, Fallible, real};
use crate::content::{evil, html};
use crate::sample;

/// Keys in WebDriver's alphabet.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

/// Texts with too little contrast to what is behind them.
const FAINT: &str = r#"
const channels = (color) => {
  const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
  return [r, g, b, a];
};
const over = (front, back) => front.slice(0, 3).map((c, i) => c * front[3] + back[i] * (1 - front[3]));
const light = (color) => {
  const [r, g, b] = color.map((c) => c / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) layers.push(channels(getComputedStyle(e).backgroundColor));
  return layers.reverse().reduce((back, layer) => over(layer, back), [255, 255, 255]);
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const faint = [];
let seen = 0;
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, .unseen, .jump")) continue;
  const back = behind(element);
  const front = over(channels(getComputedStyle(element).color), back);
  const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
  const contrast = (high + 0.05) / (low + 0.05);
  seen += 1;
  if (contrast < 4.5) faint.push(`${contrast.toFixed(2)}: ${texts.currentNode.data.trim().slice(0, 40)}`);
}
return [seen, [...new Set(faint)]];
"#;

/// What has the focus: its name, and whether anybody can see that it has.
const FOCUS: &str = r#"
const focused = document.activeElement;
if (!focused || focused === document.body) return ["", true];
const drawn = focused.type === "radio" ? focused.nextElementSibling : focused;
const style = getComputedStyle(drawn);
const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
return [focused.id || focused.className || focused.textContent.trim().slice(0, 30) || focused.tagName, seen];
"#;

/// The width of the page with all that sticks out, and what does.
const TOO_WIDE: &str = r#"
const width = WIDTH;
const wide = [...document.querySelectorAll("body *")].filter((element) =>
  element.parentElement.closest(".scroll") === null && element.getBoundingClientRect().right > width + 1);
return [document.documentElement.scrollWidth, wide.map((element) => element.outerHTML.slice(0, 60))];
"#;

/// A browser and the pages of made-up runs.
struct Lab {
    browser: Browser,
    folder: tempfile::TempDir,
}

impl Lab {
    fn new() -> Fallible<Option<Self>> {
        let Some(browser) = Browser::open()? else {
            eprintln!("skipped: no Chromium");
            return Ok(None);
        };
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("shots"))?;
        fs::write(folder.path().join("shots/declined.svg"), sample::PICTURE)?;
        browser.size(1280, 900)?;
        Ok(Some(Lab { browser, folder }))
    }

    fn open(&self, report: &Report) -> Fallible<()> {
        let path: PathBuf = real(self.folder.path())?.join("report.html");
        fs::write(&path, html(report))?;
        self.browser.go(&path)
    }

    fn run(&self, script: &str) -> Fallible<Value> {
        self.browser.run(script)
    }

    /// Rows of the list of all tests.
    fn rows(&self) -> Fallible<u64> {
        Ok(self.run("return document.querySelectorAll('#list tr').length")?.as_u64().unwrap_or_default())
    }
}

#[test]
fn a_report_opens_with_its_pictures_and_without_a_complaint() -> Fallible<()> {
    let Some(lab) = Lab::new()? else { return Ok(()) };
    lab.open(&sample::full())?;
    lab.run("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")?;
    let decoded =
        "return Promise.all([...document.images].map((image) => image.decode().then(() => image.naturalWidth)))";
    assert_eq!(lab.run(decoded)?, json!([640, 640]));
    let shown = "return ['h1', '.verdict', '#found'].map((part) => document.querySelector(part).innerText)";
    assert_eq!(
        lab.run(shown)?,
        json!(["checkout", "✕\nFailed", "The first 100 of 193 tests; without scripts, all of them are in output.xml."])
    );
    assert_eq!(lab.browser.console()?, Vec::<String>::new());
    for report in [sample::passed(), sample::inconclusive(), sample::large(20_000)] {
        lab.open(&report)?;
        assert_eq!(lab.browser.console()?, Vec::<String>::new());
    }
    Ok(())
}

#[test]
fn every_text_can_be_read_in_both_themes() -> Fallible<()> {
    let Some(lab) = Lab::new()? else { return Ok(()) };
    let mut backs = Vec::new();
    for (wish, choice) in [("light", "auto"), ("dark", "auto"), ("dark", "light"), ("light", "dark")] {
        lab.browser.colours(wish)?;
        for report in [sample::full(), sample::passed(), sample::inconclusive()] {
            lab.open(&report)?;
            lab.run(&format!("document.getElementById('{choice}').click(); document.querySelectorAll('details').forEach((d) => {{ d.open = true; }})"))?;
            let found = lab.run(FAINT)?;
            assert!(found[0].as_u64() > Some(50), "{found}");
            assert_eq!(found[1], json!([]), "{wish}, {choice}");
        }
        backs.push(lab.run("return getComputedStyle(document.body).backgroundColor")?);
    }
    assert_eq!((&backs[0], &backs[1]), (&backs[2], &backs[3]), "a choice is stronger than the wish");
    assert_ne!(backs[0], backs[1]);
    lab.run("document.querySelector('h1').style.color = 'rgb(128 128 128 / 0.8)'")?;
    assert_eq!(lab.run(FAINT)?[1].as_array().map(Vec::len), Some(1), "a planted faint text is found");
    Ok(())
}

#[test]
fn a_phone_never_scrolls_sideways() -> Fallible<()> {
    let Some(lab) = Lab::new()? else { return Ok(()) };
    let long = Report { suite: "x".repeat(300), ..evil() };
    for width in [390, 320] {
        lab.browser.size(width, 800)?;
        for report in [&sample::full(), &sample::inconclusive(), &sample::passed(), &long] {
            lab.open(report)?;
            lab.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")?;
            assert_eq!(lab.run(&TOO_WIDE.replace("WIDTH", &width.to_string()))?, json!([width, []]));
        }
    }
    Ok(())
}

#[test]
fn a_keyboard_is_enough() -> Fallible<()> {
    let Some(lab) = Lab::new()? else { return Ok(()) };
    lab.open(&sample::full())?;
    let mut visited = Vec::new();
    loop {
        lab.browser.press(TAB)?;
        let focus = lab.run(FOCUS)?;
        let name = focus[0].as_str().unwrap_or_default().to_owned();
        assert_eq!(focus[1], true, "the focus cannot be seen on {name}");
        if name.is_empty() || name == "search" {
            break;
        }
        visited.push(name);
    }
    assert_eq!(visited[..3], ["jump", "auto", "Failed tests of each run, newe"], "{visited:?}");
    for part in ["Gates", "scroll", "Step 145 Is Shown"] {
        assert!(visited.iter().any(|name| name == part), "{part} in {visited:?}");
    }
    let open = "return document.querySelector('.group').open";
    lab.run("document.querySelector('.group summary').focus()")?;
    assert_eq!(lab.run(open)?, true);
    lab.browser.press(ENTER)?;
    assert_eq!(lab.run(open)?, false);
    lab.browser.press("/")?;
    assert_eq!(lab.run(FOCUS)?, json!(["search", true]));
    lab.browser.press("orders step 113")?;
    assert_eq!(lab.rows()?, 1);
    assert_eq!(lab.run("return document.getElementById('found').innerText")?, "1 of 193 tests");
    lab.browser.press(ESCAPE)?;
    assert_eq!((lab.rows()?, lab.run("return document.getElementById('search').value")?), (193, json!("")));
    Ok(())
}

#[test]
fn twenty_thousand_tests_are_searched_with_few_elements() -> Fallible<()> {
    let Some(lab) = Lab::new()? else { return Ok(()) };
    lab.open(&sample::large(20_000))?;
    let elements = || lab.run("return document.querySelectorAll('*').length");
    assert!(elements()?.as_u64() < Some(3_000), "{}", elements()?);
    let find = |text: &str| {
        lab.run(&format!("search.value = '{text}'; search.dispatchEvent(new Event('input', {{bubbles: true}})); return found.innerText"))
    };
    assert_eq!(find("STEP 19999 announced")?, "1 of 20,000 tests");
    assert_eq!(lab.run("return list.querySelector('a').getAttribute('href')")?, "shards/2/log.html#s1-s1-t2858");
    assert_eq!(find("no such test")?, "No test has such a name.");
    assert_eq!(find("")?, "20,000 tests, the first 200 shown");
    lab.run("more.click()")?;
    assert_eq!(lab.rows()?, 400);
    assert!(elements()?.as_u64() < Some(6_000), "{}", elements()?);
    let failed = "document.querySelector('[name=outcome][value=\"1\"]').click(); return [...new Set([...list.querySelectorAll('.mark')].map((mark) => mark.innerText))]";
    assert_eq!(lab.run(failed)?, json!(["✕ failed"]));
    let slowest = "order.value = 'slow'; order.dispatchEvent(new Event('input', {bubbles: true})); return list.querySelector('.number').innerText";
    assert_eq!(lab.run(slowest)?, "12.9s");
    assert_eq!(lab.browser.console()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn hostile_texts_run_nothing() -> Fallible<()> {
    let Some(lab) = Lab::new()? else { return Ok(()) };
    lab.open(&evil())?;
    lab.run("search.value = 'img'; search.dispatchEvent(new Event('input', {bubbles: true}))")?;
    assert_eq!(lab.rows()?, 1);
    assert_eq!(lab.run("return document.querySelectorAll('[onerror], [src=x], a[href^=\"java\"]').length")?, 0);
    assert!(
        lab.run("return list.innerText")?.as_str().is_some_and(|text| text.contains("</script></style><img src=x"))
    );
    assert_eq!(lab.browser.console()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn without_scripts_everything_but_the_search_is_there() -> Fallible<()> {
    let Some(lab) = Lab::new()? else { return Ok(()) };
    lab.browser.scripts(false)?;
    lab.open(&sample::full())?;
    for part in [".verdict", ".gates", ".group[open] .failed", "figure", "#list tr", "#found"] {
        assert!(lab.browser.shows(part)?, "{part}");
    }
    assert!(!lab.browser.shows("#controls")?);
    assert!(!lab.browser.shows("#more")?);
    Ok(())
}

/// A picture of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";

/// Serves a page at every path until the test ends, and gives its port.
fn serve(page: String) -> Fallible<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let asked = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let found = asked.filter(|line| line.contains("X-Amz-Signature")).count() > 0;
            let (status, body) = if found { ("200 OK", page.as_str()) } else { ("403 Forbidden", "") };
            let head = format!("Content-Type: text/html\r\nContent-Length: {}\r\nConnection: close", body.len());
            let _gone = (&stream).write_all(format!("HTTP/1.1 {status}\r\n{head}\r\n\r\n{body}").as_bytes());
        }
    });
    Ok(port)
}

#[test]
fn behind_a_signed_address_pictures_are_there_and_logs_lead_to_the_console() -> Fallible<()> {
    let Some(lab) = Lab::new()? else { return Ok(()) };
    let mut report = sample::full();
    for failure in &mut report.failures {
        failure.screenshots.iter_mut().for_each(|path| *path = "environments/i-1/a%20b.png".to_owned());
    }
    report.pictures.insert("environments/i-1/a%20b.png".to_owned(), BASE64_STANDARD.decode(PIXEL)?);
    let port = serve(html(&report))?;
    let console = |key: &str| {
        let page = "https://eu-central-1.console.aws.amazon.com/s3/object/bucket";
        format!("{page}?region=eu-central-1&prefix=runs%2Fr%201%2F{}", key.replace('/', "%2F"))
    };
    for place in ["bucket.s3.eu-central-1.amazonaws.com:PORT", "s3.eu-central-1.amazonaws.com:PORT/bucket"] {
        let host = place.replace("PORT", &port.to_string());
        lab.browser.visit(&format!("http://{host}/runs/r%201/results/report.html?X-Amz-Signature=00"))?;
        let links = "return ['.failed .about a', '.pictures a'].map((link) => document.querySelector(link).href)";
        let expected = ["results/shards/2/log.html", "results/environments/i-1/a%20b.png"].map(console);
        assert_eq!(lab.run(links)?, json!(expected));
        lab.run("search.value = 'step 113'; search.dispatchEvent(new Event('input', {bubbles: true}))")?;
        assert_eq!(lab.run("return list.querySelector('a').href")?, json!(console("results/shards/6/log.html")));
        assert_eq!(lab.run("return document.querySelector('nav a').hash")?, "#gates");
        assert!(lab.browser.shows("#alone")?);
        let decoded = "return Promise.all([...document.images].map((image) => image.decode().then(() => 1)))";
        lab.run("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")?;
        assert_eq!(lab.run(decoded)?, json!([1, 1]));
    }
    lab.open(&report)?;
    assert!(!lab.browser.shows("#alone")?);
    assert_eq!(lab.run("return document.querySelector('.failed .about a').protocol")?, "file:");
    Ok(())
}
