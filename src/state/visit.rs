//! Which state files there are, and in which order helmfile works on them: a file's sub-helmfiles before itself
//! (helmfile pkg/app/app.go `visitStatesWithContext`).

use super::environment::Environment;
use super::layers::Layers;
use super::load::{Given, Loaded, Loader, Stop};
use super::record::{Merging, flag, list, map, merge, text, texts};
use super::schema::HELM_DEFAULTS;
use super::{Desired, Request, State, resolve, select, templates};
use crate::data::{Kind as Is, List, Map, Value};
use crate::diag::{Error, Errors, Kind, Place, Result};
use crate::host::EntryKind;
use crate::values::{Folder, Setting, file_of, folder_of, parse_state_values};

/// How deep sub-helmfiles may lie.
const MAX_DEPTH: usize = 100;

/// A visit of files: what they start from.
struct Visit {
    selectors: Vec<String>,
    /// Layers of `--state-values-file` or of a parent's `values`.
    values: Vec<Value>,
    /// `--state-values-set`
    set: Map,
    /// What a parent hands down.
    inherited: Option<Inherited>,
    /// The folder that `values` start from: that of the file which lists this one.
    values_from: Option<Folder>,
    depth: usize,
    /// helmfile's words for the way here: `in .helmfiles[0]: `.
    label: String,
}

/// What a sub-helmfile inherits from its parent.
struct Inherited {
    names: Vec<String>,
    fields: Map,
    environment: Environment,
}

/// Loads everything the request leads to.
pub(super) fn visit(request: &Request, setting: &Setting) -> Desired {
    let mut desired = Desired::default();
    let pick = |text: bool| {
        request.state_values.iter().filter(|value| value.text == text).map(|value| value.argument.as_str()).collect::<Vec<_>>()
    };
    let set = match parse_state_values(setting, &pick(true), &pick(false)) {
        Ok(set) => set,
        Err(error) => {
            desired.errors.push(error);
            return desired;
        }
    };
    let visitor = Visitor { request, setting };
    let first = Visit {
        selectors: request.selectors.clone(),
        values: request.state_values_files.iter().map(|file| Value::string(file.as_str())).collect(),
        set,
        inherited: None,
        values_from: None,
        depth: 0,
        label: String::new(),
    };
    let here = Folder::here(setting.host.current_folder());
    if let Err(errors) = visitor.files(&here, request.file.as_deref(), &first, &mut desired) {
        desired.errors.extend(errors);
    }
    desired
}

struct Visitor<'a> {
    request: &'a Request,
    setting: &'a Setting,
}

impl Visitor<'_> {
    /// Visits the file, or all files of the folder, that a path names.
    fn files(&self, here: &Folder, path: Option<&str>, visit: &Visit, desired: &mut Desired) -> Result<(), Errors> {
        if visit.depth > MAX_DEPTH {
            return Err(Error::new(Kind::Limit, format!("sub-helmfiles lie more than {MAX_DEPTH} deep")).into());
        }
        let mut files = self.find(here, path)?;
        if self.request.reverse {
            files.reverse();
        }
        let several = files.len() > 1;
        for shown in files {
            let (folder, file) = place_of(here, &shown, several);
            let label = format!("in {}/{}", folder_of(&shown), file_of(&shown));
            self.file((&folder, &file), &label, visit, desired).map_err(|errors| wrapped(errors, &label))?;
        }
        Ok(())
    }

    fn find(&self, here: &Folder, path: Option<&str>) -> Result<Vec<String>> {
        let host = &*self.setting.host;
        let folder = match path.filter(|path| !path.is_empty()) {
            Some("-") => return Ok(vec!["-".to_owned()]),
            Some(path) if path.contains("://") || path.contains("::") => {
                let words = format!("state file {path} is remote, and remote states are not supported");
                return Err(Error::new(Kind::Fetch, words).hint("fetch it and give its path"));
            }
            Some(path) => match here.kind(host, path) {
                Some(EntryKind::Folder) => path.to_owned(),
                Some(_) => return Ok(vec![path.to_owned()]),
                None => {
                    let error = Error::new(Kind::File, format!("specified state file {path} is not found"));
                    let names = here.list(host, &folder_of(path)).unwrap_or_default();
                    return Err(match crate::diag::nearest(file_of(path), names.iter().map(String::as_str)) {
                        Some(near) => error.hint(format!("did you mean {}?", crate::values::join(&folder_of(path), near))),
                        None => error,
                    });
                }
            },
            None => match self.default_file(here)? {
                Some(file) => return Ok(vec![file]),
                None => "helmfile.d".to_owned(),
            },
        };
        let names = here.list(host, &folder)?;
        let is_state = |name: &&String| {
            let stem = name.strip_suffix(".gotmpl").unwrap_or(name);
            // parity: the patterns are *.y*ml and *.y*ml.gotmpl
            stem.ends_with("ml") && stem[..stem.len() - 2].contains(".y")
        };
        let mut files: Vec<String> = names.iter().filter(is_state).map(|name| crate::values::join(&folder, name)).collect();
        files.sort();
        Ok(files)
    }

    /// `helmfile.yaml` or `helmfile.yaml.gotmpl`; none where there is a `helmfile.d`.
    fn default_file(&self, here: &Folder) -> Result<Option<String>> {
        let host = &*self.setting.host;
        let is_file = |name: &str| here.kind(host, name).is_some_and(|kind| kind != EntryKind::Folder);
        let file = match (is_file("helmfile.yaml"), is_file("helmfile.yaml.gotmpl")) {
            (true, true) => {
                let words = "both helmfile.yaml and helmfile.yaml.gotmpl exist. Please remove one of them";
                return Err(Error::new(Kind::State, words));
            }
            (true, false) => Some("helmfile.yaml"),
            (false, true) => Some("helmfile.yaml.gotmpl"),
            (false, false) => None,
        };
        match (file, here.kind(host, "helmfile.d") == Some(EntryKind::Folder)) {
            (Some(file), true) => {
                let words = format!("configuration conlict error: you can have either {file} or helmfile.d, but not both");
                Err(Error::new(Kind::State, words))
            }
            (Some(file), false) => Ok(Some(file.to_owned())),
            (None, true) => Ok(None),
            (None, false) => Err(Error::new(
                Kind::File,
                "no state file found. It must be named helmfile.d/*.{yaml,yml,yaml.gotmpl,yml.gotmpl}, helmfile.yaml, or helmfile.yaml.gotmpl, otherwise specified with the --file flag or HELMFILE_FILE_PATH environment variable",
            )),
        }
    }

    fn file(&self, place: (&Folder, &str), label: &str, visit: &Visit, desired: &mut Desired) -> Result<(), Errors> {
        let (folder, file) = place;
        let loaded = match self.load(folder, file, visit) {
            Ok(loaded) => loaded,
            Err(Stop::Errors(errors)) => return Err(errors),
            Err(Stop::UndefinedEnvironment(names)) => {
                desired.environments.extend(names);
                return Ok(());
            }
        };
        if !self.request.reverse {
            self.nested(&loaded, visit, label, desired)?;
        }
        let records = templates::execute(&loaded, self.setting)
            .map_err(|error| error.wrap(|words| format!("failed executing release templates in \"{}\": {words}", file_of(file))))?;
        desired.states.push(self.state(&loaded, records, visit, label));
        if self.request.reverse {
            self.nested(&loaded, visit, label, desired)?;
        }
        Ok(())
    }

    fn load(&self, folder: &Folder, file: &str, visit: &Visit) -> Result<Loaded, Stop> {
        let request = self.request;
        let loader = Loader {
            setting: self.setting,
            environment: &request.environment,
            namespace: &request.namespace,
            helm_binary: &request.helm_binary,
            kustomize_binary: &request.kustomize_binary,
        };
        let overriding = self.overriding(folder, file, visit)?;
        let inherited = visit.inherited.as_ref().filter(|inherited| inherited.names.iter().any(|name| name == "environments"));
        let given =
            Given { inherited: inherited.map(|inherited| &inherited.environment), overriding: overriding.as_ref(), evaluate_bases: true };
        let loaded = loader.load(folder, file, given)?;
        if let Some(inherited) = &visit.inherited {
            inherit(&loaded.fields, inherited);
        }
        if request.reverse {
            for key in ["releases", "helmfiles"] {
                let mut items = list(&loaded.fields, key);
                items.reverse();
                if !items.is_empty() {
                    loaded.fields.insert(key, List::from(items));
                }
            }
        }
        for (key, flag, over) in [
            ("kubeContext", "kube-context", &request.kube_context),
            ("namespace", "namespace", &request.namespace),
            ("chart", "chart", &request.chart),
        ] {
            if over.is_empty() {
                continue;
            }
            if !text(&loaded.fields, key).is_empty() {
                let words = format!("err: Cannot use option --{flag} and set attribute {key}.");
                let at = loaded.fields.get(key).and_then(|value| self.setting.sources.place(value.origin));
                return Err(Error::new(Kind::State, words).at(at.unwrap_or_else(|| Place::file(file))).into());
            }
            loaded.fields.insert(key, over.as_str());
            if key == "kubeContext" {
                let defaults = map(&loaded.fields, "helmDefaults").shallow_copy();
                defaults.insert("kubeContext", over.as_str());
                loaded.fields.insert("helmDefaults", defaults);
            }
        }
        Ok(loaded)
    }

    /// The environment made of values from the command line or the parent.
    fn overriding(&self, folder: &Folder, file: &str, visit: &Visit) -> Result<Option<Environment>, Errors> {
        if visit.values.is_empty() && visit.set.is_empty() {
            return Ok(None);
        }
        let mut environment = Environment::named(&self.request.environment);
        let fresh = environment.clone();
        let here = Folder { from: folder.from.clone(), shown: ".".to_owned() };
        let from = visit.values_from.as_ref().unwrap_or(&here);
        let layers = Layers { setting: self.setting, folder: from, file, handler: "Error", environment: &fresh, strategy: "" };
        environment.values = layers.load(&visit.values)?;
        environment.overrides = visit.set.clone();
        Ok(Some(environment))
    }

    fn nested(&self, loaded: &Loaded, visit: &Visit, own_label: &str, desired: &mut Desired) -> Result<(), Errors> {
        for (index, entry) in list(&loaded.fields, "helmfiles").iter().enumerate() {
            let Some(record) = entry.as_map() else { continue };
            let own = texts(record, "selectors");
            let inherits = flag(record, "selectorsInherited");
            if !inherits && !select::compatible(&self.request.selectors, &own) {
                continue;
            }
            let takes = inherits || (!record.contains("selectors") && !self.explicit_inheritance());
            let names = texts(record, "inherits");
            let label = format!("{}{own_label}: in .helmfiles[{index}]: ", visit.label);
            let next = Visit {
                label,
                selectors: if takes { visit.selectors.clone() } else { own },
                values: list(record, "values"),
                set: Map::new(),
                inherited: (!names.is_empty()).then(|| Inherited {
                    names,
                    fields: loaded.fields.clone(),
                    environment: loaded.environment.clone(),
                }),
                values_from: Some(Folder { from: loaded.folder.from.clone(), shown: folder_of(&absolute(loaded)) }),
                depth: visit.depth + 1,
            };
            let path = text(record, "path");
            let here = Folder::here(loaded.folder.from.clone());
            self.files(&here, Some(&path), &next, desired).map_err(|errors| wrapped(errors, &format!("in .helmfiles[{index}]")))?;
        }
        Ok(())
    }

    /// helmfile's experiment: sub-helmfiles take no selectors unless they say so.
    fn explicit_inheritance(&self) -> bool {
        let on = self.setting.host.variable("HELMFILE_EXPERIMENTAL").unwrap_or_default();
        on == "true" || on.split(',').any(|name| name == "explicit-selector-inheritance")
    }

    fn state(&self, loaded: &Loaded, records: Vec<Value>, visit: &Visit, label: &str) -> State {
        let defaults = map(&loaded.fields, "helmDefaults");
        State {
            file: loaded.file.clone(),
            path: if loaded.file == "-" { "-".to_owned() } else { loaded.folder.typed(&*self.setting.host, &loaded.file) },
            folder: loaded.folder.from.clone(),
            base: loaded.folder.clone(),
            environment: loaded.environment.clone(),
            values: loaded.values.clone(),
            selectors: visit.selectors.clone(),
            releases: resolve::releases(loaded, &records, self.setting),
            repositories: resolve::repositories(loaded),
            default_args: texts(&defaults, "args"),
            skip_repositories: flag(&defaults, "skipDeps") || flag(&defaults, "skipRefresh"),
            hooks: resolve::hooks(&loaded.fields),
            helm_binary: text(&loaded.fields, "helmBinary"),
            fields: loaded.fields.clone(),
            label: format!("{}{label}", visit.label),
            sources: self.setting.sources.clone(),
        }
    }
}

/// The absolute path of a state.
fn absolute(loaded: &Loaded) -> String {
    crate::values::clean(&loaded.folder.real(&loaded.file).display().to_string())
}

/// Where a state lies: helmfile changes into the folder of a single file, and shows several by their absolute paths.
fn place_of(here: &Folder, shown: &str, several: bool) -> (Folder, String) {
    if shown == "-" {
        return (here.clone(), "-".to_owned());
    }
    let real = crate::values::clean(&here.real(shown).display().to_string());
    let folder = folder_of(&real);
    if several {
        (Folder { from: here.from.clone(), shown: folder }, real)
    } else {
        (Folder::here(folder.into()), file_of(&real).to_owned())
    }
}

fn wrapped(errors: Errors, label: &str) -> Errors {
    errors.into_iter().map(|error| error.wrap(|words| format!("{label}: {words}"))).collect()
}

/// What a sub-helmfile takes over from its parent: its own entries win, the parent's fill the gaps.
fn inherit(fields: &Map, inherited: &Inherited) {
    for name in &inherited.names {
        let Some(parent) = inherited.fields.get(name.as_str()) else { continue };
        let merged: Value = match (name.as_str(), fields.get(name.as_str())) {
            ("environments", _) => continue,
            (_, None) => parent,
            ("repositories", Some(own)) => join_by(&parent, &own, |item| item.as_map().map(|item| text(item, "name")), true),
            ("apiVersions", Some(own)) => join_by(&parent, &own, |item| item.as_str().map(|text| text.to_text().into_owned()), false),
            ("helmDefaults", Some(own)) => match (&own.kind, &parent.kind) {
                (Is::Map(own), Is::Map(parent)) => merge(&HELM_DEFAULTS, own, parent, Merging::Fill).into(),
                _ => own,
            },
            ("commonLabels" | "templates", Some(own)) => match (&own.kind, &parent.kind) {
                (Is::Map(own), Is::Map(parent)) => {
                    let joined = parent.shallow_copy();
                    for (key, value) in own.snapshot() {
                        joined.insert(key, value);
                    }
                    joined.into()
                }
                _ => own,
            },
            (_, Some(own)) => own,
        };
        fields.insert(name.as_str(), merged);
    }
}

/// Both lists, the parent's first, without items of the same name: the last one stays, or the first.
fn join_by(parent: &Value, own: &Value, name: impl Fn(&Value) -> Option<String>, last: bool) -> Value {
    let items = |value: &Value| value.as_list().map(|list| list.items().to_vec()).unwrap_or_default();
    let mut all: Vec<Value> = items(parent).into_iter().chain(items(own)).collect();
    if last {
        all.reverse();
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|item| seen.insert(name(item)));
    if last {
        all.reverse();
    }
    all.into()
}
