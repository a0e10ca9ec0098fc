//! One file a command: resolves what was typed into a request and walks the rooms in order.
//!
//! [`path`] is the path itself, used by all of them. Commands decide which errors end the run and with
//! which exit code ([`Exit`]); how things look is decided in `report`.

#[cfg(feature = "cluster")]
mod binding;
mod build;
mod charts;
#[cfg(feature = "cluster")]
mod cluster;
#[cfg(feature = "cluster")]
mod deploy;
mod explain_finding;
mod functions;
mod helm;
mod hooks;
mod lint;
mod lint_report;
mod lint_scope;
mod list;
pub mod path;
mod print_env;
mod run;
mod schema;
mod schema_files;
#[cfg(feature = "cluster")]
mod session;
mod show_dag;
mod template;
mod user_values;
mod write_values;

pub use path::STACK;
pub use run::{Exit, Run};

use crate::cli::{Cli, Command};

/// Runs the command that was typed.
pub fn execute(cli: Cli, run: &mut Run) -> Exit {
    match &cli.command {
        Command::Template(args) => template::template(run, args),
        Command::List(args) => list::list(run, args),
        Command::Build(args) => build::build(run, args),
        Command::ShowDag => show_dag::show_dag(run),
        Command::PrintEnv(args) => print_env::print_env(run, args),
        Command::WriteValues(args) => write_values::write_values(run, args),
        Command::Lint(args) if run.called_helmfile() => lint_report::lint_report(run, args),
        Command::Schema(args) => schema::schema(run, args),
        Command::Lint(args) => lint::lint(run.recording(), args, &cli.global),
        Command::ExplainFinding(args) => explain_finding::explain_finding(run, args),
        #[cfg(feature = "cluster")]
        Command::Sync(args) => deploy::sync(run, args),
        #[cfg(feature = "cluster")]
        Command::Diff(args) => deploy::diff(run, args),
        #[cfg(feature = "cluster")]
        Command::Apply(args) => deploy::apply(run, args),
        #[cfg(feature = "cluster")]
        Command::Destroy(args) => deploy::destroy(run, args),
        #[cfg(feature = "cluster")]
        Command::Test(args) => deploy::test(run, args),
        #[cfg(feature = "cluster")]
        Command::Prune(args) => deploy::prune(run, args),
        #[cfg(feature = "cluster")]
        Command::Unlock(args) => deploy::unlock(run, args),
        #[cfg(feature = "cluster")]
        Command::Status(args) => deploy::status(run, args),
        #[cfg(feature = "cluster")]
        Command::Cluster(args) => cluster::cluster(run, args),
        Command::Functions(args) => functions::functions(run, args),
        Command::Helm { arguments } => helm::helm(run, arguments),
        Command::Completion { shell } => run.print(&crate::cli::completion(*shell, &run.program, functions::names())),
    }
}
