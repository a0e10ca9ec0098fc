//! Findings as GitHub and GitLab show them beside the lines of a change.

use super::{Checked, file};
use crate::data::{List, Map, Value, json};
use crate::diag::{Error, Severity, readable};

/// `::error file=…,line=…,col=…,title=…::message`, one a line.
pub(super) fn github(checked: &Checked<'_>) -> String {
    let one = |finding: &Error| {
        let command = match finding.level() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = finding.place() {
            properties.push(("file", file(place)));
            let numbers = [("line", place.line), ("col", place.column)];
            properties.extend(numbers.into_iter().filter(|(_, number)| *number > 0).map(|(name, number)| (name, number.to_string())));
        }
        properties.push(("title", format!("{} {}", finding.code().id, finding.code().title)));
        let properties: Vec<String> = properties.into_iter().map(|(name, value)| format!("{name}={}", escaped(&value, true))).collect();
        format!("::{command} {}::{}\n", properties.join(","), escaped(&message(finding), false))
    };
    checked.found.iter().map(one).collect()
}

/// The words with the release before them and what to do after them.
pub(super) fn message(finding: &Error) -> String {
    let about = finding.about().map_or(String::new(), |about| format!("{about}: "));
    let hints: String = finding.hints().iter().map(|hint| format!("\nhelp: {hint}")).collect();
    readable(&format!("{about}{finding}{hints}")).into_owned()
}

/// GitHub's own escapes (actions/toolkit `packages/core/src/command.ts`).
fn escaped(text: &str, property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}

/// `[{"description", "check_name", "fingerprint", "severity", "location": {"path", "lines": {"begin"}}}]`.
///
/// # Errors
/// The writer's, which can't happen on these values.
pub(super) fn gitlab(checked: &Checked<'_>) -> Result<Vec<u8>, String> {
    let one = |(finding, fingerprint): (&Error, &String)| {
        let severity = match finding.level() {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        };
        let line = finding.place().map_or(1, |place| place.line.max(1));
        let lines: Map = [("begin", Value::int(line.into()))].into_iter().collect();
        let path = finding.place().map_or_else(|| ".".to_owned(), file);
        let location: Map = [("lines", Value::from(lines)), ("path", path.into())].into_iter().collect();
        let entry: Map = [
            ("check_name", Value::from(finding.code().id)),
            ("description", message(finding).into()),
            ("fingerprint", fingerprint.as_str().into()),
            ("location", location.into()),
            ("severity", severity.into()),
        ]
        .into_iter()
        .collect();
        Value::from(entry)
    };
    let entries: List = checked.found.iter().zip(checked.fingerprints).map(one).collect();
    let mut bytes = json::write(&Value::from(entries), false, "  ")?;
    bytes.push(b'\n');
    Ok(bytes)
}
