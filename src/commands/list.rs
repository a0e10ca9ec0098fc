//! `bkhelm list`: the releases of the state.

use super::hooks::{self, Prepare};
use super::{Exit, Run, path};
use crate::cli::{ListArgs, ListFormat};
use crate::diag::Errors;
use crate::state::output;

/// Lists the releases of all states in one table or JSON array.
pub fn list(run: &Run, args: &ListArgs) -> Exit {
    let desired = run.load();
    run.say_notes();
    let mut errors = Errors::new();
    let mut rows = Vec::new();
    for state in &desired.states {
        let mut work = || match output::rows(state) {
            Ok(found) => {
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
