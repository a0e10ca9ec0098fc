//! A chart's bytes → a loaded chart tree: `folder or archive → Chart`, then
//! `Chart + values → Tree` (dependencies decided) and the coalesced values.
//!
//! Called by the path and by `render`. A loaded [`Chart`] is immutable and shared between releases;
//! what differs from release to release (which dependencies are enabled, under which names) lives in
//! [`Tree`]. Never downloads, never unpacks to disk, never prints.

mod archive;
mod assemble;
mod chart;
mod checks;
mod coalesce;
mod decode;
mod dependencies;
mod folder;
mod ignore;
mod imports;
mod metadata;
mod profile;
mod tree;
mod user_values;
mod warning;
mod written;

use std::path::Path;
use std::sync::Arc;

pub use chart::{Chart, Dependency, File, Lock, Maintainer, Metadata};
pub use checks::{check_kube_version, check_release_name};
pub use coalesce::{coalesce_tables, coalesce_values};
pub(crate) use decode::{Decoder, fields, read as read_typed};
pub use dependencies::check_dependencies;
pub use metadata::{Draft, strict_fault};
pub use profile::{
    Aliases, ChartObject, DocumentTail, ErrorForm, KubeVersionSuffix, Loader, Logger, NullDefaults, Profile, RecordForm, ValuesDocuments,
};
pub use tree::{NodeId, Tree};
pub use user_values::UserValues;
pub use warning::Warning;

use archive::{Refused, read_archive};
use assemble::Assembly;

use crate::data::{SourceFile, Sources, Str};
use crate::diag::{Error, Kind, Place, Result};
use crate::host::{EntryKind, Host};

/// Bytes that all files of a chart may have together.
const MAX_CHART_SIZE: usize = 100 * 1024 * 1024;
/// Bytes that one file may have, for Helm 3.
const MAX_FILE_SIZE: usize = 5 * 1024 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

fn without_byte_order_mark(bytes: Vec<u8>) -> Str {
    match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => rest.into(),
        None => bytes.into(),
    }
}

/// Loads a chart as `helm template CHART` does: a folder by its files, anything else as an archive.
///
/// # Errors
/// Helm's text for a chart that is missing, damaged or refused.
pub fn load(host: &dyn Host, path: &Path, sources: &Sources, profile: Profile) -> Result<Arc<Chart>> {
    match host.kind(path) {
        Some(EntryKind::Folder) => load_folder(host, path, sources, profile),
        Some(_) => {
            let bytes = host.read(path)?;
            check_archive(&bytes, &folder::absolute(host, path).to_string_lossy())?;
            load_archive(&bytes, &path.to_string_lossy(), sources, profile)
        }
        None => {
            let text = format!("stat {}: no such file or directory", path.display());
            Err(Error::new(Kind::Chart, text).at(Place::file(path.to_string_lossy())))
        }
    }
}

/// Loads a chart from a folder (helm pkg/chart/v2/loader/directory.go).
///
/// # Errors
/// As [`load`].
pub fn load_folder(host: &dyn Host, path: &Path, sources: &Sources, profile: Profile) -> Result<Arc<Chart>> {
    if profile.loader == Loader::DetectsVersion {
        let file = folder::absolute(host, path).join("Chart.yaml");
        let text = host.read(&file).map_err(|error| error.wrap(|text| format!("unable to detect chart at {}: {text}", file.display())))?;
        check_version(&text, &file.to_string_lossy(), profile)?;
    }
    let mut assembly = Assembly::new(sources, profile);
    let files = folder::read_folder(host, path, profile, &mut assembly.warnings)?;
    finish(assembly, files, path.to_string_lossy().trim_end_matches('/'))
}

/// Loads a chart from the bytes of a `.tgz`; `shown_name` is its path in messages
/// (helm pkg/chart/loader/archive/archive.go).
///
/// # Errors
/// As [`load`].
pub fn load_archive(bytes: &[u8], shown_name: &str, sources: &Sources, profile: Profile) -> Result<Arc<Chart>> {
    check_archive(bytes, shown_name)?;
    let failed = |text: String| Error::new(Kind::Chart, text).at(Place::file(shown_name));
    let files = read_archive(bytes, profile).map_err(|refused| match (refused, profile.loader) {
        (Refused::Header, _) => {
            failed(format!("file '{shown_name}' does not appear to be a valid chart file (details: gzip: invalid header)"))
        }
        (Refused::Text(text), Loader::AnyVersion | Loader::Unversioned) => failed(text),
        // parity: helm 4 pkg/chart/loader/load.go says no more than this of an archive given by name.
        (Refused::Text(text), Loader::DetectsVersion) => {
            failed("unable to load chart archive".into()).hint(format!("what is wrong with it: {text}"))
        }
    })?;
    if profile.loader == Loader::DetectsVersion {
        let Some(file) = files.iter().find(|file| file.name == "Chart.yaml") else {
            return Err(failed("unable to detect chart version, no Chart.yaml found".into()));
        };
        check_version(&file.data, &format!("{shown_name}/Chart.yaml"), profile)?;
    }
    finish(Assembly::new(sources, profile), files, shown_name)
}

/// The files of a package in its order, as `helm` unpacks them.
///
/// # Errors
/// What is wrong with the archive, in helm's words.
pub fn unpack(bytes: &[u8], profile: Profile) -> Result<Vec<File>, String> {
    read_archive(bytes, profile).map_err(|refused| match refused {
        Refused::Header => "gzip: invalid header".to_owned(),
        Refused::Text(text) => text,
    })
}

/// The chart of these files; `shown` is its path in messages.
///
/// # Errors
/// As [`load`].
pub fn load_files(files: Vec<File>, shown: &str, sources: &Sources, profile: Profile) -> Result<Arc<Chart>> {
    finish(Assembly::new(sources, profile), files, shown)
}

/// Refuses what does not begin as gzip does, and says what it looks like.
fn check_archive(bytes: &[u8], shown: &str) -> Result<()> {
    if archive::is_gzip(bytes) {
        return Ok(());
    }
    let text = if shown.ends_with(".yml") || shown.ends_with(".yaml") {
        format!("file '{shown}' seems to be a YAML file, but expected a gzipped archive")
    } else {
        let found = archive::content_type(bytes);
        format!("file '{shown}' does not appear to be a gzipped archive; got '{found}'")
    };
    Err(Error::new(Kind::Chart, text).at(Place::file(shown)))
}

fn check_version(text: &[u8], shown: &str, profile: Profile) -> Result<()> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let source = SourceFile { name: shown.into(), base: Default::default(), text: text.into() };
    metadata::check_version(&metadata::detect_version(&source)?, profile, &source)
}

fn finish(mut assembly: Assembly<'_>, files: Vec<File>, shown: &str) -> Result<Arc<Chart>> {
    let mut chart = assembly.chart(files, shown)?;
    chart.warnings = assembly.warnings;
    Ok(Arc::new(chart))
}
