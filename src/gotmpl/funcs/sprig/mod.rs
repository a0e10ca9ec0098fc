//! Sprig 3.3, as Helm and helmfile build it in: one file a family of functions, one row a function.
//!
//! `arguments that fit the signature → value or Go's error text`. Called by the engine through [`FAMILIES`]. Sees the
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
mod euclid;
mod json;
mod keymaker;
mod keys;
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "every loop runs over the L limbs or N words of arrays that are as long; limbs have 52 bits, their products are instructions"
)]
mod lanes;
mod letters;
mod lists;
mod math;
mod merge;
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "every loop runs over the N words of arrays that are as long; a product of two words and two more fit 128 bits"
)]
mod montgomery;
mod paths;
mod patterns;
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "every loop runs over arrays of constant length; sieved numbers are below 2^32 and counted with 64 bits"
)]
mod primes;
mod random;
mod reflection;
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "numbers grow as needed and only smaller ones are subtracted; primes are odd, so no divisor is 0; lanes are taken modulo 2"
)]
mod signing;
mod strings;
#[cfg(test)]
mod tests;
mod urls;
mod versions;
mod words;

use super::{Call, Failure, Family, Function, Source};
use crate::data::Value;

pub(in crate::gotmpl) use arguments::strval;
pub use keymaker::KeyMaker;

/// What Helm leaves out and helmfile keeps.
pub const ENVIRONMENT: Family = family("Environment", environment::TABLE);

/// All families but [`ENVIRONMENT`].
pub const FAMILIES: &[Family] = &[
    family("Text", strings::TABLE),
    family("Words and letters", words::TABLE),
    family("Lists", lists::TABLE),
    family("Maps", dicts::TABLE),
    family("Defaults and choices", defaults::TABLE),
    family("Numbers", math::TABLE),
    family("JSON", json::TABLE),
    family("Encodings", encoding::TABLE),
    family("Types and conversions", reflection::TABLE),
    family("Regular expressions", patterns::TABLE),
    family("Versions", versions::TABLE),
    family("Dates and durations", dates::TABLE),
    family("Paths", paths::TABLE),
    family("URLs", urls::TABLE),
    family("Randomness", random::TABLE),
    family("Hashes, passwords and encryption", crypto::TABLE),
    family("Keys and certificates", certificates::TABLE),
];

const fn family(title: &'static str, functions: &'static [Function]) -> Family<'static> {
    Family { title, functions }
}

/// What every row's function looks like.
type Run = fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>;

/// One row of Sprig's.
const fn row(name: &'static str, signature: &'static str, run: Run, doc: &'static str, example: &'static str) -> Function {
    Function { name, source: Source::SPRIG, signature, run, doc, example }
}
