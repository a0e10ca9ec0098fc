//! `bkhelm apply`: shows what differs, then installs, upgrades and removes only that.

use super::apply_plan::apply_plan;
use super::diff::Changes;
use super::release::Worker;
use super::summary::Affected;
use super::sync::{install, remove};
use super::walk::Walk;
use super::{Session, arguments, ask, rendering};
use crate::cli::ApplyArgs;
use crate::commands::hooks::{self, Prepare};
use crate::commands::template::needs;
use crate::commands::{Exit, Run};
use crate::diag::Errors;
use crate::state::{Release, Stages};

/// Works state by state; a state that failed ends the run.
pub fn apply(run: &Run, args: &ApplyArgs) -> Exit {
    let session = match Session::start(run) {
        Ok(session) => session,
        Err(error) => return run.fail(error.into()),
    };
    let args = &match arguments::read(&args.deploy) {
        Ok(deploy) => ApplyArgs { deploy, ..args.clone() },
        Err(error) => return run.fail(error.into()),
    };
    let rendering = rendering(&args.values, args.deploy.skip_schema_validation, args.deploy.concurrency);
    let rendering = arguments::values(&args.deploy, rendering);
    if let Some(plan) = &args.plan {
        return apply_plan(&session, rendering, args, plan);
    }
    let walk =
        Walk { command: "apply", prepare: Some(Prepare::Releases), needs: needs(&args.needs), rendering, backwards: false, stops: true };
    let (mut looked, mut changed) = (false, false);
    let errors = walk.take(&session, |worker, stages| {
        looked = true;
        one_state(worker, stages, args, &mut changed)
    });
    if !errors.is_empty() {
        return run.fail(errors);
    }
    if looked && !changed {
        run.output.info("Nothing to do: everything is as it should be");
    }
    if changed && args.diff.detailed_exitcode { Exit::Changed } else { Exit::Done }
}

fn one_state(worker: &Worker<'_>, stages: &Stages<'_>, args: &ApplyArgs, changed: &mut bool) -> Errors {
    let run = worker.run;
    let changes = match Changes::find(worker, stages, &args.diff, &args.deploy, None) {
        Ok(changes) => changes,
        Err(errors) => return errors,
    };
    let changes_it = |release: &Release| changes.update.iter().any(|other| std::ptr::eq(*other, release));
    for release in stages.install.iter().flatten().filter(|release| !changes_it(release)) {
        hooks::cleanup(run, worker.state, release, "apply");
    }
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
    *changed = true;
    for release in stages.remove.iter().chain(stages.install.iter().rev()).flatten() {
        if let Err(error) = worker.hook(release, "preapply", None, "apply") {
            return error.into();
        }
    }
    let mut affected = Affected::default();
    let how = (&args.deploy, "apply");
    let mut errors = remove(worker, &stages.remove, &changes.remove, how, &mut affected);
    if errors.is_empty() {
        let mut stages = stages.install.clone();
        stages.iter_mut().for_each(|stage| stage.retain(|release| changes_it(release)));
        stages.retain(|stage| !stage.is_empty());
        errors.extend(install(worker, &stages, how, &mut affected));
    }
    affected.show(&run.output);
    errors
}
