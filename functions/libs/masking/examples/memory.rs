//! Masks generated rows as a stream, and prints the most memory that it took: `cargo run --release -p masking --example memory -- 10000000`.
//!
//! Two columns are unique and one refers to a key, which is what takes memory; the detector's hashes are kept too. Linux only.

use std::io::{Read, Write, sink, stdout};

use masking::{Key, Policy, Run};

const POLICY: &str = "checks=['rows >= 1', 'references.broken == 0', 'unique{column=email} == 100%']
[tables.t]
key=['id']
unique=['email']
[tables.t.columns]
id={rule='format',number=true}
email={rule='pseudonym',kind='email'}
referred_by={rule='format',number=true}
note={rule='keep'}
[[references]]
from='t(referred_by)'
to='t(id)'
";

/// Makes rows while they are read.
struct Rows {
    next: u64,
    most: u64,
    line: Vec<u8>,
    at: usize,
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.line.len() && self.next < self.most {
            (self.line, self.at) = (line(self.next), 0);
            self.next += 1;
        }
        let length = self.line.get(self.at..).unwrap_or(&[]).read(buffer)?;
        self.at += length;
        Ok(length)
    }
}

fn line(n: u64) -> Vec<u8> {
    let id = |n: u64| 1_000_000_000 + n;
    format!("{},user{n}@company.example,{},row {}\n", id(n), id(n / 2), n % 1000).into_bytes()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let most: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |rows| rows.parse())?;
    let (policy, key) = (Policy::parse("dataset.toml", POLICY)?, Key::new(&[7; 32])?);
    let start = std::time::Instant::now();
    let mut run = Run::new(&policy, &key).watching();
    let rows = Rows { next: 0, most, line: b"id,email,referred_by,note\n".to_vec(), at: 0 };
    let rows = masking::csv::mask(run.table("t")?, "t.csv", rows, &mut sink())?;
    let watched = run.watched().len();
    let figures = run.finish()?;
    let held = policy.checks.iter().flat_map(|check| check.evaluate(&figures)).all(|outcome| outcome.held);
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("no peak is known");
    let seconds = start.elapsed().as_secs_f64();
    writeln!(stdout(), "{rows} rows in {seconds:.1} s, {watched} values watched, checks hold: {held}, {peak}")?;
    Ok(())
}
