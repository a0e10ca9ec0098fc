//! bkhelm renders helmfile states and Helm charts natively: no helm, no helmfile, no kubectl.
//!
//! A deployment takes one straight path, one room a step:
//!
//! ```text
//! state file → layers → values → charts → manifests → findings
//!   state      values             charts   render       check        → report
//! ```
//!
//! [`run`] parses the command line, dispatches to [`commands`], and says how it ended. [`commands`] walks the rooms
//! in order; `commands/path.rs` is the path itself. Below the path lie [`host`] (the only door to the outside),
//! [`fetch`] (charts from repositories), [`gotmpl`] (Go's text/template), [`golang`] (what Go's libraries do),
//! [`data`] (the dynamic value with origins, YAML, JSON) and [`diag`] (errors as data). Rooms import only rooms
//! below them: `tests/tidy.rs` holds the table.

pub mod charts;
pub mod check;
pub mod cli;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod commands;
pub mod data;
pub mod diag;
pub mod fetch;
pub mod golang;
pub mod gotmpl;
pub mod host;
pub mod plan;
pub mod render;
pub mod report;
pub mod state;
pub mod values;

use std::sync::Arc;

use clap::Parser;

use commands::{Exit, Run};

/// Runs the program with the arguments it was called with and gives its exit code. `terminal` says whether standard
/// error is one.
pub fn run(arguments: Vec<String>, host: Arc<dyn host::Host>, terminal: bool) -> u8 {
    let called = arguments.first().map_or("bkhelm", String::as_str).to_owned();
    let arguments = cli::as_called(called.rsplit('/').next().unwrap_or(&called), arguments);
    let cli = match cli::Cli::try_parse_from(cli::arguments(arguments)) {
        Ok(cli) => cli,
        Err(error) => return report::usage(&error, Exit::NoMatch.code()),
    };
    let mut run = match Run::new(called, &cli.global, host, terminal) {
        Ok(run) => run,
        Err((output, error)) => {
            output.error(&error);
            return Exit::NoMatch.code();
        }
    };
    let timings = cli.global.timings;
    let exit = commands::execute(cli, &mut run);
    if timings {
        run.output.log(&run.timings.table());
    }
    exit.code()
}
