//! What Robot Framework reported, test by test and attempt by attempt.

pub mod classes;
pub mod errors;
pub mod finality;
pub mod halt;
pub mod interrupted;
pub mod manifest;
pub mod outcome;
pub mod records;
pub mod summary;
