//! helm's commands, without helm: one file a command, with helm's flags, output and exit codes.

mod about;
#[cfg(feature = "cluster")]
pub mod actions;
mod dependency;
pub mod lint;
#[cfg(feature = "cluster")]
mod releases;
mod show;
mod sources;
mod template;

#[cfg(feature = "cluster")]
pub use releases::status_text;

use super::run::set_limits;
use super::{Exit, Run};
use crate::charts::Profile;
use crate::cli::{Compat, HelmCli, HelmCommand};
use crate::diag::{Error, Kind, Result};
use crate::render::Failure;
use crate::report::without_middle;

use clap::Parser;

/// Runs a helm command; `arguments` are what stands after `helm`.
pub fn helm(run: &Run, arguments: &[String]) -> Exit {
    let typed = std::iter::once("helm".to_owned()).chain(crate::cli::arguments(arguments.to_vec()));
    let cli = match HelmCli::try_parse_from(typed) {
        Ok(cli) => cli,
        Err(error) if is_help(&error) => return run.print(error.to_string().as_bytes()),
        Err(error) => {
            let refused = Error::new(Kind::Usage, helm_words(&error));
            run.output.explanation(&instead(&error).into_iter().fold(refused.clone(), |error, hint| error.hint(hint)));
            run.output.log(&format!("Error: {refused}"));
            return Exit::Failed;
        }
    };
    if run.has_cluster_facts() {
        run.output.log("Error: --cluster-facts is taken by bkhelm's own template and lint, not under helm");
        return Exit::Failed;
    }
    let mut setting = run.setting.clone();
    if let Err(error) = set_limits(&mut setting.limits, &cli.flags.limit) {
        error.hints().iter().for_each(|hint| run.output.log(&format!("hint: {hint}")));
        run.output.log(&format!("Error: {error}"));
        return Exit::Failed;
    }
    let run = &Run {
        profile: match cli.flags.compat {
            Some(Compat::Helm4) => Profile::HELM4,
            Some(Compat::Helm3) => Profile::HELM3,
            None => run.profile,
        },
        request: crate::state::Request { namespace: cli.flags.namespace.unwrap_or(run.request.namespace.clone()), ..Default::default() },
        cluster: cli.flags.cluster,
        #[cfg(feature = "cluster")]
        expect_cluster: run.expect_cluster.clone(),
        #[cfg(feature = "cluster")]
        cluster_facts: run.cluster_facts.clone(),
        debug: run.debug || cli.flags.debug,
        program: run.program.clone(),
        called: run.called.clone(),
        setting,
        keys: run.keys.clone(),
        timings: run.timings.clone(),
        said: Default::default(),
        ..*run
    };
    let exit = match execute(run, &cli.command) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            say(run, &failure);
            Exit::Failed
        }
    };
    if cli.flags.timings {
        run.output.log(&run.timings.table());
    }
    exit
}

fn execute(run: &Run, command: &HelmCommand) -> Result<(), Box<Failure>> {
    match command {
        HelmCommand::Template(args) => template::template(run, args)?,
        HelmCommand::Show(args) => show::show(run, args)?,
        HelmCommand::Dependency(args) => dependency::dependency(run, args)?,
        HelmCommand::Lint(args) => lint::lint(run, args)?,
        #[cfg(feature = "cluster")]
        HelmCommand::Install(args) => actions::install(run, args)?,
        #[cfg(feature = "cluster")]
        HelmCommand::Upgrade(args) => actions::upgrade(run, args)?,
        #[cfg(feature = "cluster")]
        HelmCommand::Rollback(args) => actions::rollback(run, args)?,
        #[cfg(feature = "cluster")]
        HelmCommand::Uninstall(args) => actions::uninstall(run, args)?,
        #[cfg(feature = "cluster")]
        HelmCommand::Test(args) => actions::test(run, args)?,
        #[cfg(feature = "cluster")]
        HelmCommand::List(args) => releases::list(run, args)?,
        #[cfg(feature = "cluster")]
        HelmCommand::History(args) => releases::history(run, args)?,
        #[cfg(feature = "cluster")]
        HelmCommand::Status(args) => releases::status(run, args)?,
        #[cfg(feature = "cluster")]
        HelmCommand::Get(args) => releases::get(run, args)?,
        HelmCommand::Version(args) => about::version(run, args)?,
        HelmCommand::Env(args) => about::env(run, args)?,
        HelmCommand::Plugin(args) => about::plugin(run, args)?,
    }
    Ok(())
}

/// Help, asked for or, as helm gives it, for a command that has others below it.
fn is_help(error: &clap::Error) -> bool {
    error.exit_code() == 0 || error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// How many arguments a command takes (helm pkg/cmd/require/args.go).
enum Arguments {
    None,
    Exactly(usize),
    AtLeast(usize),
    AtMost(usize),
}

impl Arguments {
    /// # Errors
    /// `"helm COMMAND" requires 1 argument` and its like. `usage` is the command as helm's usage line has it.
    fn check(self, command: &str, usage: &str, given: &[String]) -> Result<()> {
        let plural = |count: usize| if count == 1 { "argument" } else { "arguments" };
        let (fits, wanted) = match self {
            Arguments::None => (given.is_empty(), "accepts no arguments".to_owned()),
            Arguments::Exactly(count) => (given.len() == count, format!("requires {count} {}", plural(count))),
            Arguments::AtLeast(count) => (given.len() >= count, format!("requires at least {count} {}", plural(count))),
            Arguments::AtMost(count) => (given.len() <= count, format!("accepts at most {count} {}", plural(count))),
        };
        if fits { Ok(()) } else { Err(Error::new(Kind::Usage, format!("\"helm {command}\" {wanted}\n\nUsage:  helm {usage} [flags]"))) }
    }
}

/// helm's words for what clap found.
pub fn helm_words(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let argument = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => argument.as_str(),
        _ => "",
    };
    match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with("--") => format!("unknown flag: {argument}"),
        ErrorKind::UnknownArgument => format!("unknown shorthand flag: {argument}"),
        ErrorKind::InvalidSubcommand => match error.get(ContextKind::InvalidSubcommand) {
            Some(ContextValue::String(name)) => format!("unknown command {name:?} for \"helm\"\nRun 'helm --help' for usage."),
            _ => crate::commands::template::first_line(error),
        },
        ErrorKind::InvalidValue => match error.get(ContextKind::InvalidValue) {
            Some(ContextValue::String(value)) if argument.starts_with("--output") => {
                format!("invalid argument {value:?} for \"-o, --output\" flag: invalid format type")
            }
            Some(ContextValue::String(value)) if argument.starts_with("--color") => {
                format!("invalid color mode {value:?}: must be one of: never, auto, always")
            }
            _ => crate::commands::template::first_line(error),
        },
        // Go's flag library: the reader's own words behind the flag's name.
        ErrorKind::ValueValidation => match (error.get(ContextKind::InvalidValue), std::error::Error::source(error)) {
            (Some(ContextValue::String(value)), Some(why)) => {
                let flag = argument.split([' ', '=', '[']).next().unwrap_or_default();
                let flag = if flag == "--labels" { "-l, --labels" } else { flag };
                format!("invalid argument {value:?} for {flag:?} flag: {why}")
            }
            _ => crate::commands::template::first_line(error),
        },
        _ => crate::commands::template::first_line(error),
    }
}

/// What to do instead, where a flag of helm's is none of ours.
fn instead(error: &clap::Error) -> Option<&'static str> {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return None };
    match argument.as_str() {
        _ if error.kind() != ErrorKind::UnknownArgument => None,
        "--qps" | "--burst-limit" => {
            Some("leave it out: there is no limit of our own, and where the server says that it is busy, it is waited for")
        }
        "--template" => Some("`get values`, `get metadata`, `status` and `history` print JSON with --output json"),
        _ => None,
    }
}

/// Characters at either end of an error that are printed; of a longer one the middle is left out.
const LONGEST: usize = 500_000;

/// An error on stderr as helm prints it, to the letter; before it, where nothing reads for helm's words, what we know.
fn say(run: &Run, failure: &Failure) {
    for warning in &failure.warnings {
        run.output.warn(&warning.line);
    }
    if run.debug {
        for (path, text) in &failure.files {
            run.output.log(&format!("---\n# Source: {path}\n{text}"));
        }
    }
    for error in &failure.more {
        run.output.error(error);
    }
    run.output.explanation(&failure.error);
    run.output.log(&format!("Error: {}", without_middle(&failure.error.to_string(), LONGEST)));
    if failure.invalid_yaml_hint && !run.debug {
        run.output.log("\nUse --debug flag to render out invalid YAML");
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{HelmCli, helm_words, instead};

    #[test]
    #[cfg(feature = "cluster")]
    fn flags_that_are_none_of_ours_are_refused_by_name_and_with_what_helps() {
        for (line, refused, helps) in [
            ("helm list --qps 5", "unknown flag: --qps", true),
            ("helm --burst-limit=5 list", "unknown flag: --burst-limit", true),
            ("helm get all web --template {{.Release.Name}}", "unknown flag: --template", true),
            ("helm list --nothing", "unknown flag: --nothing", false),
        ] {
            let error = HelmCli::try_parse_from(line.split(' ')).expect_err("an error");
            assert_eq!((helm_words(&error).as_str(), instead(&error).is_some()), (refused, helps), "{line}");
        }
    }
}
