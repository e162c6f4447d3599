#![no_main]

use domain::package::manifest::Config;
use fuzz::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(problem) = Config::parse(text) {
        assert!(problem.to_string().starts_with("qaops.toml"), "{problem}");
    }
});
