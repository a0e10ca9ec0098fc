//! The command lines of commands that look at or change a cluster, with helmfile's flags.

use clap::{Args, ValueEnum};

use super::{ConflictRule, HelmUpgrade, NeedsFlags, ReleaseValueFlags};

/// How releases are installed and upgraded.
#[derive(Debug, Clone, Default, Args)]
pub struct DeployFlags {
    /// Flags of `helm upgrade`, in one argument
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub args: Option<String>,
    /// More flags of `helm upgrade`, in one argument
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub sync_args: Option<String>,
    /// What stands in both.
    #[arg(skip)]
    pub helm: HelmUpgrade,
    /// Wait until everything is ready, over what the state says
    #[arg(long)]
    pub wait: bool,
    /// Wait for jobs too, over what the state says
    #[arg(long)]
    pub wait_for_jobs: bool,
    /// Seconds for each hook and for the wait, over what the state says
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub timeout: u64,
    /// Install no CRDs
    #[arg(long)]
    pub skip_crds: bool,
    /// What to do about the CRDs of charts: make those that are missing, or apply all of them
    #[arg(long, value_enum, default_value = "create", value_name = "RULE")]
    pub crds: CrdRule,
    /// Take over objects that belong to nobody or to another release
    #[arg(long)]
    pub take_ownership: bool,
    /// Take over fields that somebody else set
    #[arg(long)]
    pub force_conflicts: bool,
    /// Whose value counts where somebody else set a field: `ours|theirs|fail [OBJECT [FIELD [MANAGER]]]`, each with `*` for any
    /// text, as in 'theirs Deployment/*/web .spec.replicas'; the first that fits decides (several may be given)
    #[arg(long, value_name = "RULE")]
    pub conflicts: Vec<ConflictRule>,
    /// Remove and make again objects of these kinds where they can't be changed; `*` for all kinds
    #[arg(long, value_delimiter = ',', value_name = "KINDS")]
    pub allow_replace: Vec<String>,
    /// Whether the server merges: true, false, or auto for what the last revision did
    #[arg(long, value_enum, value_name = "WHO")]
    pub server_side: Option<ServerSideRule>,
    /// Don't check values against the charts' schemas
    #[arg(long)]
    pub skip_schema_validation: bool,
    /// Description of the new revisions
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Write the releases' labels into their records
    #[arg(long)]
    pub sync_release_labels: bool,
    /// Don't print the charts' notes
    #[arg(long)]
    pub hide_notes: bool,
    /// Releases that are worked on at the same time; 0: all that don't need each other
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub concurrency: usize,
    /// How what a release's objects own is removed
    #[arg(long, value_enum, default_value = "background", value_name = "RULE")]
    pub cascade: Cascade,
    /// Ask before anything is changed
    #[arg(short, long, env = "HELMFILE_INTERACTIVE", value_parser = super::flags::truth())]
    pub interactive: bool,
}

/// What happens to the CRDs of charts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum CrdRule {
    /// Those that are missing are made
    #[default]
    Create,
    /// All are applied
    Upgrade,
    /// None is touched
    Skip,
}

/// Who merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServerSideRule {
    /// The server
    True,
    /// We, by a three-way merge
    False,
    /// As the last revision
    Auto,
}

/// What is done with what an object owns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Cascade {
    /// It is removed afterwards
    #[default]
    Background,
    /// It is removed before
    Foreground,
    /// It stays
    Orphan,
}

/// How differences are shown.
#[derive(Debug, Clone, Default, Args)]
pub struct DiffFlags {
    /// Exit with 2 when something differs (apply: was changed)
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Lines around a change; without it, all
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub context: usize,
    /// Form of the differences: diff, simple, json, structured, template
    #[arg(long, value_name = "FORM", default_value = "")]
    pub output: String,
    /// Leave out objects of this kind (several may be given)
    #[arg(long, value_name = "KIND")]
    pub suppress: Vec<String>,
    /// Say of Secrets only that they changed
    #[arg(long)]
    pub suppress_secrets: bool,
    /// Show what is in Secrets
    #[arg(long)]
    pub show_secrets: bool,
    /// Leave out hooks
    #[arg(long)]
    pub no_hooks: bool,
    /// Show tests too
    #[arg(long)]
    pub include_tests: bool,
    /// Show no differences
    #[arg(long)]
    pub suppress_diff: bool,
    /// Show no differences of releases that are new
    #[arg(long)]
    pub skip_diff_on_install: bool,
    /// Take lines that end with CR for those without
    #[arg(long)]
    pub strip_trailing_cr: bool,
    /// Leave out lines that match
    #[arg(long, value_name = "PATTERN")]
    pub suppress_output_line_regex: Vec<String>,
    /// Compare with the records alone, not with what is on the cluster
    #[arg(long)]
    pub no_drift: bool,
}

/// `bkhelm sync`
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Values over those of all releases.
    #[command(flatten)]
    pub values: ReleaseValueFlags,
    /// Which releases come along.
    #[command(flatten)]
    pub needs: NeedsFlags,
    /// How.
    #[command(flatten)]
    pub deploy: DeployFlags,
}

/// `bkhelm apply`
#[derive(Debug, Clone, Args)]
pub struct ApplyArgs {
    /// Values over those of all releases.
    #[command(flatten)]
    pub values: ReleaseValueFlags,
    /// Which releases come along.
    #[command(flatten)]
    pub needs: NeedsFlags,
    /// How.
    #[command(flatten)]
    pub deploy: DeployFlags,
    /// What is shown before.
    #[command(flatten)]
    pub diff: DiffFlags,
    /// A plan that `diff --plan-out` wrote: exactly that is done, or nothing
    #[arg(value_name = "PLAN")]
    pub plan: Option<String>,
    /// The key that the plan was sealed with
    #[arg(long, value_name = "FILE", requires = "plan")]
    pub plan_key: Option<String>,
}

/// `bkhelm diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Values over those of all releases.
    #[command(flatten)]
    pub values: ReleaseValueFlags,
    /// Which releases come along.
    #[command(flatten)]
    pub needs: NeedsFlags,
    /// What is shown.
    #[command(flatten)]
    pub diff: DiffFlags,
    /// Don't check values against the charts' schemas
    #[arg(long)]
    pub skip_schema_validation: bool,
    /// Releases that are looked at at the same time; 0: all
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub concurrency: usize,
    /// Write what apply would do to this file: `bkhelm apply FILE` does exactly that, or refuses
    #[arg(long, value_name = "FILE")]
    pub plan_out: Option<String>,
    /// Seal what was rendered into the plan with the key in this file, so that apply does not render again
    #[arg(long, value_name = "FILE", requires = "plan_out")]
    pub plan_key: Option<String>,
}

/// `bkhelm destroy`
#[derive(Debug, Args)]
pub struct DestroyArgs {
    /// How what a release's objects own is removed
    #[arg(long, value_enum, default_value = "background", value_name = "RULE")]
    pub cascade: Cascade,
    /// Releases that are removed at the same time; 0: all that don't need each other
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub concurrency: usize,
    /// Wait until everything is gone
    #[arg(long = "deleteWait")]
    pub delete_wait: bool,
    /// Seconds for that wait
    #[arg(long = "deleteTimeout", default_value_t = 300, value_name = "SECONDS")]
    pub delete_timeout: u64,
    /// Don't prepare charts: leaves out the prepare hooks
    #[arg(long)]
    pub skip_charts: bool,
    /// Ask before anything is removed
    #[arg(short, long, env = "HELMFILE_INTERACTIVE", value_parser = super::flags::truth())]
    pub interactive: bool,
}

/// `bkhelm unlock`
#[derive(Debug, Args)]
pub struct UnlockArgs {
    /// Releases to unlock; without any, all that the selectors pick
    #[arg(value_name = "RELEASE")]
    pub releases: Vec<String>,
}

/// `bkhelm prune`
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// Remove them; without it, they are only listed
    #[arg(long)]
    pub yes: bool,
    /// Ask before anything is removed
    #[arg(short, long, env = "HELMFILE_INTERACTIVE", value_parser = super::flags::truth())]
    pub interactive: bool,
    /// Keep their records, so that they can be rolled back
    #[arg(long)]
    pub keep_history: bool,
    /// How what a release's objects own is removed
    #[arg(long, value_enum, default_value = "background", value_name = "RULE")]
    pub cascade: Cascade,
}

/// `bkhelm test`
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Remove what the tests made afterwards
    #[arg(long)]
    pub cleanup: bool,
    /// Print the logs of the tests' pods
    #[arg(long)]
    pub logs: bool,
    /// Seconds for each test
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    pub timeout: u64,
    /// Releases that are tested at the same time; 0: all
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub concurrency: usize,
}
