//! helm's commands that change releases, as typed.

use std::time::Duration;

use clap::{Args, Parser};

use super::{Cascade, OutputShape, RepositoryFlags, ValueFlags};
use crate::golang::time;

/// What `--wait` waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitRule {
    /// Everything, by kstatus' rules
    Watcher,
    /// Hooks only
    HookOnly,
    /// Everything, by Helm 3's rules
    Legacy,
}

/// How long a step may take, and what is waited for.
#[derive(Debug, Clone, Default, Args)]
pub struct WaitFlags {
    /// Wait until everything is ready: by the rules of watcher (without a value) or legacy; hookOnly waits for hooks alone
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "watcher", value_name = "RULES", value_parser = wait_rule)]
    pub wait: Option<WaitRule>,
    /// Time for each hook and for the wait: 5m0s
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// Whether something happens, and who says what would.
#[derive(Debug, Clone, Default, Args)]
pub struct DryRunFlag {
    /// Change nothing: none, client, or server, which is asked what it would do
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "unset", value_name = "HOW")]
    pub dry_run: Option<String>,
}

/// How a release is installed or upgraded.
#[derive(Debug, Clone, Default, Args)]
pub struct ReleaseFlags {
    /// Values of the release.
    #[command(flatten)]
    pub values: ValueFlags,
    /// Where the chart comes from.
    #[command(flatten)]
    pub repository: RepositoryFlags,
    /// Waiting.
    #[command(flatten)]
    pub waiting: WaitFlags,
    /// Wait for jobs too, with --wait
    #[arg(long)]
    pub wait_for_jobs: bool,
    /// Whether something happens.
    #[command(flatten)]
    pub dry: DryRunFlag,
    /// Print no Secrets, in a dry run
    #[arg(long)]
    pub hide_secret: bool,
    /// Make the namespace of a new release where it is not there
    #[arg(long)]
    pub create_namespace: bool,
    /// Run no hooks
    #[arg(long)]
    pub no_hooks: bool,
    /// Description of the revision
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Go back to where we were when it fails; waits
    #[arg(long)]
    pub rollback_on_failure: bool,
    /// The same, as Helm 3 calls it
    #[arg(long)]
    pub atomic: bool,
    /// Install no CRDs
    #[arg(long)]
    pub skip_crds: bool,
    /// Print the notes of subcharts too
    #[arg(long)]
    pub render_subchart_notes: bool,
    /// Don't check values against the chart's schema
    #[arg(long)]
    pub skip_schema_validation: bool,
    /// Labels of the release's record: a=b,c=d
    #[arg(short, long, value_name = "LABELS", value_parser = pairs)]
    pub labels: Vec<Pairs>,
    /// Let templates ask for the addresses of hosts
    #[arg(long)]
    pub enable_dns: bool,
    /// Don't print the chart's notes
    #[arg(long)]
    pub hide_notes: bool,
    /// Take over objects that belong to nobody or to another release
    #[arg(long)]
    pub take_ownership: bool,
    /// Take over fields that somebody else set
    #[arg(long)]
    pub force_conflicts: bool,
    /// Form of the output
    #[arg(short, long, value_enum, default_value = "table")]
    pub output: OutputShape,
}

/// Pairs of a name and a text.
pub type Pairs = Vec<(String, String)>;

/// `helm install [NAME] CHART`
#[derive(Debug, Args)]
pub struct HelmInstall {
    /// Name of the release and chart, or the chart alone
    #[arg(value_name = "[NAME] CHART", num_args = 0..)]
    pub arguments: Vec<String>,
    /// How.
    #[command(flatten)]
    pub release: ReleaseFlags,
    /// Make up the release's name
    #[arg(short, long)]
    pub generate_name: bool,
    /// Template of the release's name
    #[arg(long, value_name = "TEMPLATE")]
    pub name_template: Option<String>,
    /// Take a name whose release failed or was uninstalled with its history kept
    #[arg(long)]
    pub replace: bool,
    /// Whether the server merges
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = super::flags::go_bool())]
    pub server_side: Option<bool>,
}

/// `helm upgrade RELEASE CHART`. Also read from `--args` of `sync` and `apply`.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "helm upgrade", no_binary_name = true, args_override_self = true)]
pub struct HelmUpgrade {
    /// The release and its chart
    #[arg(value_name = "RELEASE CHART", num_args = 0..)]
    pub arguments: Vec<String>,
    /// How.
    #[command(flatten)]
    pub release: ReleaseFlags,
    /// Install it where there is no such release
    #[arg(short, long)]
    pub install: bool,
    /// Revisions that are kept; 0: all
    #[arg(long, env = "HELM_MAX_HISTORY", value_name = "N")]
    pub history_max: Option<i64>,
    /// Remove what a failed upgrade made
    #[arg(long)]
    pub cleanup_on_fail: bool,
    /// Start from the chart's values, whatever the last revision had
    #[arg(long)]
    pub reset_values: bool,
    /// Start from the last revision's values and chart values
    #[arg(long)]
    pub reuse_values: bool,
    /// Start from the chart's values with the last revision's over them
    #[arg(long)]
    pub reset_then_reuse_values: bool,
    /// Whether the server merges: true, false, or auto for what the last revision did
    #[arg(long, value_name = "WHO")]
    pub server_side: Option<String>,
}

/// `helm rollback RELEASE [REVISION]`
#[derive(Debug, Args)]
pub struct HelmRollback {
    /// The release, and the revision to go back to; the one before the last without it
    #[arg(value_name = "RELEASE [REVISION]", num_args = 0..)]
    pub arguments: Vec<String>,
    /// Waiting.
    #[command(flatten)]
    pub waiting: WaitFlags,
    /// Wait for jobs too, with --wait
    #[arg(long)]
    pub wait_for_jobs: bool,
    /// Whether something happens.
    #[command(flatten)]
    pub dry: DryRunFlag,
    /// Run no hooks
    #[arg(long)]
    pub no_hooks: bool,
    /// Description of the revision, 256 characters at most (Helm 4)
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub description: String,
    /// Take over fields that somebody else set
    #[arg(long)]
    pub force_conflicts: bool,
    /// Whether the server merges: true, false, or auto for what that revision did
    #[arg(long, value_name = "WHO")]
    pub server_side: Option<String>,
    /// Remove what a failed rollback made
    #[arg(long)]
    pub cleanup_on_fail: bool,
    /// Revisions that are kept; 0: all
    #[arg(long, env = "HELM_MAX_HISTORY", value_name = "N", default_value_t = 10)]
    pub history_max: i64,
}

/// `helm uninstall RELEASE…`
#[derive(Debug, Args)]
pub struct HelmUninstall {
    /// The releases
    #[arg(value_name = "RELEASE", num_args = 0..)]
    pub releases: Vec<String>,
    /// Waiting.
    #[command(flatten)]
    pub waiting: WaitFlags,
    /// Change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Run no hooks
    #[arg(long)]
    pub no_hooks: bool,
    /// A release that is not there is no error
    #[arg(long)]
    pub ignore_not_found: bool,
    /// Keep the records, so that it can be rolled back
    #[arg(long)]
    pub keep_history: bool,
    /// How what the objects own is removed
    #[arg(long, value_enum, default_value = "background", value_name = "RULE")]
    pub cascade: Cascade,
    /// Description of the last revision, with --keep-history
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub description: String,
}

/// `helm test RELEASE`
#[derive(Debug, Args)]
pub struct HelmTest {
    /// The release
    #[arg(value_name = "RELEASE", num_args = 0..)]
    pub release: Vec<String>,
    /// Only tests that match: name=one, or !name=one for all others
    #[arg(long, value_delimiter = ',', value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Print the logs of the tests' pods
    #[arg(long)]
    pub logs: bool,
    /// Time for each test: 5m0s
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// # Errors
/// helm's words (helm pkg/cmd/flags.go).
fn wait_rule(text: &str) -> Result<WaitRule, String> {
    match text {
        "watcher" | "true" => Ok(WaitRule::Watcher),
        "hookOnly" | "false" => Ok(WaitRule::HookOnly),
        "legacy" => Ok(WaitRule::Legacy),
        other => Err(format!("invalid wait input {other:?}. Valid inputs are watcher, hookOnly, and legacy")),
    }
}

/// # Errors
/// Go's words.
fn duration(text: &str) -> Result<Duration, String> {
    let duration = time::Duration::parse(text.as_bytes())?;
    // What is negative is over before it begins.
    Ok(Duration::from_nanos(u64::try_from(duration.0).unwrap_or_default()))
}

/// One CSV record of pairs (pflag string_to_string.go).
///
/// # Errors
/// Its words.
fn pairs(text: &str) -> Result<Pairs, String> {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(format!("{pair} must be formatted as key=value")),
    };
    text.split(',').map(pair).collect()
}
