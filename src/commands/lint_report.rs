//! `lint` under the name helmfile: helm's report about the chart of each release, instead of bkhelm's findings.

use clap::Parser;

use super::charts::{Charts, Reference};
use super::helm::helm_words;
use super::helm::lint::{Options, Subject, report};
use super::hooks::{self, Prepare};
use super::path as walk;
use super::template;
use super::{Exit, Run, user_values};
use crate::cli::{DEFAULT_SCHEMAS, FailOn, HelmLint, LintArgs, LintFormat};
use crate::diag::{Error, Errors, Kind, Result};
use crate::fetch::Repositories;
use crate::golang::path;
use crate::render::KubeVersion;
use crate::state::{self, Release, State};

/// Lints the charts of the selected releases with their values; ends at the first that fails, as helmfile does.
pub fn lint_report(run: &Run, args: &LintArgs) -> Exit {
    let helm = match helm_flags(run, args) {
        Ok(helm) => helm,
        Err(error) => return run.fail(error.into()),
    };
    let desired = run.load();
    run.say_notes();
    let charts = Charts::new(run, run.profile.for_reading());
    let mut errors = Errors::new();
    let mut matched = false;
    for state in &desired.states {
        errors.extend(hooks::around(run, state, "lint", Prepare::Releases, || match state.planned(template::needs(&args.needs)) {
            Ok(None) => Errors::new(),
            Ok(Some(releases)) => {
                matched = true;
                let failed = releases.iter().find_map(|release| {
                    let done = one_release(run, &charts, state, release, (args, &helm));
                    hooks::cleanup(run, state, release, "lint");
                    done.err().map(|errors| errors.map(|error| error.subject(format!("release {}", release.name))))
                });
                failed.unwrap_or_default()
            }
            Err(error) => error.into(),
        }));
        if !errors.is_empty() {
            break;
        }
    }
    if !matched && errors.is_empty() {
        errors.extend(walk::no_match(run, &desired));
    }
    errors.extend(desired.errors);
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

fn one_release(run: &Run, charts: &Charts<'_>, state: &State, release: &Release, flags: (&LintArgs, &HelmLint)) -> Result<(), Errors> {
    let (args, helm) = flags;
    walk::refuse_chartify(release)?;
    run.output.info(&format!("Linting release={}, chart={}", release.name, release.chart));
    let mut given = template::options(&args.values, None, 0);
    given.values_files.extend(helm.values.files.iter().cloned());
    given.set.extend(user_values::settings(&helm.values));
    let layers = state::release_values(state, release, &run.setting)?;
    let values = user_values::of_release(run, state, &layers, &given)?;
    run.say_notes();
    let options = Options {
        namespace: if release.namespace.is_empty() { "default" } else { &release.namespace },
        kube_version: helm.kube_version.as_deref().map(|version| KubeVersion::parse(version, run.profile)).transpose()?,
        skip_schema: helm.skip_schema_validation,
        strict: helm.strict,
        quiet: helm.quiet,
    };
    let subject = subject(run, charts, state, release)?;
    let (text, done) = report(run, &[subject], &values, &options);
    if !text.is_empty() {
        run.write(format!("{text}\n").as_bytes())?;
    }
    done.map_err(|error| error.wrap(|words| format!("Error: {words}")).into())
}

/// The release's chart: a folder or package beside the state, or what a repository has.
fn subject(run: &Run, charts: &Charts<'_>, state: &State, release: &Release) -> Result<Subject> {
    let local = state.folder.join(release.chart_to_use());
    // parity: helmfile cleans paths before it hands them to helm.
    let shown = String::from_utf8_lossy(&path::clean(release.chart.as_bytes())).into_owned();
    let mut subject = Subject { shown, path: local.display().to_string(), files: None };
    if run.host().kind(&local).is_none() {
        let repositories = Repositories::load(run.host(), state.repositories.clone())?;
        let reference = Reference {
            chart: release.chart_to_use(),
            folder: &state.folder,
            version: &release.version,
            devel: release.options.devel,
            repositories: &repositories,
        };
        subject.files = Some(charts.load(&reference)?.raw.clone());
    }
    Ok(subject)
}

/// The flags of `helm lint` in `--args`; bkhelm's own flags of `lint` are none of helmfile's.
fn helm_flags(run: &Run, args: &LintArgs) -> Result<HelmLint> {
    let foreign = [
        ("--output", args.output != LintFormat::Text),
        ("--fail-on", args.fail_on != FailOn::Error),
        ("--schemas", args.schemas != DEFAULT_SCHEMAS),
        ("--kube-version", args.kube_version.is_some()),
        ("--cluster-facts", run.has_cluster_facts()),
        ("--schema-location", !args.schema_location.is_empty()),
        ("--baseline", args.baseline.is_some()),
        ("--since", args.since.is_some()),
        ("--watch", args.watch),
    ];
    if let Some((flag, _)) = foreign.iter().find(|(_, given)| *given) {
        return Err(Error::new(Kind::Usage, format!("unknown flag: {flag}")).hint("bkhelm's own lint takes it, under the name bkhelm"));
    }
    let refused = |text: String| Error::new(Kind::State, format!("--args: Error: {text}")).hint("--args takes flags of `bkhelm helm lint`");
    let words = args.args.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect();
    let helm = HelmLint::try_parse_from(crate::cli::arguments(words)).map_err(|error| refused(helm_words(&error)))?;
    match helm.charts.first() {
        Some(word) => Err(refused(format!("unexpected argument {word:?}"))),
        None if helm.with_subcharts => Err(refused("--with-subcharts is not supported here".to_owned())),
        None => Ok(helm),
    }
}
