#![no_main]

use fuzz::{any_report, fuzz_target};

fuzz_target!(|data: &[u8]| -> fuzz::Corpus { any_report(data) });
