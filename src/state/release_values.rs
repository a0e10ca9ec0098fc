//! A release's values: its `values` and `set` entries → what helmfile would hand to helm
//! (helmfile pkg/state/state.go `generateValuesFiles`, `setFlags`).

use super::layers::{normalize, resolve};
use super::record;
use super::release::SetValue;
use super::templates::Scope;
use super::{Release, State};
use crate::data::yaml::{self, Documents, Style};
use crate::data::{Kind as Is, List, Map, SourceFile, Str, Value};
use crate::diag::{Error, Errors, Kind, Result};
use crate::golang::fmt::sprint;
use crate::values::{Folder, Setting, Template, Text, expand_secrets, fault_offset, names_secret, read_map, render_file};

/// One layer of a release's values, as helmfile would hand it to helm with `--values`.
#[derive(Debug, Clone)]
pub struct ValuesLayer {
    /// The file as the state names it; `None` for values written in the state.
    pub name: Option<String>,
    /// Its values as helm reads them.
    pub values: Value,
    /// The text that helm would read.
    pub text: Vec<u8>,
    /// The same with its places; `None` for values written in the state.
    pub source: Option<SourceFile>,
}

/// What a release's values come from, weakest first.
#[derive(Debug, Clone, Default)]
pub struct ReleaseValues {
    /// The `--values` files.
    pub layers: Vec<ValuesLayer>,
    /// The `--set`, `--set-string` and `--set-file` arguments in order: flag name and argument.
    pub set: Vec<(&'static str, String)>,
}

/// Evaluates a release's values: renders its values files with `.Values`, `.Release` and `.Environment`, in order.
/// Every release starts from the same `.Values`.
///
/// # Errors
/// Missing, faulty or unreadable layers, all of them at once.
pub fn release_values(state: &State, release: &Release, setting: &Setting) -> Result<ReleaseValues, Errors> {
    let layers = Layers { state, release, setting };
    let mut errors = Errors::new();
    let mut values = ReleaseValues::default();
    for entry in &release.values {
        match layers.layer(entry) {
            Ok(layer) => values.layers.extend(layer),
            Err(faults) => errors.extend(faults),
        }
    }
    errors.extend(layers.refuse_secrets().err());
    values.set = errors.keep(layers.arguments()).unwrap_or_default();
    let about = |error: Error| state.worded(error).subject(format!("release {}", release.name));
    match errors.or(values) {
        Ok(values) => Ok(values),
        Err(errors) => Err(errors.into_iter().map(about).collect()),
    }
}

pub(super) struct Layers<'a> {
    pub(super) state: &'a State,
    pub(super) release: &'a Release,
    pub(super) setting: &'a Setting,
}

impl Layers<'_> {
    fn layer(&self, entry: &Value) -> Result<Option<ValuesLayer>, Errors> {
        let expanded = expand_secrets(self.setting, &self.state.base, entry).map_err(|why| self.fault(entry, Kind::Values, why))?;
        match &expanded.kind {
            Is::String(path) => {
                let path = path.to_text();
                match self.file(entry, &path)? {
                    Some(shown) => self.read(entry, &shown).map(Some),
                    None => Ok(None),
                }
            }
            Is::Map(_) => self.inline(entry, &expanded).map(Some).map_err(Errors::from),
            _ => {
                let of = expanded.go_type().map_or("<nil>", |of| of.name());
                let words = format!("unexpected type of value: value={}, type={of}", sprint(std::slice::from_ref(&expanded)));
                Err(self.fault(entry, Kind::State, words).into())
            }
        }
    }

    fn fault(&self, entry: &Value, kind: Kind, words: String) -> Error {
        Error::new(kind, words).at(record::place(&self.setting.sources, entry, &self.state.path))
    }

    /// The file that a path names, as shown; none where it is missing and the handler forgives it.
    pub(super) fn file(&self, entry: &Value, path: &str) -> Result<Option<String>> {
        let path = normalize(&self.state.base, &format!("{}{path}", self.release.values_prefix));
        let handler = &self.release.missing_file_handler;
        let found = resolve(self.setting, &self.state.base, handler, "values", (&path, &self.state.file));
        let found = found.map_err(|error| error.at(record::place(&self.setting.sources, entry, &self.state.path)))?;
        if found.len() > 1 {
            let words = "glob patterns in release values and secrets is not supported yet. please submit a feature request if necessary";
            return Err(self.fault(entry, Kind::State, words.to_owned()).hint(format!("{path} matches {}", found.join(", "))));
        }
        Ok(found.into_iter().next())
    }

    fn read(&self, entry: &Value, shown: &str) -> Result<ValuesLayer, Errors> {
        let wrap = |words: &str| format!("failed to render values files \"{shown}\": {words}");
        let source = self.rendered(shown).map_err(|error| error.wrap(wrap))?;
        let mut text = source.text.to_vec();
        let mut read = source.clone();
        let mut expanded = None;
        if names_secret(&text) {
            let map = read_map(self.setting, &Text { source: &source, wrap: &wrap })?;
            let value =
                expand_secrets(self.setting, &self.state.base, &map.into()).map_err(|why| self.fault(entry, Kind::Values, wrap(&why)))?;
            text = yaml::write(&value, Style::Helmfile).map_err(|why| self.fault(entry, Kind::Values, wrap(&why)))?;
            // No source: nobody may see what the references stand for.
            read = SourceFile { base: Default::default(), text: text.clone().into(), ..source.clone() };
            expanded = Some(value);
        }
        let values = self.as_helm_reads(&read).map_err(|fault| {
            let place = self.setting.sources.place(read.base.plus(fault_offset(&read.text, fault.offset)));
            let error = Error::new(Kind::Syntax, format!("failed to parse {shown}: {}", fault.message));
            match place {
                Some(place) => error.at(place),
                None => error,
            }
        })?;
        let values = match expanded {
            Some(from) => with_origins(&values.into(), &from, 1000),
            None => values.into(),
        };
        Ok(ValuesLayer { name: Some(shown.to_owned()), values, text, source: Some(source) })
    }

    fn as_helm_reads(&self, source: &SourceFile) -> Result<Map, yaml::SyntaxError> {
        yaml::read_values(source, Documents::All)
    }

    /// The text of a values file, rendered where it is a template.
    pub(super) fn rendered(&self, shown: &str) -> Result<SourceFile> {
        let (host, base) = (&*self.setting.host, &self.state.base);
        let bytes = base.read(host, shown).map_err(|error| error.wrap(|words| format!("failed to load [{shown}]: {words}")))?;
        let source = self.setting.sources.add(base.typed(host, shown), bytes);
        if !shown.ends_with(".gotmpl") {
            return Ok(source);
        }
        let folder = base.of(shown);
        let template = Template { source: Some(&source), text: &source.text, folder: &folder };
        let rendered = render_file(self.setting, &template, &self.data(&folder, &source.text));
        Ok(rendered.map_err(|error| error.wrap(|words| format!("failed to render [{shown}], because of {words}")))?.source)
    }

    fn data(&self, folder: &Folder, text: &[u8]) -> Value {
        let overrides = ["kubeContext", "namespace", "chart"].map(|key| record::text(&self.state.fields, key));
        let scope = Scope {
            setting: self.setting,
            folder: &self.state.base,
            environment: &self.state.environment,
            values: &self.state.values,
            overrides: [&overrides[0], &overrides[1], &overrides[2]],
        };
        scope.data(&self.release.record, scope.sharing(folder, text))
    }

    /// Values written in the state go through YAML, as helmfile writes them to a file for helm.
    fn inline(&self, entry: &Value, value: &Value) -> Result<ValuesLayer> {
        let text = yaml::write(value, Style::Helmfile).map_err(|why| self.fault(entry, Kind::Values, why))?;
        let source = SourceFile { name: Str::from("values"), base: Default::default(), text: Str::from(text.clone()) };
        let read = self.as_helm_reads(&source).map_err(|fault| self.fault(entry, Kind::Values, fault.message))?;
        Ok(ValuesLayer { name: None, values: with_origins(&Value::from(read), value, 1000), text, source: None })
    }

    fn refuse_secrets(&self) -> Result<()> {
        for entry in &self.release.secrets {
            let found = match entry.as_str() {
                Some(path) => self.secret_file(entry, &path.to_text())?.is_some(),
                None => true,
            };
            if found {
                let words = format!("release \"{}\" has secrets that need helm-secrets, which bkhelm does not have", self.release.name);
                return Err(self
                    .fault(entry, Kind::Values, words)
                    .hint("decrypt them beforehand and list them under `values`, or use ref+file://"));
            }
        }
        Ok(())
    }

    fn secret_file(&self, entry: &Value, path: &str) -> Result<Option<String>> {
        let path = format!("{}{path}", self.release.values_prefix);
        let handler = record::text(&self.release.record, "missingFileHandler");
        let found = resolve(self.setting, &self.state.base, &handler, "secrets", (&path, &self.state.file));
        let found = found.map_err(|error| error.at(record::place(&self.setting.sources, entry, &self.state.path)))?;
        Ok(found.into_iter().next())
    }

    fn arguments(&self) -> Result<Vec<(&'static str, String)>> {
        let mut arguments = Vec::new();
        for (flag, entries) in [("--set", &self.release.set), ("--set-string", &self.release.set_string)] {
            for entry in entries {
                arguments.extend(self.argument(flag, entry)?);
            }
        }
        let mut missing = Vec::new();
        let mut pairs = Vec::new();
        for entry in &self.release.environment {
            match self.setting.host.variable(&entry.value) {
                Some(value) => pairs.push(format!("{}={}", escape(&entry.name), escape(&value))),
                None => missing.push(format!("\t{}", entry.value)),
            }
        }
        if !missing.is_empty() {
            let words = format!("Environment Variables not found. Please make sure they are set and try again:\n{}", missing.join("\n"));
            return Err(Error::new(Kind::Values, words));
        }
        if !pairs.is_empty() {
            arguments.push(("--set", pairs.join(",")));
        }
        Ok(arguments)
    }

    fn argument(&self, flag: &'static str, entry: &SetValue) -> Result<Option<(&'static str, String)>> {
        let name = escape(&entry.name);
        if !entry.value.is_empty() {
            let value = self.text(entry, &Value::string(entry.value.as_str()))?;
            return Ok(Some((flag, format!("{name}={}", escape(&value)))));
        }
        if !entry.file.is_empty() && flag == "--set" {
            return Ok(Some(("--set-file", format!("{name}={}", normalize(&self.state.base, &entry.file)))));
        }
        if entry.values.is_empty() {
            return Ok(None);
        }
        let items = entry.values.iter().map(|value| self.text(entry, value).map(|text| escape(&text))).collect::<Result<Vec<_>>>()?;
        Ok(Some((flag, format!("{name}={{{}}}", items.join(",")))))
    }

    /// A value of `set` as text: secrets replaced, what is no text as JSON.
    fn text(&self, entry: &SetValue, value: &Value) -> Result<String> {
        let fault = |why: String| {
            let words = format!("Failed to render set value entry in {} for release {}: {why}", self.state.file, self.release.name);
            Error::new(Kind::Values, words).at(record::place(
                &self.setting.sources,
                &Value::NIL.from_origin(entry.origin),
                &self.state.path,
            ))
        };
        if value.as_str().is_none() {
            let json = crate::data::json::write(value, true, "").map_err(fault)?;
            return Ok(String::from_utf8_lossy(&json).into_owned());
        }
        let expanded = expand_secrets(self.setting, &self.state.base, value).map_err(fault)?;
        Ok(sprint(&[expanded]).to_text().into_owned())
    }
}

fn escape(text: &str) -> String {
    text.replace('{', "\\{").replace('}', "\\}").replace(',', "\\,")
}

/// A value with the origins of another one of the same shape.
fn with_origins(value: &Value, from: &Value, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return value.clone() };
    let kind = match (&value.kind, &from.kind) {
        (Is::Map(map), Is::Map(other)) => {
            let mut entries = Vec::new();
            for (key, value) in map.snapshot() {
                let value = other.get(&key).map_or(value.clone(), |from| with_origins(&value, &from, depth));
                entries.push((key, value));
            }
            Is::Map(entries.into_iter().collect())
        }
        (Is::List(list), Is::List(other)) if list.len() == other.len() => {
            Is::List(list.iter().zip(other.iter()).map(|(value, from)| with_origins(value, from, depth)).collect::<List>())
        }
        (kind, _) => kind.clone(),
    };
    Value { kind, origin: from.origin.or(value.origin) }
}
