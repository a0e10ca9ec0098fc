//! The command line exactly as typed: `arguments → types`. Decides nothing; `commands` resolves it.
//!
//! helmfile's names and flags for what helmfile has, helm's under `helm`. Flags that mean nothing here are not
//! declared, so that they are refused by name.

#[cfg(feature = "cluster")]
mod changes;
#[cfg(feature = "cluster")]
mod cluster;
#[cfg(feature = "cluster")]
mod conflicts;
#[cfg(feature = "cluster")]
mod deploy;
mod flags;
mod helm;
mod pflag;
mod releases;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

#[cfg(feature = "cluster")]
pub use changes::{DryRunFlag, HelmInstall, HelmRollback, HelmTest, HelmUninstall, HelmUpgrade, Pairs, ReleaseFlags, WaitFlags, WaitRule};
#[cfg(feature = "cluster")]
pub use cluster::{CaptureArgs, ClusterArgs, ClusterCommand, ObjectChoice};
#[cfg(feature = "cluster")]
pub use conflicts::{ConflictRule, ConflictSide};
#[cfg(feature = "cluster")]
pub use deploy::{
    ApplyArgs, Cascade, CrdRule, DeployFlags, DestroyArgs, DiffArgs, DiffFlags, PruneArgs, ServerSideRule, SyncArgs, TestArgs, UnlockArgs,
};
pub use helm::{
    DependencyCommand, HelmCli, HelmCommand, HelmDependency, HelmEnv, HelmFlags, HelmLint, HelmPlugin, HelmShow, HelmTemplate, HelmVersion,
    PluginCommand, RepositoryFlags, ShowArgs, ShowWhat, ValueFlags,
};
pub use pflag::arguments;
pub use releases::{
    ClusterFlags, ColorMode, GetWhat, HelmGet, HelmGetRelease, HelmGetShaped, HelmGetValues, HelmHistory, HelmList, HelmStatus, OutputShape,
};

/// helmfile states and Helm charts, natively: render, list, check.
///
/// bkhelm reads helmfile.yaml(.gotmpl) and renders all releases in one process, byte for byte as
/// helmfile with helm prints them. No helm, helmfile or kubectl is run.
#[derive(Debug, Parser)]
#[command(name = "bkhelm", version, max_term_width = 100, infer_long_args = false)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: GlobalFlags,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Render the manifests of all selected releases
    Template(TemplateArgs),
    /// List the releases of the state
    List(ListArgs),
    /// Print the state with all templates, bases and layers resolved
    Build(BuildArgs),
    /// Print which releases are worked on together, and what they need
    ShowDag,
    /// Print each state's environment and its values
    PrintEnv(PrintEnvArgs),
    /// Write the merged values of each release to a file
    WriteValues(WriteValuesArgs),
    /// Render everything and check values, schemas and manifests; report all findings
    Lint(LintArgs),
    /// The schemas that lint checks values against: draft one, keep what they refer to
    Schema(SchemaArgs),
    /// Explain a code of lint's findings, or list all
    ExplainFinding(ExplainFindingArgs),
    /// Install and upgrade all selected releases, and remove those that are not wanted
    #[cfg(feature = "cluster")]
    Sync(Box<SyncArgs>),
    /// Show what apply would change on the cluster
    #[cfg(feature = "cluster")]
    Diff(Box<DiffArgs>),
    /// Show what differs, then install, upgrade and remove only that
    #[cfg(feature = "cluster")]
    Apply(Box<ApplyArgs>),
    /// Remove all selected releases
    #[cfg(feature = "cluster")]
    #[command(visible_alias = "delete")]
    Destroy(DestroyArgs),
    /// Run the tests of all selected releases on the cluster
    #[cfg(feature = "cluster")]
    Test(TestArgs),
    /// Remove releases that left the state; without --yes they are only listed
    #[cfg(feature = "cluster")]
    Prune(PruneArgs),
    /// Take releases away from a run that nobody stops any more
    #[cfg(feature = "cluster")]
    Unlock(UnlockArgs),
    /// Print helm's status of all selected releases
    #[cfg(feature = "cluster")]
    Status(StatusArgs),
    /// Who a cluster is, and what charts see of it, for work without it
    #[cfg(feature = "cluster")]
    Cluster(ClusterArgs),
    /// List the functions that templates can call, or show some of them with their examples run
    Functions(FunctionsArgs),
    /// helm's commands, with helm's flags and output: `bkhelm helm template --help`
    #[command(disable_help_flag = true)]
    Helm {
        /// helm's command and its flags
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
        arguments: Vec<String>,
    },
    /// Print a shell completion script
    Completion {
        /// The shell to print it for
        shell: Shell,
    },
}

/// Which profile of helm decides the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Compat {
    /// Helm 4.3
    Helm4,
    /// Helm 3.22
    Helm3,
}

/// What a key that stands twice in one mapping of a layer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DuplicateKeys {
    /// An error that names all of them
    Refuse,
    /// A warning; the last one wins
    Warn,
}

/// Severity from which lines are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Everything
    Debug,
    /// Progress and worse
    Info,
    /// What may be wrong and worse
    Warn,
    /// Only what makes the run fail
    Error,
}

/// Flags that every command takes, before or after it.
#[derive(Debug, Args)]
pub struct GlobalFlags {
    /// State file or folder; `-` reads standard input. Default: helmfile.yaml, helmfile.yaml.gotmpl or helmfile.d
    #[arg(
        short,
        long,
        global = true,
        overrides_with = "file",
        env = "HELMFILE_FILE_PATH",
        value_name = "FILE",
        help_heading = "Global options"
    )]
    pub file: Option<String>,
    /// Environment to use
    #[arg(short, long, global = true, env = "HELMFILE_ENVIRONMENT", value_name = "NAME", help_heading = "Global options")]
    pub environment: Option<String>,
    /// Only releases whose labels match, such as seq=first or tier!=storage,name=bk-user. Several: any of them
    #[arg(short = 'l', long, global = true, value_name = "LABELS", help_heading = "Global options")]
    pub selector: Vec<String>,
    /// Set environment values: key1=val1,key2=val2
    #[arg(long, global = true, value_name = "KEY=VALUE", help_heading = "Global options")]
    pub state_values_set: Vec<String>,
    /// Set environment values, always as text
    #[arg(long, global = true, value_name = "KEY=VALUE", help_heading = "Global options")]
    pub state_values_set_string: Vec<String>,
    /// Environment values from a YAML file, over those of the state
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub state_values_file: Vec<String>,
    /// Namespace of all releases, over what the state says; {{ .Namespace }} in templates
    #[arg(short, long, global = true, env = "HELMFILE_NAMESPACE", help_heading = "Global options")]
    pub namespace: Option<String>,
    /// Chart of all releases, over what the state says; {{ .Chart }} in templates
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub chart: Option<String>,
    /// Kubernetes context that templates see
    #[arg(long, global = true, env = "HELMFILE_KUBE_CONTEXT", value_name = "NAME", help_heading = "Global options")]
    pub kube_context: Option<String>,
    /// Kubeconfig file; without it KUBECONFIG, ~/.kube/config, or the pod's own account
    #[cfg(feature = "cluster")]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub kubeconfig: Option<String>,
    /// Refuse every cluster but this one: what `bkhelm cluster identity` prints. Over .bkhelm.yaml
    #[cfg(feature = "cluster")]
    #[arg(long, global = true, env = "BKHELM_EXPECT_CLUSTER", value_name = "ID", help_heading = "Global options")]
    pub expect_cluster: Option<String>,
    /// Render as on the cluster of which `bkhelm cluster capture` wrote this file
    #[cfg(feature = "cluster")]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub cluster_facts: Option<String>,
    /// Exit with 0 when the selectors match no release
    #[arg(long, global = true, help_heading = "Global options")]
    pub allow_no_matching_release: bool,
    /// Visit the files of a folder one after the other; bkhelm always does
    #[arg(long, global = true, hide = true)]
    pub sequential_helmfiles: bool,
    /// Use cached repository indexes; ask for what is missing only
    #[arg(long, global = true, visible_alias = "skip-refresh", help_heading = "Global options")]
    pub skip_deps: bool,
    /// Profile of helm whose bytes are printed
    #[arg(long, global = true, value_enum, default_value = "helm4", help_heading = "Global options")]
    pub compat: Compat,
    /// What a key that stands twice in a layer means
    #[arg(long, global = true, value_enum, default_value = "refuse", value_name = "RULE", help_heading = "Global options")]
    pub duplicate_keys: DuplicateKeys,
    /// What templates may use, such as steps=100M,time=2m: steps, time, memory, output, items, regexp, depth, executions,
    /// nesting or nodes (docs/limits.md)
    #[arg(long, global = true, env = "BKHELM_LIMITS", value_delimiter = ',', value_name = "NAME=VALUE", help_heading = "Global options")]
    pub limit: Vec<String>,
    /// Print where the time went, to standard error
    #[arg(long, global = true, help_heading = "Global options")]
    pub timings: bool,
    /// Only warnings and errors on standard error
    #[arg(short, long, global = true, env = "HELMFILE_QUIET", value_parser = flags::truth(), help_heading = "Global options")]
    pub quiet: bool,
    /// Say how things were found, on standard error
    #[arg(long, global = true, env = "HELMFILE_DEBUG", value_parser = flags::truth(), help_heading = "Global options")]
    pub debug: bool,
    /// What to say on standard error
    #[arg(long, global = true, value_enum, env = "HELMFILE_LOG_LEVEL", value_name = "LEVEL", help_heading = "Global options")]
    pub log_level: Option<LogLevel>,
    /// Colour even where standard error is no terminal
    #[arg(long, global = true, conflicts_with = "no_color", help_heading = "Global options")]
    pub color: bool,
    /// No colour
    #[arg(long, global = true, env = "HELMFILE_NO_COLOR", value_parser = flags::truth(), help_heading = "Global options")]
    pub no_color: bool,
    /// Folder or program of helm: none is run, it is only mentioned with --debug
    #[arg(short = 'b', long, global = true, value_name = "PROGRAM", hide = true)]
    pub helm_binary: Option<String>,
}

/// Flags about `needs`.
#[derive(Debug, Clone, Args)]
pub struct NeedsFlags {
    /// Leave out what the selected releases need (the default for commands without a cluster)
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = flags::go_bool(), value_name = "BOOL")]
    pub skip_needs: Option<bool>,
    /// Add what the selected releases need
    #[arg(long)]
    pub include_needs: bool,
    /// Add what the selected releases need, and what that needs
    #[arg(long)]
    pub include_transitive_needs: bool,
    /// Fail when something needed has installed: false
    #[arg(long)]
    pub enforce_needs_are_installed: bool,
}

/// Values over those of all releases.
#[derive(Debug, Clone, Args)]
pub struct ReleaseValueFlags {
    /// Set values of all releases, as helm's --set
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Values file for all releases, as helm's --values
    #[arg(long, value_name = "FILE")]
    pub values: Vec<String>,
}

/// `bkhelm template`
#[derive(Debug, Args)]
pub struct TemplateArgs {
    /// Values over those of all releases.
    #[command(flatten)]
    pub values: ReleaseValueFlags,
    /// Which releases come along.
    #[command(flatten)]
    pub needs: NeedsFlags,
    /// Flags of `helm template`, in one argument: --args "--kube-version v1.34.0"
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub args: Option<String>,
    /// More flags of `helm template`, in one argument
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub template_args: Option<String>,
    /// Write files below this folder instead of standard output
    #[arg(long, value_name = "FOLDER")]
    pub output_dir: Option<String>,
    /// Template of the folder of each release below --output-dir
    #[arg(long, value_name = "TEMPLATE")]
    pub output_dir_template: Option<String>,
    /// Print the CRDs of charts too
    #[arg(long)]
    pub include_crds: bool,
    /// Leave out tests
    #[arg(long)]
    pub skip_tests: bool,
    /// Leave out hooks
    #[arg(long)]
    pub no_hooks: bool,
    /// Don't check values against the charts' schemas
    #[arg(long)]
    pub skip_schema_validation: bool,
    /// Kubernetes version that charts see
    #[arg(long, value_name = "VERSION")]
    pub kube_version: Option<String>,
    /// Only the manifests of this template, as helm's --show-only
    #[arg(long, value_name = "TEMPLATE")]
    pub show_only: Vec<String>,
    /// Releases that are rendered at the same time; 0: as many as there are cores
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub concurrency: usize,
}

/// `bkhelm list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Form of the output; without it, a table
    #[arg(long, value_enum)]
    pub output: Option<ListFormat>,
    /// Don't prepare charts (bkhelm's list never needs them): leaves out the prepare hooks
    #[arg(long)]
    pub skip_charts: bool,
    /// Look at the cluster too: status, revision, the chart that is there, and since when
    #[cfg(feature = "cluster")]
    #[arg(long)]
    pub live: bool,
}

/// `bkhelm status`
#[cfg(feature = "cluster")]
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Releases that are looked at at the same time; 0: all
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub concurrency: usize,
}

/// Forms of `list` and `functions` beside text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// One JSON array
    Json,
}

/// `bkhelm build`
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Put the content of values files in place of their names
    #[arg(long)]
    pub embed_values: bool,
}

/// `bkhelm print-env`
#[derive(Debug, Args)]
pub struct PrintEnvArgs {
    /// Form of the output
    #[arg(long, value_enum, default_value = "yaml")]
    pub output: EnvironmentFormat,
}

/// Forms of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvironmentFormat {
    /// YAML documents
    Yaml,
    /// One JSON array
    Json,
}

/// `bkhelm write-values`
#[derive(Debug, Args)]
pub struct WriteValuesArgs {
    /// Values over those of all releases.
    #[command(flatten)]
    pub values: ReleaseValueFlags,
    /// Template of each release's file name
    #[arg(long, value_name = "TEMPLATE")]
    pub output_file_template: Option<String>,
    /// Releases that are worked on at the same time; 0: as many as there are cores
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub concurrency: usize,
}

/// Where the deployment's schemas are if `--schemas` does not say.
pub const DEFAULT_SCHEMAS: &str = "schemas";

/// `bkhelm lint`
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Values over those of all releases.
    #[command(flatten)]
    pub values: ReleaseValueFlags,
    /// Which releases come along.
    #[command(flatten)]
    pub needs: NeedsFlags,
    /// Form of the findings
    #[arg(long, value_enum, default_value = "text")]
    pub output: LintFormat,
    /// Severity from which the exit code is 4
    #[arg(long, value_enum, default_value = "error", value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// File with the findings of before: only those that are not in it are reported
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<String>,
    /// Write all findings to the baseline file instead of reporting them
    #[arg(long, requires = "baseline")]
    pub write_baseline: bool,
    /// Report only what was not found at that revision of the git repository: a branch, a tag, a hash
    #[arg(long, value_name = "REVISION")]
    pub since: Option<String>,
    /// Check again whenever a file below this folder changes, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Kubernetes version that charts see, and whose API server judges what they render
    #[arg(long, value_name = "VERSION")]
    pub kube_version: Option<String>,
    /// Folder of the deployment's schemas: values.schema.json, releases/RELEASE.schema.json, and CRDs below crds/
    #[arg(long, value_name = "FOLDER", default_value = DEFAULT_SCHEMAS)]
    pub schemas: String,
    /// JSON schemas of kinds that no CRD defines: a folder, or a template of a path, as kubeconform's
    #[arg(long, value_name = "TEMPLATE")]
    pub schema_location: Vec<String>,
    /// What the images of containers need: a tag other than latest, or a digest
    #[arg(long, value_enum, default_value = "tag")]
    pub images: LintImages,
    /// Under the name helmfile: flags of `helm lint`, in one argument
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub args: Option<String>,
    /// Releases that are checked at the same time; 0: as many as there are cores
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub concurrency: usize,
}

/// `bkhelm schema`
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SchemaCommand,
}

/// The commands below `bkhelm schema`.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Draft a schema from values as they are: of a release as its chart sees them, or of the environment
    Infer(Box<InferArgs>),
    /// Keep copies of the schemas that others refer to by URL, with a lock: lint and rendering never ask the network for them
    Vendor(VendorArgs),
}

/// `bkhelm schema infer`
#[derive(Debug, Args)]
pub struct InferArgs {
    /// Release whose values to look at; without it, those of the environment
    #[arg(value_name = "RELEASE")]
    pub release: Option<String>,
    /// Write the draft into the folder of schemas instead of printing it; never over a file that is there
    #[arg(long)]
    pub write: bool,
    /// Folder of the deployment's schemas
    #[arg(long, value_name = "FOLDER", default_value = DEFAULT_SCHEMAS)]
    pub schemas: String,
    /// Kubernetes version that charts see
    #[arg(long, value_name = "VERSION")]
    pub kube_version: Option<String>,
    /// Values over those of the release.
    #[command(flatten)]
    pub values: ReleaseValueFlags,
}

/// `bkhelm schema vendor`
#[derive(Debug, Args)]
pub struct VendorArgs {
    /// Folder of the deployment's schemas: copies go to vendor/ below it
    #[arg(long, value_name = "FOLDER", default_value = DEFAULT_SCHEMAS)]
    pub schemas: String,
    /// Ask for all of them again, also for those that the lock has
    #[arg(long)]
    pub update: bool,
}

/// Forms of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// For people
    Text,
    /// One JSON document (docs/findings.schema.json)
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for the tests page of a CI server
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// Code quality report of GitLab
    Gitlab,
}

/// What `lint` asks of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintImages {
    /// Nothing
    Any,
    /// A tag other than latest, or a digest
    Tag,
    /// A digest
    Digest,
}

/// Severities that make `lint` fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors only
    Error,
    /// Warnings too
    Warning,
    /// Notes too
    Note,
    /// Nothing
    Never,
}

/// `bkhelm explain-finding`
#[derive(Debug, Args)]
pub struct ExplainFindingArgs {
    /// Codes to explain; without any, all are listed
    #[arg(value_name = "CODE")]
    pub codes: Vec<String>,
}

/// `bkhelm functions`
#[derive(Debug, Args)]
pub struct FunctionsArgs {
    /// Functions to show; without any, all are listed
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Whose templates: those of charts or those of states and .gotmpl files
    #[arg(long, value_enum, default_value = "helm")]
    pub dialect: Dialect,
    /// Form of the output; without it, text
    #[arg(long, value_enum)]
    pub output: Option<ListFormat>,
}

/// Dialects of the template language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// Templates of charts
    Helm,
    /// State files, .gotmpl layers and _*.tpl files beside them
    Helmfile,
}

/// The completion script of a shell for the program's name. `functions` are names that `bkhelm functions` knows.
pub fn completion(shell: Shell, program: &str, functions: Vec<&'static str>) -> Vec<u8> {
    let mut script = Vec::new();
    let known = PossibleValuesParser::new(functions);
    let mut command = Cli::command().mut_subcommand("functions", |command| command.mut_arg("names", |names| names.value_parser(known)));
    clap_complete::generate(shell, &mut command, program, &mut script);
    script
}

/// The arguments as our own parser takes them, whatever name the program was called by: a link named helm makes it
/// `bkhelm helm …`.
pub fn as_called(program: &str, mut arguments: Vec<String>) -> Vec<String> {
    if program == "helm" || program.starts_with("helm-") {
        arguments.insert(1, "helm".to_owned());
    }
    arguments
}
