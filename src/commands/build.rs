//! `bkhelm build`: the states with everything resolved.

use super::hooks::{self, Prepare};
use super::{Exit, Run, path};
use crate::cli::BuildArgs;
use crate::diag::Errors;
use crate::state::output;

/// Prints each state as one YAML document.
pub fn build(run: &Run, args: &BuildArgs) -> Exit {
    let desired = run.load();
    run.say_notes();
    let mut errors = Errors::new();
    let mut matched = false;
    for state in &desired.states {
        match state.filtered() {
            Ok(releases) => matched |= !releases.is_empty(),
            Err(error) => errors.push(error),
        }
        errors.extend(hooks::around(run, state, "build", Prepare::Releases, || {
            let built = output::build(state, args.embed_values, &run.setting);
            match built.and_then(|text| run.write(&text).map_err(Errors::from)) {
                Ok(()) => Errors::new(),
                Err(failed) => failed,
            }
        }));
    }
    if !matched && errors.is_empty() {
        errors.extend(path::no_match(run, &desired));
    }
    errors.extend(desired.errors);
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}
