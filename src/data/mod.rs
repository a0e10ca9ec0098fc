//! The dynamic value with Go's semantics and its origins, and the ways in and out of it:
//! `text → Value` ([`yaml`], [`json`]) and `Value → text` as Go writes it.
//!
//! Called by every room. Never touches the outside; never prints.
//!
//! A [`Value`] is made from Rust's own types or read from a text, and knows from where: a number for every byte of
//! every text that a load has read, which [`Sources`] turns into file, line and column.
//!
//! ```
//! use bkhelm::data::yaml::{Documents, Style, read_values, write};
//! use bkhelm::data::{Map, Sources, Value, json};
//!
//! let map: Map = [("name", Value::from("web")), ("ports", vec![Value::int(80)].into())].into_iter().collect();
//! assert_eq!(json::write(&map.clone().into(), true, "")?, br#"{"name":"web","ports":[80]}"#);
//! assert_eq!(write(&map.into(), Style::Helm)?, b"name: web\nports:\n- 80\n");
//!
//! let sources = Sources::new();
//! let values = Value::from(read_values(&sources.add("values.yaml", "image:\n  tag: v1\n"), Documents::First)?);
//! let tag = values.path(["image", "tag"]).expect("it stands there");
//! assert_eq!(tag.as_str().unwrap(), &"v1");
//! assert_eq!(sources.place(tag.origin).unwrap().to_string(), "values.yaml:2:8");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
mod mark;
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
pub use mark::Mark;
pub use object::{Member, Object};
pub use origin::{Origin, Piece, SourceFile, Sources};
pub use text::Str;
pub use types::{GoKind, Signature, Type};
pub use value::{Kind, Value};
