//! `helm install` (helm pkg/cmd/install.go, pkg/action/install.go).

use super::deployment::{Deployment, Place, Source};
use super::dry_run::DryRun;
use super::errors::before;
use super::options::{deprecated, over};
use super::{Arguments, is_helm4, reach, session, show};
use crate::charts::{Chart, check_release_name};
use crate::cli::{HelmInstall, ReleaseFlags};
use crate::cluster::deploy::{Look, Mode, Options, ServerSide};
use crate::cluster::records::Record;
use crate::commands::helm::sources;
use crate::commands::helm::template::name_from;
use crate::commands::{Run, user_values};
use crate::diag::{Error, Kind, Result};
use crate::golang::strconv;
use crate::render::Failure;

/// Installs a chart.
pub fn install(run: &Run, args: &HelmInstall) -> Result<(), Box<Failure>> {
    Arguments::AtLeast(1).check("install", "install [NAME] [CHART]", &args.arguments)?;
    deprecated(run, &args.release);
    let failed = |failure| before("INSTALLATION FAILED: ", failure);
    let dry = DryRun::of(run, &args.release.dry).map_err(|error| if is_helm4(run) { error.into() } else { failed(error.into()) })?;
    let (name, chart) = name_and_chart(run, args).map_err(|error| failed(error.into()))?;
    let options = Options {
        mode: Mode::Install { replace: args.replace },
        history_max: 0,
        server_side: if args.server_side == Some(false) { ServerSide::Off } else { ServerSide::On },
        ..Options::default()
    };
    let record = installed(run, &args.release, (&name, &chart), dry, options).map_err(failed)?;
    Ok(show(run, record, &args.release)?)
}

/// The new release, without helm's words before an error.
///
/// # Errors
/// What keeps it from being installed.
pub(super) fn installed(
    run: &Run,
    flags: &ReleaseFlags,
    (name, chart): (&str, &str),
    dry: DryRun,
    options: Options,
) -> Result<Record, Box<Failure>> {
    let helm4 = is_helm4(run);
    let values = user_values::of_flags(run, &flags.values)?;
    let chart = sources::load(run, &flags.repository, chart, run.profile)?;
    let kind = chart.metadata.chart_type.as_str();
    if !["", "application"].contains(&kind) {
        return Err(Error::new(Kind::Chart, format!("{kind} charts are not installable")).into());
    }
    say_deprecated(run, &chart);
    let mode = options.mode;
    let options = over(options, flags, run.profile);
    let offline = dry == DryRun::Client;
    let session = if offline { None } else { Some(session(run)?) };
    let reached = session.as_ref().map(reach).transpose()?;
    let namespace = match (&reached, run.request.namespace.as_str()) {
        (Some((_, namespace)), _) => namespace.as_str(),
        (None, "") => "default",
        (None, typed) => typed,
    };
    let deployment = Deployment { run, flags, name, namespace, dry, options };
    deployment.check(helm4)?;
    let source = || Source { chart: chart.clone(), values: values.clone(), upgrade: false };
    let (Some(session), Some((connection, _))) = (&session, &reached) else { return deployment.offline(&source()) };
    deployment.deploy(&Place { session, connection }, |look| {
        check_name(run, name, look, mode, dry)?;
        Ok(source())
    })
}

/// # Errors
/// A name that is none or in use, in helm's words.
fn check_name(run: &Run, name: &str, look: &Look, mode: Mode, dry: DryRun) -> Result<()> {
    check_release_name(name).and_then(|()| if dry.is_dry() { Ok(()) } else { look.is_upgrade_for(name, mode).map(drop) }).map_err(|error| {
        if !is_helm4(run) {
            return error.wrap(|words| words.replace("cannot reuse a name", "cannot re-use a name"));
        }
        let quoted = strconv::quote(error.message().as_bytes());
        run.output.warn(&format!("level=ERROR msg=\"release name check failed\" error={quoted}"));
        error.wrap(|words| format!("release name check failed: {words}"))
    })
}

/// Says that nobody looks after the chart any more.
pub(super) fn say_deprecated(run: &Run, chart: &Chart) {
    if chart.metadata.deprecated {
        run.output.warn(if is_helm4(run) { "level=WARN msg=\"this chart is deprecated\"" } else { "WARNING: This chart is deprecated" });
    }
}

/// Release name and chart (helm pkg/action/install.go `NameAndChart`).
fn name_and_chart(run: &Run, args: &HelmInstall) -> Result<(String, String)> {
    let usage = |text: String| Err(Error::new(Kind::Usage, text));
    let template = args.name_template.as_deref().filter(|template| !template.is_empty());
    match args.arguments.as_slice() {
        [_, _] if args.generate_name => usage("cannot set --generate-name and also specify a name".to_owned()),
        [_, _] if template.is_some() => usage("cannot set --name-template and also specify a name".to_owned()),
        [name, chart] => Ok((name.clone(), chart.clone())),
        [_, _, more @ ..] => usage(format!("expected at most two arguments, unexpected arguments: {}", more.join(", "))),
        [chart] => match template {
            Some(template) => Ok((name_from(run, template)?, chart.clone())),
            None if args.generate_name => Ok((generated(run, chart), chart.clone())),
            None => usage("must either provide a name or specify --generate-name".to_owned()),
        },
        [] => usage("must either provide a name or specify --generate-name".to_owned()),
    }
}

/// The chart's name to its first dot, and the time.
fn generated(run: &Run, chart: &str) -> String {
    let base = match chart.trim_end_matches('/').rsplit('/').next() {
        None | Some("" | ".") => "chart",
        Some(base) => base.split('.').next().unwrap_or(base),
    };
    format!("{base}-{}", run.host().now() / 1_000_000_000)
}
