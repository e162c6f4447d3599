//! Writes reports of made-up runs, to look at: one with everything, one with 20,000 tests, one with nothing to say.
//! With `timed`, Chromium opens the one with 20,000 tests five times and searches in it, and the times are printed.
//!
//! ```text
//! cargo run -p results --example report -- FOLDER
//! cargo run -p results --example report -- FOLDER timed
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to people")]

#[expect(dead_code, reason = "the tests of the page press keys and change colours too")]
mod browser;
mod sample;

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use browser::{Browser, Fallible, real};
use results::report::write;

/// Openings that are timed.
const TIMES: usize = 5;

/// Milliseconds from the request of the page to the end of its last script, laid out.
const OPENED: &str = r#"
document.body.getBoundingClientRect();
return performance.getEntriesByType("navigation")[0].loadEventEnd;
"#;

/// Milliseconds from a key to the laid out result of a search.
const SEARCHED: &str = r#"
const start = performance.now();
search.value = "step 19999";
search.dispatchEvent(new Event("input", { bubbles: true }));
list.getBoundingClientRect();
return [performance.now() - start, found.innerText];
"#;

fn main() -> Fallible<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name a folder for the reports")?;
    fs::create_dir_all(folder.join("shots"))?;
    fs::write(folder.join("shots/declined.svg"), sample::PICTURE)?;
    let reports = [
        ("full", sample::full()),
        ("large", sample::large(20_000)),
        ("passed", sample::passed()),
        ("inconclusive", sample::inconclusive()),
    ];
    for (name, report) in reports {
        let path = folder.join(format!("{name}.html"));
        write(&report, BufWriter::new(File::create(&path)?))?;
        println!("{}: {} bytes", path.display(), fs::metadata(&path)?.len());
    }
    if std::env::args().nth(2).as_deref() == Some("timed") { timed(&folder.join("large.html")) } else { Ok(()) }
}

/// Prints how long a page takes to open and to search.
fn timed(page: &Path) -> Fallible<()> {
    let browser = Browser::open()?.ok_or("install Chromium and its driver")?;
    let page = real(page)?;
    for _ in 0..TIMES {
        browser.go(&page)?;
        let (opened, searched) = (browser.run(OPENED)?, browser.run(SEARCHED)?);
        let milliseconds = |value: &serde_json::Value| value.as_f64().unwrap_or_default();
        let (opened, search) = (milliseconds(&opened), milliseconds(&searched[0]));
        let found = searched[1].as_str().unwrap_or_default();
        println!("opened after {opened:.0} ms; a search took {search:.0} ms: {found}");
    }
    Ok(())
}
