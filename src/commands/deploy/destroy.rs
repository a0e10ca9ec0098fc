//! `bkhelm destroy`: removes the selected releases, what needs others first.

use super::release::Worker;
use super::summary::{Affected, Row};
use super::{Session, ask, propagation, threads};
use crate::cli::DestroyArgs;
use crate::cluster::deploy::UninstallOptions;
use crate::commands::hooks::{self, Prepare};
use crate::commands::path::{self, Options, Path, in_order};
use crate::commands::{Exit, Run};
use crate::diag::Errors;
use crate::fetch::Repositories;
use crate::state::{Needs, Release, State};

/// Works on the states from the last to the first.
pub fn destroy(run: &Run, args: &DestroyArgs) -> Exit {
    let session = match Session::start(run) {
        Ok(session) => session,
        Err(error) => return run.fail(error.into()),
    };
    let desired = run.load();
    run.say_notes();
    let path = Path::new(run, Options::default());
    let mut errors = Errors::new();
    let mut matched = false;
    let prepare = if args.skip_charts { Prepare::Nothing } else { Prepare::Releases };
    for state in desired.states.iter().rev() {
        errors.extend(hooks::around(run, state, "destroy", prepare, || match state.stages(Needs { skip: true, ..Needs::default() }) {
            Ok(None) => Errors::new(),
            Ok(Some(stages)) => {
                matched = true;
                let mut all = stages.remove;
                all.extend(stages.install.into_iter().rev());
                one_state(&session, &path, state, &all, args)
            }
            Err(error) => error.into(),
        }));
        if !errors.is_empty() {
            break;
        }
    }
    if !matched && errors.is_empty() {
        errors.extend(path::no_match(run, &desired));
    }
    errors.extend(desired.errors);
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

fn one_state(session: &Session<'_>, path: &Path<'_>, state: &State, stages: &[Vec<&Release>], args: &DestroyArgs) -> Errors {
    let run = session.run;
    let repositories = match Repositories::load(run.host(), state.repositories.clone()) {
        Ok(repositories) => repositories,
        Err(error) => return error.into(),
    };
    let worker = Worker { run, session, path, state, repositories };
    let one = |release: &&Release| format!("  {} ({})", release.name, release.chart);
    let names: Vec<String> = stages.iter().flatten().map(one).collect();
    let question = format!(
        "Affected releases are:\n{}\n\nDo you really want to delete?\n  Helmfile will delete all your releases, as shown above.\n\n",
        names.join("\n")
    );
    match ask(run, args.interactive, &question) {
        Ok(true) => {}
        Ok(false) => return Errors::new(),
        Err(error) => return error.into(),
    }
    let mut affected = Affected::default();
    let mut errors = Errors::new();
    for stage in stages {
        let mut there = Vec::new();
        for release in stage {
            match worker.is_installed(release) {
                Ok(true) => there.push(*release),
                Ok(false) => run.output.info(&format!("{}: not installed", release.name)),
                Err(error) => errors.push(error),
            }
        }
        let options = UninstallOptions {
            keep_history: false,
            wait: args.delete_wait,
            timeout: std::time::Duration::from_secs(args.delete_timeout),
            no_hooks: false,
            cascade: propagation(args.cascade),
            description: String::new(),
        };
        let work = |release: &Release| {
            run.output.info(&format!("Deleting {}", release.name));
            worker.remove(release, &options, "delete", false)
        };
        in_order(threads(args.concurrency), &there, work, |release, result| match result {
            Ok(outcome) => affected.deleted.push(Row::of(release, outcome.time)),
            Err(failed) => {
                affected.failed.push(Row::of(release, Default::default()));
                errors.extend(failed);
            }
        });
        if !errors.is_empty() {
            break;
        }
    }
    affected.show(&run.output);
    errors
}
