//! `bkhelm lint`: renders everything and reports all findings of all releases.

use std::collections::{BTreeMap, HashSet};
use std::path;

use super::hooks::{self, Prepare};
use super::path::{self as walk, Options, Path};
use super::{Exit, Run, lint_scope, template};
use crate::check::kubernetes::{Validator, check_template};
use crate::check::{self, Deployment, Documents, Fingerprints, Images, Keys, LayerChecks, Member, Names, Owners, References};
use crate::check::{ReleaseLayers, Rules, Schemas};
use crate::cli::{DEFAULT_SCHEMAS, FailOn, GlobalFlags, LintArgs, LintFormat, LintImages};
use crate::data::{Str, Value};
use crate::diag::{Error, Errors, Kind, Severity};
use crate::host::EntryKind;
use crate::render::SchemaCheck;
use crate::report::{self, Checked, Format, Phase};
use crate::state::{Desired, Release, State};

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
    let Looked { found, releases, allowed, nothing } = look(run, args);
    if let Some(error) = nothing {
        return run.fail(error.into());
    }
    match lint_scope::narrow(run, args, flags, found) {
        Ok((found, known)) => report(run, args, &found, &releases, (allowed, known)),
        Err(error) => run.fail(error.into()),
    }
}

/// What a look at all releases found.
pub(super) struct Looked {
    /// What no comment allows, with what is wrong about the comments.
    pub found: Errors,
    /// The releases that were checked.
    releases: Vec<String>,
    /// How many findings comments allow.
    allowed: usize,
    /// That nothing was selected, where that is a fault.
    nothing: Option<Error>,
}

/// Looks at all selected releases: findings are masked, and those that comments allow are left out.
pub(super) fn look(run: &Run, args: &LintArgs) -> Looked {
    let desired = run.load();
    let (found, releases) = inspect(run, args, &desired);
    let nothing = if releases.is_empty() && found.is_empty() { walk::no_match(run, &desired) } else { None };
    let mut comments = lint_scope::comments(run, &found);
    let (mut found, allowed) = comments.apply(check::mask(found));
    found.extend(comments.complaints());
    Looked { found, releases, allowed, nothing }
}

/// All findings of a run, each once, and the releases that were checked.
fn inspect(run: &Run, args: &LintArgs, desired: &Desired) -> (Errors, Vec<String>) {
    let options = template::options(&args.values, args.kube_version.as_deref(), args.concurrency);
    let path = Path::new(run, Options { schema_check: SchemaCheck::Collect, schemas: args.schemas.clone(), ..options });
    let (folder, source) = (path::Path::new(&args.schemas), path.schemas());
    let schemas = Schemas { host: run.host(), sources: &run.setting.sources, folder, profile: run.profile, source };
    let (mut customs, mut found) = Customs::new(run, args);
    let narrowed = !run.request.selectors.is_empty() || !desired.errors.is_empty();
    let images = match args.images {
        LintImages::Any => Images::Any,
        LintImages::Tag => Images::Tag,
        LintImages::Digest => Images::Digest,
    };
    let (owners, keys, references) = (Owners::default(), Keys::default(), References::new(narrowed));
    let layers = LayerChecks::new(&run.setting.sources, &run.request.environment);
    let mut deployment = Deployment::default();
    for state in desired.states.iter().rev() {
        deployment.environment(&state.environment.name, &state.values);
        state.releases.iter().for_each(|release| deployment.know(&release.name));
    }
    let mut across = Across { owners, keys, references, layers, images, deployment };
    run.timings.measure(Phase::Check, None, || across.layers.environment(&run.setting.layers.lists()));
    let mut names = Vec::new();
    for state in &desired.states {
        across.layers.merged(&state.values);
        state.installable().for_each(|release| across.references.may_exist(&release.name));
        let found_here = hooks::around(run, state, "lint", Prepare::Releases, || match state.planned(template::needs(&args.needs)) {
            Ok(planned) => {
                let planned = planned.unwrap_or_default();
                names.extend(planned.iter().map(|release| release.name.clone()));
                let mut found = run.timings.measure(Phase::Check, None, || schemas.environment(&state.environment.name, &state.values));
                found.extend(one_state(run, &path, (&schemas, &mut customs, &mut across), state, &planned));
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
    found.extend(customs.validators.values().filter_map(|(validator, _)| validator.stand_in()));
    found.extend(across.layers.findings());
    found.extend(across.owners.findings());
    found.extend(run.timings.measure(Phase::Check, None, || across.references.findings()));
    // Of values that could not be read to their end rules would say what is not so.
    if desired.errors.is_empty() {
        found.extend(run.timings.measure(Phase::Check, None, || own_rules(run, &schemas, &across.deployment)));
    }
    run.timings.measure(Phase::Check, None, || environments(run, desired, &schemas, &mut across.keys));
    found.extend(across.keys.findings());
    found.extend(desired.errors.iter().cloned());
    (distinct(found), names)
}

/// Looks for keys of the environments that nothing reads, where all releases are there to read them.
fn environments(run: &Run, desired: &Desired, schemas: &Schemas<'_>, keys: &mut Keys) {
    let Some(trace) = run.setting.trace.as_ref().filter(|_| run.request.selectors.is_empty()) else { return };
    let mut names = Names::default();
    run.setting.sources.files().iter().for_each(|file| names.add_template(&file.text));
    if let Ok(schema) = run.host().read(&schemas.folder.join("values.schema.json")) {
        names.add_words(&schema);
    }
    let loaded: HashSet<path::PathBuf> = desired.states.iter().map(|state| state.folder.join(&state.file)).collect();
    let read = |file: &path::Path| run.host().read(file).ok();
    for state in &desired.states {
        // States beside this one may read what it does not.
        for file in run.host().list(&state.folder).unwrap_or_default().iter().map(|name| state.folder.join(name)) {
            let is_state = |text: &[u8]| text.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"releases:"));
            let may_be = file.extension().is_some_and(|extension| ["yaml", "yml", "gotmpl"].iter().any(|known| extension == *known));
            if may_be && !loaded.contains(&file) && read(&file).is_some_and(|text| is_state(&text)) {
                return;
            }
        }
        for release in &state.releases {
            names.add_words(release.condition.as_bytes());
            // Layers of releases that this run does not render.
            let layers = release.values.iter().filter_map(Value::as_str);
            layers.filter_map(|file| read(&state.folder.join(&*file.to_text()))).for_each(|text| names.add_template(&text));
        }
    }
    let read = |origin| trace.was_read(origin) || trace.was_tested(origin);
    for state in &desired.states {
        keys.environment(&state.environment.name, &state.values, (&names, &read), &run.setting.sources);
    }
}

/// What the deployment's own rules say, where it has some.
fn own_rules(run: &Run, schemas: &Schemas<'_>, deployment: &Deployment) -> Errors {
    let path = schemas.folder.join("rules.yaml");
    if run.host().kind(&path).is_none() {
        return Errors::new();
    }
    match run.host().read(&path) {
        Ok(text) => {
            let (rules, mut found) = Rules::read(&path.to_string_lossy(), &text);
            found.extend(rules.check(deployment, &run.setting.sources));
            found
        }
        Err(error) => error.into(),
    }
}

/// What one release came to.
enum Outcome {
    /// What is wrong with its values, its documents, the minor version of Kubernetes they are for, and the context of its cluster.
    Rendered(Errors, Documents, u32, String),
    Failed(Errors),
}

/// What is checked between releases.
struct Across<'a> {
    owners: Owners,
    /// Keys that nothing reads.
    keys: Keys,
    references: References,
    /// Layers are read by many releases.
    layers: LayerChecks<'a>,
    images: Images,
    /// What the deployment's own rules are asked about.
    deployment: Deployment,
}

/// Renders all releases first: any of them may bring the definitions of the custom kinds that others use.
fn one_state(
    run: &Run,
    path: &Path<'_>,
    checks: (&Schemas<'_>, &mut Customs<'_>, &mut Across<'_>),
    state: &State,
    releases: &[&Release],
) -> Errors {
    let (schemas, customs, across) = checks;
    let mut outcomes = Vec::new();
    path.render(state, releases, |release, result| {
        outcomes.push(match result {
            Ok(product) => run.timings.measure(Phase::Check, Some(&release.name), || {
                let documents = Documents::read(&product.rendered, (&release.name, &release.namespace), &run.setting.sources);
                across.keys.release(&release.name, &product.values, &product.rendered, &run.setting.sources);
                across.layers.release(&ReleaseLayers {
                    release: &release.name,
                    layers: &product.layers,
                    values: &product.values,
                    rendered: &product.rendered,
                    documents: &documents,
                });
                across.deployment.add(Member {
                    name: release.name.clone(),
                    namespace: release.namespace.clone(),
                    chart: release.chart_to_use().to_owned(),
                    version: release.version.clone(),
                    chart_version: product.chart.metadata.version.clone(),
                    app_version: product.chart.metadata.app_version.clone(),
                    labels: release.labels.clone(),
                    needs: release.needs.clone(),
                    values: product.rendered.values.clone(),
                    origin: release.origin,
                    objects: documents.objects().clone(),
                });
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
        let mut found = Errors::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Rendered(values, documents, minor, context) => {
                    let validator = customs.validator(minor);
                    across.owners.add(&documents, &context, validator);
                    across.references.add(&documents, &context, validator);
                    found.extend(values);
                    found.extend(across.images.check(&documents));
                    found.extend(documents.check(validator));
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
    /// By minor version, with how many of the definitions each knows.
    validators: BTreeMap<u32, (Validator<'a>, usize)>,
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
        (Self { run, definitions, locations: &args.schema_location, validators: BTreeMap::new() }, faults)
    }

    /// The judge of a minor version, who knows all definitions so far.
    fn validator(&mut self, minor: u32) -> &Validator<'a> {
        let run = self.run;
        let reader = move |path: &path::Path| run.host().read(path).ok().map(Str::from);
        let new = || (Validator::new(minor).with_locations(self.locations.to_vec(), Box::new(reader)), 0);
        let (validator, known) = self.validators.entry(minor).or_insert_with(new);
        for definition in self.definitions.iter().skip(*known) {
            validator.define(definition);
        }
        *known = self.definitions.len();
        validator
    }
}

fn report(run: &Run, args: &LintArgs, found: &Errors, releases: &[String], (allowed, known): (usize, usize)) -> Exit {
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
    let checked = Checked { found, releases, allowed, known, fingerprints: &fingerprints };
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
