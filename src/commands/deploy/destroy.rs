//! `bkhelm destroy`: removes the selected releases, what needs others first.

use super::release::Worker;
use super::summary::Affected;
use super::sync::remove_stage;
use super::walk::Walk;
use super::{Session, ask, propagation};
use crate::cli::DestroyArgs;
use crate::cluster::deploy::UninstallOptions;
use crate::commands::hooks::Prepare;
use crate::commands::{Exit, Run};
use crate::diag::Errors;
use crate::state::{Release, Stages};

/// Works on the states from the last to the first.
pub fn destroy(run: &Run, args: &DestroyArgs) -> Exit {
    let session = match Session::start(run) {
        Ok(session) => session,
        Err(error) => return run.fail(error.into()),
    };
    let prepare = if args.skip_charts { Prepare::Nothing } else { Prepare::Releases };
    let walk = Walk { prepare: Some(prepare), backwards: true, stops: true, ..Walk::looking("destroy") };
    let errors = walk.take(&session, |worker, stages| one_state(worker, stages, args));
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

fn one_state(worker: &Worker<'_>, stages: &Stages<'_>, args: &DestroyArgs) -> Errors {
    let run = worker.run;
    let stages: Vec<&Vec<&Release>> = stages.remove.iter().chain(stages.install.iter().rev()).collect();
    let one = |release: &&Release| format!("  {} ({})", release.name, release.chart);
    let names: Vec<String> = stages.iter().copied().flatten().map(one).collect();
    let question = format!(
        "Affected releases are:\n{}\n\nDo you really want to delete?\n  Helmfile will delete all your releases, as shown above.\n\n",
        names.join("\n")
    );
    match ask(run, args.interactive, &question) {
        Ok(true) => {}
        Ok(false) => return Errors::new(),
        Err(error) => return error.into(),
    }
    let options = UninstallOptions {
        keep_history: false,
        wait: args.delete_wait,
        timeout: std::time::Duration::from_secs(args.delete_timeout),
        no_hooks: false,
        cascade: propagation(args.cascade),
        description: String::new(),
    };
    let mut affected = Affected::default();
    let mut errors = Errors::new();
    for stage in stages {
        let there = match worker.installed(stage.iter().copied()) {
            Ok(there) => there,
            Err(failed) => {
                errors.extend(failed);
                break;
            }
        };
        let work = |release: &Release| worker.remove(release, &options, "delete", false);
        errors.extend(remove_stage(&there, args.concurrency, work, &mut affected));
        if !errors.is_empty() {
            break;
        }
    }
    affected.show(&run.output);
    errors
}
