//! Text to values.

use crate::data::{Origin, SourceFile, Value};

/// How plain scalars and keys are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    /// As helm reads charts and values: YAML 1.1 by go-yaml v2, then through JSON; every number is a float64.
    Charts,
    /// As [`Resolver::Charts`] before the way through JSON: go-yaml v2 with integers as integers. For structs
    /// whose text fields take numbers (`appVersion: 20240101`), and helmfile without go-yaml v3.
    Typed,
    /// As helmfile reads states and layers: go-yaml v3; integers stay `int`.
    Helmfile,
}

/// What a key that stands twice in one mapping means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// The last one wins (go-yaml v2).
    LastWins,
    /// An error (go-yaml v3).
    Refuse,
}

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Scalars and keys.
    pub resolver: Resolver,
    /// Repeated keys.
    pub duplicates: Duplicates,
}

/// What is wrong with a text: Go's words and the place of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Go's text: `yaml: line 3: mapping values are not allowed in this context`. Under [`Resolver::Charts`] and
    /// [`Resolver::Typed`] with the words of sigs.k8s.io/yaml before it: `error converting YAML to JSON: yaml: …`.
    pub message: String,
    /// Byte offset of the fault in the text.
    pub offset: usize,
    /// Another place that matters, with a note ("first defined here").
    pub related: Option<(usize, String)>,
}

/// One document of a stream.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its value; every node has its origin.
    pub value: Value,
    /// Keys that stand more than once in a mapping: origin of the first, of the later one, and whether
    /// both values are equal. Empty under [`Duplicates::Refuse`], which makes them errors.
    pub repeated: Vec<(Origin, Origin, bool)>,
}

/// All documents of a text.
///
/// # Errors
/// The syntax error, or all repeated keys at once.
pub fn read_documents(_source: &SourceFile, _reading: Reading) -> Result<Vec<Document>, Vec<SyntaxError>> {
    unimplemented!("the yaml room's owner writes this")
}

/// The first document's value; nil for an empty text. Errors further down the text count too where Go's do.
///
/// # Errors
/// As [`read_documents`].
pub fn read_value(source: &SourceFile, reading: Reading) -> Result<Value, Vec<SyntaxError>> {
    Ok(read_documents(source, reading)?.into_iter().next().map_or(Value::NIL, |document| document.value))
}
