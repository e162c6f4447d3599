//! The local cloud: an emulator of AWS, and the deployment that is set up on it.

mod account;
pub mod cloud;
pub mod emulator;
mod error;
mod layers;
mod machine;
pub mod programs;
pub mod python;
mod roles;
mod separation;

pub use error::Error;
