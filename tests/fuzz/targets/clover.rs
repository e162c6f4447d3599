#![no_main]

use fuzz::{Format, fuzz_target, report};

fuzz_target!(|data: &[u8]| -> fuzz::Corpus { report(data, Format::Clover) });
