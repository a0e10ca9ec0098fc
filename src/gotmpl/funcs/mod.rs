//! The function registry: one row a function, one file a family.

use crate::data::Value;

/// Where a function comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Go's text/template.
    Go,
    /// Sprig 3.3.
    Sprig,
    /// Helm.
    Helm,
    /// helmfile.
    Helmfile,
}

/// One row: a function that templates can call.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// Who defines it.
    pub source: Source,
    /// Its Go signature, `(int, string) string`: the engine checks and converts arguments by it, with Go's
    /// error texts, before `run` sees them.
    pub signature: &'static str,
    /// What it does. Arguments fit the signature.
    pub run: fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>,
    /// One line of documentation.
    pub doc: &'static str,
    /// A template that shows it, runnable without data.
    pub example: &'static str,
}

/// What a function may use beside its arguments: the clock, randomness, the running engine.
/// (The engine's owner completes this.)
pub struct Call<'a> {
    /// The world outside, as far as templates may see it.
    pub world: &'a dyn World,
}

/// The two things outside that Go's and Sprig's functions see.
pub trait World: Send + Sync {
    /// Nanoseconds since 1970.
    fn now(&self) -> i128;
    /// Fills the buffer with random bytes.
    fn random(&self, buffer: &mut [u8]);
    /// The local time zone's IANA name, or `UTC`.
    fn zone(&self) -> String;
    /// An environment variable, for `env` and `expandenv` where a dialect has them.
    fn variable(&self, name: &str) -> Option<String>;
}

/// Why a function gave no value.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The Go function returned an error (or panicked) with this text.
    Text(String),
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Failure::Text(text)
    }
}
impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        Failure::Text(text.to_owned())
    }
}
