//! Findings as one JSON document: docs/findings.schema.json.

use super::Checked;
use crate::data::{List, Map, Value, json};
use crate::diag::{Error, Place, Severity, readable};

/// `{"version": 1, "errors": n, "warnings": n, "notes": n, "allowed": n, "known": n, "findings": [...], "releases": [...]}`.
///
/// # Errors
/// The writer's, which can't happen on these values.
pub(super) fn write(checked: &Checked<'_>) -> Result<Vec<u8>, String> {
    let findings: List =
        checked.found.iter().zip(checked.fingerprints).map(|(finding, fingerprint)| Value::from(as_map(finding, fingerprint))).collect();
    let releases: List = checked.releases.iter().map(|name| Value::from(name.as_str())).collect();
    let count = |count: usize| Value::int(count as i64);
    let document: Map = [
        ("allowed", count(checked.allowed)),
        ("errors", count(checked.count(Severity::Error))),
        ("findings", findings.into()),
        ("known", count(checked.known)),
        ("notes", count(checked.count(Severity::Note))),
        ("releases", releases.into()),
        ("version", Value::int(1)),
        ("warnings", count(checked.count(Severity::Warning))),
    ]
    .into_iter()
    .collect();
    let mut bytes = json::write(&document.into(), false, "  ")?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn as_map(finding: &Error, fingerprint: &str) -> Map {
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
        ("code", Value::from(finding.code().id)),
        ("fingerprint", fingerprint.into()),
        ("severity", finding.level().word().into()),
        ("message", readable(&finding.to_string()).into_owned().into()),
        ("related", related.into()),
        ("hints", hints.into()),
    ]
    .into_iter()
    .collect();
    if let Some(release) = finding.about().and_then(|about| about.strip_prefix("release ")) {
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
