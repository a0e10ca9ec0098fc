//! Sprig 3.3, as Helm and helmfile build it in: one file a family of functions, one row a function.
//!
//! `arguments that fit the signature → value or Go's error text`. Called by the engine through [`TABLES`]. Sees the
//! outside only through [`Call`]: the clock, randomness, and the environment for [`ENVIRONMENT`].

mod arguments;
mod casts;
mod certificates;
mod crypto;
mod dates;
mod decimal;
mod defaults;
mod der;
mod dicts;
mod dsa;
mod encoding;
mod environment;
mod equality;
mod json;
mod keys;
mod lanes;
mod letters;
mod lists;
mod math;
mod merge;
mod montgomery;
mod paths;
mod patterns;
mod primes;
mod random;
mod reflection;
mod strings;
#[cfg(test)]
mod tests;
mod urls;
mod versions;
mod words;

use super::{Call, Failure, Function, Source};
use crate::data::Value;

pub use environment::TABLE as ENVIRONMENT;

/// All families but [`ENVIRONMENT`], which Helm leaves out and helmfile keeps.
pub const TABLES: &[&[Function]] = &[
    strings::TABLE,
    words::TABLE,
    lists::TABLE,
    dicts::TABLE,
    defaults::TABLE,
    math::TABLE,
    json::TABLE,
    encoding::TABLE,
    reflection::TABLE,
    patterns::TABLE,
    versions::TABLE,
    dates::TABLE,
    paths::TABLE,
    urls::TABLE,
    random::TABLE,
    crypto::TABLE,
    certificates::TABLE,
];

/// What every row's function looks like.
type Run = fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>;

/// One row of Sprig's.
const fn row(name: &'static str, signature: &'static str, run: Run, doc: &'static str, example: &'static str) -> Function {
    Function { name, source: Source::Sprig, signature, run, doc, example }
}
