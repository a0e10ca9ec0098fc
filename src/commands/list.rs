//! `bkhelm list`: the releases of the state.

use super::hooks::{self, Prepare};
use super::{Exit, Run, path};
use crate::cli::{ListArgs, ListFormat};
use crate::diag::Errors;
use crate::state::output;
#[cfg(feature = "cluster")]
use {super::deploy::Installed, super::session::Session, crate::diag::Result, crate::state::State, crate::state::output::Row};

/// Lists the releases of all states in one table or JSON array.
pub fn list(run: &Run, args: &ListArgs) -> Exit {
    let desired = run.load();
    run.say_notes();
    let mut errors = Errors::new();
    let mut rows = Vec::new();
    #[cfg(feature = "cluster")]
    let mut live = match args.live.then(|| Live::start(run)).transpose() {
        Ok(live) => live,
        Err(error) => return run.fail(error.into()),
    };
    for state in &desired.states {
        let mut work = || match output::rows(state) {
            #[cfg_attr(not(feature = "cluster"), allow(unused_mut))]
            Ok(mut found) => {
                #[cfg(feature = "cluster")]
                if let Some(Err(error)) = live.as_mut().map(|live| live.complete(state, &mut found)) {
                    return error.into();
                }
                rows.extend(found);
                Errors::new()
            }
            Err(error) => error.into(),
        };
        errors.extend(if args.skip_charts { work() } else { hooks::around(run, state, "list", Prepare::Nothing, work) });
    }
    if rows.is_empty() && errors.is_empty() {
        errors.extend(path::no_match(run, &desired));
    }
    errors.extend(desired.errors);
    if !errors.is_empty() {
        return run.fail(errors);
    }
    if rows.is_empty() {
        return Exit::Done; // allowed: helmfile prints nothing, not even a heading
    }
    run.print(
        match args.output {
            Some(ListFormat::Json) => output::json(rows),
            None => output::table(rows),
        }
        .as_bytes(),
    )
}

/// What is on the cluster, for the columns of `--live`.
#[cfg(feature = "cluster")]
struct Live<'r> {
    session: Session<'r>,
    installed: Installed,
}

#[cfg(feature = "cluster")]
impl<'r> Live<'r> {
    fn start(run: &'r Run) -> Result<Self> {
        Ok(Self { session: Session::reading(run)?, installed: Installed::default() })
    }

    /// Adds the columns to the rows of a state, which are in the order of its releases.
    fn complete(&mut self, state: &State, rows: &mut [Row]) -> Result<()> {
        for (release, row) in state.filtered()?.into_iter().zip(rows) {
            row.more = self.installed.columns(&self.session, release)?;
        }
        Ok(())
    }
}
