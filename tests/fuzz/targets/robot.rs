#![no_main]

use fuzz::fuzz_target;

// What could be read is counted, and an error says something.
fuzz_target!(|data: &[u8]| {
    match results::robot::read(data) {
        Ok(output) => assert_eq!(output.complete, output.problem.is_none()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
