//! Writes reports of made-up runs, to look at: one with everything, one with 20,000 tests, one with nothing to say.
//!
//! ```text
//! cargo run -p results --example report -- FOLDER
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to people")]

mod sample;

use std::error::Error;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;

use results::report::write;

fn main() -> Result<(), Box<dyn Error>> {
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
    Ok(())
}
