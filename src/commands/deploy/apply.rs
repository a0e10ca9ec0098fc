//! `bkhelm apply`: shows what differs, then installs, upgrades and removes only that.

use super::apply_plan::apply_plan;
use super::diff::Changes;
use super::summary::Affected;
use super::sync::{install, remove};
use super::{Session, ask};
use crate::cli::ApplyArgs;
use crate::commands::hooks::{self, Prepare};
use crate::commands::path::{self, Path};
use crate::commands::template::{needs, options as rendering};
use crate::commands::{Exit, Run};
use crate::diag::Errors;
use crate::render::SchemaCheck;
use crate::state::{Release, Stages, State};

/// Works state by state; a state that failed ends the run.
pub fn apply(run: &Run, args: &ApplyArgs) -> Exit {
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
    if let Some(plan) = &args.plan {
        return apply_plan(&session, &path, &desired, args, plan);
    }
    let mut errors = Errors::new();
    let (mut matched, mut changed) = (false, false);
    for (at, state) in desired.states.iter().enumerate() {
        errors.extend(hooks::around(run, state, "apply", Prepare::Releases, || match state.stages(needs(&args.needs)) {
            Ok(None) => Errors::new(),
            Ok(Some(stages)) => {
                matched = true;
                one_state(&session, &path, state, &stages, args, &mut changed)
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
    if !errors.is_empty() {
        return run.fail(errors);
    }
    if matched && !changed {
        run.output.info("Nothing to do: everything is as it should be");
    }
    if changed && args.diff.detailed_exitcode { Exit::Changed } else { Exit::Done }
}

fn one_state(session: &Session<'_>, path: &Path<'_>, state: &State, stages: &Stages<'_>, args: &ApplyArgs, changed: &mut bool) -> Errors {
    let run = session.run;
    let changes = match Changes::find(session, path, state, stages, &args.diff, args.deploy.concurrency, None) {
        Ok(changes) => changes,
        Err(errors) => return errors,
    };
    let cleanup = |release: &Release| hooks::cleanup(run, state, release, "apply");
    let idle = |release: &&&Release| !changes.update.iter().any(|other| std::ptr::eq(*other, **release));
    stages.install.iter().flatten().filter(idle).for_each(|release| cleanup(release));
    if !changes.any() {
        return Errors::new();
    }
    let question =
        format!("{}\nDo you really want to apply?\n  Helmfile will apply all your changes, as shown above.\n\n", changes.text(true));
    match ask(run, args.deploy.interactive, &question) {
        Ok(true) => {}
        Ok(false) => return Errors::new(),
        Err(error) => return error.into(),
    }
    let worker = &changes.worker;
    for release in stages.remove.iter().chain(stages.install.iter().rev()).flatten() {
        if let Err(error) = worker.hook(release, "preapply", None, "apply") {
            return error.into();
        }
    }
    let mut affected = Affected::default();
    let mut errors = remove(worker, &stages.remove, &changes.remove, &args.deploy, "apply", &mut affected);
    if errors.is_empty() {
        let wanted = |release: &&Release| changes.update.iter().any(|other| std::ptr::eq(*other, *release));
        let stages: Vec<Vec<&Release>> = stages
            .install
            .iter()
            .map(|stage| stage.iter().copied().filter(wanted).collect())
            .filter(|stage: &Vec<_>| !stage.is_empty())
            .collect();
        errors.extend(install(worker, &stages, &args.deploy, "apply", &mut affected));
    }
    affected.show(&run.output);
    *changed = true;
    errors
}
