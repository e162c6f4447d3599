//! The report of a run: what is in the page, and what Chromium makes of it.
#![expect(clippy::expect_used, reason = "a test may panic")]

#[path = "../../examples/report/browser.rs"]
mod browser;
mod content;
mod page;
#[path = "../../examples/report/sample.rs"]
mod sample;
