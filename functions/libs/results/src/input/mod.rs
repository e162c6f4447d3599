//! Bytes on their way to a parser, whatever the format: unpacked, as UTF-8, within bounds, and strict where the
//! parsers are not.

mod attributes;
mod entities;
mod error;
mod guard;
pub(crate) mod name;
mod source;
pub(crate) mod wellformed;

pub(crate) use attributes::Attributes;
pub(crate) use entities::Entities;
pub(crate) use error::Bounds;
pub use error::{Error, Refusal};
pub(crate) use guard::Guard;
pub(crate) use source::{from_io, open};
