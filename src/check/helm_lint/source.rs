//! The files of a chart that is linted: a folder, or a package in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Request;
use crate::charts::{self, Chart, File};
use crate::diag::{Error, Kind, Result};
use crate::golang::path;
use crate::host::{EntryKind, Host};

/// Where the files are.
pub(super) enum Source<'a> {
    /// A folder, by its whole path.
    Folder(&'a dyn Host, PathBuf),
    /// A package's files, and its path.
    Package(Vec<File>, String),
}

impl<'a> Source<'a> {
    /// Opens what helm takes for a chart (helm pkg/action/lint.go `lintChart`).
    pub(super) fn open(given: &Path, request: &Request<'a>) -> Result<Self, String> {
        let host = request.host;
        let shown = given.to_string_lossy();
        let whole = host.current_folder().join(given);
        let whole = PathBuf::from(String::from_utf8_lossy(&path::clean(whole.to_string_lossy().as_bytes())).into_owned());
        let source = if shown.ends_with(".tgz") || shown.ends_with(".tar.gz") {
            let bytes = host.read(given).map_err(|error| format!("unable to open tarball: {error}"))?;
            let files =
                charts::unpack(&bytes, request.profile.for_reading()).map_err(|text| format!("unable to extract tarball: {text}"))?;
            Source::Package(files, whole.to_string_lossy().into_owned())
        } else {
            Source::Folder(host, whole)
        };
        if source.kind("Chart.yaml").is_none() {
            if let Source::Package(..) = source {
                return Err("unable to extract tarball: chart name not specified".to_owned());
            }
            let file = path::join(&[shown.as_bytes(), b"Chart.yaml"]);
            let file = String::from_utf8_lossy(&file);
            return Err(format!("unable to check Chart.yaml file in chart: stat {file}: no such file or directory"));
        }
        Ok(source)
    }

    /// The chart's folder, or its package's path.
    pub(super) fn shown(&self) -> String {
        match self {
            Source::Folder(_, folder) => folder.to_string_lossy().into_owned(),
            Source::Package(_, shown) => shown.clone(),
        }
    }

    /// What is at a path inside the chart.
    pub(super) fn kind(&self, inside: &str) -> Option<EntryKind> {
        match self {
            Source::Folder(host, folder) => host.kind(&folder.join(inside)),
            Source::Package(files, _) => {
                let below = |file: &&File| file.name.strip_prefix(inside.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"));
                match files.iter().find(|file| file.name == inside) {
                    Some(_) => Some(EntryKind::File),
                    None => files.iter().find(below).map(|_| EntryKind::Folder),
                }
            }
        }
    }

    /// A file's bytes.
    pub(super) fn read(&self, inside: &str) -> Result<Vec<u8>> {
        match self {
            Source::Folder(host, folder) => host.read(&folder.join(inside)),
            Source::Package(files, shown) => {
                let file = files.iter().find(|file| file.name == inside);
                let missing = || Error::new(Kind::File, format!("open {shown}/{inside}: no such file or directory"));
                file.map(|file| file.data.to_vec()).ok_or_else(missing)
            }
        }
    }

    /// The chart.
    pub(super) fn load(&self, request: &Request<'_>) -> Result<Arc<Chart>> {
        let profile = request.profile.for_reading();
        match self {
            Source::Folder(host, folder) => charts::load_folder(*host, folder, request.sources, profile),
            Source::Package(files, shown) => charts::load_files(files.clone(), shown, request.sources, profile),
        }
    }
}
