//! How much room a history takes, and what becomes of one that is damaged or takes too much.

use super::*;

/// Bytes of the item that are not in the packed attribute: names of the attributes, keys with a long path, the path
/// once more, version and time to live (DynamoDB counts a number with 21 bytes at most).
fn rest(path: &str) -> usize {
    let keys = "pk".len() + "SUITE#checkout".len() + "sk".len() + "FILE#".len() + path.len();
    keys + "path".len() + path.len() + "packed".len() + "version".len() + 21 + "expires".len() + 21
}

/// Digits that do not compress, such as those of commits and of ids.
fn hash(n: u64) -> String {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    format!("{:016x}{:016x}{:08x}", next(), next(), next() as u32)
}

const STEPS: [&str; 10] = [
    "Card payment with 3-D Secure is accepted",
    "Order confirmation is sent by mail",
    "Expired voucher is refused with a hint",
    "Cart keeps its items after the session ends",
    "Guest checkout asks for an address",
    "Shipping costs follow the country of delivery",
    "Refund to the original means of payment",
    "Stock is reserved while the payment is open",
    "Two coupons cannot be combined",
    "Invoice shows the reduced tax rate",
];

/// 20 runs of 50 tests, each run of another commit; some tests fail now and then, one is broken since the fifth.
fn ordinary() -> FileHistory {
    let mut history = FileHistory::new("checkout/payment/cards_and_vouchers.robot");
    for n in 0..20_u64 {
        let run = FileRun {
            run: format!("nightly-checkout-{}", hash(n * 7)).into(),
            started: (1_790_000_000 + n as i64 * 86_400 + (n as i64 * 7919) % 600).into(),
            seconds: 61.0 + (n * 7919 % 10_007) as f64 / 1000.0,
            commit: Some(hash(n)),
            image: Some(format!("ami-{}", &hash(n / 7)[..17])),
        };
        let outcome = |test: u64| match test {
            13 if n >= 5 => Outcome::Failed,
            17 => Outcome::Skipped,
            _ if (n * 50 + test).is_multiple_of(37) => Outcome::Flaky,
            _ if (n * 50 + test).is_multiple_of(41) => Outcome::Failed,
            _ => Outcome::Passed,
        };
        let name = |test: u64| format!("Checkout.Payment.Cards And Vouchers.{} {test}", STEPS[test as usize % 10]);
        history = history.with(run, &(0..50).map(|test| (name(test), outcome(test))).collect()).unwrap();
    }
    history
}

#[test]
fn fifty_tests_and_twenty_runs_cost_at_most_three_write_units() {
    let history = ordinary();
    assert_eq!((history.runs().len(), history.tests().count()), (20, 50));
    let packed = history.store().unwrap().packed.unwrap().len();
    let item = packed + rest(&history.path);
    assert!(item <= 3 * 1024, "{packed} bytes packed, {item} in all");
}

#[test]
fn an_item_without_outcomes_is_read_and_becomes_one_with_them() {
    let json = r#"{"path": "a.robot", "version": 3, "runs": [{"run": "r1", "started": 1, "seconds": 2.5}]}"#;
    let old: StoredHistory = serde_json::from_str(json).unwrap();
    let history = old.read().unwrap();
    assert_eq!((history.version, history.seconds(), history.runs().len()), (3, Some(2.5), 1));
    let next = history.with(run(2), &outcomes(&[("T", Outcome::Failed)])).unwrap();
    assert_eq!(letters(&next, "T"), "-f");
    let stored = next.store().unwrap();
    assert!(stored.runs.is_empty(), "the old attribute is not written again");
    assert_eq!(stored.read().unwrap(), next);
}

#[test]
fn a_damaged_history_is_told_and_begun_anew() {
    let good = ordinary().store().unwrap();
    let packed = good.packed.clone().unwrap();
    let mut damaged = vec![Vec::new(), vec![FORMAT_OF_TOMORROW], packed[..packed.len() / 2].to_vec()];
    damaged.push([&packed[..packed.len() - 1], &[packed[packed.len() - 1] ^ 1]].concat());
    for bytes in damaged {
        let stored = StoredHistory { packed: Some(bytes.into()), version: 7, ..good.clone() };
        let forgotten = stored.forgotten();
        assert_eq!((forgotten.version, forgotten.path.as_str(), forgotten.runs().len()), (7, good.path.as_str(), 0));
        assert!(stored.read().is_err());
    }
}

const FORMAT_OF_TOMORROW: u8 = 200;

/// A file of `count` tests, of which the numbers in `failed` failed in the last run.
fn large(count: usize, failed: impl Fn(usize) -> bool) -> FileHistory {
    let name = |n: usize| format!("Generated.Rows.Row {n:06} {}", hash(n as u64));
    let run_with = |failing: bool| {
        let outcome = |n: usize| if failing && failed(n) { Outcome::Failed } else { Outcome::Passed };
        (0..count).map(|n| (name(n), outcome(n))).collect::<Outcomes>()
    };
    let history = FileHistory::new("rows.robot").with(run(1), &run_with(false)).unwrap();
    history.with(run(2), &run_with(true)).unwrap()
}

#[test]
fn of_a_file_with_too_many_tests_those_that_failed_are_kept() {
    let is_failed = |n: usize| n % 100 == 99;
    let history = large(10_000, is_failed);
    let stored = history.store().unwrap();
    let bytes = stored.packed.as_ref().map_or(0, |packed| packed.len());
    assert!(bytes <= MOST_BYTES, "{bytes}");
    let read = stored.read().unwrap();
    let kept: Vec<&str> = read.tests().collect();
    assert!(kept.len() > 1_000 && kept.len() < 10_000, "{}", kept.len());
    let failed = |test: &&&str| letters(&read, test).ends_with('f');
    assert_eq!(kept.iter().filter(failed).count(), 100);
    assert_eq!(read.runs(), history.runs(), "runs and seconds are kept");
}

#[test]
fn no_name_makes_a_history_that_cannot_be_written_or_read() {
    for name in ["\u{1}".repeat(MOST_BYTES), "x".repeat(MOST_BYTES * 2), "\u{1f600}\"\\\n".into(), String::new()] {
        let told = outcomes(&[(&name, Outcome::Failed), ("T", Outcome::Passed)]);
        let stored = FileHistory::new("a.robot").with(run(1), &told).unwrap().store().unwrap();
        assert!(stored.packed.as_ref().is_some_and(|packed| packed.len() < MOST_BYTES));
        assert_eq!(letters(&stored.read().unwrap(), "T"), "p");
    }
}
