//! YAML in and out: `SourceFile → Values` with go-yaml's rules and words, `Value → text` with Go's bytes.
//!
//! Two ways of understanding scalars ([`Resolver`]) and two of writing ([`Style`]), because helm reads
//! and writes with go-yaml v2 through JSON and helmfile with v3.

mod head;
mod read;
mod values;
mod write;

pub use head::{Head, HeadMetadata, read_head};
pub use read::{Document, Duplicates, Reading, Resolver, SyntaxError, read_documents, read_value};
pub use values::{Documents, read_values};
pub use write::{Style, write};
