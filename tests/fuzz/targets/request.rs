#![no_main]

use domain::package::input::Request;
use fuzz::fuzz_target;
use serde_json::Value;

// A request that was read can be stored and is the same again.
fuzz_target!(|data: &[u8]| {
    let Ok(input) = serde_json::from_slice::<Value>(data) else { return };
    match Request::parse(&input) {
        Ok(request) => {
            let stored = serde_json::to_vec(&request).expect("a request is JSON");
            assert_eq!(serde_json::from_slice::<Request>(&stored).expect("a stored request is one"), request);
        }
        Err(problem) => assert!(problem.to_string().starts_with("input"), "{problem}"),
    }
});
