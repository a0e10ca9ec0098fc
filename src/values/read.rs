//! YAML layers with helmfile's understanding of scalars, its words for what is wrong, and places in the real file.

use crate::data::yaml::{self, Document, Duplicates, Reading, Resolver, SyntaxError};
use crate::data::{Kind as Is, Map, Origin, SourceFile, Sources, Value};
use crate::diag::{Error, Errors, Kind, Place, Severity};

use super::setting::Setting;

/// A text to read: its source, and helmfile's words before what is wrong with it.
pub struct Text<'a> {
    /// Where its origins point to.
    pub source: &'a SourceFile,
    /// Makes helmfile's one-line message of go-yaml's.
    pub wrap: &'a dyn Fn(&str) -> String,
}

/// All documents of a text. Repeated keys are refused, all of them at once, or become warnings.
///
/// # Errors
/// A syntax error, or one error for each repeated key.
pub fn read_documents(setting: &Setting, text: &Text<'_>) -> Result<Vec<Document>, Errors> {
    let reading = Reading { resolver: Resolver::Helmfile, duplicates: Duplicates::LastWins };
    let documents = yaml::read_documents(text.source, reading)
        .map_err(|faults| Errors::from_iter(faults.iter().map(|fault| syntax_error(setting, text, fault))))?;
    let mut errors = Errors::new();
    let mut repeated: Vec<_> = documents.iter().flat_map(|document| document.repeated.iter().copied()).collect();
    repeated.sort_by_key(|(_, later, _)| *later);
    repeated.truncate(MAX_REPEATED);
    for (first, later, equal) in repeated {
        let error = repeated_key(setting, text, first, later);
        match (setting.duplicates, equal) {
            (Duplicates::LastWins, _) => setting.notes.push(error.severity(Severity::Warning).hint("the last one is taken")),
            (Duplicates::Refuse, true) => errors.push(error.hint("both values are equal: one of the two can go").hint(SWITCH)),
            (Duplicates::Refuse, false) => errors.push(error.hint("the values differ: which one is meant?").hint(SWITCH)),
        }
    }
    errors.or(documents)
}

/// How many repeated keys of one layer are told.
const MAX_REPEATED: usize = 100;

const SWITCH: &str = "--duplicate-keys=warn takes the last one, as helmfile before 1.0 did";

fn repeated_key(setting: &Setting, text: &Text<'_>, first: Origin, later: Origin) -> Error {
    let line = |origin: Origin| line_of(text.source, &Value::NIL.from_origin(origin));
    let words = format!(
        "yaml: unmarshal errors:\n  line {}: mapping key {:?} already defined at line {}",
        line(later),
        key_at(text.source, later),
        line(first)
    );
    let error = Error::new(Kind::Syntax, (text.wrap)(&words)).at(place(&setting.sources, text.source, later));
    error.related(place(&setting.sources, text.source, first), "first defined here")
}

/// The key that stands at an origin.
fn key_at(source: &SourceFile, origin: Origin) -> String {
    let rest = origin.offset_in(source).map_or(&[][..], |offset| &source.text[offset..]);
    let line = &rest[..rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())];
    let key = match line.first() {
        Some(quote @ (b'"' | b'\'')) => line[1..].split(|byte| byte == quote).next().unwrap_or_default(),
        _ => line.split(|byte| *byte == b':').next().unwrap_or_default(),
    };
    String::from_utf8_lossy(key.trim_ascii()).into_owned()
}

/// The first document's value; nil for an empty text.
///
/// # Errors
/// As [`read_documents`].
pub fn read_value(setting: &Setting, text: &Text<'_>) -> Result<Value, Errors> {
    Ok(read_documents(setting, text)?.into_iter().next().map_or(Value::NIL, |document| document.value))
}

/// The first document as a map of values; empty for an empty text.
///
/// # Errors
/// As [`read_documents`]; also a document that is no mapping.
pub fn read_map(setting: &Setting, text: &Text<'_>) -> Result<Map, Errors> {
    let value = read_value(setting, text)?;
    match value.kind {
        Is::Map(map) => Ok(map),
        Is::Nil => Ok(Map::new()),
        _ => {
            let words = format!(
                "yaml: unmarshal errors:\n  line {}: cannot unmarshal {} into map[string]interface {{}}",
                line_of(text.source, &value),
                yaml_kind(&value)
            );
            let error = Error::new(Kind::Values, (text.wrap)(&words));
            Err(error.at(place(&setting.sources, text.source, value.origin)).into())
        }
    }
}

/// What go-yaml calls a value that does not fit: `!!seq`, or a scalar with its text.
pub fn yaml_kind(value: &Value) -> String {
    match &value.kind {
        Is::Nil => "!!null".to_owned(),
        Is::Map(_) => "!!map".to_owned(),
        Is::List(_) => "!!seq".to_owned(),
        Is::Bool(truth) => format!("!!bool `{truth}`"),
        Is::Int(number, _) => format!("!!int `{}`", shorten(&number.to_string())),
        Is::Uint(number, _) => format!("!!int `{}`", shorten(&number.to_string())),
        Is::Float(number) => format!("!!float `{}`", shorten(&number.to_string())),
        Is::String(text) => format!("!!str `{}`", shorten(&text.to_text())),
        _ => "!!timestamp".to_owned(),
    }
}

// parity: go-yaml decode.go shows at most ten bytes of a scalar
fn shorten(text: &str) -> String {
    if text.len() <= 10 {
        return text.to_owned();
    }
    let end = (0..=7).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", &text[..end])
}

/// The line of a value in the text it was read from, from 1.
pub fn line_of(source: &SourceFile, value: &Value) -> usize {
    let offset = value.origin.offset_in(source).unwrap_or(0);
    source.text[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
}

fn place(sources: &Sources, source: &SourceFile, origin: Origin) -> Place {
    sources.place(origin).unwrap_or_else(|| Place::file(source.name.to_text()))
}

/// The offset of a fault, but for one on an empty line (the end of the text, as a rule) the last sign before it.
pub fn fault_offset(text: &[u8], offset: usize) -> usize {
    let offset = offset.min(text.len());
    let start = text[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let end = text[offset..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| offset + at);
    if !text[start..end].trim_ascii().is_empty() {
        return offset;
    }
    text[..offset].trim_ascii_end().len().saturating_sub(1)
}

fn syntax_error(setting: &Setting, text: &Text<'_>, fault: &SyntaxError) -> Error {
    let at =
        |offset: usize| setting.sources.place(text.source.base.plus(offset)).unwrap_or_else(|| Place::file(text.source.name.to_text()));
    // go-yaml collects these and puts a line before them
    let words =
        if fault.message.starts_with("line ") { format!("yaml: unmarshal errors:\n  {}", fault.message) } else { fault.message.clone() };
    let error = Error::new(Kind::Syntax, (text.wrap)(&words)).at(at(fault_offset(&text.source.text, fault.offset)));
    match &fault.related {
        Some((offset, note)) => error.related(at(*offset), note.clone()),
        None => error,
    }
}
