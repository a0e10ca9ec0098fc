//! Charts of a run: every reference is located once and every chart is loaded and compiled once, whatever the
//! number of releases that use it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::Run;
use crate::charts::{self, Chart, Profile};
use crate::diag::{Error, Kind, Result, nearest};
use crate::fetch::{Downloads, Repositories};
use crate::values::typed;

type Slot = Arc<OnceLock<Result<Arc<Chart>>>>;

/// The charts of one run. Shared between threads.
pub struct Charts<'r> {
    run: &'r Run,
    profile: Profile,
    downloads: Downloads<'r>,
    slots: Mutex<HashMap<Source, Slot>>,
}

/// Where a chart comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Source {
    /// A folder or package on disk.
    Local(PathBuf),
    /// `repository/chart` of the repositories of that state, at a version.
    Repository { url: String, chart: String, version: String },
}

/// What a state or command line says about a chart.
#[derive(Debug, Clone, Copy)]
pub struct Reference<'a> {
    /// A path, or `repository/chart`.
    pub chart: &'a str,
    /// The folder that relative paths start from.
    pub folder: &'a Path,
    /// Version or range; empty for the newest.
    pub version: &'a str,
    /// Whether pre-releases are taken where no version is given.
    pub devel: bool,
    /// The repositories that it may name.
    pub repositories: &'a Repositories,
}

impl<'r> Charts<'r> {
    /// No charts yet; they are read by the profile's loader.
    pub fn new(run: &'r Run, profile: Profile) -> Self {
        Self { run, profile, downloads: Downloads::new(run.host(), run.refresh), slots: Mutex::default() }
    }

    /// The chart, loaded once.
    ///
    /// # Errors
    /// helm's text for a chart that is missing, damaged or refused.
    pub fn load(&self, reference: &Reference<'_>) -> Result<Arc<Chart>> {
        let source = self.locate(reference)?;
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(source.clone()).or_default())
        };
        slot.get_or_init(|| self.read(&source, reference)).clone()
    }

    fn read(&self, source: &Source, reference: &Reference<'_>) -> Result<Arc<Chart>> {
        let run = self.run;
        match source {
            Source::Local(path) => charts::load(run.host(), path, &run.setting.sources, self.profile),
            Source::Repository { chart, version, .. } => {
                let version = Some(version.as_str()).filter(|version| !version.is_empty());
                let package = self.downloads.chart(reference.repositories, chart, version)?;
                charts::load_archive(&package.bytes, &package.file, &run.setting.sources, self.profile)
            }
        }
    }

    /// What lies in the same folder under a similar name.
    fn near(&self, path: &Path) -> Option<PathBuf> {
        let names = self.run.host().list(path.parent()?).ok()?;
        let near = nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
        Some(path.with_file_name(near))
    }

    /// An existing path wins; names that look like paths must exist; the rest names a repository
    /// (helm pkg/action/install.go `LocateChart`).
    fn locate(&self, reference: &Reference<'_>) -> Result<Source> {
        let chart = reference.chart;
        let path = PathBuf::from(typed(self.run.host(), &reference.folder.join(chart)));
        if self.run.host().kind(&path).is_some() {
            return Ok(Source::Local(path));
        }
        if chart.starts_with('.') || chart.starts_with('/') {
            let error = Error::new(Kind::Chart, format!("path {chart:?} not found"));
            return Err(match self.near(&path) {
                Some(near) => error.hint(format!("did you mean {}?", near.display())),
                None => error,
            });
        }
        if let Some((scheme, _)) = chart.split_once("://") {
            return Err(Error::new(Kind::Chart, format!("{chart}: charts by {scheme}:// are not supported yet"))
                .hint("use a folder, a .tgz package or a chart of an http repository (repository/chart)"));
        }
        let Some((name, _)) = chart.split_once('/') else {
            return Err(Error::new(Kind::Chart, format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {chart}")));
        };
        let version = match (reference.version, reference.devel) {
            ("", true) => ">0.0.0-0",
            (version, _) => version,
        };
        let url = reference.repositories.find(name)?.url.clone();
        Ok(Source::Repository { url, chart: chart.to_owned(), version: version.to_owned() })
    }
}
