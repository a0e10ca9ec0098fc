//! Go's text/template: `text → Program` once ([`Engine::parse`]), then `Program + data → bytes` many times
//! ([`TemplateSet::execute`]).
//!
//! Knows nothing of Helm, helmfile or files. lex → parse (names resolved to slots and functions) → link → run.
//! Functions come in tables of [`Function`] rows; Go's own and Sprig's are in [`funcs`]. Called by
//! `render` and `values`. Never reads a clock, a file or a variable itself: [`World`] does.
//!
//! # Rendering
//!
//! An [`Engine`] has the functions and options of a dialect. It compiles texts to [`Program`]s, a [`TemplateSet`] links
//! programs by the names of their templates, and runs them as often as needed, on any thread.
//!
//! ```
//! use bkhelm::data::{Map, Value};
//! use bkhelm::gotmpl::funcs::{builtin, sprig};
//! use bkhelm::gotmpl::{Engine, Environment, FunctionTable, Options, TemplateSet};
//!
//! let families = [&[builtin::FAMILY], sprig::FAMILIES].concat();
//! let engine = Engine::new(FunctionTable::new(&families)?.into(), Options::default());
//!
//! let mut set = TemplateSet::new(&engine, "greetings");
//! set.add(&engine.parse("hello", r#"Hello, {{ .name | title }}!{{ range .ports }} {{ . }}{{ end }}"#)?);
//!
//! let data: Map = [("name", Value::from("world")), ("ports", vec![Value::int(80), Value::int(443)].into())].into_iter().collect();
//! let mut out = Vec::new();
//! set.render("hello", &data.into(), &Environment::default(), &mut out)?;
//! assert_eq!(out, b"Hello, World! 80 443");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! `Display` is Go's text to the letter. What a report needs is there as data: the chain of [`Frame`]s from the template
//! that was asked for to the one that failed, and [`Fact`]s about the values at fault. [`explain()`] makes a report of it:
//!
//! ```
//! # use bkhelm::gotmpl::{Engine, Environment, Fact, FunctionTable, Link, MissingKey, Options, TemplateSet, funcs::builtin};
//! use bkhelm::data::{Sources, yaml};
//!
//! # let options = Options { missing_key: MissingKey::Zero, ..Options::default() };
//! # let engine = Engine::new(FunctionTable::new(&[builtin::FAMILY])?.into(), options);
//! let sources = Sources::new();
//! let data = yaml::read_values(&sources.add("values.yaml", "image:\n  tag: v1\n"), yaml::Documents::First)?;
//!
//! let mut set = TemplateSet::new(&engine, "example");
//! set.add(&engine.parse("pod", "{{ .image.tga.name }}")?);
//! let error = set.execute("pod", &data.into(), &Environment::default(), &mut Vec::new()).unwrap_err();
//!
//! assert_eq!(error.to_string(), r#"template: pod:1:9: executing "pod" at <.image.tga.name>: nil pointer evaluating interface {}.name"#);
//! let Some(Link::Frame(frame)) = error.links().last() else { panic!("a frame") };
//! let [Fact::Missing { holder, near, origin, .. }] = frame.facts.as_slice() else { panic!("a fact") };
//! assert_eq!((holder.as_str(), near.as_deref()), (".image", Some("tag")));
//! assert_eq!(sources.place(*origin).unwrap().to_string(), "values.yaml:2:3");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Functions of one's own
//!
//! A row says how a function is called in Go's words; arguments are checked and converted by it before the function
//! sees them.
//!
//! ```
//! # use bkhelm::gotmpl::{Engine, Environment, FunctionTable, Options, TemplateSet, funcs::builtin};
//! use bkhelm::data::Value;
//! use bkhelm::gotmpl::{Call, Failure, Family, Function, Source};
//!
//! fn double(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
//!     let text = arguments.first().and_then(Value::as_str).ok_or("no text")?;
//!     Ok(Value::string([text.as_bytes(), text.as_bytes()].concat()))
//! }
//!
//! const OWN: Family = Family {
//!     title: "Own",
//!     functions: &[Function {
//!         name: "double",
//!         source: Source("example"),
//!         signature: "(string) string",
//!         run: double,
//!         doc: "The text twice.",
//!         example: r#"{{ double "ab" }}"#,
//!     }],
//! };
//!
//! let engine = Engine::new(FunctionTable::new(&[builtin::FAMILY, OWN])?.into(), Options::default());
//! let mut set = TemplateSet::new(&engine, "example");
//! set.add(&engine.parse("main", r#"{{ double "ab" }}"#)?);
//! let mut out = Vec::new();
//! set.render("main", &Value::NIL, &Environment::default(), &mut out)?;
//! assert_eq!(out, b"abab");
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
mod trace;

pub use engine::{Engine, MissingKey, Options};
pub use error::{ExecError, Fact, Frame, Link, ParseError, RenderError};
pub use explain::{explain, place};
pub use funcs::{Call, Failure, Family, Function, FunctionTable, Nested, Nowhere, Source, World};
pub use limits::{Budget, Limit, Limits, Reached, Usage};
pub use program::Program;
pub use set::{Environment, TemplateSet};
pub use trace::{Carry, Feed, Handling, Read, Recorder, Site, Span, Taking, Use};
