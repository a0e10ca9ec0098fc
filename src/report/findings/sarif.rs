//! Findings as SARIF 2.1.0 (OASIS), which GitHub and others take for code scanning.

use std::collections::BTreeMap;

use super::annotations::message;
use super::{Checked, file};
use crate::data::{List, Map, Value, json};
use crate::diag::{Code, Error, Place};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run with its rules (the codes that occur) and results.
///
/// # Errors
/// The writer's, which can't happen on these values.
pub(super) fn write(checked: &Checked<'_>) -> Result<Vec<u8>, String> {
    let occurring: BTreeMap<&str, &Code> = checked.found.iter().map(|finding| (finding.code().id, finding.code())).collect();
    let index = |finding: &Error| occurring.keys().position(|id| *id == finding.code().id);
    let rules: List = occurring.values().map(|code| Value::from(rule(code))).collect();
    let results: List = checked
        .found
        .iter()
        .zip(checked.fingerprints)
        .map(|(finding, fingerprint)| Value::from(result(finding, fingerprint, index(finding))))
        .collect();
    let driver = map([("name", "bkhelm".into()), ("rules", rules.into()), ("semanticVersion", env!("CARGO_PKG_VERSION").into())]);
    let run = map([
        ("columnKind", Value::from("unicodeCodePoints")),
        ("results", results.into()),
        ("tool", map([("driver", driver.into())]).into()),
    ]);
    let runs: List = std::iter::once(Value::from(run)).collect();
    let document = map([("$schema", Value::from(SCHEMA)), ("runs", runs.into()), ("version", "2.1.0".into())]);
    let mut bytes = json::write(&document.into(), false, "  ")?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Map {
    entries.into_iter().collect()
}

fn text(words: &str) -> Value {
    map([("text", Value::from(words))]).into()
}

fn rule(code: &Code) -> Map {
    map([
        ("defaultConfiguration", map([("level", Value::from(code.severity.word()))]).into()),
        ("help", map([("markdown", Value::from(code.page)), ("text", code.page.into())]).into()),
        ("id", code.id.into()),
        ("shortDescription", text(code.title)),
    ])
}

fn result(finding: &Error, fingerprint: &str, rule: Option<usize>) -> Map {
    let result = map([
        ("level", Value::from(finding.level().word())),
        ("message", text(&message(finding))),
        ("partialFingerprints", map([("bkhelm/v1", Value::from(fingerprint))]).into()),
        ("ruleId", finding.code().id.into()),
    ]);
    if let Some(rule) = rule {
        result.insert("ruleIndex", Value::int(rule as i64));
    }
    // Without a place services drop a result: the folder stands for it.
    let nowhere = Place::file(".");
    let locations: List = std::iter::once(Value::from(location(finding.place().unwrap_or(&nowhere), None))).collect();
    result.insert("locations", locations);
    let related: List = finding.related_places().iter().map(|one| Value::from(location(&one.place, Some(&one.note)))).collect();
    if !finding.related_places().is_empty() {
        result.insert("relatedLocations", related);
    }
    result
}

fn location(place: &Place, note: Option<&str>) -> Map {
    let physical = map([("artifactLocation", map([("uri", Value::from(uri(&file(place))))]).into())]);
    if place.line > 0 {
        let region = map([("startLine", Value::int(place.line.into()))]);
        if place.column > 0 {
            region.insert("startColumn", Value::int(place.column.into()));
        }
        physical.insert("region", region);
    }
    let location = map([("physicalLocation", physical.into())]);
    if let Some(note) = note {
        location.insert("message", text(note));
    }
    location
}

/// A path as a URI reference: what is no letter of one is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
