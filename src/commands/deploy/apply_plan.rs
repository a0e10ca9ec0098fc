//! `bkhelm apply PLAN`: exactly what a plan says, or nothing.

use super::banner::announce_releases;
use super::plan::{Planning, read, refuse_moved};
use super::release::{Candidate, Worker};
use super::summary::{Affected, Row, timed};
use super::sync::removal;
use super::walk::worker;
use super::{Session, base_name, options, threads};
use crate::cli::ApplyArgs;
use crate::commands::Exit;
use crate::commands::path::{Options, Path, in_order};
use crate::diag::{Error, Errors, Kind, Result};
use crate::plan::file::{Action, PlanFile, ReleasePlan};
use crate::state::{Desired, Release};

/// A plan with the release of the state that it is for, ready to be taken.
struct Ready<'a> {
    plan: &'a ReleasePlan,
    worker: &'a Worker<'a>,
    release: &'a Release,
    /// What is deployed; none for a removal.
    candidate: Option<Candidate>,
}

/// Checks all releases of the plan first, then takes it stage by stage.
pub fn apply_plan(session: &Session<'_>, rendering: Options, args: &ApplyArgs, name: &str) -> Exit {
    let run = session.run;
    let desired = run.load();
    run.say_notes();
    if !desired.errors.is_empty() {
        return run.fail(desired.errors);
    }
    let path = Path::new(run, rendering);
    let file = match read(run, name) {
        Ok(file) => file,
        Err(error) => return run.fail(error.into()),
    };
    if file.releases.is_empty() {
        run.output.info("Nothing to do: the plan has no releases");
        return Exit::Done;
    }
    match prepared(session, &path, &desired, args, &file) {
        Ok(errors) | Err(errors) if !errors.is_empty() => run.fail(errors),
        _ if args.diff.detailed_exitcode => Exit::Changed,
        _ => Exit::Done,
    }
}

fn prepared(session: &Session<'_>, path: &Path<'_>, desired: &Desired, args: &ApplyArgs, file: &PlanFile) -> Result<Errors, Errors> {
    let run = session.run;
    let planning = Planning::new(run, Some(&file.salt), args.plan_key.as_ref())?;
    let mut workers = Vec::with_capacity(desired.states.len());
    for state in &desired.states {
        workers.push(worker(session, path, state)?);
    }
    let mut errors = Errors::new();
    let mut all = Vec::with_capacity(file.releases.len());
    for plan in &file.releases {
        let found = workers.iter().find_map(|worker| Some((worker, worker.state.releases.iter().find(|release| plan.is_of(release))?)));
        match found {
            Some((worker, release)) => match ready(&planning, worker, release, plan, args) {
                Ok(ready) => all.push(ready),
                Err(failed) => errors.extend(failed),
            },
            None => errors.push(
                Error::new(Kind::State, format!("the plan has release {}, which the state no longer has", plan.release))
                    .hint("nothing was changed; make a new plan with `bkhelm diff --plan-out`"),
            ),
        }
    }
    errors.or(())?;
    announce_releases(session, all.iter().map(|ready| ready.release))?;
    Ok(take(session, &planning, all, args))
}

/// Checks that the plan still holds.
fn ready<'a>(
    planning: &Planning,
    worker: &'a Worker<'a>,
    release: &'a Release,
    plan: &'a ReleasePlan,
    args: &ApplyArgs,
) -> Result<Ready<'a>, Errors> {
    if plan.action == Action::Remove {
        if !worker.is_installed(release)? {
            return Err(Error::new(Kind::Apply, format!("the plan removes release {}, which is gone already", plan.release)).into());
        }
        return Ok(Ready { plan, worker, release, candidate: None });
    }
    let candidate = match planning.bundle(worker.run, plan, worker.session.zone())? {
        Some(bundle) => worker.unrendered(release, bundle)?,
        None => worker.candidate(release)?,
    };
    let now = planning.plan(worker, release, &candidate, &options(release, &args.deploy))?;
    refuse_moved(plan, &now)?;
    Ok(Ready { plan, worker, release, candidate: Some(candidate) })
}

fn take(session: &Session<'_>, planning: &Planning, all: Vec<Ready<'_>>, args: &ApplyArgs) -> Errors {
    let run = session.run;
    let mut affected = Affected::default();
    let mut errors = Errors::new();
    for stage in all.chunk_by(|one, other| one.plan.stage == other.plan.stage) {
        if !errors.is_empty() {
            break;
        }
        let stage: Vec<&Ready<'_>> = stage.iter().collect();
        let work = |ready: &Ready<'_>| {
            let (release, worker) = (ready.release, ready.worker);
            let how = options(release, &args.deploy);
            let Some(candidate) = &ready.candidate else {
                return timed(|| worker.remove(release, &removal(release, &args.deploy), "apply", true));
            };
            let chart = base_name(&release.chart);
            run.output.info(&format!("Upgrading release={}, chart={chart}, namespace={}", release.name, release.namespace));
            let expected = Some((ready.plan.clone(), planning.salt.clone()));
            timed(|| worker.deploy_ready(release, candidate, &crate::cluster::deploy::Options { expected, ..how }, "apply"))
        };
        in_order(threads(args.deploy.concurrency), &stage, work, |ready, (result, time)| match result {
            Ok(None) => affected.deleted.push(Row::of(ready.release, time)),
            Ok(Some(_)) => affected.updated.push(Row::of(ready.release, time)),
            Err(failed) => {
                let list = if ready.candidate.is_some() { &mut affected.failed } else { &mut affected.left };
                list.push(Row::of(ready.release, time));
                errors.extend(failed);
            }
        });
    }
    affected.show(&run.output);
    errors
}
