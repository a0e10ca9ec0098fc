//! `bkhelm write-values`: each release's merged values in a file.

use std::path::Path;

use super::hooks::{self, Prepare};
use super::path::{self, in_order};
use super::{Exit, Run, template, user_values};
use crate::cli::WriteValuesArgs;
use crate::diag::{Errors, Result};
use crate::report::Phase;
use crate::state::{self, Release, State, output};

/// Writes the values files of all selected releases.
pub fn write_values(run: &Run, args: &WriteValuesArgs) -> Exit {
    let desired = run.load();
    run.say_notes();
    let mut errors = Errors::new();
    let mut matched = false;
    for state in &desired.states {
        errors.extend(hooks::around(run, state, "write-values", Prepare::Nothing, || one_state(run, state, args, &mut matched)));
    }
    if !matched && errors.is_empty() {
        errors.extend(path::no_match(run, &desired));
    }
    errors.extend(desired.errors);
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

fn one_state(run: &Run, state: &State, args: &WriteValuesArgs, matched: &mut bool) -> Errors {
    let releases = match state.selected() {
        Ok(releases) => releases,
        Err(error) => return error.into(),
    };
    *matched |= !releases.is_empty();
    let installed: Vec<&Release> = releases.into_iter().filter(|release| release.installed).collect();
    let work = |release: &Release| run.timings.measure(Phase::Values, Some(&release.name), || one(run, state, release, args));
    let mut errors = Errors::new();
    in_order(args.concurrency, &installed, work, |release, result| {
        run.say_notes();
        let written = result.and_then(|(file, bytes)| {
            run.output.info(&format!("Writing values file {file}"));
            run.host().write(Path::new(&file), &bytes).map_err(Errors::from)
        });
        errors.extend(written.err().into_iter().flatten());
        hooks::cleanup(run, state, release, "write-values");
    });
    errors
}

fn one(run: &Run, state: &State, release: &Release, args: &WriteValuesArgs) -> Result<(String, Vec<u8>), Errors> {
    let values = state::release_values(state, release, &run.setting)?;
    let options = template::options(&args.values, None, args.concurrency);
    let more = user_values::of_command_line(run, &options)?;
    let (_, bytes) = output::written_values(&values, &more)?;
    let template = args.output_file_template.as_deref().unwrap_or_default();
    Ok((output::values_file(state, release, template, &run.setting)?, bytes))
}
