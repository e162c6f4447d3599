//! The two halves of the runner, for tests that need a desktop.
//!
//! A command that comes from SSM has no desktop. So [`hand`] gives the attempt over to `qaops-runner desktop`
//! ([`half`]), which was started in a session that has one, and waits. Between them is a folder ([`exchange`]) of files
//! that appear whole, by a rename, and a lease that the desktop half renews. Before the first test the desktop is proven
//! ([`proof`]); whatever is wrong with it has a name, loses the attempt with its environment, and blames no test.

pub mod exchange;
pub mod fault;
pub mod half;
pub mod hand;
pub mod proof;
pub mod recording;
mod script;
mod session;
mod x11;

pub use half::serve;
