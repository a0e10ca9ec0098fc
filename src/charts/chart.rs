//! The loaded chart.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Warning;
use crate::data::{Map, SourceFile, Str, Value};

/// A file of a chart: path inside the chart with `/`, and its bytes without a byte order mark.
#[derive(Debug, Clone)]
pub struct File {
    /// `templates/service.yaml`
    pub name: Str,
    /// Its bytes.
    pub data: Str,
    /// When it was changed last, in nanoseconds since 1970, where that is known: Helm 4 keeps it in its records.
    pub modified: Option<i128>,
}

/// A loaded chart with the charts below it. Immutable; shared by `Arc`.
#[derive(Debug)]
pub struct Chart {
    /// Its folder or package as a user would type it; empty where it was not read from one.
    pub shown: String,
    /// What Chart.yaml (and requirements.yaml) say, checked and cleaned.
    pub metadata: Metadata,
    /// Everything under `templates/`.
    pub templates: Vec<File>,
    /// What `.Files` shows: everything that has no role of its own.
    pub files: Vec<File>,
    /// The chart's default values; never changed, copied where it is merged.
    pub values: Map,
    /// values.yaml as it stands, with its origin base.
    pub values_file: Option<SourceFile>,
    /// `values.schema.json` as it stands.
    pub schema: Option<Str>,
    /// `Chart.lock` or `requirements.lock`.
    pub lock: Option<Lock>,
    /// Charts under `charts/`, in the order of their names there.
    pub dependencies: Vec<Arc<Chart>>,
    /// All files as they were found, for `show` and lint.
    pub raw: Vec<File>,
    /// What loading had to say that is no error, this chart's and those below it.
    pub warnings: Vec<Warning>,
    /// The templates, compiled at the first rendering: by `render`, which alone knows what a compiled one is.
    pub(crate) compiled: OnceLock<Arc<dyn Any + Send + Sync>>,
}

/// Chart.yaml.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Metadata {
    pub name: String,
    pub home: String,
    pub sources: Option<Vec<String>>,
    pub version: String,
    pub description: String,
    pub keywords: Option<Vec<String>>,
    pub maintainers: Option<Vec<Maintainer>>,
    pub icon: String,
    pub api_version: String,
    pub condition: String,
    pub tags: String,
    pub app_version: String,
    pub deprecated: bool,
    pub annotations: Option<BTreeMap<String, String>>,
    pub kube_version: String,
    pub dependencies: Option<Vec<Dependency>>,
    pub chart_type: String,
}

/// Who looks after a chart.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Maintainer {
    pub name: String,
    pub email: String,
    pub url: String,
}

/// An entry of `dependencies:`.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Dependency {
    pub name: String,
    pub version: String,
    pub repository: String,
    pub condition: String,
    pub tags: Option<Vec<String>>,
    pub enabled: bool,
    pub import_values: Option<Vec<Value>>,
    pub alias: String,
}

/// Chart.lock.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    /// When it was written, as it stands there.
    pub generated: String,
    /// `sha256:…` over the dependencies.
    pub digest: String,
    /// The exact versions.
    pub dependencies: Vec<Dependency>,
}

impl Chart {
    /// A chart of which nothing is known but its metadata and values, as after a release.
    pub fn with_values(metadata: Metadata, values: Map) -> Arc<Chart> {
        Arc::new(Chart {
            shown: String::new(),
            metadata,
            templates: Vec::new(),
            files: Vec::new(),
            values,
            values_file: None,
            schema: None,
            lock: None,
            dependencies: Vec::new(),
            raw: Vec::new(),
            warnings: Vec::new(),
            compiled: OnceLock::new(),
        })
    }
    /// The same chart with other default values.
    pub fn with_defaults(&self, values: Map) -> Arc<Chart> {
        Arc::new(Chart {
            shown: self.shown.clone(),
            metadata: self.metadata.clone(),
            templates: self.templates.clone(),
            files: self.files.clone(),
            values,
            values_file: self.values_file.clone(),
            schema: self.schema.clone(),
            lock: self.lock.clone(),
            dependencies: self.dependencies.clone(),
            raw: self.raw.clone(),
            warnings: self.warnings.clone(),
            compiled: self.compiled.clone(),
        })
    }
    /// The chart's name.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }
    /// Whether it is a library: nothing in it is rendered by itself.
    pub fn is_library(&self) -> bool {
        self.metadata.chart_type == "library"
    }
    /// The manifests under `crds/` of the chart and, after its own, of all charts below it.
    pub fn all_crd_files(&self) -> Vec<&File> {
        let below = self.dependencies.iter().flat_map(|chart| chart.all_crd_files());
        self.crd_files().chain(below).collect()
    }
    /// The files of its own under `crds/` that are manifests, in load order (helm pkg/chart/v2/chart.go).
    pub fn crd_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.name.starts_with(b"crds/") && has_manifest_extension(&file.name))
    }
}

fn has_manifest_extension(name: &[u8]) -> bool {
    let extension = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    [&b"yaml"[..], b"yml", b"json"].iter().any(|known| extension.eq_ignore_ascii_case(known)) && extension.len() < name.len()
}
