//! `bkhelm print-env`: each state's environment with its values.

use super::{Exit, Run};
use crate::cli::{EnvironmentFormat, PrintEnvArgs};
use crate::diag::Errors;
use crate::state::output;

/// Prints the environments as YAML documents or one JSON array.
pub fn print_env(run: &Run, args: &PrintEnvArgs) -> Exit {
    let desired = run.load();
    run.say_notes();
    let json = args.output == EnvironmentFormat::Json;
    let mut errors = Errors::new();
    let shown: Vec<Vec<u8>> = desired.states.iter().filter_map(|state| errors.keep(output::environment(state, json))).collect();
    errors.extend(desired.errors);
    if !errors.is_empty() {
        return run.fail(errors);
    }
    run.print(&match json {
        true => [b"[\n", shown.join(&b",\n"[..]).as_slice(), b"\n]\n"].concat(),
        false => shown.join(&b"---\n"[..]),
    })
}
