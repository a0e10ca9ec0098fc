//! Text to values.

use super::decode::decode;
use super::input::Input;
use super::token::Version;
use super::tree::{Composer, Node, Tree, TreeError};
use crate::data::{Origin, SourceFile, Value};

/// How plain scalars and keys are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    /// As helm reads charts and values: YAML 1.1 by go-yaml v2, then through JSON; every number is a float64.
    Charts,
    /// As [`Resolver::Charts`] before the way through JSON: go-yaml v2 with integers as integers. For structs
    /// whose text fields take numbers (`appVersion: 20240101`), and helmfile without go-yaml v3.
    Typed,
    /// go-yaml v2 alone, as helm-diff reads what it writes again: [`Resolver::Typed`], but keys that are no text have the byte
    /// 0xFF before them.
    Raw,
    /// As helmfile reads states and layers: go-yaml v3; integers stay `int`, timestamps are [`super::Timestamp`]s,
    /// maps with keys that are not all text are `map[interface {}]interface {}`.
    Helmfile,
}

impl Resolver {
    pub(super) fn version(self) -> Version {
        match self {
            Resolver::Charts | Resolver::Typed | Resolver::Raw => Version::V2,
            Resolver::Helmfile => Version::V3,
        }
    }
}

/// What a key that stands twice in one mapping means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// The last one wins (go-yaml v2).
    LastWins,
    /// An error (go-yaml v3, and v2's strict mode).
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

impl Reading {
    /// As helm reads a values file.
    pub const CHARTS: Reading = Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins };
    /// As helmfile reads a state or a layer.
    pub const HELMFILE: Reading = Reading { resolver: Resolver::Helmfile, duplicates: Duplicates::Refuse };
}

/// What is wrong with a text: Go's words and the place of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Go's text: `yaml: line 3: mapping values are not allowed in this context`. Under [`Resolver::Charts`] with
    /// the words of sigs.k8s.io/yaml before it: `error converting YAML to JSON: yaml: …`. Faults that Go gathers
    /// are one each (`line 3: mapping key "a" already defined at line 1`); [`go_text`] joins them.
    pub message: String,
    /// Byte offset of the fault in the text.
    pub offset: usize,
    /// Another place that matters, with a note ("first defined here").
    pub related: Option<(usize, String)>,
    /// For a repeated key: whether its value is the same as the one before.
    pub same_value: Option<bool>,
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for SyntaxError {}

impl SyntaxError {
    pub(super) fn new(message: String, offset: usize) -> Self {
        Self { message, offset, related: None, same_value: None }
    }

    /// A key that stands a second time.
    pub(super) fn repeated(message: String, tree: Tree<'_>, later: &Node, first: &Node, same: bool) -> Self {
        let note = if same { "first defined here, with the same value" } else { "first defined here, with another value" };
        Self { related: Some((tree.place(first), note.to_owned())), same_value: Some(same), ..Self::new(message, tree.place(later)) }
    }
}

impl From<TreeError> for SyntaxError {
    fn from(error: TreeError) -> Self {
        Self::new(error.message, error.offset)
    }
}

/// All errors of a text as the one text that Go has for them.
pub fn go_text(errors: &[SyntaxError]) -> String {
    const SIGS: &str = "error converting YAML to JSON: ";
    let Some(first) = errors.first() else { return String::new() };
    let sigs = first.message.starts_with(SIGS);
    let lines: Vec<&str> = errors.iter().map(|error| error.message.strip_prefix(SIGS).unwrap_or(&error.message)).collect();
    match lines.first() {
        Some(line) if line.starts_with("line ") => {
            format!("{}yaml: unmarshal errors:\n  {}", if sigs { SIGS } else { "" }, lines.join("\n  "))
        }
        _ => first.message.clone(),
    }
}

/// One document of a stream.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its value; every node has its origin.
    pub value: Value,
    /// Keys that stand more than once in a mapping: origin of the first, of the later one, and whether
    /// its value is the same as the one before. Empty under [`Duplicates::Refuse`], which makes them errors.
    pub repeated: Vec<(Origin, Origin, bool)>,
}

/// All documents of a text.
///
/// # Errors
/// The syntax error, or all repeated keys at once.
pub fn read_documents(source: &SourceFile, reading: Reading) -> Result<Vec<Document>, Vec<SyntaxError>> {
    let input = Input::new(&source.text);
    let mut composer = composer(&input, reading)?;
    let mut documents = Vec::new();
    loop {
        match next(&mut composer, source, reading)? {
            Some(document) => documents.push(document),
            None => return Ok(documents),
        }
    }
}

/// The first document's value; nil for an empty text. What stands behind that document does not count.
///
/// # Errors
/// As [`read_documents`].
pub fn read_value(source: &SourceFile, reading: Reading) -> Result<Value, Vec<SyntaxError>> {
    let input = Input::new(&source.text);
    let document = next(&mut composer(&input, reading)?, source, reading)?;
    Ok(document.map_or(Value::NIL, |document| document.value))
}

fn composer<'a>(input: &'a Input<'a>, reading: Reading) -> Result<Composer<'a>, Vec<SyntaxError>> {
    // marks and spans are u32
    if u32::try_from(input.text.len()).is_err() {
        return Err(vec![SyntaxError::new("yaml: input is too long".to_owned(), 0)]);
    }
    Ok(Composer::new(input, reading.resolver.version()))
}

fn next(composer: &mut Composer<'_>, source: &SourceFile, reading: Reading) -> Result<Option<Document>, Vec<SyntaxError>> {
    let read = match composer.next() {
        Ok(None) => return Ok(None),
        Ok(Some(root)) => decode(composer.tree(), root, source, reading).map(Some),
        Err(error) => Err(vec![error.into()]),
    };
    read.map_err(|errors| if reading.resolver == Resolver::Charts { as_sigs(errors) } else { errors })
}

/// The words that sigs.k8s.io/yaml puts before an error.
fn as_sigs(mut errors: Vec<SyntaxError>) -> Vec<SyntaxError> {
    for error in &mut errors {
        if !error.message.starts_with("error unmarshaling JSON: ") {
            error.message.insert_str(0, "error converting YAML to JSON: ");
        }
    }
    errors
}
