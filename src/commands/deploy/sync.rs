//! `bkhelm sync`: everything that the selectors pick is installed or upgraded; what is not wanted is removed.

use super::release::{Outcome, Worker};
use super::summary::{Affected, Row, timed};
use super::turns::Turns;
use super::walk::Walk;
use super::{Session, arguments, ask, base_name, options, propagation, rendering, threads};
use crate::cli::{DeployFlags, SyncArgs};
use crate::cluster::deploy::UninstallOptions;
use crate::cluster::records::Record;
use crate::commands::hooks::Prepare;
use crate::commands::path::in_order;
use crate::commands::template::needs;
use crate::commands::{Exit, Run};
use crate::diag::{Error, Errors, Kind};
use crate::state::{Release, Stages};

/// Works state by state, stage by stage.
pub fn sync(run: &Run, args: &SyncArgs) -> Exit {
    let session = match Session::start(run) {
        Ok(session) => session,
        Err(error) => return run.fail(error.into()),
    };
    let deploy = match arguments::read(&args.deploy) {
        Ok(deploy) => deploy,
        Err(error) => return run.fail(error.into()),
    };
    let walk = Walk {
        command: "sync",
        prepare: Some(Prepare::Releases),
        needs: needs(&args.needs),
        rendering: arguments::values(&deploy, rendering(&args.values, deploy.skip_schema_validation, deploy.concurrency)),
        backwards: false,
        stops: true,
    };
    let errors = walk.take(&session, |worker, stages| one_state(worker, stages, &deploy));
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

fn one_state(worker: &Worker<'_>, stages: &Stages<'_>, flags: &DeployFlags) -> Errors {
    let run = worker.run;
    let leaving = match worker.installed(stages.remove.iter().flatten().copied()) {
        Ok(leaving) => leaving,
        Err(errors) => return errors,
    };
    let one = |word: &'static str| move |release: &&Release| format!("  {} ({}) {word}", release.name, release.chart);
    let mut names: Vec<String> = leaving.iter().map(one("DELETED")).collect();
    names.extend(stages.install.iter().flatten().map(one("UPDATED")));
    names.sort();
    let question = format!(
        "Affected releases are:\n{}\n\nDo you really want to sync?\n  Helmfile will sync all your releases, as shown above.\n\n",
        names.join("\n")
    );
    match ask(run, flags.interactive, &question) {
        Ok(true) => {}
        Ok(false) => return Errors::new(),
        Err(error) => return error.into(),
    }
    let mut affected = Affected::default();
    let mut errors = remove(worker, &stages.remove, &leaving, (flags, "sync"), &mut affected);
    if errors.is_empty() {
        errors.extend(install(worker, &stages.install, (flags, "sync"), &mut affected));
    }
    affected.show(&run.output);
    errors
}

/// Removes the releases that are `leaving`, stage by stage, as part of a command.
pub(super) fn remove(
    worker: &Worker<'_>,
    stages: &[Vec<&Release>],
    leaving: &[&Release],
    (flags, command): (&DeployFlags, &str),
    affected: &mut Affected,
) -> Errors {
    let mut errors = Errors::new();
    for stage in stages {
        let leaves = |release: &&Release| leaving.iter().any(|other| std::ptr::eq(*other, *release));
        let stage: Vec<&Release> = stage.iter().copied().filter(leaves).collect();
        let work = |release: &Release| worker.remove(release, &removal(release, flags), command, true);
        errors.extend(remove_stage(&stage, flags.concurrency, work, affected));
        if !errors.is_empty() {
            break;
        }
    }
    errors
}

/// Removes releases that don't need each other.
pub(super) fn remove_stage(
    stage: &[&Release],
    concurrency: usize,
    work: impl Fn(&Release) -> Result<Outcome, Errors> + Sync,
    affected: &mut Affected,
) -> Errors {
    let mut errors = Errors::new();
    in_order(
        threads(concurrency),
        stage,
        |release| timed(|| work(release)),
        |release, (result, time)| match result {
            Ok(_) => affected.deleted.push(Row::of(release, time)),
            Err(failed) => {
                affected.left.push(Row::of(release, time));
                errors.extend(failed);
            }
        },
    );
    errors
}

/// How a release that is not wanted is removed.
pub(super) fn removal(release: &Release, flags: &DeployFlags) -> UninstallOptions {
    UninstallOptions {
        keep_history: false,
        wait: false,
        timeout: options(release, flags).timeout,
        no_hooks: false,
        cascade: propagation(flags.cascade),
        description: String::new(),
    }
}

/// Installs and upgrades, as part of a command: each release as soon as what it needs is there. What needs a release that
/// failed is not begun; all others are.
pub(super) fn install(
    worker: &Worker<'_>,
    stages: &[Vec<&Release>],
    (flags, command): (&DeployFlags, &str),
    affected: &mut Affected,
) -> Errors {
    let run = worker.run;
    let releases: Vec<&Release> = stages.iter().flatten().copied().collect();
    let turns = Turns::new(worker.state.needed(&releases));
    let work = |(at, release): &(usize, &Release)| {
        let turn = turns.take(*at).filter(|_| !worker.session.stopped())?;
        let chart = base_name(&release.chart);
        run.output.info(&format!("Upgrading release={}, chart={chart}, namespace={}", release.name, release.namespace));
        let (result, time) = timed(|| worker.deploy(release, &options(release, flags), command));
        // Told before the turns of others begin.
        if let Ok(Some(record)) = &result {
            run.output.info(&deployed(&worker.title(release), record, !flags.hide_notes));
        }
        turn.end(result.is_ok());
        Some((result, time))
    };
    let mut errors = Errors::new();
    let mut left: Vec<&str> = Vec::new();
    let numbered: Vec<(usize, &Release)> = releases.into_iter().enumerate().collect();
    in_order(threads(flags.concurrency), &numbered.iter().collect::<Vec<_>>(), work, |(_, release), result| match result {
        Some((Ok(_), time)) => affected.updated.push(Row::of(release, time)),
        Some((Err(failed), time)) => {
            affected.failed.push(Row::of(release, time));
            errors.extend(failed);
        }
        None => left.push(&release.name),
    });
    if !left.is_empty() {
        // What was in hand when the stop came has said so itself.
        if worker.session.stopped() && errors.is_empty() {
            errors.push(Error::new(Kind::Apply, "stopped as asked").hint("the next run goes on from here"));
        }
        run.output.warn(&format!("not begun: {}", left.join(", ")));
    }
    errors
}

/// `web: revision 2 is deployed`, and the chart's notes.
fn deployed(title: &str, record: &Record, notes: bool) -> String {
    let words = format!("{title}: revision {} is deployed", record.version);
    match record.info.notes.trim() {
        told if notes && !told.is_empty() => format!("{words}\nNOTES:\n{told}"),
        _ => words,
    }
}
