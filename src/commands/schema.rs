//! `bkhelm schema`: the schemas that lint checks values against: a first draft of one, and copies of what they refer to.

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex, PoisonError};

use super::path::{self, Options, Path};
use super::schema_files::SchemaFiles;
use super::{Exit, Run, template};
use crate::charts::Chart;
use crate::check::Inferred;
use crate::cli::{InferArgs, SchemaArgs, SchemaCommand, VendorArgs};
use crate::data::Str;
use crate::diag::{Error, Errors, Kind, Place, nearest};
use crate::fetch::{self, Repositories, Vendored};
use crate::host::{EntryKind, Host};
use crate::render::{Schema, SchemaCheck, SchemaSource, compile_schema};
use crate::state::Needs;

/// A schema may be this long.
const SCHEMA_LIMIT: usize = 32 << 20;

/// Runs the command below it.
pub fn schema(run: &Run, args: &SchemaArgs) -> Exit {
    match &args.command {
        SchemaCommand::Infer(args) => infer(run, args),
        SchemaCommand::Vendor(args) => vendor(run, args),
    }
}

/// Drafts a schema from the values of a release as its chart sees them, or from those of the environments.
fn infer(run: &Run, args: &InferArgs) -> Exit {
    let desired = run.load();
    run.say_notes();
    let mut errors: Errors = desired.errors;
    let mut seen = Inferred::new();
    let (mut found, mut names) = (false, Vec::new());
    let options = template::options(&args.values, args.kube_version.as_deref(), 0);
    // A schema that does not fit is no reason to draft none.
    let path = Path::new(run, Options { schema_check: SchemaCheck::Skip, ..options });
    for state in &desired.states {
        let Some(wanted) = &args.release else {
            seen.see(&state.values.clone().into());
            found = true;
            continue;
        };
        names.extend(state.releases.iter().map(|release| release.name.clone()));
        let releases: Vec<_> = state.releases.iter().filter(|release| release.name == *wanted).collect();
        path.render(state, &releases, |_, result| match result {
            Ok(product) => {
                found = true;
                seen.see(&product.rendered.values.into());
            }
            Err(failed) => errors.extend(failed),
        });
    }
    if !errors.is_empty() {
        return run.fail(errors);
    }
    let Some(name) = args.release.as_ref().filter(|_| !found) else {
        let (title, file) = match &args.release {
            Some(name) => (format!("values of release {name}"), format!("releases/{name}.schema.json")),
            None => ("values of the environment".to_owned(), "values.schema.json".to_owned()),
        };
        return hand_over(run, args, seen.write(&title), &file);
    };
    let error = Error::new(Kind::NoMatch, format!("the state has no release {name:?}"));
    let error = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error,
    };
    run.fail(error.into())
}

/// Prints the draft, or writes it where lint looks for it: never over a schema that is there.
fn hand_over(run: &Run, args: &InferArgs, draft: Result<Vec<u8>, String>, file: &str) -> Exit {
    let bytes = match draft {
        Ok(bytes) => bytes,
        Err(words) => return run.fail(Error::new(Kind::Render, words).into()),
    };
    if !args.write {
        return run.print(&bytes);
    }
    let file = FilePath::new(&args.schemas).join(file);
    let shown = file.display().to_string();
    if run.host().kind(&file).is_some() {
        let error = Error::new(Kind::File, format!("{shown} is there already")).at(Place::file(&shown));
        return run.fail(error.hint("without --write, the draft is printed").into());
    }
    match run.host().write(&file, &bytes) {
        Ok(()) => {
            run.output.info(&format!("{shown} written: a draft, to be read and made stricter by hand"));
            Exit::Done
        }
        Err(error) => run.fail(error.into()),
    }
}

/// Keeps copies of all schemas that others refer to by URL. What the lock has already is not asked for again.
fn vendor(run: &Run, args: &VendorArgs) -> Exit {
    if !run.request.selectors.is_empty() {
        let error = Error::new(Kind::Usage, "--selector: schema vendor looks at all releases");
        return run.fail(error.hint("the lock would lose what the others refer to").into());
    }
    let files = SchemaFiles::new(run.setting.host.clone(), &args.schemas);
    let known = match files.vendored() {
        Ok(known) => known.clone(),
        Err(_) if args.update => Vendored::default(),
        Err(error) => return run.fail(error.into()),
    };
    let folder = files.vendored_folder();
    let fetching = Arc::new(Fetching {
        host: run.setting.host.clone(),
        files,
        known: if args.update { Vendored::default() } else { known.clone() },
        taken: Mutex::default(),
    });
    let errors = refer(run, args, &(fetching.clone() as Arc<dyn SchemaSource>));
    if !errors.is_empty() {
        return run.fail(errors);
    }
    let taken = std::mem::take(&mut *fetching.taken.lock().unwrap_or_else(PoisonError::into_inner));
    let copies: BTreeMap<String, Vec<u8>> = taken.into_iter().filter_map(|(url, copy)| Some((url, copy.ok()?))).collect();
    if copies.is_empty() && run.host().kind(&folder).is_none() {
        run.output.info("no schema refers to another one by URL: nothing to vendor");
        return Exit::Done;
    }
    match known.replace(run.host(), &copies) {
        Ok(stale) => {
            let new = copies.keys().filter(|url| !known.has(url)).count();
            run.output.info(&format!("{}: {} schemas, {new} of them new", folder.display(), copies.len()));
            for file in stale {
                run.output.info(&format!("{} is not needed any more", file.display()));
            }
            Exit::Done
        }
        Err(error) => run.fail(error.into()),
    }
}

/// Reads everything that the deployment's schemas and those of all its charts refer to.
fn refer(run: &Run, args: &VendorArgs, source: &Arc<dyn SchemaSource>) -> Errors {
    let desired = run.load();
    run.say_notes();
    let mut errors: Errors = desired.errors;
    let mut own = |name: &str| {
        let file = FilePath::new(&args.schemas).join(name);
        if run.host().kind(&file) != Some(EntryKind::File) {
            return;
        }
        let shown = file.display().to_string();
        let compiled = run.host().read(&file).and_then(|text| {
            let schema = Schema { text: &Str::from(text), name, beside: &[] };
            let broken = |words: String| Error::new(Kind::Schema, words).at(Place::file(&shown));
            compile_schema(schema, run.profile, source).map_err(broken)
        });
        errors.extend(compiled.err());
    };
    own("values.schema.json");
    for state in &desired.states {
        state.releases.iter().for_each(|release| own(&format!("releases/{}.schema.json", release.name)));
    }
    let path = Path::new(run, Options::default());
    for state in &desired.states {
        let repositories = match Repositories::load(run.host(), state.repositories.clone()) {
            Ok(repositories) => repositories,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let releases = match state.planned(Needs { skip: true, ..Needs::default() }) {
            Ok(releases) => releases.unwrap_or_default(),
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let mut found: Vec<Errors> = Vec::new();
        let work = |release: &crate::state::Release| match path.chart(state, release, &repositories) {
            Ok(chart) => of_chart(&chart, run, source),
            Err(error) => error.into(),
        };
        path::in_order(0, &releases, work, |release, wrong| {
            found.push(wrong.map(|error| if error.about().is_some() { error } else { error.subject(format!("release {}", release.name)) }));
        });
        found.into_iter().for_each(|wrong| errors.extend(wrong));
    }
    errors
}

/// A chart's schema and those of the charts below it.
fn of_chart(chart: &Chart, run: &Run, source: &Arc<dyn SchemaSource>) -> Errors {
    let compiled = Schema::of_chart(chart).map_or(Ok(()), |schema| compile_schema(schema, run.profile, source));
    let mut errors: Errors =
        compiled.err().map(|words| Error::new(Kind::Schema, format!("chart {}: {words}", chart.metadata.name))).into_iter().collect();
    chart.dependencies.iter().for_each(|below| errors.extend(of_chart(below, run, source)));
    errors
}

/// Takes what is vendored, and from the network what is not; remembers all that was asked for.
struct Fetching {
    host: Arc<dyn Host>,
    files: SchemaFiles,
    known: Vendored,
    taken: Mutex<BTreeMap<String, Result<Vec<u8>, String>>>,
}

impl SchemaSource for Fetching {
    fn load(&self, url: &str) -> Result<Vec<u8>, String> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return self.files.load(url);
        }
        // Held while one is fetched: the next that wants it waits instead of asking again.
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(copy) = taken.get(url) {
            return copy.clone();
        }
        let host = &*self.host;
        let copy = if self.known.has(url) { self.known.load(host, url) } else { fetch::get(host, url, SCHEMA_LIMIT) };
        let copy = copy.map_err(|error| error.to_string());
        taken.insert(url.to_owned(), copy.clone());
        copy
    }
}
