//! `bkhelm show-dag`: groups of releases in the order of their needs.

use super::hooks::{self, Prepare};
use super::{Exit, Run, path};
use crate::diag::Errors;
use crate::state::output;

/// Prints each state's groups.
pub fn show_dag(run: &Run) -> Exit {
    let desired = run.load();
    run.say_notes();
    let mut errors = Errors::new();
    for state in &desired.states {
        errors.extend(hooks::around(run, state, "show-dag", Prepare::Releases, || {
            let shown = output::dag(state).and_then(|table| run.write(table.as_bytes()));
            shown.err().map_or_else(Errors::new, Errors::from)
        }));
    }
    if errors.is_empty() && desired.states.iter().all(|state| state.filtered().is_ok_and(|releases| releases.is_empty())) {
        errors.extend(path::no_match(run, &desired));
    }
    errors.extend(desired.errors);
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}
