//! `bkhelm helm template`: one chart with helm's flags, output and exit codes.

use std::path::Path;

use clap::Parser;

use super::charts::{Charts, Reference};
use super::run::set_limits;
use super::template::write_output_files;
use super::{Exit, Run, user_values};
use crate::charts::Profile;
use crate::cli::{Compat, HelmCli, HelmCommand, HelmTemplate};
use crate::data::{Map, Value};
use crate::diag::{Error, Kind, Result};
use crate::fetch::{Repositories, Repository};
use crate::gotmpl::{Engine, Environment, FunctionTable, Options, TemplateSet, funcs};
use crate::render::{self, Failure, KubeVersion, PrintOptions, SchemaCheck};
use crate::report::{Phase, without_middle};

/// Runs a helm command; `arguments` are what stands after `helm`.
pub fn helm(run: &Run, arguments: &[String]) -> Exit {
    let typed = std::iter::once("helm".to_owned()).chain(crate::cli::arguments(arguments.to_vec()));
    let cli = match HelmCli::try_parse_from(typed) {
        Ok(cli) => cli,
        Err(error) if error.exit_code() == 0 => return run.print(error.to_string().as_bytes()),
        Err(error) => {
            run.output.log(&format!("Error: {}", helm_words(&error)));
            return Exit::Failed;
        }
    };
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
        debug: run.debug || cli.flags.debug,
        program: run.program.clone(),
        setting,
        keys: run.keys.clone(),
        timings: run.timings.clone(),
        said: Default::default(),
        ..*run
    };
    let HelmCommand::Template(template) = cli.command;
    let exit = match one_chart(run, &template) {
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
            Some(ContextValue::String(name)) => format!("unknown command {name:?} for \"helm\""),
            _ => super::template::first_line(error),
        },
        _ => super::template::first_line(error),
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

fn one_chart(run: &Run, args: &HelmTemplate) -> Result<(), Box<Failure>> {
    let plain =
        |error: Error| Box::new(Failure { error, more: Vec::new(), invalid_yaml_hint: false, warnings: Vec::new(), files: Vec::new() });
    let kube_version = args.kube_version.as_deref().map(|version| KubeVersion::parse(version, run.profile)).transpose().map_err(plain)?;
    let (name, chart) = name_and_chart(run, args).map_err(plain)?;
    let values = run.timings.measure(Phase::Values, Some(&name), || user_values::of_flags(run, &args.values)).map_err(plain)?;
    let repositories = repositories(run, args).map_err(plain)?;
    let reference = match &args.repository.repo {
        Some(_) => format!("{COMMAND_LINE}/{chart}"),
        None => chart,
    };
    let reference = Reference {
        chart: &reference,
        folder: Path::new(""),
        version: args.repository.version.as_deref().unwrap_or_default(),
        devel: args.repository.devel,
        repositories: &repositories,
    };
    let chart = run.timings.measure(Phase::Charts, Some(&name), || Charts::new(run).load(&reference)).map_err(plain)?;
    let request = render::Request {
        release_name: &name,
        namespace: if run.request.namespace.is_empty() { "default" } else { &run.request.namespace },
        revision: 1,
        is_upgrade: args.is_upgrade,
        kube_version: kube_version.as_ref(),
        api_versions: &args.api_versions,
        profile: run.profile,
        schema_check: if args.skip_schema_validation { SchemaCheck::Skip } else { SchemaCheck::Refuse },
        subchart_notes: false,
        host_by_name: None,
        schemas: None,
        lookup: None,
        limits: run.setting.limits,
        sources: Some(&run.setting.sources),
        world: run,
    };
    let rendered = run.timings.measure(Phase::Render, Some(&name), || render::render(&chart, &values, &request))?;
    for warning in &rendered.warnings {
        run.output.warn(&warning.line);
    }
    let print = PrintOptions {
        include_crds: args.include_crds && !args.skip_crds,
        no_hooks: args.no_hooks,
        skip_tests: args.skip_tests,
        show_only: args.show_only.clone(),
    };
    if let Some(folder) = args.output_dir.as_ref().filter(|folder| !folder.is_empty()) {
        let release = args.release_name.then_some(name.as_str());
        let said = write_output_files(run, &rendered.output_files(&print), Path::new(folder), release).map_err(plain)?;
        return run.write(&said).map_err(plain);
    }
    run.timings
        .measure(Phase::Write, None, || {
            let mut bytes = Vec::new();
            rendered.write_to(&mut bytes, &print)?;
            run.write(&bytes)
        })
        .map_err(plain)
}

/// The alias of the repository that `--repo` names.
const COMMAND_LINE: &str = "--repo";

fn repositories(run: &Run, args: &HelmTemplate) -> Result<Repositories> {
    let flags = &args.repository;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let given = flags.repo.as_ref().map(|url| Repository {
        name: COMMAND_LINE.to_owned(),
        url: url.clone(),
        username: text(&flags.username),
        password: text(&flags.password),
        ca_file: text(&flags.ca_file),
        cert_file: text(&flags.cert_file),
        key_file: text(&flags.key_file),
        insecure: flags.insecure_skip_tls_verify,
        pass_credentials: flags.pass_credentials,
        declared: true,
    });
    Repositories::load(run.host(), given.into_iter().collect())
}

/// Release name and chart from the arguments and the flags that name a release (helm pkg/action/install.go
/// `NameAndChart`).
fn name_and_chart(run: &Run, args: &HelmTemplate) -> Result<(String, String)> {
    let usage = |text: String| Err(Error::new(Kind::Usage, text));
    let (name, chart) = match args.arguments.as_slice() {
        [] => {
            return usage("\"helm template\" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]".to_owned());
        }
        [chart] => (None, chart.clone()),
        [_, _] if args.generate_name => return usage("cannot set --generate-name and also specify a name".to_owned()),
        [_, _] if args.name_template.is_some() => return usage("cannot set --name-template and also specify a name".to_owned()),
        [name, chart] => (Some(name.clone()), chart.clone()),
        [_, _, more @ ..] => return usage(format!("expected at most two arguments, unexpected arguments: {}", more.join(", "))),
    };
    match (name, &args.name_template) {
        (Some(name), _) => Ok((name, chart)),
        (None, Some(template)) => Ok((name_from(run, template)?, chart)),
        (None, None) => Ok(("release-name".to_owned(), chart)),
    }
}

/// `--name-template`: Sprig's functions, the environment's too, on no data.
fn name_from(run: &Run, template: &str) -> Result<String> {
    let refused = |text: String| Error::new(Kind::Usage, text);
    let lists = [funcs::sprig::FAMILIES, &[funcs::sprig::ENVIRONMENT]].concat();
    let functions = FunctionTable::new(&lists).map_err(refused)?;
    let engine = Engine::new(functions.into(), Options { limits: run.setting.limits, ..Options::default() });
    let program = engine.parse("name-template", template).map_err(|error| refused(error.to_string()))?;
    let mut set = TemplateSet::new(&engine, "name-template");
    set.add(&program);
    let mut name = Vec::new();
    let data = Value::from(Map::new());
    set.execute("name-template", &data, &Environment { world: run, context: &() }, &mut name)
        .map_err(|error| refused(error.to_string()))?;
    Ok(String::from_utf8_lossy(&name).into_owned())
}
