//! `bkhelm lint`: renders everything and reports all findings of all releases.

use std::collections::HashSet;
use std::path;

use super::hooks::{self, Prepare};
use super::lint_scope::{self, Scope};
use super::path::{self as walk, Options, Path};
use super::{Exit, Run, template};
use crate::check::{self, Allowed, Fingerprints, Schemas, codes};
use crate::cli::{DEFAULT_SCHEMAS, FailOn, GlobalFlags, LintArgs, LintFormat};
use crate::diag::{Code, Error, Errors, Kind, Severity};
use crate::host::EntryKind;
use crate::render::SchemaCheck;
use crate::report::{self, Checked, Format, Phase};
use crate::state::{Release, State};

/// Checks all selected releases. Exit code 4 when there are findings at or above `--fail-on`.
pub fn lint(run: &Run, args: &LintArgs, flags: &GlobalFlags) -> Exit {
    if args.args.is_some() {
        let error = Error::new(Kind::Usage, "--args: bkhelm's own lint runs no helm")
            .hint("a link named helmfile prints helm's report and takes it");
        return run.fail(error.into());
    }
    if args.schemas != DEFAULT_SCHEMAS && run.host().kind(path::Path::new(&args.schemas)) != Some(EntryKind::Folder) {
        return run.fail(Error::new(Kind::Usage, format!("--schemas {}: no such folder", args.schemas)).into());
    }
    let exit = once(run, args, flags);
    if args.watch {
        return lint_scope::watch(run, flags, |run| once(run, args, flags));
    }
    exit
}

fn once(run: &Run, args: &LintArgs, flags: &GlobalFlags) -> Exit {
    let (found, releases) = inspect(run, args);
    if releases.is_empty()
        && found.is_empty()
        && let Some(error) = walk::no_match(run, &run.load())
    {
        return run.fail(error.into());
    }
    let mut allowed = Allowed::default();
    lint_scope::read_comments(run, &found, &mut allowed);
    let (found, left_out) = allowed.apply(check::mask(found));
    let mut scope = Scope { allowed: left_out, known: 0 };
    let mut found = found;
    found.extend(allowed.complaints());
    match scope.narrow(run, args, flags, found) {
        Ok(found) => report(run, args, &found, &releases, &scope),
        Err(error) => run.fail(error.into()),
    }
}

/// All findings of a run, each once, and the releases that were checked.
pub(super) fn inspect(run: &Run, args: &LintArgs) -> (Errors, Vec<String>) {
    let desired = run.load();
    let options = template::options(&args.values, args.kube_version.as_deref(), args.concurrency);
    let path = Path::new(run, Options { schema_check: SchemaCheck::Collect, ..options });
    let schemas = Schemas { host: run.host(), sources: &run.setting.sources, folder: path::Path::new(&args.schemas), profile: run.profile };
    let mut found = Errors::new();
    let mut names = Vec::new();
    for state in &desired.states {
        let found_here = hooks::around(run, state, "lint", Prepare::Releases, || match state.planned(template::needs(&args.needs)) {
            Ok(planned) => {
                let planned = planned.unwrap_or_default();
                names.extend(planned.iter().map(|release| release.name.clone()));
                let mut found = run.timings.measure(Phase::Check, None, || schemas.environment(&state.environment.name, &state.values));
                found.extend(one_state(run, &path, &schemas, state, &planned));
                found
            }
            Err(error) => error.into(),
        });
        found.extend(found_here);
    }
    // A layer that may be missing and is (`missingFileHandler: Warn`) is said, but nothing to mend.
    let (said, doubtful): (Vec<_>, Vec<_>) =
        run.setting.notes.take().into_iter().partition(|note| note.kind() == Kind::File || note.level() == Severity::Note);
    said.into_iter().for_each(|note| run.setting.notes.push(note));
    run.say_notes();
    found.extend(doubtful);
    found.extend(desired.errors);
    (distinct(found), names)
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

fn report(run: &Run, args: &LintArgs, found: &Errors, releases: &[String], scope: &Scope) -> Exit {
    let format = match args.output {
        LintFormat::Text => Format::Text,
        LintFormat::Json => Format::Json,
        LintFormat::Sarif => Format::Sarif,
        LintFormat::Junit => Format::Junit,
        LintFormat::Github => Format::Github,
        LintFormat::Gitlab => Format::Gitlab,
    };
    let mut fingerprints = Fingerprints::default();
    let fingerprints: Vec<String> = found.iter().map(|finding| fingerprints.of(finding)).collect();
    let codes: Vec<&'static Code> = codes::every().collect();
    let Scope { allowed, known } = *scope;
    let checked = Checked { found, releases, allowed, known, codes: &codes, fingerprints: &fingerprints };
    let exit = match report::findings(&checked, format, run.output.colour_of_data()) {
        Ok(bytes) => run.print(&bytes),
        Err(text) => run.fail(Error::new(Kind::Render, text).into()),
    };
    let limit = match args.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
        FailOn::Never => return exit,
    };
    if exit == Exit::Done && found.iter().any(|finding| finding.level() >= limit) { Exit::Findings } else { exit }
}

/// The findings without repetitions: states that share an environment find the same fault each.
fn distinct(found: Errors) -> Errors {
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
