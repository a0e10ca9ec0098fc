//! Findings for people.

use super::Checked;
use crate::diag::Severity;
use crate::report::describe;

/// Every finding with its excerpt, then one line that counts them.
pub(super) fn write(checked: &Checked<'_>, colour: bool) -> String {
    let mut text = String::new();
    for finding in checked.found.iter() {
        text.push_str(&describe(finding, colour));
        text.push_str("\n\n");
    }
    let mut counts = vec![counted(checked.count(Severity::Error), "error"), counted(checked.count(Severity::Warning), "warning")];
    let more = [(checked.count(Severity::Note), "note"), (checked.allowed, "allowed"), (checked.known, "known")];
    counts.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| match *what {
        "note" => counted(*count, "note"),
        what => format!("{count} {what}"),
    }));
    text.push_str(&format!("{} checked: {}\n", counted(checked.releases.len(), "release"), counts.join(", ")));
    text
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
