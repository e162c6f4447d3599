//! Tests that need a desktop: a client and a server of the same program.
//!
//! A command that comes from SSM has no desktop. So the [`client`] hands the attempt over to `qaops-runner desktop`, the
//! [`server`], which runs in a session that has a desktop. The client waits for the result. They share a folder
//! ([`exchange`]): its files appear whole, by a rename, and the server renews a lease in it. Before the first test the
//! server checks the desktop ([`preflight`]). Each fault of a desktop has a name. The attempt is then lost with its
//! environment, and no test fails because of it.

pub mod client;
pub mod exchange;
pub mod fault;
pub mod preflight;
pub mod recording;
mod script;
pub mod server;
mod session;
mod x11;

pub use server::serve;
