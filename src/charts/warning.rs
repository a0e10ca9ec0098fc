//! What helm says on stderr without failing.

use crate::diag::Severity;

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
