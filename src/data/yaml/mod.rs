//! YAML in and out: `SourceFile → Values` with go-yaml's rules and words, `Value → text` with Go's bytes.
//!
//! Two ways of understanding scalars ([`Resolver`]) and two of writing ([`Style`]), because helm reads
//! and writes with go-yaml v2 through JSON and helmfile with v3.

mod class;
mod decode;
mod emit;
mod extent;
mod gosyntax;
mod head;
mod input;
mod order;
mod outline;
mod parse;
mod read;
mod resolve;
mod scan;
mod scan_scalar;
mod scan_tag;
mod time;
mod token;
mod tree;
mod values;
mod write;

pub use extent::{key_before, scalar_extent};
pub use head::{Head, HeadMetadata, read_head};
pub use outline::{Entry, Word, meaning, outline};
pub use read::{Document, Duplicates, Reading, Resolver, SyntaxError, go_text, read_documents, read_value};
pub use time::Timestamp;
pub use values::{Documents, read_values};
pub use write::{Style, write, write_marked};

use crate::data::{Kind, Value};

/// What encoding/json calls a value in errors of type.
fn json_kind(value: &Value) -> &'static str {
    match value.kind {
        Kind::Bool(_) => "bool",
        Kind::Int(..) | Kind::Uint(..) | Kind::Float(_) => "number",
        Kind::List(_) => "array",
        Kind::Map(_) => "object",
        _ => "string",
    }
}
