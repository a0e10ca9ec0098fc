//! Go's text/template: `text → Program` once ([`Engine::parse`]), then `Program + data → bytes` many times.
//!
//! Knows nothing of Helm, helmfile or files. lex → parse (names resolved to slots and functions) → run.
//! Functions come in tables of [`Function`] rows; Go's own and Sprig's are in [`funcs`].

pub mod funcs;
