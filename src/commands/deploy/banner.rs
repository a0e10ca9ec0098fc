//! What is said before anything is changed: which clusters, which environment, how much.

use std::collections::BTreeMap;

use super::Session;
use crate::diag::Result;
use crate::state::{Desired, Needs, Release};

/// Reaches every cluster that the selected releases are for, so that a wrong one is refused before anything begins, and says where
/// the run goes.
///
/// # Errors
/// As [`Session::connection`].
pub fn announce(session: &Session<'_>, desired: &Desired, needs: Needs) -> Result<()> {
    let mut contexts: BTreeMap<&str, usize> = BTreeMap::new();
    for state in &desired.states {
        // What is wrong with a state is told when its turn comes.
        let Ok(Some(stages)) = state.stages(needs) else { continue };
        for release in stages.remove.iter().chain(&stages.install).flatten() {
            *contexts.entry(release.kube_context.as_str()).or_default() += 1;
        }
    }
    say(session, &contexts)
}

/// The same for releases that are known.
///
/// # Errors
/// As [`Session::connection`].
pub fn announce_releases<'a>(session: &Session<'_>, releases: impl Iterator<Item = &'a Release>) -> Result<()> {
    let mut contexts: BTreeMap<&str, usize> = BTreeMap::new();
    for release in releases {
        *contexts.entry(release.kube_context.as_str()).or_default() += 1;
    }
    say(session, &contexts)
}

fn say(session: &Session<'_>, contexts: &BTreeMap<&str, usize>) -> Result<()> {
    let output = &session.run.output;
    for (context, count) in contexts {
        let connection = session.connection(context)?;
        let releases = if *count == 1 { "1 release".to_owned() } else { format!("{count} releases") };
        let title = format!("Cluster {}, environment {}: {releases}", connection.title(), session.run.request.environment);
        output.info(&output.bold(&title));
    }
    Ok(())
}
