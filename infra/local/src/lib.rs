//! The local cloud: an emulator of AWS, and the deployment that is set up on it.

mod account;
pub mod cloud;
pub mod emulator;
mod error;
mod network;
pub mod programs;
pub mod python;
mod roles;

pub use error::Error;
