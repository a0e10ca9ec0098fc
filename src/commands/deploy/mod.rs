//! Commands that look at a cluster or change it: helmfile's `sync`, `apply`, `diff`, `destroy`, and our own beside them.
//!
//! `state → stages → each release: look, render, deploy`. Releases are worked on at once, each on a thread of its own, as soon
//! as what they need is finished, so that `lookup` and capabilities see it.

mod apply;
mod apply_plan;
mod arguments;
mod banner;
mod destroy;
mod diff;
mod difference;
mod plan;
mod prune;
mod release;
mod status;
mod summary;
mod sync;
mod test;
mod turns;
mod unlock;
mod walk;

pub use apply::apply;
pub use destroy::destroy;
pub use diff::diff;
pub use prune::prune;
pub use status::{Installed, status};
pub use sync::sync;
pub use test::test;
pub use unlock::unlock;

use crate::cli::{Cascade, ConflictRule, ConflictSide, CrdRule, DeployFlags, ReleaseValueFlags, ServerSideRule};
use crate::cluster::Propagation;
use crate::cluster::deploy::{Crds, Options, ServerSide};
use crate::commands::session::Session;
use crate::commands::{Run, path, template};
use crate::diag::Result;
use crate::plan::ownership::{Policy, Rule, Verdict};
use crate::render::SchemaCheck;
use crate::state::Release;

/// Releases that are worked on at the same time where nobody says how many.
const AT_ONCE: usize = 16;

/// Threads for `--concurrency`.
fn threads(concurrency: usize) -> usize {
    if concurrency == 0 { AT_ONCE } else { concurrency }
}

/// How a release is deployed: what the state says, and the flags over it.
fn options(release: &Release, flags: &DeployFlags) -> Options {
    let state = &release.options;
    let seconds = match (flags.timeout, u64::try_from(state.timeout).unwrap_or_default()) {
        (0, 0) => 300,
        (0, own) => own,
        (given, _) => given,
    };
    let wait = flags.wait || state.wait || state.atomic;
    let own = Options {
        wait,
        wait_for_jobs: flags.wait_for_jobs || state.wait_for_jobs,
        timeout: std::time::Duration::from_secs(seconds),
        atomic: state.atomic,
        cleanup_on_fail: state.cleanup_on_fail,
        create_namespace: state.create_namespace,
        take_ownership: flags.take_ownership,
        force_conflicts: flags.force_conflicts || state.force,
        server_side: match flags.server_side {
            Some(ServerSideRule::True) => ServerSide::On,
            Some(ServerSideRule::False) => ServerSide::Off,
            Some(ServerSideRule::Auto) | None => ServerSide::Auto,
        },
        crds: match flags.crds {
            _ if flags.skip_crds || state.skip_crds => Crds::Skip,
            CrdRule::Create => Crds::Create,
            CrdRule::Upgrade => Crds::Upgrade,
            CrdRule::Skip => Crds::Skip,
        },
        description: flags.description.clone().unwrap_or_else(|| state.description.clone()),
        labels: match flags.sync_release_labels {
            true => release.labels.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect(),
            false => Vec::new(),
        },
        history_max: state.history_max.unwrap_or(10),
        replace: flags.allow_replace.clone(),
        policy: Policy::with(flags.conflicts.iter().map(rule).collect()),
        ..Options::default()
    };
    arguments::options(flags, own)
}

/// How releases are rendered, by the flags that all these commands have.
fn rendering(values: &ReleaseValueFlags, skip_schema: bool, concurrency: usize) -> path::Options {
    let schema_check = if skip_schema { SchemaCheck::Skip } else { SchemaCheck::Refuse };
    path::Options { schema_check, ..template::options(values, None, concurrency) }
}

/// What `--conflicts` says, as the plan has it.
fn rule(typed: &ConflictRule) -> Rule {
    Rule {
        object: typed.object.clone(),
        field: typed.field.clone(),
        manager: typed.manager.clone(),
        verdict: match typed.side {
            ConflictSide::Ours => Verdict::Ours,
            ConflictSide::Theirs => Verdict::Theirs,
            ConflictSide::Fail => Verdict::Fail,
        },
    }
}

/// A chart's name as helmfile shows it: the last part of a path.
fn base_name(chart: &str) -> &str {
    match chart.starts_with(['.', '/']) {
        true => chart.trim_end_matches('/').rsplit('/').next().unwrap_or(chart),
        false => chart,
    }
}

/// Asks before something is changed, where that was wished; no answer is a no.
///
/// # Errors
/// When standard input can't be read.
fn ask(run: &Run, interactive: bool, question: &str) -> Result<bool> {
    if !interactive {
        return Ok(true);
    }
    run.write(question.as_bytes())?;
    loop {
        run.write(b" [y/n]: ")?;
        let answer = run.host().read_line()?;
        match answer.as_deref().map(str::trim) {
            Some("y" | "Y" | "yes" | "Yes" | "YES") => return Ok(true),
            Some("n" | "N" | "no" | "No" | "NO") | None => return Ok(false),
            Some(_) => {}
        }
    }
}

/// What `--cascade` means.
fn propagation(cascade: Cascade) -> Propagation {
    match cascade {
        Cascade::Background => Propagation::Background,
        Cascade::Foreground => Propagation::Foreground,
        Cascade::Orphan => Propagation::Orphan,
    }
}
