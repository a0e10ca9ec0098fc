//! `bkhelm unlock`: takes a release away from a run that nobody stops any more.

use super::Session;
use super::release::Worker;
use super::walk::Walk;
use crate::cli::UnlockArgs;
use crate::cluster::lease;
use crate::commands::{Exit, Run};
use crate::diag::{Error, Errors, Kind, Result};
use crate::state::Release;

/// Removes the leases of the selected releases, and closes revisions that were left pending.
pub fn unlock(run: &Run, args: &UnlockArgs) -> Exit {
    let session = match Session::start(run) {
        Ok(session) => session,
        Err(error) => return run.fail(error.into()),
    };
    let mut seen = Vec::new();
    let mut errors = Walk::looking("unlock").take(&session, |worker, stages| {
        let named = |release: &&&Release| args.releases.is_empty() || args.releases.contains(&release.name);
        let mut errors = Errors::new();
        for release in stages.remove.iter().chain(&stages.install).flatten().filter(named) {
            seen.push(release.name.clone());
            errors.extend(one(worker, release).err().map(|error| worker.about(release, error)));
        }
        errors
    });
    for name in args.releases.iter().filter(|name| !seen.contains(name)) {
        errors.push(Error::new(Kind::NoMatch, format!("the state has no release {name}")));
    }
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

fn one(worker: &Worker<'_>, release: &Release) -> Result<()> {
    let (connection, namespace) = worker.place(release)?;
    let output = &worker.run.output;
    let removed = worker.session.wait_for(lease::remove(&connection.cluster, &namespace, &release.name));
    let holder = removed.map_err(|fault| fault.error("delete lease"))?;
    let engine = worker.session.engine(&connection);
    let closed = worker.session.wait_for(engine.close_pending((&namespace, &release.name)))?;
    match (holder, closed) {
        (None, None) => output.info(&format!("{}: was not locked", release.name)),
        (Some(holder), None) => output.info(&format!("{}: taken away from {holder}", release.name)),
        (holder, Some(revision)) => {
            let holder = holder.map(|holder| format!(" of {holder}")).unwrap_or_default();
            output.info(&format!("{}: revision {revision}{holder} was left pending and counts as failed now", release.name));
        }
    }
    Ok(())
}
