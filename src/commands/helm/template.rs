//! `bkhelm helm template`: one chart with helm's flags, output and exit codes.

use std::path::Path;

use super::sources;
use crate::cli::HelmTemplate;
use crate::commands::template::write_output_files;
use crate::commands::{Run, user_values};
use crate::data::{Map, Value};
use crate::diag::{Error, Kind, Result};
use crate::gotmpl::{Engine, Environment, FunctionTable, Options, TemplateSet, funcs};
use crate::render::{self, Failure, KubeVersion, PrintOptions, SchemaCheck};
use crate::report::Phase;

/// Renders the chart and prints it.
pub fn template(run: &Run, args: &HelmTemplate) -> Result<(), Box<Failure>> {
    let kube_version = args.kube_version.as_deref().map(|version| KubeVersion::parse(version, run.profile)).transpose()?;
    let (name, chart) = name_and_chart(run, args)?;
    let values = run.timings.measure(Phase::Values, Some(&name), || user_values::of_flags(run, &args.values))?;
    let chart = run.timings.measure(Phase::Charts, Some(&name), || sources::load(run, &args.repository, &chart, run.profile))?;
    let namespace = if run.request.namespace.is_empty() { "default" } else { &run.request.namespace };
    let request = render::Request {
        is_upgrade: args.is_upgrade,
        kube_version: kube_version.as_ref(),
        api_versions: &args.api_versions,
        profile: run.profile,
        schema_check: if args.skip_schema_validation { SchemaCheck::Skip } else { SchemaCheck::Refuse },
        limits: run.setting.limits,
        sources: Some(&run.setting.sources),
        ..render::Request::new(&name, namespace, run)
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
        let said = write_output_files(run, &rendered.output_files(&print), Path::new(folder), release)?;
        return Ok(run.write(&said)?);
    }
    run.timings.measure(Phase::Write, None, || {
        let mut bytes = Vec::new();
        rendered.write_to(&mut bytes, &print)?;
        Ok(run.write(&bytes)?)
    })
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
pub fn name_from(run: &Run, template: &str) -> Result<String> {
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
