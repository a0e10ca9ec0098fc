//! Which helm: every choice in which Helm 4 and Helm 3 differ, named once.

/// What becomes of a `null` in a chart's own values.yaml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullDefaults {
    /// Dropped, as Helm 4 does since 4.2.
    Dropped,
    /// Kept as a visible nil.
    Kept,
}

/// What happens to the text after a document's last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentTail {
    /// Blank lines and spaces stay as the template wrote them (Helm 4).
    Kept,
    /// Every document is trimmed on both sides (Helm 3).
    Trimmed,
}

/// What `.Chart` is in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartObject {
    /// A map: unknown fields are empty (Helm 4).
    Map,
    /// A struct: unknown fields are errors (Helm 3).
    Struct,
}

/// How many documents of a values file count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuesDocuments {
    /// All, merged in order (Helm 4).
    Merged,
    /// Only the first (Helm 3).
    First,
}

/// How an error inside a template is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorForm {
    /// One paragraph a frame (Helm 4).
    Frames,
    /// Go's single line (Helm 3).
    Line,
}

/// Through which logger warnings go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logger {
    /// `level=WARN msg="..."` (Helm 4).
    Structured,
    /// `coalesce.go:237: warning: ...` (Helm 3).
    Plain,
}

/// What happens to `-gke.1` in `--kube-version v1.30.1-gke.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KubeVersionSuffix {
    /// Stays visible, but does not count for constraints (Helm 4).
    Kept,
    /// Dropped (Helm 3).
    Dropped,
}

/// Whether two aliases of one chart have metadata and children of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aliases {
    /// Each alias is a copy (Helm 4).
    Copied,
    /// They share children, so that the second alias sees what the first one renamed (Helm 3).
    Shared,
}

/// How strict loading is and how it words refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loader {
    /// Looks at Chart.yaml's apiVersion before anything else; no limit on one file (Helm 4).
    DetectsVersion,
    /// Takes any apiVersion; no file over 5 MiB (Helm 3).
    AnyVersion,
    /// Takes any apiVersion; no limit on one file (what Helm 4 shows and lints).
    Unversioned,
}

/// How a release record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordForm {
    /// Times that are zero are left out; files have times, a release its way of applying (Helm 4).
    WithTimes,
    /// Times that are zero are empty texts; none of the other (Helm 3).
    Plain,
}

/// One small struct of named choices. Compare fields, never the profile's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// `helm4` or `helm3`.
    pub name: &'static str,
    /// What `.Capabilities.HelmVersion.Version` gives: without the patch, as in a build from source.
    pub helm_version: &'static str,
    /// Kubernetes' version (major, minor) where `--kube-version` is not given.
    pub kube_version: (u64, u64),
    /// `null` in a chart's values.
    pub null_defaults: NullDefaults,
    /// Ends of documents, and with them the splitter.
    pub document_tail: DocumentTail,
    /// Kinds in install order.
    pub kind_order: &'static [&'static str],
    /// `.Chart`.
    pub chart_object: ChartObject,
    /// Documents of a values file.
    pub values_documents: ValuesDocuments,
    /// Errors inside templates.
    pub error_form: ErrorForm,
    /// Warnings.
    pub logger: Logger,
    /// `--kube-version`.
    pub kube_version_suffix: KubeVersionSuffix,
    /// Aliases.
    pub aliases: Aliases,
    /// Loading.
    pub loader: Loader,
    /// Release records.
    pub record_form: RecordForm,
    /// Whether `helm plugin list` has columns for types, and `helm env` a cache of content (Helm 4).
    pub lists_plugin_types: bool,
    /// Whether `--set-json` takes a whole object.
    pub set_dialect: crate::values::set::Dialect,
    /// Go's name of the values type: `common.Values`.
    pub values_type: &'static str,
    /// Go's name of the head type in parse errors: `util.SimpleHead`.
    pub head_type: &'static str,
    /// Go's name of the metadata type in parse errors: `v2.Metadata`.
    pub metadata_type: &'static str,
}

/// Kinds in the order in which helm installs and prints them (helm pkg/release/v1/util/kind_sorter.go).
const INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

impl Profile {
    /// Helm 4.3.1.
    pub const HELM4: Profile = Profile {
        name: "helm4",
        helm_version: "v4.3",
        kube_version: (1, 37),
        null_defaults: NullDefaults::Dropped,
        document_tail: DocumentTail::Kept,
        kind_order: &INSTALL_ORDER,
        chart_object: ChartObject::Map,
        values_documents: ValuesDocuments::Merged,
        error_form: ErrorForm::Frames,
        logger: Logger::Structured,
        kube_version_suffix: KubeVersionSuffix::Kept,
        aliases: Aliases::Copied,
        loader: Loader::DetectsVersion,
        record_form: RecordForm::WithTimes,
        lists_plugin_types: true,
        set_dialect: crate::values::set::Dialect::Helm4,
        values_type: "common.Values",
        head_type: "util.SimpleHead",
        metadata_type: "v2.Metadata",
    };

    /// Helm 3.22.0.
    pub const HELM3: Profile = Profile {
        name: "helm3",
        helm_version: "v3.22",
        kube_version: (1, 37),
        null_defaults: NullDefaults::Kept,
        document_tail: DocumentTail::Trimmed,
        kind_order: INSTALL_ORDER.split_at(36).0,
        chart_object: ChartObject::Struct,
        values_documents: ValuesDocuments::First,
        error_form: ErrorForm::Line,
        logger: Logger::Plain,
        kube_version_suffix: KubeVersionSuffix::Dropped,
        aliases: Aliases::Shared,
        loader: Loader::AnyVersion,
        record_form: RecordForm::Plain,
        lists_plugin_types: false,
        set_dialect: crate::values::set::Dialect::Helm3,
        values_type: "chartutil.Values",
        head_type: "releaseutil.SimpleHead",
        metadata_type: "chart.Metadata",
    };

    /// The profile for commands that read a chart as `helm show` does: without a look at its apiVersion first (helm
    /// pkg/chart/v2/loader).
    #[must_use]
    pub fn for_reading(self) -> Profile {
        let loader = if self.loader == Loader::DetectsVersion { Loader::Unversioned } else { self.loader };
        Profile { loader, ..self }
    }

    /// The profile of that name.
    pub fn named(name: &str) -> Option<Profile> {
        [Profile::HELM4, Profile::HELM3].into_iter().find(|profile| profile.name == name)
    }
}

impl Default for Profile {
    fn default() -> Self {
        Profile::HELM4
    }
}
