//! `bkhelm lint`: renders everything and reports all findings of all releases.

use std::collections::{BTreeMap, HashSet};
use std::path;

use super::hooks::{self, Prepare};
use super::lint_scope::{self, Scope};
use super::path::{self as walk, Options, Path};
use super::{Exit, Run, template};
use crate::check::kubernetes::{Validator, check_template};
use crate::check::{self, Allowed, Documents, Fingerprints, Owners, Schemas, codes};
use crate::cli::{DEFAULT_SCHEMAS, FailOn, GlobalFlags, LintArgs, LintFormat};
use crate::data::{Str, Value};
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
    for template in &args.schema_location {
        if let Err(why) = check_template(template) {
            return run.fail(Error::new(Kind::Usage, format!("--schema-location {template}: {why}")).into());
        }
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
    let (mut customs, mut found) = Customs::new(run, args);
    let mut owners = Owners::default();
    let mut names = Vec::new();
    for state in &desired.states {
        let found_here = hooks::around(run, state, "lint", Prepare::Releases, || match state.planned(template::needs(&args.needs)) {
            Ok(planned) => {
                let planned = planned.unwrap_or_default();
                names.extend(planned.iter().map(|release| release.name.clone()));
                let mut found = run.timings.measure(Phase::Check, None, || schemas.environment(&state.environment.name, &state.values));
                found.extend(one_state(run, &path, (&schemas, &mut customs, &mut owners), state, &planned));
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
    found.extend(owners.findings());
    found.extend(desired.errors);
    (distinct(found), names)
}

/// What one release came to.
enum Outcome {
    /// What is wrong with its values, its documents, the minor version of Kubernetes they are for, and the context of its cluster.
    Rendered(Errors, Documents, u32, String),
    Failed(Errors),
}

/// Renders all releases first: any of them may bring the definitions of the custom kinds that others use.
fn one_state(
    run: &Run,
    path: &Path<'_>,
    checks: (&Schemas<'_>, &mut Customs<'_>, &mut Owners),
    state: &State,
    releases: &[&Release],
) -> Errors {
    let (schemas, customs, owners) = checks;
    let mut outcomes = Vec::new();
    path.render(state, releases, |release, result| {
        outcomes.push(match result {
            Ok(product) => run.timings.measure(Phase::Check, Some(&release.name), || {
                let documents = Documents::read(&product.rendered, &release.name, &release.namespace);
                let minor = product.kube_version.minor.parse().unwrap_or(0);
                Outcome::Rendered(schemas.release(&release.name, &product.rendered), documents, minor, release.kube_context.clone())
            }),
            Err(errors) => Outcome::Failed(errors),
        });
        hooks::cleanup(run, state, release, "lint");
    });
    run.timings.measure(Phase::Check, None, || {
        for outcome in &outcomes {
            if let Outcome::Rendered(_, documents, ..) = outcome {
                customs.definitions.extend(documents.definitions().cloned());
            }
        }
        owners.know(&customs.definitions);
        let mut validators: BTreeMap<u32, Validator<'_>> = BTreeMap::new();
        let mut found = Errors::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Rendered(values, documents, minor, context) => {
                    owners.add(&documents, &context);
                    found.extend(values);
                    found.extend(documents.check(validators.entry(minor).or_insert_with(|| customs.validator(minor))));
                }
                Outcome::Failed(errors) => found.extend(errors),
            }
        }
        found
    })
}

/// What is known of custom kinds.
struct Customs<'a> {
    run: &'a Run,
    /// CRDs of the releases so far, and of the deployment's own folder.
    definitions: Vec<Value>,
    /// `--schema-location`
    locations: &'a [String],
}

impl<'a> Customs<'a> {
    /// With the CRDs of `schemas/crds/`.
    /// Files that are no YAML are told beside them.
    fn new(run: &'a Run, args: &'a LintArgs) -> (Self, Errors) {
        let folder = path::Path::new(&args.schemas).join("crds");
        let (mut definitions, mut faults) = (Vec::new(), Errors::new());
        let names = if run.host().kind(&folder) == Some(EntryKind::Folder) { run.host().list(&folder) } else { Ok(Vec::new()) };
        match names {
            Ok(entries) => {
                for file in entries.iter().map(|name| folder.join(name)) {
                    if !file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json") {
                        continue;
                    }
                    match run.host().read(&file) {
                        Ok(bytes) => check::definitions_of(&file.to_string_lossy(), &bytes, &mut definitions, &mut faults),
                        Err(error) => faults.push(error),
                    }
                }
            }
            Err(error) => faults.push(error),
        }
        (Self { run, definitions, locations: &args.schema_location }, faults)
    }

    fn validator(&self, minor: u32) -> Validator<'a> {
        let run = self.run;
        let reader = move |path: &path::Path| run.host().read(path).ok().map(Str::from);
        let mut validator = Validator::new(minor).with_locations(self.locations.to_vec(), Box::new(reader));
        for definition in &self.definitions {
            validator.define(definition);
        }
        validator
    }
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

/// The findings without repetitions (states that share an environment find the same fault each), release by release, in
/// the order of their places.
fn distinct(found: Errors) -> Errors {
    let mut seen = HashSet::new();
    let mut kept: Vec<Error> = found
        .into_iter()
        .filter(|finding| {
            let place = finding.place().map(|place| place.to_string());
            seen.insert((finding.message().to_owned(), place, finding.about().map(str::to_owned)))
        })
        .collect();
    let mut subjects: Vec<Option<String>> = Vec::new();
    kept.sort_by_cached_key(|finding| {
        let subject = finding.about().map(str::to_owned);
        let at = subjects.iter().position(|known| *known == subject).unwrap_or_else(|| {
            subjects.push(subject);
            subjects.len() - 1
        });
        (at, finding.place().cloned())
    });
    kept.into_iter().collect()
}
