//! `helm rollback` (helm pkg/cmd/rollback.go, pkg/action/rollback.go).

use super::dry_run::DryRun;
use super::errors::failure;
use super::options::{TIMEOUT, server_side, strategy, waits};
use super::{Arguments, reach, session};
use crate::charts::check_release_name;
use crate::cli::HelmRollback;
use crate::cluster::deploy::{Options, ServerSide};
use crate::commands::Run;
use crate::diag::{Error, Kind, Result};
use crate::golang::strconv;
use crate::render::Failure;

/// Characters that a description may have.
const LONGEST: usize = 256;

/// Makes a new revision that is as an earlier one was.
pub fn rollback(run: &Run, args: &HelmRollback) -> Result<(), Box<Failure>> {
    Arguments::AtLeast(1).check("rollback", "rollback <RELEASE> [REVISION]", &args.arguments)?;
    let name = args.arguments.first().map_or("", String::as_str);
    let dry = DryRun::of_rollback(run, &args.dry)?;
    let usage = |words: String| Error::new(Kind::Usage, words);
    let to = match args.arguments.get(1) {
        None => 0,
        Some(text) => {
            strconv::atoi(text.as_bytes()).map_err(|error| usage(format!("could not convert revision to a number: {}", error)))?
        }
    };
    let length = args.description.chars().count();
    if length > LONGEST {
        return Err(usage(format!("description must be {LONGEST} characters or less, got {length}")).into());
    }
    let session = session(run)?;
    let (connection, namespace) = reach(&session)?;
    if check_release_name(name).is_err() {
        return Err(usage(format!("prepareRollback: Release name is invalid: {name}")).into());
    }
    if to < 0 {
        return Err(usage("invalid release revision".to_owned()).into());
    }
    let engine = session.engine(&connection);
    let options = Options {
        wait: waits(&args.waiting),
        wait_for_jobs: args.wait_for_jobs,
        strategy: strategy(&args.waiting, run.profile),
        timeout: args.waiting.timeout.unwrap_or(TIMEOUT),
        no_hooks: args.no_hooks,
        description: args.description.clone(),
        force_conflicts: args.force_conflicts,
        server_side: args.server_side.as_deref().map_or(Ok(ServerSide::Auto), server_side)?,
        cleanup_on_fail: args.cleanup_on_fail,
        history_max: args.history_max,
        ..Options::default()
    };
    if dry.is_dry() {
        let look = session.wait_for(engine.look(&namespace, name))?;
        look.rollback_target(to)?;
    } else {
        session.wait_for(engine.rollback((&namespace, name), to, &options)).map_err(failure)?;
    }
    // parity: helm says so of a dry run, too.
    Ok(run.write(b"Rollback was a success! Happy Helming!\n")?)
}
