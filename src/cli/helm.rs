//! helm's command line.

use clap::{Args, Parser, Subcommand};

use super::{ClusterFlags, Compat};
#[cfg(feature = "cluster")]
use super::{HelmGet, HelmHistory, HelmInstall, HelmList, HelmRollback, HelmStatus, HelmTest, HelmUninstall, HelmUpgrade};

/// helm's commands, without helm: `bkhelm helm …`, or the program called by the name helm.
#[derive(Debug, Parser)]
#[command(name = "helm", bin_name = "helm", max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
pub struct HelmCli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub flags: HelmFlags,
    /// The command.
    #[command(subcommand)]
    pub command: HelmCommand,
}

/// helm's global flags.
#[derive(Debug, Clone, Default, Args)]
pub struct HelmFlags {
    /// Namespace of the release
    #[arg(short, long, global = true, env = "HELM_NAMESPACE", help_heading = "Global options")]
    pub namespace: Option<String>,
    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterFlags,
    /// Say more; with broken YAML, print what was rendered
    #[arg(long, global = true, env = "HELM_DEBUG", value_parser = super::flags::truth(), help_heading = "Global options")]
    pub debug: bool,
    /// Profile of helm whose bytes are printed
    #[arg(long, global = true, value_enum, help_heading = "Global options")]
    pub compat: Option<Compat>,
    /// What templates may use, such as steps=100M,time=2m (docs/limits.md)
    #[arg(long, global = true, value_delimiter = ',', value_name = "NAME=VALUE", help_heading = "Global options")]
    pub limit: Vec<String>,
    /// Print where the time went, to standard error
    #[arg(long, global = true, help_heading = "Global options")]
    pub timings: bool,
}

/// helm's commands.
#[derive(Debug, Subcommand)]
pub enum HelmCommand {
    /// Render chart templates locally and print them
    Template(Box<HelmTemplate>),
    /// Show what a chart says about itself
    #[command(visible_alias = "inspect")]
    Show(HelmShow),
    /// The charts that a chart needs
    #[command(visible_aliases = ["dep", "dependencies"])]
    Dependency(HelmDependency),
    /// Examine charts for possible faults
    Lint(Box<HelmLint>),
    /// Install a chart
    #[cfg(feature = "cluster")]
    Install(Box<HelmInstall>),
    /// Upgrade a release
    #[cfg(feature = "cluster")]
    Upgrade(Box<HelmUpgrade>),
    /// Go back to an earlier revision of a release
    #[cfg(feature = "cluster")]
    Rollback(HelmRollback),
    /// Uninstall releases
    #[cfg(feature = "cluster")]
    #[command(visible_aliases = ["del", "delete", "un"])]
    Uninstall(HelmUninstall),
    /// Run the tests of a release
    #[cfg(feature = "cluster")]
    Test(HelmTest),
    /// List releases
    #[cfg(feature = "cluster")]
    #[command(visible_alias = "ls")]
    List(HelmList),
    /// Print the revisions of a release
    #[cfg(feature = "cluster")]
    #[command(visible_alias = "hist")]
    History(HelmHistory),
    /// Print the status of a release
    #[cfg(feature = "cluster")]
    Status(HelmStatus),
    /// Print what a release was made from
    #[cfg(feature = "cluster")]
    Get(HelmGet),
    /// Print the version of helm whose bytes are printed
    Version(HelmVersion),
    /// Print helm's settings, or one of them
    Env(HelmEnv),
    /// Helm plugins: there are none
    Plugin(HelmPlugin),
}

/// `helm show`
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct HelmShow {
    /// What of it.
    #[command(subcommand)]
    pub what: ShowWhat,
}

/// What `helm show` shows.
#[derive(Debug, Subcommand)]
pub enum ShowWhat {
    /// Everything: Chart.yaml, values.yaml, README and CRDs
    All(Box<ShowArgs>),
    /// Chart.yaml
    Chart(Box<ShowArgs>),
    /// values.yaml
    Values(Box<ShowArgs>),
    /// The README
    Readme(Box<ShowArgs>),
    /// The CRDs
    Crds(Box<ShowArgs>),
}

/// Which chart `helm show` shows.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A folder, a package, or repository/chart
    #[arg(value_name = "CHART", num_args = 0..)]
    pub chart: Vec<String>,
    /// Where the chart comes from.
    #[command(flatten)]
    pub repository: RepositoryFlags,
}

/// `helm dependency`
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct HelmDependency {
    /// What to do.
    #[command(subcommand)]
    pub command: DependencyCommand,
}

/// What `helm dependency` does.
#[derive(Debug, Subcommand)]
pub enum DependencyCommand {
    /// List the dependencies of a chart, and what of them is there
    #[command(visible_alias = "ls")]
    List(DependencyList),
    /// See that a chart without dependencies needs nothing; others are refused
    Build(DependencyBuild),
}

/// `helm dependency list`
#[derive(Debug, Args)]
pub struct DependencyList {
    /// The chart; without it, the current folder
    #[arg(value_name = "CHART", num_args = 0..)]
    pub charts: Vec<String>,
    /// Characters of a column that are printed
    #[arg(long, value_name = "N", default_value_t = 80)]
    pub max_col_width: usize,
}

/// `helm dependency build`
#[derive(Debug, Args)]
pub struct DependencyBuild {
    /// The chart; without it, the current folder
    #[arg(value_name = "CHART", num_args = 0..)]
    pub charts: Vec<String>,
}

/// `helm lint`. Also read from `--args` of `lint` under the name helmfile.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "helm lint", no_binary_name = true, args_override_self = true)]
pub struct HelmLint {
    /// Folders and packages
    #[arg(value_name = "CHART", num_args = 0..)]
    pub charts: Vec<String>,
    /// Values of the release.
    #[command(flatten)]
    pub values: ValueFlags,
    /// Fail on warnings
    #[arg(long)]
    pub strict: bool,
    /// Print only warnings and errors
    #[arg(long)]
    pub quiet: bool,
    /// Examine the charts below charts/ too
    #[arg(long)]
    pub with_subcharts: bool,
    /// Don't check values against the chart's schema
    #[arg(long)]
    pub skip_schema_validation: bool,
    /// Kubernetes version that the chart sees
    #[arg(long, value_name = "VERSION")]
    pub kube_version: Option<String>,
}

/// `helm version`
#[derive(Debug, Args)]
pub struct HelmVersion {
    /// Print the number alone
    #[arg(long)]
    pub short: bool,
    /// Template of the output: {{.Version}}, {{.GoVersion}}
    #[arg(long, value_name = "TEMPLATE")]
    pub template: Option<String>,
    /// None are taken
    #[arg(hide = true)]
    pub arguments: Vec<String>,
}

/// `helm env`
#[derive(Debug, Args)]
pub struct HelmEnv {
    /// The setting to print; without it, all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

/// `helm plugin`
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct HelmPlugin {
    /// What to do.
    #[command(subcommand)]
    pub command: PluginCommand,
}

/// What `helm plugin` does.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Print the table of plugins, which is empty
    #[command(visible_alias = "ls")]
    List(PluginList),
}

/// `helm plugin list`
#[derive(Debug, Args)]
pub struct PluginList {
    /// Only plugins of this type
    #[arg(long = "type", value_name = "TYPE")]
    pub of: Option<String>,
    /// helm takes any, and does nothing with them
    #[arg(hide = true)]
    pub arguments: Vec<String>,
}

/// `helm template [NAME] CHART`. Also read from `--args` of `bkhelm template`.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "helm template", no_binary_name = true, args_override_self = true)]
pub struct HelmTemplate {
    /// Release name and chart, or the chart alone
    #[arg(value_name = "[NAME] CHART", num_args = 0..)]
    pub arguments: Vec<String>,
    /// Values of the release.
    #[command(flatten)]
    pub values: ValueFlags,
    /// Where the chart comes from.
    #[command(flatten)]
    pub repository: RepositoryFlags,
    /// Kubernetes API versions that the chart sees beside the usual ones
    #[arg(short, long, value_delimiter = ',', value_name = "VERSIONS")]
    pub api_versions: Vec<String>,
    /// Kubernetes version that the chart sees
    #[arg(long, value_name = "VERSION")]
    pub kube_version: Option<String>,
    /// Print CRDs too
    #[arg(long)]
    pub include_crds: bool,
    /// Print no CRDs (they are printed only with --include-crds)
    #[arg(long, overrides_with = "include_crds")]
    pub skip_crds: bool,
    /// Render as an upgrade, not an install
    #[arg(long)]
    pub is_upgrade: bool,
    /// Leave out hooks
    #[arg(long)]
    pub no_hooks: bool,
    /// Leave out tests
    #[arg(long)]
    pub skip_tests: bool,
    /// Only the manifests of this template
    #[arg(short, long, value_name = "TEMPLATE")]
    pub show_only: Vec<String>,
    /// Don't check values against the chart's schema
    #[arg(long)]
    pub skip_schema_validation: bool,
    /// Write files below this folder instead of standard output
    #[arg(long, value_name = "FOLDER")]
    pub output_dir: Option<String>,
    /// Put the release's name into the path below --output-dir
    #[arg(long)]
    pub release_name: bool,
    /// Template of the release's name
    #[arg(long, value_name = "TEMPLATE")]
    pub name_template: Option<String>,
    /// Make up the release's name
    #[arg(short, long)]
    pub generate_name: bool,
}

/// helm's flags that set values.
#[derive(Debug, Clone, Default, Args)]
pub struct ValueFlags {
    /// Values file (several may be given, also with commas); `-` is standard input
    #[arg(short = 'f', long = "values", value_name = "FILE")]
    pub files: Vec<String>,
    /// Set values: key1=val1,key2=val2
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Set values, always as text
    #[arg(long, value_name = "KEY=VALUE")]
    pub set_string: Vec<String>,
    /// Set values as JSON
    #[arg(long, value_name = "KEY=JSON")]
    pub set_json: Vec<String>,
    /// Set values from files
    #[arg(long, value_name = "KEY=FILE")]
    pub set_file: Vec<String>,
    /// Set one value to the rest of the argument, as it is
    #[arg(long, value_name = "KEY=TEXT")]
    pub set_literal: Vec<String>,
}

/// helm's flags about where a chart comes from.
#[derive(Debug, Clone, Default, Args)]
pub struct RepositoryFlags {
    /// Version or version range of a chart from a repository
    #[arg(long, value_name = "RANGE")]
    pub version: Option<String>,
    /// Also take pre-release versions
    #[arg(long)]
    pub devel: bool,
    /// Address of the chart repository
    #[arg(long, value_name = "URL")]
    pub repo: Option<String>,
    /// User for --repo
    #[arg(long, requires = "repo")]
    pub username: Option<String>,
    /// Password for --repo
    #[arg(long, requires = "repo")]
    pub password: Option<String>,
    /// Authorities to trust for --repo
    #[arg(long, value_name = "FILE", requires = "repo")]
    pub ca_file: Option<String>,
    /// Our certificate for --repo
    #[arg(long, value_name = "FILE", requires = "repo")]
    pub cert_file: Option<String>,
    /// Our key for --repo
    #[arg(long, value_name = "FILE", requires = "repo")]
    pub key_file: Option<String>,
    /// Take any server certificate
    #[arg(long, requires = "repo")]
    pub insecure_skip_tls_verify: bool,
    /// Send user and password to other hosts too
    #[arg(long, requires = "repo")]
    pub pass_credentials: bool,
}
