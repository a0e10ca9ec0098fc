//! A release as resolved: templates, inheritance and defaults decided once.

use std::collections::BTreeMap;

use crate::data::{Map, Origin, Value};

/// One release of a state.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// `name`
    pub name: String,
    /// `namespace`, or the override; empty for the kube context's.
    pub namespace: String,
    /// `kubeContext`, or the override.
    pub kube_context: String,
    /// `chart` as written, templates done: a path from [`State::folder`](super::State::folder), `repo/name`, `oci://…`.
    pub chart: String,
    /// `version`
    pub version: String,
    /// All labels: the release's, the common ones, `name`, `namespace` and `chart`.
    pub labels: BTreeMap<String, String>,
    /// `condition`; empty for none.
    pub condition: String,
    /// `installed`, true unless it says no.
    pub installed: bool,
    /// `needs` as ids: `[[kubeContext/]namespace/]name`.
    pub needs: Vec<String>,
    /// `values`: paths (strings) and mappings.
    pub values: Vec<Value>,
    /// `secrets`: paths and mappings.
    pub secrets: Vec<Value>,
    /// `valuesPathPrefix`, put before every path of `values` and `secrets`.
    pub values_prefix: String,
    /// `set`
    pub set: Vec<SetValue>,
    /// `setString`
    pub set_string: Vec<SetValue>,
    /// `env`: values that are names of environment variables.
    pub environment: Vec<SetValue>,
    /// `hooks`
    pub hooks: Vec<Hook>,
    /// `missingFileHandler`, or the state's, or `Error`.
    pub missing_file_handler: String,
    /// `kubeVersion`, or the state's; empty for helm's own.
    pub kube_version: String,
    /// `apiVersions`, or the state's.
    pub api_versions: Vec<String>,
    /// `wait`, `waitForJobs`, `createNamespace`, `atomic` and their like, defaults applied.
    pub options: Options,
    /// `postRenderer`, or the default's.
    pub post_renderer: Option<String>,
    /// `postRendererArgs`, or the default's.
    pub post_renderer_args: Vec<String>,
    /// Things that helmfile hands to chartify (`jsonPatches`, `transformers` …): key names that are set.
    pub chartify: Vec<&'static str>,
    /// Where the entry stands.
    pub origin: Origin,
    /// `--chart` or the state's `chart`; empty for none.
    pub(super) chart_override: String,
    /// The entry as `build` prints it.
    pub(super) record: Map,
}

impl Release {
    /// The chart to render: the override of `--chart`, or its own.
    pub fn chart_to_use(&self) -> &str {
        if self.chart_override.is_empty() { &self.chart } else { &self.chart_override }
    }

    /// Whether it has patches or transformers, for which helmfile makes a chart of its own.
    pub(super) fn is_patched(&self) -> bool {
        self.chartify.iter().any(|key| matches!(*key, "jsonPatches" | "strategicMergePatches" | "transformers"))
    }

    /// `[[kubeContext/]namespace/]name`, as `needs` refer to it.
    pub fn id(&self) -> String {
        match (self.kube_context.as_str(), self.namespace.as_str(), self.name.as_str()) {
            ("", "", name) => name.to_owned(),
            ("", namespace, name) => format!("{namespace}/{name}"),
            (context, namespace, name) => format!("{context}/{namespace}/{name}"),
        }
    }
}

/// Switches of a release for helm, with `helmDefaults` applied.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Options {
    pub wait: bool,
    pub wait_for_jobs: bool,
    /// Seconds; 0 for helm's default.
    pub timeout: i64,
    pub atomic: bool,
    pub cleanup_on_fail: bool,
    pub force: bool,
    pub create_namespace: bool,
    pub recreate_pods: bool,
    pub reuse_values: bool,
    pub skip_deps: bool,
    pub skip_refresh: bool,
    pub skip_crds: bool,
    pub devel: bool,
    pub verify: bool,
    pub enable_dns: bool,
    pub skip_schema_validation: bool,
    pub disable_validation: bool,
    pub disable_openapi_validation: bool,
    pub insecure_skip_tls_verify: bool,
    pub plain_http: bool,
    pub history_max: Option<i64>,
    pub description: String,
}

/// One `set:` or `setString:` entry.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct SetValue {
    pub name: String,
    pub value: String,
    pub file: String,
    pub values: Vec<Value>,
    pub origin: Origin,
}

/// One hook, as data.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Hook {
    pub name: String,
    pub events: Vec<String>,
    pub command: String,
    pub args: Vec<String>,
    /// `kubectlApply`
    pub kubectl: Option<BTreeMap<String, String>>,
    pub show_logs: bool,
    pub origin: Origin,
}
