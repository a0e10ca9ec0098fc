//! JSON in and out, as Go's encoding/json does it: `SourceFile → Value` and `Value → text`, with its errors.
//!
//! Called by the YAML writer and by every room that shows or takes JSON. Never touches the outside.

mod fields;
mod read;
mod write;

pub use fields::{Fields, list, plain};
pub use read::{read, read_unfit};
pub(super) use write::{Cycles, valid_utf8};
pub use write::{write, write_marked};
