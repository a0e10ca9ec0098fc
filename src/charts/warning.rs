//! What helm says on stderr without failing.

use super::profile::{Logger, Profile};
use crate::diag::Severity;
use crate::golang::strconv;

/// One line that helm would log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// How bad.
    pub severity: Severity,
    /// Helm's line on stderr, to the letter, as the profile's logger writes it.
    pub line: String,
    /// The same in plain words, without logger dress.
    pub message: String,
}

impl Warning {
    /// A message that Helm 3 prints with the `FILE.go:LINE` it comes from and Helm 4 passes on as one text.
    pub(crate) fn logged(profile: Profile, place: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let line = match profile.logger {
            Logger::Structured => format!("level=INFO msg={}", quoted(&message)),
            Logger::Plain => format!("{place}: {message}"),
        };
        Warning { severity: Severity::Warning, line, message }
    }

    /// A message that Helm 4 logs with attributes; `plain` is Helm 3's whole line.
    pub(crate) fn structured(profile: Profile, level: &str, message: &str, attributes: &[(&str, &str)], plain: String) -> Self {
        let mut line = format!("level={level} msg={}", quoted(message));
        for (key, value) in attributes {
            line.push_str(&format!(" {key}={}", quoted(value)));
        }
        let words: Vec<String> = attributes.iter().map(|(key, value)| format!("{key} {value}")).collect();
        let words = if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) };
        let severity = if level == "INFO" { Severity::Note } else { Severity::Warning };
        let line = if profile.logger == Logger::Structured { line } else { plain };
        Warning { severity, line, message: format!("{message}{words}") }
    }
}

/// A value as Go's slog writes it: bare where it can be.
fn quoted(text: &str) -> String {
    let bare = |rune: char| rune != ' ' && rune != '=' && rune != '"' && strconv::is_print(rune as u32);
    if !text.is_empty() && text.chars().all(bare) { text.to_owned() } else { strconv::quote(text.as_bytes()) }
}
