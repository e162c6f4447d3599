//! What it costs to remember runs: write units of DynamoDB for each suite file and run.
//!
//! ```text
//! cargo run --example history_cost [RUNS] [FILES] [TESTS]
//! ```
//!
//! Records runs (25) of a suite of 10,000 tests in 200 files by the real function on the local cloud, and prints one
//! line a run: the median and the largest item of a file in bytes, and the write units of the dearest file and of all.
//! Each run is of another commit; one test in a hundred fails now and then, one in two hundred is skipped.

use std::collections::{BTreeMap, HashMap};

use domain::results::outcome::Status;
use local::cloud::LocalCloud;
use tests::{SeededRun, invoke, item_size, items, write_units};

type Failed = Box<dyn std::error::Error>;

const SUITE: &str = "checkout";

/// What the tests are called.
const STEPS: [&str; 10] = [
    "Card payment with 3-D Secure is accepted",
    "Order confirmation is sent by mail",
    "Expired voucher is refused with a hint",
    "Cart keeps its items after the session ends",
    "Guest checkout asks for an address",
    "Shipping costs follow the country of delivery",
    "Refund goes to the original means of payment",
    "Stock is reserved while the payment is open",
    "Two coupons cannot be combined",
    "Invoice shows the reduced tax rate",
];

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |default: usize| arguments.next().map_or(Ok(default), |text| text.parse());
    let (runs, files, tests) = (next(25)?, next(200)?, next(10_000)?);
    let cloud = LocalCloud::start(&tests::project(), |_| {}).await?;
    println!("{:>4} {:>8} {:>8} {:>8} {:>8}", "run", "median", "largest", "dearest", "all");
    let mut sizes = HashMap::new();
    let (mut dearest, mut all) = (0, 0);
    for number in 0..runs {
        record(&cloud, number, files, tests).await?;
        let cost = cost(&cloud, &mut sizes);
        let Cost { median, largest, dearest: most, all: sum } = cost;
        println!("{number:>4} {median:>6} B {largest:>6} B {most:>8} {sum:>8}");
        dearest = dearest.max(most);
        all += sum;
    }
    let each = all as f64 / (runs * files) as f64;
    println!("{each:.2} write units a file and run, {dearest} at most; {:.0} a run", all as f64 / runs as f64);
    cloud.stop().await?;
    Ok(())
}

/// Makes a run and has it recorded.
async fn record(cloud: &LocalCloud, number: usize, files: usize, tests: usize) -> Result<(), Failed> {
    let run = given(number, files, tests);
    run.make(cloud).await?;
    let answer = invoke(cloud, "record", &run.input());
    if answer["status"].is_null() { Err(answer.to_string().into()) } else { Ok(()) }
}

fn given(number: usize, files: usize, tests: usize) -> SeededRun {
    let mut by_file: BTreeMap<String, Vec<(String, Status)>> = BTreeMap::new();
    for test in 0..tests {
        let file = test % files;
        let path = format!("checkout/area_{:02}/payment_and_delivery_{file:03}.robot", file / 10);
        let name = format!("{} {}", STEPS[test / files % STEPS.len()], test / files);
        by_file.entry(path).or_default().push((name, status(number, test)));
    }
    SeededRun {
        id: format!("nightly-{}", hash(number as u64 * 31)).into(),
        suite: SUITE.to_owned(),
        started: (1_790_000_000 + number as i64 * 86_400 + (number as i64 * 7919) % 600).into(),
        labels: BTreeMap::from([("branch".into(), "main".into()), ("commit".into(), hash(number as u64))]),
        files: by_file,
    }
}

/// How a test ended: by its number and the run's, so that each benchmark is the same.
fn status(number: usize, test: usize) -> Status {
    match (test * 7 + number * 13) % 100 {
        0 => Status::Failed,
        1 if test.is_multiple_of(2) => Status::Skipped,
        _ => Status::Passed,
    }
}

/// 40 digits as of a commit, which do not compress.
fn hash(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    let digits = (0..5).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        format!("{:08x}", state >> 32)
    });
    digits.collect()
}

struct Cost {
    median: usize,
    largest: usize,
    dearest: usize,
    all: usize,
}

/// What the last run cost; `sizes` holds the items' sizes before it and then those after it.
fn cost(cloud: &LocalCloud, sizes: &mut HashMap<String, usize>) -> Cost {
    let (mut bytes, mut units) = (Vec::new(), Vec::new());
    for item in items(cloud, &format!("SUITE#{SUITE}"), "FILE#") {
        let new = item_size(&item);
        let old = sizes.insert(item["sk"]["S"].as_str().unwrap_or_default().to_owned(), new).unwrap_or(0);
        bytes.push(new);
        units.push(write_units(old, new));
    }
    bytes.sort_unstable();
    let largest = bytes.last().copied().unwrap_or(0);
    let dearest = units.iter().copied().max().unwrap_or(0);
    Cost {
        median: bytes.get(bytes.len() / 2).copied().unwrap_or(0),
        largest,
        dearest,
        all: units.iter().sum::<usize>(),
    }
}
