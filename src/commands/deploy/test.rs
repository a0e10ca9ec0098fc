//! `bkhelm test`: runs the tests of the selected releases on the cluster, as `helm test` does.

use super::release::Worker;
use super::walk::Walk;
use super::{Session, threads};
use crate::cli::TestArgs;
use crate::cluster::deploy::TestOptions;
use crate::cluster::records::{Phase, Record};
use crate::commands::path::in_order;
use crate::commands::{Exit, Run};
use crate::diag::{Error, Errors, Result};
use crate::state::{Release, Stages};

/// Runs the tests state by state; all of them, whatever fails.
pub fn test(run: &Run, args: &TestArgs) -> Exit {
    let session = match Session::start(run) {
        Ok(session) => session,
        Err(error) => return run.fail(error.into()),
    };
    let errors = Walk::looking("test").take(&session, |worker, stages| one_state(worker, stages, args));
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

fn one_state(worker: &Worker<'_>, stages: &Stages<'_>, args: &TestArgs) -> Errors {
    let (run, session) = (worker.run, worker.session);
    let releases: Vec<&Release> = stages.install.iter().flatten().copied().collect();
    let options =
        TestOptions { timeout: std::time::Duration::from_secs(args.timeout), only: Vec::new(), except: Vec::new(), cleanup: args.cleanup };
    let work = |release: &Release| -> Result<(Record, Option<Error>)> {
        let (connection, namespace) = worker.place(release)?;
        let engine = session.engine(&connection);
        let tested = session.wait_for(engine.test((&namespace, &release.name), &options))?;
        if args.logs {
            session.wait_for(engine.test_logs(&tested.0));
        }
        Ok(tested)
    };
    let mut errors = Errors::new();
    in_order(threads(args.concurrency), &releases, work, |release, result| {
        let about = |error: Error| worker.about(release, error);
        match result {
            Ok((record, failed)) => {
                let tests = record.hooks.iter().filter(|hook| hook.runs_at("test") && hook.last_run.phase != Phase::Unknown);
                let lines: Vec<String> = tests.map(|hook| format!("{} {}", hook.name, hook.last_run.phase.word())).collect();
                run.output.info(&format!(
                    "Testing {}: {}",
                    release.name,
                    if lines.is_empty() { "no tests".to_owned() } else { lines.join(", ") }
                ));
                errors.extend(failed.map(about));
            }
            Err(error) => errors.push(about(error)),
        }
    });
    errors
}
