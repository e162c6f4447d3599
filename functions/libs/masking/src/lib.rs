//! Masks extracts of production data by a policy, as streams.
//!
//! A [`Policy`] says what happens to each column. A [`Run`] applies it, under a [`Key`], to the files of each table, and counts
//! what must stay unique and whole. [`Check`](checks::Check)s and a [`Detector`](detect::Detector) judge what was written.
//!
//! Nothing here reads a clock, the environment or the network, and nothing is random: readers, writers, the key and times are
//! arguments. The same input, key, policy and version of this crate give the same bytes. No error, no `Debug` output and no figure
//! holds a value of the data.

pub mod checks;
pub mod csv;
pub mod detect;
pub mod dynamodb;
pub mod error;
mod json;
pub mod key;
pub mod ndjson;
mod normal;
pub mod parquet;
mod patterns;
pub mod policy;
pub mod proposal;
pub mod rds;
mod rules;
pub mod run;
mod shape;
pub mod source;
pub mod subset;

pub use self::error::{Refusal, Why};
pub use self::key::Key;
pub use self::normal::{Normal, Space};
pub use self::policy::Policy;
pub use self::rules::{Kind, LISTS_VERSION, Range, Words};
pub use self::run::{Figures, Run};
pub use self::shape::{shape, shown_name};
