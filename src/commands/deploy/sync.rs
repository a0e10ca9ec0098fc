//! `bkhelm sync`: everything that the selectors pick is installed or upgraded; what is not wanted is removed.

use super::release::Worker;
use super::summary::{Affected, Row};
use super::{Session, ask, base_name, options, propagation, threads};
use crate::cli::{DeployFlags, NeedsFlags, SyncArgs};
use crate::cluster::deploy::UninstallOptions;
use crate::commands::hooks::{self, Prepare};
use crate::commands::path::{self, Path, in_order};
use crate::commands::template::{needs, options as rendering};
use crate::commands::{Exit, Run};
use crate::diag::Errors;
use crate::fetch::Repositories;
use crate::render::SchemaCheck;
use crate::state::{Release, Stages, State};

/// Works state by state, stage by stage. A state that failed ends the run: what comes after it may stand on it.
pub fn sync(run: &Run, args: &SyncArgs) -> Exit {
    let session = match Session::start(run) {
        Ok(session) => session,
        Err(error) => return run.fail(error.into()),
    };
    let desired = run.load();
    run.say_notes();
    let mut how = rendering(&args.values, None, args.deploy.concurrency);
    if args.deploy.skip_schema_validation {
        how.schema_check = SchemaCheck::Skip;
    }
    let path = Path::new(run, how);
    let mut errors = Errors::new();
    let mut matched = false;
    for (at, state) in desired.states.iter().enumerate() {
        errors.extend(hooks::around(run, state, "sync", Prepare::Releases, || match stages(state, &args.needs) {
            Ok(None) => Errors::new(),
            Ok(Some(stages)) => {
                matched = true;
                one_state(&session, &path, state, &stages, args)
            }
            Err(error) => error.into(),
        }));
        if let Some(left) = (desired.states.len() - at).checked_sub(1).filter(|left| *left > 0 && !errors.is_empty()) {
            run.output.warn(&format!("{left} states after {} were not worked on", state.path));
            break;
        }
    }
    if !matched && errors.is_empty() {
        errors.extend(path::no_match(run, &desired));
    }
    errors.extend(desired.errors);
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

/// What is worked on, in which order.
pub(super) fn stages<'a>(state: &'a State, flags: &NeedsFlags) -> crate::diag::Result<Option<Stages<'a>>> {
    state.stages(needs(flags))
}

fn one_state(session: &Session<'_>, path: &Path<'_>, state: &State, stages: &Stages<'_>, args: &SyncArgs) -> Errors {
    let run = session.run;
    let repositories = match Repositories::load(run.host(), state.repositories.clone()) {
        Ok(repositories) => repositories,
        Err(error) => return error.into(),
    };
    let worker = Worker { run, session, path, state, repositories };
    let mut leaving = Vec::new();
    for release in stages.remove.iter().flatten().copied() {
        match worker.is_installed(release) {
            Ok(true) => leaving.push(release),
            Ok(false) => {}
            Err(error) => return error.into(),
        }
    }
    let one = |word: &'static str| move |release: &&Release| format!("  {} ({}) {word}", release.name, release.chart);
    let mut names: Vec<String> = leaving.iter().map(one("DELETED")).collect();
    names.extend(stages.install.iter().flatten().map(one("UPDATED")));
    names.sort();
    let question = format!(
        "Affected releases are:\n{}\n\nDo you really want to sync?\n  Helmfile will sync all your releases, as shown above.\n\n",
        names.join("\n")
    );
    match ask(run, args.deploy.interactive, &question) {
        Ok(true) => {}
        Ok(false) => return Errors::new(),
        Err(error) => return error.into(),
    }
    let mut affected = Affected::default();
    let mut errors = remove(&worker, &stages.remove, &leaving, &args.deploy, "sync", &mut affected);
    if errors.is_empty() {
        errors.extend(install(&worker, &stages.install, &args.deploy, "sync", &mut affected));
    }
    affected.show(&run.output);
    errors
}

/// Removes the releases that are `leaving`, stage by stage.
pub(super) fn remove(
    worker: &Worker<'_>,
    stages: &[Vec<&Release>],
    leaving: &[&Release],
    flags: &DeployFlags,
    command: &str,
    affected: &mut Affected,
) -> Errors {
    let mut errors = Errors::new();
    for stage in stages {
        let stage: Vec<&Release> =
            stage.iter().copied().filter(|release| leaving.iter().any(|other| std::ptr::eq(*other, *release))).collect();
        let work = |release: &Release| {
            worker.run.output.info(&format!("Deleting {}", release.name));
            let options = UninstallOptions {
                keep_history: false,
                wait: false,
                timeout: options(release, flags).timeout,
                no_hooks: false,
                cascade: propagation(flags.cascade),
                description: String::new(),
            };
            worker.remove(release, &options, command, true)
        };
        in_order(threads(flags.concurrency), &stage, work, |release, result| match result {
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
    errors
}

/// Installs and upgrades stage by stage. What needs a release that failed is not begun; the others of its stage are finished.
pub(super) fn install(
    worker: &Worker<'_>,
    stages: &[Vec<&Release>],
    flags: &DeployFlags,
    command: &str,
    affected: &mut Affected,
) -> Errors {
    let run = worker.run;
    let mut errors = Errors::new();
    for (at, stage) in stages.iter().enumerate() {
        if worker.session.stopped() {
            errors.push(crate::diag::Error::new(crate::diag::Kind::Apply, "stopped as asked"));
        }
        if !errors.is_empty() {
            let left: Vec<&str> = stages.iter().skip(at).flatten().map(|release| release.name.as_str()).collect();
            run.output.warn(&format!("not begun: {}", left.join(", ")));
            break;
        }
        let work = |release: &Release| {
            run.output.info(&format!(
                "Upgrading release={}, chart={}, namespace={}",
                release.name,
                base_name(&release.chart),
                release.namespace
            ));
            worker.deploy(release, &options(release, flags), command)
        };
        in_order(threads(flags.concurrency), stage, work, |release, result| match result {
            Ok(outcome) => {
                if let Some(record) = &outcome.record {
                    run.output.info(&format!("{}: revision {} is deployed", release.name, record.version));
                    if !flags.hide_notes && !record.info.notes.trim().is_empty() {
                        run.output.info(&format!("NOTES:\n{}", record.info.notes.trim()));
                    }
                }
                affected.updated.push(Row::of(release, outcome.time));
            }
            Err(failed) => {
                affected.failed.push(Row::of(release, Default::default()));
                errors.extend(failed);
            }
        });
    }
    errors
}
