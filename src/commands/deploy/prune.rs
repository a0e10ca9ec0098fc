//! `bkhelm prune`: removes releases that left the state. Without `--yes` it only says which.

use std::collections::{BTreeMap, BTreeSet};

use super::banner::announce_releases;
use super::{Session, ask, propagation};
use crate::cli::PruneArgs;
use crate::cluster::deploy::UninstallOptions;
use crate::cluster::records::{Record, Status};
use crate::commands::{Exit, Run};
use crate::diag::{Error, Errors, Kind, Result};

/// Looks in the namespaces of the state's releases, of all its environments' selectors none: what is there and not written
/// there has left.
pub fn prune(run: &Run, args: &PruneArgs) -> Exit {
    if !run.request.selectors.is_empty() {
        let error = Error::new(Kind::Usage, "prune takes no selectors: what is not selected would look as if it had left");
        return run.fail(error.into());
    }
    match pruned(run, args) {
        Ok(exit) => exit,
        Err(errors) => run.fail(errors),
    }
}

fn pruned(run: &Run, args: &PruneArgs) -> Result<Exit, Errors> {
    let session = Session::start(run)?;
    let desired = run.load();
    run.say_notes();
    // A state that could not be read whole would make its releases look as if they had left.
    desired.errors.clone().or(())?;
    let mut known: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for release in desired.states.iter().flat_map(|state| &state.releases) {
        let namespace = match release.namespace.as_str() {
            "" => session.connection(&release.kube_context)?.namespace.clone(),
            own => own.to_owned(),
        };
        known.entry((release.kube_context.clone(), namespace)).or_default().insert(release.name.clone());
    }
    announce_releases(&session, desired.states.iter().flat_map(|state| &state.releases))?;
    let mut gone = Vec::new();
    for ((context, namespace), names) in &known {
        let connection = session.connection(context)?;
        let engine = session.engine(&connection);
        for record in session.wait_for(engine.latest(namespace))? {
            if record.info.status != Status::Uninstalled && !names.contains(&record.name) {
                gone.push((context.clone(), record));
            }
        }
    }
    if gone.is_empty() {
        run.output.info("Nothing has left the state");
        return Ok(Exit::Done);
    }
    let line = |record: &Record| format!("  {} ({}, {}-{})", record.name, record.namespace, record.chart.name(), record.chart.version());
    let list: Vec<String> = gone.iter().map(|(_, record)| line(record)).collect();
    let list = format!("Releases that are on the cluster and not in the state:\n{}\n", list.join("\n"));
    run.write(list.as_bytes())?;
    if !args.yes && !args.interactive {
        run.output.info("Nothing was removed: --yes removes them, -i asks");
        return Ok(Exit::Done);
    }
    if !ask(run, args.interactive && !args.yes, "\nDo you really want to remove them?\n\n")? {
        return Ok(Exit::Done);
    }
    let options = UninstallOptions {
        keep_history: args.keep_history,
        wait: false,
        timeout: std::time::Duration::from_secs(300),
        no_hooks: false,
        cascade: propagation(args.cascade),
        description: String::new(),
    };
    let mut errors = Errors::new();
    for (context, record) in &gone {
        run.output.info(&format!("Deleting {}", record.name));
        let connection = session.connection(context)?;
        let engine = session.engine(&connection);
        let work = || session.wait_for(engine.uninstall((&record.namespace, &record.name), &options));
        let removed = session.working_on(&record.name, work);
        errors.extend(removed.err().into_iter().flatten().map(|error| error.subject(format!("release {}", record.name))));
    }
    errors.or(Exit::Done)
}
