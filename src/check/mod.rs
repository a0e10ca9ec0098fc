//! Lint: `values, schemas and manifests of a deployment → all findings at once`.
//!
//! Called by `commands/lint.rs` for each environment and each rendered release. Never stops at the first finding, never
//! renders, never prints.

pub mod helm_lint;
pub mod kubernetes;
mod manifests;
mod schemas;

pub use manifests::{Documents, definitions_of};
pub use schemas::Schemas;
