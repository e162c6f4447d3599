//! The local cloud: an emulator of AWS, and the deployment that is set up on it.

pub mod cloud;
pub mod emulator;
pub mod programs;
pub mod python;
mod roles;
