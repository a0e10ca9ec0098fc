//! Findings for people and for machines: `all findings of a run → one document`.

mod annotations;
mod json;
mod junit;
mod sarif;
mod text;

use crate::diag::{Errors, Place, Severity};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, with excerpts.
    Text,
    /// One JSON document, as docs/findings.schema.json describes it.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML: a suite a release, a failed case an error.
    Junit,
    /// Workflow commands of GitHub Actions.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
}

/// A run of lint, as reports show it.
pub struct Checked<'a> {
    /// What was found, in order.
    pub found: &'a Errors,
    /// Releases that were checked, in order.
    pub releases: &'a [String],
    /// Findings that comments allow.
    pub allowed: usize,
    /// Findings that the baseline, or the revision compared with, has already.
    pub known: usize,
    /// For each finding, what makes it the same one tomorrow.
    pub fingerprints: &'a [String],
}

impl Checked<'_> {
    fn count(&self, severity: Severity) -> usize {
        self.found.iter().filter(|finding| finding.level() == severity).count()
    }
}

/// All findings for stdout.
///
/// # Errors
/// None but the JSON writer's, which can't happen on these values.
pub fn findings(checked: &Checked<'_>, format: Format, colour: bool) -> Result<Vec<u8>, String> {
    match format {
        Format::Text => Ok(text::write(checked, colour).into_bytes()),
        Format::Json => json::write(checked),
        Format::Sarif => sarif::write(checked),
        Format::Junit => Ok(junit::write(checked).into_bytes()),
        Format::Github => Ok(annotations::github(checked).into_bytes()),
        Format::Gitlab => annotations::gitlab(checked),
    }
}

/// A file's path as services want it: from the folder of the run, with forward slashes; places in rendered text are of the
/// template's file.
fn file(place: &Place) -> String {
    let path = place.file.trim_end_matches(" (rendered)").replace('\\', "/");
    path.strip_prefix("./").map_or(path.clone(), str::to_owned)
}
