//! `bkhelm lint`: renders everything and reports all findings of all releases.

use std::collections::HashSet;
use std::path;

use super::hooks::{self, Prepare};
use super::path::{self as walk, Options, Path};
use super::{Exit, Run, template};
use crate::check::{self, Schemas};
use crate::cli::{DEFAULT_SCHEMAS, FailOn, LintArgs, LintFormat};
use crate::diag::{Error, Errors, Kind, Severity};
use crate::host::EntryKind;
use crate::render::SchemaCheck;
use crate::report::{self, Format, Phase};
use crate::state::{Release, State};

/// Checks all selected releases. Exit code 4 when there are findings at or above `--fail-on`.
pub fn lint(run: &Run, args: &LintArgs) -> Exit {
    if args.args.is_some() {
        let error = Error::new(Kind::Usage, "--args: bkhelm's own lint runs no helm")
            .hint("a link named helmfile prints helm's report and takes it");
        return run.fail(error.into());
    }
    if args.schemas != DEFAULT_SCHEMAS && run.host().kind(path::Path::new(&args.schemas)) != Some(EntryKind::Folder) {
        return run.fail(Error::new(Kind::Usage, format!("--schemas {}: no such folder", args.schemas)).into());
    }
    let desired = run.load();
    let options = template::options(&args.values, args.kube_version.as_deref(), args.concurrency);
    let path = Path::new(run, Options { schema_check: SchemaCheck::Collect, ..options });
    let schemas = Schemas { host: run.host(), sources: &run.setting.sources, folder: path::Path::new(&args.schemas), profile: run.profile };
    let mut found = Errors::new();
    let mut releases = 0;
    for state in &desired.states {
        let found_here = hooks::around(run, state, "lint", Prepare::Releases, || match state.planned(template::needs(&args.needs)) {
            Ok(planned) => {
                let planned = planned.unwrap_or_default();
                releases += planned.len();
                let mut found = run.timings.measure(Phase::Check, None, || schemas.environment(&state.environment.name, &state.values));
                found.extend(one_state(run, &path, &schemas, state, &planned));
                found
            }
            Err(error) => error.into(),
        });
        found.extend(found_here);
    }
    if releases == 0
        && found.is_empty()
        && let Some(error) = walk::no_match(run, &desired)
    {
        return run.fail(error.into());
    }
    // A layer that may be missing and is (`missingFileHandler: Warn`) is said, but nothing to mend.
    let (said, doubtful): (Vec<_>, Vec<_>) =
        run.setting.notes.take().into_iter().partition(|note| note.kind() == Kind::File || note.level() == Severity::Note);
    said.into_iter().for_each(|note| run.setting.notes.push(note));
    run.say_notes();
    found.extend(doubtful);
    found.extend(desired.errors);
    report(run, args, &once(found), releases)
}

fn one_state(run: &Run, path: &Path<'_>, schemas: &Schemas<'_>, state: &State, releases: &[&Release]) -> Errors {
    let mut found = Errors::new();
    path.render(state, releases, |release, result| {
        match result {
            Ok(product) => run.timings.measure(Phase::Check, Some(&release.name), || {
                found.extend(schemas.release(&release.name, &product.rendered));
                found.extend(check::manifests(&product.rendered, &release.name, &release.namespace));
            }),
            Err(errors) => found.extend(errors),
        }
        hooks::cleanup(run, state, release, "lint");
    });
    found
}

fn report(run: &Run, args: &LintArgs, found: &Errors, releases: usize) -> Exit {
    let format = match args.output {
        LintFormat::Text => Format::Text,
        LintFormat::Json => Format::Json,
    };
    let checked = format!("{releases} releases checked");
    let written = report::findings(found, &checked, format, run.output.colour);
    let exit = match written {
        Ok(bytes) => run.print(&bytes),
        Err(text) => run.fail(Error::new(Kind::Render, text).into()),
    };
    let limit = match args.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
    };
    if exit == Exit::Done && found.iter().any(|finding| finding.level() >= limit) { Exit::Findings } else { exit }
}

/// The findings without repetitions: states that share an environment find the same fault each.
fn once(found: Errors) -> Errors {
    let mut seen = HashSet::new();
    let mut kept = Errors::new();
    kept.extend(found.into_iter().filter(|finding| {
        seen.insert((
            finding.message().to_owned(),
            finding.place().cloned().map(|place| place.to_string()),
            finding.about().map(str::to_owned),
        ))
    }));
    kept
}
