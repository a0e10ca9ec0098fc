//! helm's flags for the cluster, and the commands that read releases.

use clap::{Args, Subcommand, ValueEnum};

/// helm's flags about the cluster and who asks it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Cluster options")]
pub struct ClusterFlags {
    /// Kubeconfig file; else KUBECONFIG, else ~/.kube/config
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<String>,
    /// Context of the kubeconfig
    #[arg(long, global = true, env = "HELM_KUBECONTEXT", value_name = "NAME")]
    pub kube_context: Option<String>,
    /// Bearer token
    #[arg(long, global = true, env = "HELM_KUBETOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub kube_token: Option<String>,
    /// User to act as
    #[arg(long, global = true, env = "HELM_KUBEASUSER", value_name = "USER")]
    pub kube_as_user: Option<String>,
    /// Group to act as; several may be given
    #[arg(long, global = true, env = "HELM_KUBEASGROUPS", value_delimiter = ',', value_name = "GROUP")]
    pub kube_as_group: Vec<String>,
    /// Address of the API server
    #[arg(long, global = true, env = "HELM_KUBEAPISERVER", value_name = "URL")]
    pub kube_apiserver: Option<String>,
    /// Authorities to trust for the API server
    #[arg(long, global = true, env = "HELM_KUBECAFILE", value_name = "FILE")]
    pub kube_ca_file: Option<String>,
    /// Name that the server's certificate must have
    #[arg(long, global = true, env = "HELM_KUBETLS_SERVER_NAME", value_name = "NAME")]
    pub kube_tls_server_name: Option<String>,
    /// Take any server certificate
    #[arg(long, global = true, env = "HELM_KUBEINSECURE_SKIP_TLS_VERIFY", value_parser = super::flags::truth())]
    pub kube_insecure_skip_tls_verify: bool,
    /// Colours in tables (Helm 4)
    #[arg(long, visible_alias = "colour", global = true, value_enum, value_name = "WHEN")]
    pub color: Option<ColorMode>,
}

/// When there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorMode {
    /// Never
    Never,
    /// On a terminal
    Auto,
    /// Always
    Always,
}

/// Forms in which releases are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputShape {
    /// For people
    #[default]
    Table,
    /// One line of JSON
    Json,
    /// YAML
    Yaml,
}

/// `helm list`
#[derive(Debug, Args)]
pub struct HelmList {
    /// Print names only
    #[arg(short = 'q', long)]
    pub short: bool,
    /// Print no head
    #[arg(long)]
    pub no_headers: bool,
    /// Layout of times, as Go has it: "2006-01-02 15:04:05Z0700"
    #[arg(long, value_name = "LAYOUT")]
    pub time_format: Option<String>,
    /// Sort by time
    #[arg(short = 'd', long)]
    pub date: bool,
    /// Turn the order round
    #[arg(short = 'r', long)]
    pub reverse: bool,
    /// All releases, whatever their status (Helm 3; Helm 4 shows all)
    #[arg(short = 'a', long)]
    pub all: bool,
    /// Releases that were uninstalled with their history kept
    #[arg(long)]
    pub uninstalled: bool,
    /// Revisions that another took the place of
    #[arg(long)]
    pub superseded: bool,
    /// Releases that are being uninstalled
    #[arg(long)]
    pub uninstalling: bool,
    /// Deployed releases
    #[arg(long)]
    pub deployed: bool,
    /// Failed releases
    #[arg(long)]
    pub failed: bool,
    /// Releases that are being worked on
    #[arg(long)]
    pub pending: bool,
    /// In all namespaces
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// Print so many at most
    #[arg(short = 'm', long, value_name = "N", default_value_t = 256, allow_negative_numbers = true)]
    pub max: i64,
    /// Begin with that one, from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Only names that the regular expression matches
    #[arg(short = 'f', long, value_name = "PATTERN")]
    pub filter: Option<String>,
    /// Only releases with these labels: a=b,c!=d
    #[arg(short = 'l', long, value_name = "LABELS")]
    pub selector: Option<String>,
    /// Form of the output
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: OutputShape,
    /// None are taken
    #[arg(hide = true)]
    pub arguments: Vec<String>,
}

/// `helm history`
#[derive(Debug, Args)]
pub struct HelmHistory {
    /// The release
    #[arg(value_name = "RELEASE", num_args = 0..)]
    pub release: Vec<String>,
    /// Print so many at most, the newest
    #[arg(long, value_name = "N", default_value_t = 256, allow_negative_numbers = true)]
    pub max: i64,
    /// With a column for the revision that was rolled back to (Helm 4)
    #[arg(long)]
    pub show_rollback_revision: bool,
    /// Form of the output
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: OutputShape,
}

/// `helm status`
#[derive(Debug, Args)]
pub struct HelmStatus {
    /// The release
    #[arg(value_name = "RELEASE", num_args = 0..)]
    pub release: Vec<String>,
    /// The revision; the newest without it
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub revision: i64,
    /// Print the description too (Helm 3; Helm 4 always does)
    #[arg(long)]
    pub show_desc: bool,
    /// Print what is on the cluster of its objects (Helm 3; Helm 4 always does)
    #[arg(long)]
    pub show_resources: bool,
    /// Form of the output
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: OutputShape,
}

/// `helm get`
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct HelmGet {
    /// What of the release.
    #[command(subcommand)]
    pub what: GetWhat,
}

/// What `helm get` prints.
#[derive(Debug, Subcommand)]
pub enum GetWhat {
    /// Everything
    All(HelmGetRelease),
    /// The hooks
    Hooks(HelmGetRelease),
    /// The manifest
    Manifest(HelmGetRelease),
    /// The notes
    Notes(HelmGetRelease),
    /// Name, chart, status and so on
    Metadata(HelmGetShaped),
    /// The values
    Values(HelmGetValues),
}

/// Which release, which revision.
#[derive(Debug, Args)]
pub struct HelmGetRelease {
    /// The release
    #[arg(value_name = "RELEASE", num_args = 0..)]
    pub release: Vec<String>,
    /// The revision; the newest without it
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub revision: i64,
}

/// Which release, in which form.
#[derive(Debug, Args)]
pub struct HelmGetShaped {
    /// Which release.
    #[command(flatten)]
    pub which: HelmGetRelease,
    /// Form of the output
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: OutputShape,
}

/// `helm get values`
#[derive(Debug, Args)]
pub struct HelmGetValues {
    /// Which release, in which form.
    #[command(flatten)]
    pub shaped: HelmGetShaped,
    /// The chart's values with the user's over them
    #[arg(short, long)]
    pub all: bool,
}
