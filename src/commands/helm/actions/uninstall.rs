//! `helm uninstall` (helm pkg/cmd/uninstall.go, pkg/action/uninstall.go).

use super::errors::failure;
use super::options::{TIMEOUT, waits};
use super::{Arguments, is_helm4, reach, session};
use crate::charts::check_release_name;
use crate::cli::{Cascade, HelmUninstall};
use crate::cluster::Propagation;
use crate::cluster::deploy::{UninstallOptions, Uninstalled};
use crate::commands::Run;
use crate::diag::{Error, Kind, Result};
use crate::plan::Id;
use crate::render::Failure;

/// Uninstalls releases one after the other; the first that fails ends it.
pub fn uninstall(run: &Run, args: &HelmUninstall) -> Result<(), Box<Failure>> {
    Arguments::AtLeast(1).check("uninstall", "uninstall RELEASE_NAME [...]", &args.releases)?;
    let session = session(run)?;
    let (connection, namespace) = reach(&session)?;
    let options = UninstallOptions {
        keep_history: args.keep_history,
        wait: waits(&args.waiting),
        timeout: args.waiting.timeout.unwrap_or(TIMEOUT),
        no_hooks: args.no_hooks,
        cascade: match args.cascade {
            Cascade::Background => Propagation::Background,
            Cascade::Foreground => Propagation::Foreground,
            Cascade::Orphan => Propagation::Orphan,
        },
        description: args.description.clone(),
    };
    let engine = session.engine(&connection);
    for name in &args.releases {
        if check_release_name(name).is_err() {
            let command = if args.dry_run { "releaseContent" } else { "uninstall" };
            return Err(Error::new(Kind::Usage, format!("{command}: Release name is invalid: {name}")).into());
        }
        let there = match args.dry_run || args.ignore_not_found {
            false => true,
            true => session.wait_for(engine.look(&namespace, name))?.last().is_some(),
        };
        let left = match (there, args.dry_run) {
            (false, _) if args.ignore_not_found => Uninstalled::default(),
            (false, _) => return Err(Error::new(Kind::NoMatch, "release: not found").into()),
            (true, true) if is_helm4(run) => session.wait_for(engine.would_leave((&namespace, name)))?,
            // parity: helm 3 says of a dry run nothing about what stays.
            (true, true) => Uninstalled::default(),
            (true, false) => session.wait_for(engine.uninstall((&namespace, name), &options)).map_err(failure)?,
        };
        run.write((words(&left) + &format!("release \"{name}\" uninstalled\n")).as_bytes())?;
    }
    Ok(())
}

/// What was not removed, and why.
fn words(left: &Uninstalled) -> String {
    let list = |ids: &[Id]| ids.iter().map(|id| format!("[{}] {}\n", id.kind, id.name)).collect::<String>();
    let mut parts = Vec::new();
    if !left.kept.is_empty() {
        parts.push(format!("These resources were kept due to the resource policy:\n{}", list(&left.kept)));
    }
    if !left.foreign.is_empty() {
        let count = left.foreign.len();
        parts.push(format!("{count} resource(s) were not deleted because they are not owned by this release:\n{}", list(&left.foreign)));
    }
    if parts.is_empty() { String::new() } else { parts.join("\n") + "\n" }
}
