//! `chart + values + capabilities → manifests, hooks, notes`, as `helm template` makes them.
//!
//! Called by the path for each release. Checks the chart, decides its dependencies, coalesces and checks
//! the values, runs all templates, splits and sorts what they gave. Never reads files, never prints;
//! the cluster is seen only through [`Lookup`].

mod capabilities;
mod output;

pub use capabilities::{KubeVersion, Lookup, NoCluster};
pub use output::{Crd, Head, Hook, Manifest, OutputFile, PrintOptions, Rendered};

use crate::charts::{Chart, Profile, Warning};
use crate::data::Map;
use crate::diag::{Error, Kind};
use crate::gotmpl::funcs::World;

/// Everything about one rendering that is not the chart or the values.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// `.Release.Name`
    pub release_name: &'a str,
    /// `.Release.Namespace`
    pub namespace: &'a str,
    /// `.Release.Revision`
    pub revision: i64,
    /// `.Release.IsUpgrade`; `.Release.IsInstall` is the opposite.
    pub is_upgrade: bool,
    /// `--kube-version`, or the cluster's; the profile's own where none.
    pub kube_version: Option<&'a KubeVersion>,
    /// `--api-versions`: added to the default list.
    pub api_versions: &'a [String],
    /// Which helm.
    pub profile: Profile,
    /// `--skip-schema-validation`
    pub skip_schema_validation: bool,
    /// `--render-subchart-notes`
    pub subchart_notes: bool,
    /// `--enable-dns`
    pub enable_dns: bool,
    /// What `lookup` sees; [`NoCluster`] offline.
    pub lookup: &'a dyn Lookup,
    /// Clock and randomness.
    pub world: &'a dyn World,
}

/// A rendering that failed: the error, and what helm shows around it.
#[derive(Debug, Clone)]
pub struct Failure {
    /// `Display` is what helm prints after `Error: `.
    pub error: Error,
    /// Whether helm adds the line `Use --debug flag to render out invalid YAML`: it does when templates,
    /// their output or the chart's kubeVersion are at fault.
    pub invalid_yaml_hint: bool,
    /// What was said before.
    pub warnings: Vec<Warning>,
    /// With a YAML error in the output: the files as rendered (path, text), as `--debug` prints them.
    pub files: Vec<(crate::data::Str, crate::data::Str)>,
}

/// Renders a chart with a user's merged values.
///
/// # Errors
/// The first failure, as helm words it.
pub fn render(chart: &Chart, user_values: &Map, request: &Request<'_>) -> Result<Rendered, Box<Failure>> {
    let _ = (chart, user_values, request);
    let error = Error::new(Kind::Render, "rendering is not built yet");
    Err(Box::new(Failure { error, invalid_yaml_hint: false, warnings: Vec::new(), files: Vec::new() }))
}

/// Compiles a chart's templates ahead of the first rendering; renderings do it by themselves where it was not done.
pub fn compile(chart: &Chart) {
    let _ = chart;
}
