//! Values files: one map out of one or all documents.

use super::SyntaxError;
use super::read::{Reading, read_value};
use crate::data::{Kind, Map, SourceFile, Str, Value};

/// How many documents of a values file count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Documents {
    /// Only the first (helm 3).
    First,
    /// All, later ones merged over earlier ones (helm 4, `pkg/chart/v2/loader/load.go:LoadValues`).
    All,
}

/// Reads a chart's `values.yaml` or a `-f` file as helm does. Empty or null: an empty map.
///
/// # Errors
/// Go's text with what the loader says before it (`cannot unmarshal yaml document: error converting YAML to JSON: yaml: …`
/// under [`Documents::All`]); also where the document is no map.
pub fn read_values(source: &SourceFile, documents: Documents) -> Result<Map, SyntaxError> {
    if documents == Documents::First {
        return read_map(source);
    }
    let mut values = Map::new();
    let mut start = 0;
    while let Some((document, next)) = next_document(&source.text, start)? {
        let text = source.text.get(document.clone()).unwrap_or_default();
        let whole = document.len() == source.text.len() && text.ends_with(b"\n");
        let text: Str = match text.ends_with(b"\n") {
            _ if whole => source.text.clone(),
            true => text.into(),
            // helm reads line by line, so the last one is always ended
            false => [text, b"\n"].concat().into(),
        };
        let part = SourceFile { name: source.name.clone(), base: source.base.plus(document.start), text };
        let read = read_map(&part).map_err(|mut error| {
            error.message.insert_str(0, "cannot unmarshal yaml document: ");
            error.offset = error.offset.saturating_add(document.start);
            error
        })?;
        values = merge(&values, &read, 0);
        start = next;
    }
    Ok(values)
}

fn read_map(source: &SourceFile) -> Result<Map, SyntaxError> {
    let value = read_value(source, Reading::CHARTS)
        .map_err(|errors| errors.into_iter().next().unwrap_or_else(|| SyntaxError::new(String::new(), 0)))?;
    match value.kind {
        Kind::Map(map) => Ok(map),
        Kind::Nil => Ok(Map::new()),
        _ => {
            let found = super::json_kind(&value);
            let message = format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go value of type map[string]interface {{}}"
            );
            Err(SyntaxError::new(message, 0))
        }
    }
}

/// The next document's bytes and where the one behind it starts, as apimachinery's `YAMLReader` cuts a stream: a line
/// that starts with `---` ends a document, or starts one where nothing stands before it.
fn next_document(text: &[u8], start: usize) -> Result<Option<(std::ops::Range<usize>, usize)>, SyntaxError> {
    let mut at = start;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest, |end| rest.get(..=end).unwrap_or(rest));
        if let Some(behind) = line.strip_prefix(b"---") {
            let behind = String::from_utf8_lossy(behind);
            let behind = behind.trim();
            if !behind.is_empty() && !behind.starts_with('#') {
                let message = format!("error reading yaml document: invalid Yaml document separator: {behind}");
                return Err(SyntaxError::new(message, at));
            }
            if at > start {
                return Ok(Some((start..at, at.saturating_add(line.len()))));
            }
        }
        at = at.saturating_add(line.len());
    }
    Ok((at > start).then_some((start..at, at)))
}

/// `MergeMaps`: what is a map on both sides is merged, else the later value counts.
fn merge(earlier: &Map, later: &Map, depth: usize) -> Map {
    let merged = earlier.shallow_copy();
    for (key, value) in later.read().iter() {
        let before = merged.get(key);
        let both = (before.as_ref().and_then(Value::as_map), value.as_map());
        let value = match both {
            // a document nests 10,000 deep at most
            (Some(before), Some(after)) if depth < 10_000 => {
                Value::from(merge(before, after, depth.saturating_add(1))).from_origin(value.origin)
            }
            _ => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    merged
}
