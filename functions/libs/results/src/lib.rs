//! Reads and writes result files of QA tools as streams. Nothing here opens a file or a connection.

mod describe;
pub mod digest;
pub mod evaluation_input;
mod input;
pub mod junit;
mod markup;
pub mod package;
pub mod report;
pub mod reports;
pub mod requirements;
pub mod robot;

pub use describe::{Description, describe};
