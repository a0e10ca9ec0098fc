//! Go's text/template: `text → Program` once ([`Engine::parse`]), then `Program + data → bytes` many times
//! ([`TemplateSet::execute`]).
//!
//! Knows nothing of Helm, helmfile or files. lex → parse (names resolved to slots and functions) → link → run.
//! Functions come in tables of [`Function`] rows; Go's own and Sprig's are in [`funcs`]. Called by
//! `render` and `values`. Never reads a clock, a file or a variable itself: [`World`] does.

mod engine;
mod error;
mod exec;
mod explain;
pub mod funcs;
mod limits;
mod parse;
mod program;
mod set;
mod stack;
#[cfg(test)]
mod tests;

pub use engine::{Engine, MissingKey, Options};
pub use error::{ExecError, Fact, Frame, Link, ParseError};
pub use explain::{explain, place};
pub use funcs::{Call, Failure, Family, Function, FunctionTable, Nested, Source, World};
pub use limits::{Budget, Limit, Limits, Reached, Usage};
pub use program::Program;
pub use set::{Environment, TemplateSet};
