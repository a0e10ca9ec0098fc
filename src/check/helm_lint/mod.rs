//! `helm lint`'s rules: `chart + values → messages`, in helm's order and words (helm pkg/chart/v2/lint).
//!
//! Called by `commands/helm/lint.rs` for each chart.

mod addresses;
mod chartfile;
mod deprecations;
mod document;
mod names;
mod parts;
mod source;
mod templates;

use std::path::Path;
use std::sync::Arc;

use crate::charts::{Chart, File, Profile, Warning};
use crate::data::{Map, Sources};
use crate::diag::Error;
use crate::gotmpl::{Limits, World};
use crate::host::Host;
use crate::render::KubeVersion;
use source::Source;

/// How bad a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something that could be better.
    Info,
    /// Something against convention.
    Warning,
    /// The chart can't be installed.
    Error,
}

/// One thing that lint found.
#[derive(Debug, Clone)]
pub struct Message {
    /// How bad.
    pub level: Level,
    /// The file, or the folder, it is about.
    pub path: String,
    /// helm's words.
    pub text: String,
}

impl std::fmt::Display for Message {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = match self.level {
            Level::Info => "INFO",
            Level::Warning => "WARNING",
            Level::Error => "ERROR",
        };
        write!(out, "[{level}] {}: {}", self.path, self.text)
    }
}

/// With what a chart is linted.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The user's values.
    pub values: &'a Map,
    /// `.Release.Namespace`
    pub namespace: &'a str,
    /// `--kube-version`; the profile's own where none.
    pub kube_version: Option<&'a KubeVersion>,
    /// `--skip-schema-validation`
    pub skip_schema: bool,
    /// Which helm.
    pub profile: Profile,
    /// What hostile templates run into.
    pub limits: Limits,
    /// The texts that are read, for the places in errors.
    pub sources: &'a Sources,
    /// Files.
    pub host: &'a dyn Host,
    /// Clock and randomness.
    pub world: &'a dyn World,
}

/// What came of linting one chart.
#[derive(Debug, Default)]
pub struct Report {
    /// In helm's order.
    pub messages: Vec<Message>,
    /// What helm logs on the way.
    pub warnings: Vec<Warning>,
}

/// Lints a chart: a folder, or a package (`.tgz`, `.tar.gz`).
///
/// # Errors
/// What is no chart at all.
pub fn lint(path: &str, request: &Request<'_>) -> Result<Report, String> {
    Ok(all_rules(Source::open(Path::new(path), request)?, request))
}

/// Lints a chart in memory; `shown` is what it is called.
pub fn lint_files(files: Vec<File>, shown: &str, request: &Request<'_>) -> Report {
    all_rules(Source::Package(files, shown.to_owned()), request)
}

fn all_rules(source: Source<'_>, request: &Request<'_>) -> Report {
    let mut linter = Linter { source, request, loaded: None, report: Report::default() };
    chartfile::check(&mut linter);
    parts::values(&mut linter);
    templates::check(&mut linter);
    parts::dependencies(&mut linter);
    parts::crds(&mut linter);
    linter.report
}

struct Linter<'a> {
    source: Source<'a>,
    request: &'a Request<'a>,
    loaded: Option<Result<Arc<Chart>, Error>>,
    report: Report,
}

impl Linter<'_> {
    /// Notes a fault; whether there was none.
    fn rule(&mut self, level: Level, path: &str, fault: Option<String>) -> bool {
        let fine = fault.is_none();
        self.report.messages.extend(fault.map(|text| Message { level, path: path.to_owned(), text }));
        fine
    }

    /// The chart, read once; what reading says is said each time, as helm reads it each time.
    fn load(&mut self) -> Result<Arc<Chart>, String> {
        let request = self.request;
        let chart = self.loaded.get_or_insert_with(|| self.source.load(request)).clone().map_err(|error| error.to_string())?;
        self.report.warnings.extend(chart.warnings.iter().cloned());
        Ok(chart)
    }

    /// The same for the rules of a folder, whose fault it is where the chart can't be read.
    fn chart_for(&mut self, folder: &str) -> Option<Arc<Chart>> {
        let loaded = self.load();
        loaded.map_err(|text| self.rule(Level::Error, folder, Some(text))).ok()
    }
}
