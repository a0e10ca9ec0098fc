//! How a release is deployed, by helm's flags.

use std::time::Duration;

use crate::charts::{Loader, Profile};
use crate::cli::{HelmUpgrade, ReleaseFlags, WaitFlags, WaitRule};
use crate::cluster::Strategy;
use crate::cluster::deploy::{Crds, Options, ServerSide};
use crate::commands::Run;
use crate::diag::{Error, Kind, Result};

/// helm's own time for a step.
pub const TIMEOUT: Duration = Duration::from_secs(300);

/// What the flags of `install` and `upgrade` say, over what is there.
pub fn over(base: Options, flags: &ReleaseFlags, profile: Profile) -> Options {
    let undo = flags.rollback_on_failure || flags.atomic;
    Options {
        wait: base.wait || waits(&flags.waiting) || undo,
        wait_for_jobs: base.wait_for_jobs || flags.wait_for_jobs,
        strategy: strategy(&flags.waiting, profile),
        timeout: flags.waiting.timeout.unwrap_or(base.timeout),
        atomic: base.atomic || undo,
        create_namespace: base.create_namespace || flags.create_namespace,
        take_ownership: base.take_ownership || flags.take_ownership,
        force_conflicts: base.force_conflicts || flags.force_conflicts,
        crds: if flags.skip_crds { Crds::Skip } else { base.crds },
        no_hooks: base.no_hooks || flags.no_hooks,
        description: flags.description.clone().filter(|text| !text.is_empty()).unwrap_or(base.description),
        labels: base.labels.into_iter().chain(labels(flags)).collect(),
        ..base
    }
}

/// The same with the flags that `upgrade` alone has.
///
/// # Errors
/// A `--server-side` that is none.
pub fn over_upgrade(base: Options, flags: &HelmUpgrade, profile: Profile) -> Result<Options> {
    let base = over(base, &flags.release, profile);
    Ok(Options {
        cleanup_on_fail: base.cleanup_on_fail || flags.cleanup_on_fail,
        history_max: flags.history_max.unwrap_or(base.history_max),
        server_side: flags.server_side.as_deref().map_or(Ok(base.server_side), server_side)?,
        ..base
    })
}

/// `--labels`; `null` takes one away from those that the release has.
fn labels(flags: &ReleaseFlags) -> impl Iterator<Item = (String, Option<String>)> {
    let one = |(name, value): &(String, String)| (name.clone(), Some(value.clone()).filter(|value| value != "null"));
    flags.labels.iter().flatten().map(one)
}

/// # Errors
/// helm's words (helm pkg/action/upgrade.go `getUpgradeServerSideValue`).
pub fn server_side(text: &str) -> Result<ServerSide> {
    match text {
        "auto" => Ok(ServerSide::Auto),
        "true" => Ok(ServerSide::On),
        "false" => Ok(ServerSide::Off),
        other => Err(Error::new(Kind::Usage, format!("invalid/unknown release server-side apply method: {other}"))),
    }
}

/// Whether more than hooks is waited for.
pub fn waits(flags: &WaitFlags) -> bool {
    matches!(flags.wait, Some(WaitRule::Watcher | WaitRule::Legacy))
}

/// Whose rules say what is ready.
pub fn strategy(flags: &WaitFlags, profile: Profile) -> Strategy {
    let helm3 = profile.loader == Loader::AnyVersion;
    if helm3 || flags.wait == Some(WaitRule::Legacy) { Strategy::Legacy } else { Strategy::Watcher }
}

/// Says on stderr what Helm 4 calls otherwise by now.
pub fn deprecated(run: &Run, flags: &ReleaseFlags) {
    if flags.atomic && run.profile.loader != Loader::AnyVersion {
        run.output.log("Flag --atomic has been deprecated, use --rollback-on-failure instead");
    }
}
