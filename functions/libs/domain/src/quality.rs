//! How good it was: metrics, gates, reports of other tools, quarantine, baselines, flakiness, history.

pub mod baseline;
pub mod flakiness;
pub mod gates;
pub mod history;
pub mod metrics;
pub mod quarantine;
pub mod reports;
