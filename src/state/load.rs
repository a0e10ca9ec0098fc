//! One state file: parts, bases, environments → the merged state, before its releases are resolved
//! (helmfile pkg/app/desired_state_file_loader.go, pkg/state/create.go).

use super::environment::{Environment, state_data};
use super::layers::{Layers, normalize};
use super::record::{self, Merging, list, map, merge, text};
use super::schema::STATE;
use super::{part, policy};
use crate::data::{Kind as Is, List, Map, SourceFile, Value};
use crate::diag::{Error, Errors, Kind, Place, Severity};
use crate::values::{Folder, Lists, Setting, Template, deep_merge, glob, override_merge, render_file};

/// Why there is no state.
pub(super) enum Stop {
    /// Its environments don't have the wanted one: helmfile skips the file without a word.
    UndefinedEnvironment(Vec<String>),
    /// It is wrong.
    Errors(Errors),
}

impl From<Errors> for Stop {
    fn from(errors: Errors) -> Self {
        Stop::Errors(errors)
    }
}
impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Errors(error.into())
    }
}

/// A state with its parts and bases merged.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    /// The path as helmfile shows it.
    pub(super) file: String,
    /// The folder that its paths start from.
    pub(super) folder: Folder,
    /// All its fields.
    pub(super) fields: Map,
    /// Its environment.
    pub(super) environment: Environment,
    /// `.Values`
    pub(super) values: Map,
}

/// What all files of a load have in common.
pub(super) struct Loader<'a> {
    pub(super) setting: &'a Setting,
    /// `-e`
    pub(super) environment: &'a str,
    /// `-n`
    pub(super) namespace: &'a str,
    /// `--helm-binary`
    pub(super) helm_binary: &'a str,
    /// `--kustomize-binary`
    pub(super) kustomize_binary: &'a str,
}

/// What a file starts from.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    /// The environment of earlier parts, or of a parent that hands it down.
    pub(super) inherited: Option<&'a Environment>,
    /// `--state-values-file` and `--state-values-set`, or a parent's `values`.
    pub(super) overriding: Option<&'a Environment>,
    /// Whether it is a state and no base.
    pub(super) evaluate_bases: bool,
}

impl Loader<'_> {
    /// Loads a shown file, whose relative paths start from `folder`.
    ///
    /// # Errors
    /// Everything that is wrong with it, or that its environment is not declared.
    pub(super) fn load(&self, folder: &Folder, file: &str, given: Given<'_>) -> Result<Loaded, Stop> {
        let host = &*self.setting.host;
        let bytes = if file == "-" { host.stdin()? } else { folder.read(host, file)? };
        let typed = if file == "-" { "-".to_owned() } else { folder.typed(host, file) };
        let bytes = normalize_line_ends(bytes);
        let source = self.setting.sources.add(typed.clone(), bytes);
        policy::check(file, &typed, &source.text)?;
        let loaded = self.parts(folder, file, &source, given)?;
        for (index, entry) in list(&loaded.fields, "helmfiles").iter().enumerate() {
            let path = entry.as_map().map(|entry| text(entry, "path")).unwrap_or_default();
            let into = match path.as_str() {
                "." => "the the directory containing this helmfile",
                path if path == file => "the same sub-helmfile",
                _ => continue,
            };
            let words = format!("{file} contains a recursion into {into} at helmfiles[{index}]");
            return Err(Error::new(Kind::State, words).at(record::place(&self.setting.sources, entry, &typed)).into());
        }
        Ok(loaded)
    }

    fn parts(&self, folder: &Folder, file: &str, source: &SourceFile, given: Given<'_>) -> Result<Loaded, Stop> {
        let rendered = file.ends_with(".gotmpl") || self.setting.host.variable("HELMFILE_RENDER_YAML").as_deref() == Some("true");
        let mut whole: Option<Loaded> = None;
        for (index, part) in part::split(source).iter().enumerate() {
            let environment = whole.as_ref().map(|whole| &whole.environment).or(given.inherited);
            let text = if rendered {
                let id = format!("{file}.part.{index}");
                self.render(folder, part, environment, given.overriding)
                    .map_err(|error| error.wrap(|words| format!("error during {id} parsing: {words}")))?
            } else {
                part.clone()
            };
            let current = self.part(folder, file, &text, Given { inherited: environment, ..given })?;
            let merged = match whole {
                None => current,
                Some(whole) => join_parts(whole, current),
            };
            let environments = map(&merged.fields, "environments");
            let name = &merged.environment.name;
            if !environments.is_empty() && given.evaluate_bases && name != "default" && !environments.contains(name) {
                return Err(undefined(&environments));
            }
            whole = Some(merged);
        }
        let Some(mut whole) = whole else { return Err(Error::new(Kind::State, format!("{file} is empty")).into()) };
        if given.evaluate_bases {
            self.default_binaries(&mut whole);
        }
        let environments = map(&whole.fields, "environments");
        let has_environment = given.inherited.is_some() || given.overriding.is_some();
        if environments.is_empty() && given.evaluate_bases && !has_environment && whole.environment.name != "default" {
            return Err(undefined(&environments));
        }
        self.check_update_strategies(&whole)?;
        Ok(whole)
    }

    fn render(
        &self,
        folder: &Folder,
        part: &SourceFile,
        inherited: Option<&Environment>,
        overriding: Option<&Environment>,
    ) -> Result<SourceFile, Error> {
        let empty = Environment::named(self.environment);
        let environment = match (inherited, overriding) {
            (None, None) => empty,
            (None, Some(only)) | (Some(only), None) => only.clone(),
            (Some(inherited), over) => inherited.merge(over),
        };
        let data = state_data(&environment, self.namespace, &environment.merged_values());
        let template = Template { source: Some(part), text: &part.text, folder };
        Ok(render_file(self.setting, &template, &data)?.source)
    }

    /// Reads one part, joins its bases, loads its environment and finds its sub-helmfiles.
    fn part(&self, folder: &Folder, file: &str, source: &SourceFile, given: Given<'_>) -> Result<Loaded, Stop> {
        let environment = match (given.inherited, given.overriding) {
            (None, None) => None,
            (None, Some(only)) | (Some(only), None) => Some(only.clone()),
            (Some(inherited), over) => Some(inherited.merge(over)),
        };
        let mut fields = part::read(self.setting, file, source)?;
        let bases = record::texts(&fields, "bases");
        if !given.evaluate_bases && !bases.is_empty() {
            let words = "nested `base` helmfile is unsupported. please submit a feature request if you need this!";
            let at = fields.get("bases").map(|value| record::place(&self.setting.sources, &value, &source.name.to_text()));
            return Err(Error::new(Kind::State, words).at(at.unwrap_or_else(|| Place::file(file))).into());
        }
        if given.evaluate_bases && !bases.is_empty() {
            fields = self.with_bases(folder, &bases, fields, environment.as_ref())?;
        }
        let loaded = self.with_environment(folder, file, fields, environment.as_ref())?;
        self.with_helmfiles(loaded).map_err(Stop::from)
    }

    fn with_bases(&self, folder: &Folder, bases: &[String], own: Map, environment: Option<&Environment>) -> Result<Map, Stop> {
        let entries = list(&own, "bases");
        let mut merged: Option<Map> = None;
        for (position, base) in bases.iter().enumerate() {
            let shown = folder.shown(base);
            let given = Given { inherited: environment, overriding: None, evaluate_bases: false };
            let loaded = self.load(folder, &shown, given).map_err(|stop| match stop {
                Stop::Errors(errors) => {
                    let listed = entries.get(position).map(|entry| record::place(&self.setting.sources, entry, base));
                    Stop::Errors(errors.into_iter().map(|error| base_error(error, base, listed.clone())).collect())
                }
                other => other,
            })?;
            merged = Some(match merged {
                None => loaded.fields,
                Some(before) => join_layers(&before, &loaded.fields),
            });
        }
        Ok(match merged {
            None => own,
            Some(bases) => join_layers(&bases, &own),
        })
    }

    fn with_environment(&self, folder: &Folder, file: &str, fields: Map, context: Option<&Environment>) -> Result<Loaded, Errors> {
        let name = self.environment;
        let spec = map(&fields, "environments").get(name).and_then(|value| value.as_map().cloned());
        let fresh = Environment::named(name);
        let seen = context.unwrap_or(&fresh);
        let state_handler = text(&fields, "missingFileHandler");
        let mut errors = Errors::new();
        let mut environment = Environment::named(name);
        if let Some(spec) = &spec {
            let secrets = list(spec, "secrets");
            let handler = text(spec, "missingFileHandler");
            let secrets_handler = if handler.is_empty() { &state_handler } else { &handler };
            if let Err(error) = self.refuse_secrets(folder, file, secrets_handler, &secrets) {
                errors.push(error.wrap(|words| format!("failed to read {file}: {words}")));
            }
            let strategy = text(spec, "mergeStrategy");
            let layers = Layers { setting: self.setting, folder, file, handler: &handler, environment: seen, strategy: &strategy };
            match layers.load(&list(spec, "values")) {
                Ok(values) => environment.values = values,
                Err(faults) => {
                    errors.extend(faults.into_iter().map(|error| error.wrap(|words| format!("failed to read {file}: {words}"))));
                }
            }
            environment.kube_context = text(spec, "kubeContext");
        }
        if let Some(context) = context {
            environment.defaults = context.defaults.clone();
            environment.values = deep_merge(&context.values, &environment.values, Lists::Sparse);
            environment.overrides = context.overrides.clone();
            if !context.name.is_empty() {
                environment.name = context.name.clone();
            }
            if !context.kube_context.is_empty() {
                environment.kube_context = context.kube_context.clone();
            }
        }
        let layers = Layers { setting: self.setting, folder, file, handler: "", environment: seen, strategy: "" };
        match layers.load(&list(&fields, "values")) {
            Ok(defaults) => environment.defaults = override_merge(&environment.defaults, &defaults),
            Err(faults) => errors.extend(faults),
        }
        let values = environment.merged_values();
        errors.or(Loaded { file: file.to_owned(), folder: folder.clone(), fields, environment, values })
    }

    fn refuse_secrets(&self, folder: &Folder, file: &str, handler: &str, secrets: &[Value]) -> Result<(), Error> {
        for secret in secrets {
            let path = secret.as_str().map(|path| path.to_text().into_owned()).unwrap_or_default();
            let found = super::layers::resolve(self.setting, folder, handler, "environment values", (&path, file))?;
            if !found.is_empty() {
                let words = format!("environment secrets file \"{path}\" needs helm-secrets, which bkhelm does not have");
                return Err(Error::new(Kind::Values, words)
                    .at(record::place(&self.setting.sources, secret, file))
                    .hint("decrypt it beforehand and list it under `values`, or use ref+file://"));
            }
        }
        Ok(())
    }

    /// Globs of `helmfiles` become one entry for each file.
    fn with_helmfiles(&self, loaded: Loaded) -> Result<Loaded, Error> {
        let entries = list(&loaded.fields, "helmfiles");
        if entries.is_empty() {
            return Ok(loaded);
        }
        let handler = text(&loaded.fields, "missingFileHandler");
        let mut expanded = Vec::new();
        for entry in entries {
            let Some(record) = entry.as_map() else { continue };
            let path = text(record, "path");
            let place = || record::place(&self.setting.sources, &entry, &loaded.file);
            if path.contains("://") || path.contains("::") {
                let words = format!("sub-helmfile {path} is remote, and remote states are not supported");
                return Err(Error::new(Kind::Fetch, words).at(place()).hint("copy it beside the state"));
            }
            let pattern = normalize(&loaded.folder, &path);
            let mut found = glob::glob(&*self.setting.host, &loaded.folder, &pattern)
                .map_err(|why| Error::new(Kind::State, format!("failed processing {path}: {why}")).at(place()))?;
            found.sort();
            if found.is_empty() {
                let missing = Error::new(Kind::File, format!("no matches for path: {path}")).at(place());
                if handler.is_empty() || handler == "Error" {
                    return Err(missing.hint("missingFileHandler: Warn at the top of the state goes on without it"));
                }
                self.setting.notes.push(missing.severity(Severity::Warning));
            }
            for file in found {
                let copy = record.shallow_copy();
                copy.insert("path", Value::string(file));
                expanded.push(Value { kind: Is::Map(copy), origin: entry.origin });
            }
        }
        loaded.fields.insert("helmfiles", List::from(expanded));
        Ok(loaded)
    }

    fn default_binaries(&self, loaded: &mut Loaded) {
        for (key, asked, default) in [("helmBinary", self.helm_binary, "helm"), ("kustomizeBinary", self.kustomize_binary, "kustomize")] {
            if !asked.is_empty() && asked != default {
                loaded.fields.insert(key, asked);
            } else if text(&loaded.fields, key).is_empty() {
                loaded.fields.insert(key, default);
            }
        }
    }

    fn check_update_strategies(&self, loaded: &Loaded) -> Result<(), Error> {
        for release in list(&loaded.fields, "releases") {
            let strategy = release.as_map().map(|release| text(release, "updateStrategy")).unwrap_or_default();
            if !strategy.is_empty() && strategy != "reinstallIfForbidden" {
                let words = format!(
                    "failed to read {}: updateStrategy {strategy:?} is invalid, valid values are: reinstallIfForbidden or not set",
                    loaded.file
                );
                return Err(Error::new(Kind::State, words).at(record::place(&self.setting.sources, &release, &loaded.file)));
            }
        }
        Ok(())
    }
}

fn undefined(environments: &Map) -> Stop {
    Stop::UndefinedEnvironment(environments.read().keys().map(|name| name.to_text().into_owned()).collect())
}

fn base_error(error: Error, base: &str, listed: Option<Place>) -> Error {
    match listed {
        Some(place) if error.place().is_none_or(|at| at.line == 0) && error.kind() == Kind::File => {
            error.at(place).hint(format!("`bases` names {base}"))
        }
        Some(place) => error.related(place, "listed as a base here"),
        None => error,
    }
}

/// A later part over earlier ones: lists replace, maps of values merge.
fn join_parts(whole: Loaded, current: Loaded) -> Loaded {
    let mut environment = current.environment;
    environment.values = override_merge(&whole.environment.values, &environment.values);
    environment.defaults = override_merge(&whole.environment.defaults, &environment.defaults);
    environment.overrides = override_merge(&whole.environment.overrides, &environment.overrides);
    Loaded { fields: merge(&STATE, &whole.fields, &current.fields, Merging::Replace), environment, values: current.values, ..whole }
}

/// A later base (or the state) over earlier ones: lists are joined, environments entry by entry.
fn join_layers(base: &Map, over: &Map) -> Map {
    let environments = join_environments(&map(base, "environments"), &map(over, "environments"));
    let merged = merge(&STATE, base, over, Merging::Append);
    if !environments.is_empty() {
        merged.insert("environments", environments);
    }
    merged
}

fn join_environments(base: &Map, over: &Map) -> Map {
    let joined = base.shallow_copy();
    for (name, later) in over.snapshot() {
        let value = match (base.get(&name).and_then(|before| before.as_map().cloned()), later.as_map()) {
            (Some(before), Some(over)) => Value { kind: Is::Map(join_environment(&before, over)), origin: later.origin },
            _ => later,
        };
        joined.insert(name, value);
    }
    joined
}

/// One environment of two layers: under `fallback` the later layer's values come first, so that they win.
fn join_environment(base: &Map, over: &Map) -> Map {
    let joined = base.shallow_copy();
    for key in ["kubeContext", "missingFileHandler", "missingFileHandlerConfig", "mergeStrategy"] {
        if let Some(value) = over.get(key) {
            joined.insert(key, value);
        }
    }
    let both = |key: &str, later_first: bool| {
        let (one, other) = if later_first { (list(over, key), list(base, key)) } else { (list(base, key), list(over, key)) };
        one.into_iter().chain(other).collect::<Vec<_>>()
    };
    let fallback = text(&joined, "mergeStrategy") == "fallback";
    for (key, items) in [("values", both("values", fallback)), ("secrets", both("secrets", false))] {
        if !items.is_empty() {
            joined.insert(key, List::from(items));
        }
    }
    joined
}

fn normalize_line_ends(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.windows(2).any(|pair| pair == b"\r\n") {
        return bytes;
    }
    let mut out = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if !(*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            out.push(*byte);
        }
    }
    out
}
