//! The dynamic value with Go's semantics and its origins, and the ways in and out of it:
//! `text → Value` ([`yaml`], [`json`]) and `Value → text` as Go writes it.
//!
//! Called by every room. Never touches the outside; never prints.

#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]

mod dismantle;
pub mod json;
mod list;
mod map;
mod number;
mod object;
mod origin;
mod quote;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod value;
pub mod yaml;

pub use list::List;
pub use map::{Entries, Map};
pub use object::{Member, Object};
pub use origin::{Origin, SourceFile, Sources};
pub use text::Str;
pub use types::{GoKind, Signature, Type};
pub use value::{Kind, Value};
