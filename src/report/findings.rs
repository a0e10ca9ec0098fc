//! Findings for people and for machines.

use super::describe;
use crate::data::{List, Map, Value, json};
use crate::diag::{Error, Errors, Place, Severity, readable};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, with excerpts.
    Text,
    /// One JSON document: `{"errors": n, "findings": [...], "warnings": n}`.
    Json,
}

/// All findings for stdout; text closes with a line that counts them.
///
/// # Errors
/// None but the JSON writer's, which can't happen on these values.
pub fn findings(found: &Errors, checked: &str, format: Format, colour: bool) -> Result<Vec<u8>, String> {
    let count = |severity| found.iter().filter(|finding| finding.level() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if format == Format::Json {
        let entries: List = found.iter().map(|finding| Value::from(as_map(finding))).collect();
        let document: Map =
            [("findings", Value::from(entries)), ("errors", Value::int(errors as i64)), ("warnings", Value::int(warnings as i64))]
                .into_iter()
                .collect();
        let mut bytes = json::write(&document.into(), false, "  ")?;
        bytes.push(b'\n');
        return Ok(bytes);
    }
    let mut text = String::new();
    for finding in found.iter() {
        text.push_str(&describe(finding, colour));
        text.push_str("\n\n");
    }
    text.push_str(&format!("{checked}: {}, {}\n", counted(errors, "error"), counted(warnings, "warning")));
    Ok(text.into_bytes())
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn as_map(finding: &Error) -> Map {
    let severity = match finding.level() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let related: List = finding
        .related_places()
        .iter()
        .map(|related| {
            let entry = place_map(&related.place);
            entry.insert("note", related.note.as_str());
            Value::from(entry)
        })
        .collect();
    let hints: List = finding.hints().iter().map(|hint| Value::from(hint.as_str())).collect();
    let map: Map = [
        ("code", Value::from(finding.kind().code())),
        ("severity", severity.into()),
        ("message", readable(&finding.to_string()).into_owned().into()),
        ("related", related.into()),
        ("hints", hints.into()),
    ]
    .into_iter()
    .collect();
    if let Some(release) = finding.about() {
        map.insert("release", release);
    }
    if let Some(place) = finding.place() {
        map.insert("place", place_map(place));
    }
    map
}

fn place_map(place: &Place) -> Map {
    [("file", Value::from(place.file.as_str())), ("line", Value::int(place.line.into())), ("column", Value::int(place.column.into()))]
        .into_iter()
        .collect()
}
