//! Releases of a loaded state: inheritance, then templates in their fields, until nothing changes any more
//! (helmfile pkg/state/state_exec_tmpl.go, release.go).

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use super::environment::{Environment, Sharing};
use super::load::Loaded;
use super::record::{self, Merging, flag, list, map, merge, text};
use super::schema::RELEASE;
use crate::data::{GoKind, Kind as Is, List, Map, Str, Type, Value};
use crate::diag::{Error, Kind, Place, Result};
use crate::values::{Folder, Record, Setting, may_change_data, render_inline};

/// How often fields may refer to fields that are templates themselves.
const PASSES: usize = 6;

/// What a release's templates see beside the release.
pub(super) struct Scope<'a> {
    pub(super) setting: &'a Setting,
    pub(super) folder: &'a Folder,
    pub(super) environment: &'a Environment,
    pub(super) values: &'a Map,
    /// Overrides: kube context, namespace, chart.
    pub(super) overrides: [&'a str; 3],
}

impl Scope<'_> {
    /// Whether a template of this state needs copies: no release sees what another's templates change.
    pub(super) fn sharing(&self, folder: &Folder, text: &[u8]) -> Sharing {
        if may_change_data(self.setting, folder, text) { Sharing::Copied } else { Sharing::Shared }
    }

    /// `.` of a release's templates.
    pub(super) fn data(&self, release: &Map, sharing: Sharing) -> Value {
        let [kube_context, namespace, chart] = self.overrides.map(Value::string);
        let field = |key: &str| Value::string(text(release, key));
        let labels = map(release, "labels").snapshot().into_iter().collect();
        let facts = Record::new(
            Type::Named("state.releaseTemplateDataRelease", GoKind::Struct),
            vec![
                ("Name", field("name")),
                ("Namespace", field("namespace")),
                ("Labels", Map::typed(Type::StringMap, labels).into()),
                ("Chart", field("chart")),
                ("ChartVersion", field("version")),
                ("KubeContext", field("kubeContext")),
            ],
        );
        let values = sharing.give(self.values);
        Value::object(Record::new(
            Type::Named("state.releaseTemplateData", GoKind::Struct),
            vec![
                ("Environment", self.environment.data(sharing)),
                ("Release", Value::object(facts)),
                ("Values", values.clone()),
                ("StateValues", values),
                ("KubeContext", kube_context),
                ("Namespace", namespace),
                ("Chart", chart),
            ],
        ))
    }
}

/// The releases of a state with inheritance and templates done, in order.
///
/// # Errors
/// The first release that fails, with helmfile's words.
pub(super) fn execute(loaded: &Loaded, setting: &Setting) -> Result<Vec<Value>> {
    let overrides = ["kubeContext", "namespace", "chart"].map(|key| text(&loaded.fields, key));
    let scope = Scope {
        setting,
        folder: &loaded.folder,
        environment: &loaded.environment,
        values: &loaded.values,
        overrides: [&overrides[0], &overrides[1], &overrides[2]],
    };
    let templates = Templates { written: map(&loaded.fields, "templates"), merged: RefCell::default() };
    list(&loaded.fields, "releases").iter().map(|release| resolve(loaded, &scope, &templates, release)).collect()
}

fn resolve(loaded: &Loaded, scope: &Scope<'_>, templates: &Templates, written: &Value) -> Result<Value> {
    let empty = Map::new();
    let own = written.as_map().unwrap_or(&empty);
    let place = || record::place(&scope.setting.sources, written, &loaded.file);
    let release = templates.inherit(loaded, own).map_err(|error| error.at_least(place))?;
    let defaults = map(&loaded.fields, "helmDefaults");
    let fill = |key: &str, value: Option<Value>| {
        if let Some(value) = value
            && release.get(key).is_none_or(|value| value.as_list().is_some_and(|list| list.is_empty()))
        {
            release.insert(key, value);
        }
    };
    fill("kubeContext", defaults.get("kubeContext"));
    fill("apiVersions", loaded.fields.get("apiVersions"));
    fill("kubeVersion", loaded.fields.get("kubeVersion"));
    let labels = map(&release, "labels").shallow_copy();
    for (key, value) in map(&loaded.fields, "commonLabels").snapshot() {
        labels.insert(key, value);
    }
    release.insert("labels", labels);
    let fail = |error: Error, name: &str| {
        error.wrap(|words| format!("failed executing templates in release \"{}\".\"{name}\": {words}", loaded.file)).at_least(place)
    };
    let name = text(&release, "name");
    let mut before = release.clone();
    for _ in 0..PASSES {
        let fields = Fields { scope, release: &release, seen: &before, data: OnceCell::new(), name: &name, file: &loaded.file };
        let after = fields.execute().map_err(|error| fail(error, &name))?;
        if same(&before, &after) {
            decide_flags(&after).map_err(|why| fail(Error::new(Kind::State, why), &name))?;
            if text(&after, "chart").is_empty() {
                let words = format!("encountered empty chart while reading release {:?}", text(&after, "name"));
                return Err(Error::new(Kind::State, words).at(place()).hint("every release needs `chart:`"));
            }
            return Ok(Value { kind: Is::Map(after), origin: written.origin });
        }
        before = after;
    }
    Err(fail(Error::new(Kind::State, "recursive references can't be resolved"), &name))
}

/// How deep release templates may inherit from each other.
const MAX_PARENTS: usize = 1000;

const CIRCLE: &str = "cyclic inheritance detected";

/// `templates:` and what inherits from them.
struct Templates {
    written: Map,
    /// Those that were asked for before, with their own parents merged.
    merged: RefCell<HashMap<String, Map>>,
}

impl Templates {
    fn inherit(&self, loaded: &Loaded, release: &Map) -> Result<Map> {
        let defaults = record::texts(&loaded.fields, "defaultInherit");
        let release = release.shallow_copy();
        if !defaults.is_empty() {
            let own: Vec<Value> = list(&release, "inherit")
                .into_iter()
                .filter(|entry| entry.as_map().is_some_and(|entry| !text(entry, "template").trim().is_empty()))
                .collect();
            let named: Vec<String> = own.iter().filter_map(|entry| Some(text(entry.as_map()?, "template").trim().to_owned())).collect();
            let mut entries: Vec<Value> = Vec::new();
            let mut added: Vec<&String> = Vec::new();
            for name in defaults.iter().filter(|name| !named.contains(name)) {
                if !added.contains(&name) {
                    entries.push([("template", Value::string(name.as_str()))].into_iter().collect::<Map>().into());
                    added.push(name);
                }
            }
            entries.extend(own);
            release.insert("inherit", entries);
        }
        let name = text(&release, "name");
        self.with_parents(&name, &release, &mut Vec::new()).map_err(|error| {
            if error.message().starts_with(CIRCLE) {
                error.wrap(|words| format!("unable to load release {name:?} with template: {words}"))
            } else {
                error
            }
        })
    }

    fn with_parents(&self, name: &str, record: &Map, path: &mut Vec<String>) -> Result<Map> {
        let mut merged = Map::new();
        for entry in list(record, "inherit") {
            let Some(entry) = entry.as_map().cloned() else { continue };
            let template = text(&entry, "template");
            if template.is_empty() {
                return Ok(record.shallow_copy());
            }
            if path.len() >= MAX_PARENTS {
                return Err(Error::new(Kind::Limit, format!("release templates inherit more than {MAX_PARENTS} deep")));
            }
            if path.contains(&template) {
                let chain = path.iter().map(String::as_str).chain([template.as_str()]).collect::<Vec<_>>().join("->");
                return Err(Error::new(Kind::State, format!("{CIRCLE}: {chain}")));
            }
            let Some(parent) = self.written.get(&template).and_then(|value| value.as_map().cloned()) else {
                let words = format!("release {name:?} tried to inherit inexistent release template {template:?}");
                let names: Vec<String> = self.written.read().keys().map(|key| key.to_text().into_owned()).collect();
                let error = Error::new(Kind::State, words);
                return Err(match crate::diag::nearest(&template, names.iter().map(String::as_str)) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error,
                });
            };
            let known = self.merged.borrow().get(&template).cloned();
            let source = match known {
                Some(known) => Ok(known),
                None => {
                    path.push(template.clone());
                    let source = self.with_parents(&text(&parent, "name"), &parent, path);
                    path.pop();
                    source
                }
            };
            let source = source.map_err(|error| {
                // parity: of a circle helmfile shows the innermost words only
                let circle = error.message().starts_with(CIRCLE);
                if circle { error } else { error.wrap(|words| format!("unable to load release template {template:?}: {words}")) }
            })?;
            self.merged.borrow_mut().insert(template, source.clone());
            let source = source.shallow_copy();
            drop_excepted(&entry, &source)?;
            merged = merge_templates(&merged, &source);
        }
        let merged = merge_templates(&merged, record);
        merged.remove("inherit");
        Ok(merged)
    }
}

fn drop_excepted(entry: &Map, source: &Map) -> Result<()> {
    const KEYS: [&str; 7] = ["labels", "values", "valuesTemplate", "setTemplate", "set", "setString", "secrets"];
    for key in record::texts(entry, "except") {
        if !KEYS.contains(&key.as_str()) {
            let words = format!(
                "{key:?} is not allowed under `inherit`. Allowed values are \"set\", \"setTemplate\", \"values\", \"valuesTemplate\", \"secrets\", and \"labels\""
            );
            return Err(Error::new(Kind::State, words));
        }
        source.remove(key);
    }
    Ok(())
}

fn merge_templates(base: &Map, over: &Map) -> Map {
    merge(&RELEASE, base, over, Merging::Append)
}

/// One pass over a release's fields.
struct Fields<'a> {
    scope: &'a Scope<'a>,
    /// As it was before the first pass.
    release: &'a Map,
    /// As it was after the last pass: what the templates see.
    seen: &'a Map,
    /// What templates see that change nothing; others get data of their own.
    data: OnceCell<Value>,
    name: &'a str,
    file: &'a str,
}

impl Fields<'_> {
    fn execute(&self) -> Result<Map> {
        let result = self.release.shallow_copy();
        for key in ["name", "chart", "namespace", "version"] {
            let value = result.get(key).unwrap_or_default();
            let field = || format!("{key} = \"{}\"", text(&result, key));
            let rendered = self.text(&value, field)?;
            let trimmed = rendered.as_str().map(|text| Str::from(text.trim_ascii())).unwrap_or_default();
            put(&result, key, Value::from(trimmed).from_origin(value.origin));
        }
        for key in ["waitTemplate", "installedTemplate", "conditionTemplate", "verifyTemplate"] {
            if let Some(value) = result.get(key) {
                let rendered = self.text(&value, || format!("{key} = \"{}\"", text(&result, key)))?;
                result.insert(key, rendered);
            }
        }
        let labels = map(&result, "labels").shallow_copy();
        for (key, value) in labels.snapshot() {
            let rendered = self.text(&value, || format!("labels[{key}] = \"{}\"", shown(&value)))?;
            labels.insert(key, rendered);
        }
        put(&result, "labels", labels.into());
        self.texts(&result, "postRendererArgs", |_, value| format!("postRendererArgs = \"{}\"", shown(value)))?;
        self.values(&result)?;
        self.texts(&result, "secrets", |index, value| format!("secrets[{index}] = \"{}\"", shown(value)))?;
        self.set(&result)?;
        self.texts(&result, "needs", |index, value| format!("needs[{index}] = \"{}\"", shown(value)))?;
        Ok(result)
    }

    fn data(&self, text: &[u8]) -> Value {
        match self.scope.sharing(self.scope.folder, text) {
            Sharing::Shared => self.data.get_or_init(|| self.scope.data(self.seen, Sharing::Shared)).clone(),
            Sharing::Copied => self.scope.data(self.seen, Sharing::Copied),
        }
    }

    fn text(&self, value: &Value, field: impl Fn() -> String) -> Result<Value> {
        let Some(text) = value.as_str() else { return Ok(value.clone()) };
        if !text.windows(2).any(|pair| pair == b"{{") {
            return Ok(value.clone());
        }
        let rendered = render_inline(self.scope.setting, self.scope.folder, text, &self.data(text)).map_err(|error| {
            let error =
                error.wrap(|words| format!("failed executing template expressions in release \"{}\".{}: {words}", self.name, field()));
            match self.scope.setting.sources.place(value.origin) {
                Some(place) => error.at(place),
                None => error.at_least(|| Place::file(self.file)),
            }
        })?;
        Ok(Value::from(rendered).from_origin(value.origin))
    }

    fn texts(&self, result: &Map, key: &str, field: impl Fn(usize, &Value) -> String) -> Result<()> {
        let items = list(result, key);
        if items.is_empty() {
            return Ok(());
        }
        let items = items.iter().enumerate().map(|(index, item)| self.text(item, || field(index, item)));
        result.insert(key, items.collect::<Result<List>>()?);
        Ok(())
    }

    /// `valuesTemplate` is rendered as a whole text and comes before `values`, of which only paths are rendered.
    fn values(&self, result: &Map) -> Result<()> {
        let mut values = Vec::new();
        for (index, item) in list(result, "valuesTemplate").iter().enumerate() {
            values.push(self.template_values(index, item)?);
        }
        if !values.is_empty() {
            result.insert("valuesTemplate", values.clone());
        }
        values.extend(list(result, "values"));
        let rendered = values.iter().enumerate().map(|(index, item)| self.text(item, || format!("values[{index}] = \"{}\"", shown(item))));
        let rendered: Vec<Value> = rendered.collect::<Result<_>>()?;
        if !rendered.is_empty() {
            result.insert("values", rendered);
        }
        Ok(())
    }

    fn template_values(&self, index: usize, item: &Value) -> Result<Value> {
        if item.as_map().is_none() {
            return Ok(item.clone());
        }
        let words = |why: &str, what: &str| {
            format!("failed executing template expressions in release \"{}\".values[{index}] = \"{what}\": {why}", self.name)
        };
        let place = || record::place(&self.scope.setting.sources, item, self.file);
        let fail = |why: &str, what: &str| Error::new(Kind::State, words(why, what)).at(place());
        let text = crate::data::yaml::write(item, crate::data::yaml::Style::Helmfile).map_err(|why| fail(&why, &shown(item)))?;
        let text = Str::from(text);
        let rendered = render_inline(self.scope.setting, self.scope.folder, &text, &self.data(&text))
            .map_err(|error| error.wrap(|why| words(why, &text.to_text())).at(place()))?;
        let source = self.scope.setting.sources.add_rendered(format!("{} (valuesTemplate)", self.file), rendered, item.origin, Vec::new());
        let wrap = |why: &str| words(why, &shown(item));
        let read = crate::values::read_map(self.scope.setting, &crate::values::Text { source: &source, wrap: &wrap });
        let map = read.map_err(|errors| errors.into_iter().next().unwrap_or_else(|| fail("no mapping", "")))?;
        Ok(Value { kind: Is::Map(map), origin: item.origin })
    }

    fn set(&self, result: &Map) -> Result<()> {
        let mut entries = Vec::new();
        for (index, entry) in list(result, "setTemplate").iter().enumerate() {
            let Some(written) = entry.as_map() else { continue };
            let copy = written.shallow_copy();
            for key in ["name", "value", "file"] {
                if let Some(value) = copy.get(key) {
                    copy.insert(key, self.text(&value, || format!("set[{index}].{key} = \"{}\"", shown(&value)))?);
                }
            }
            let values = list(&copy, "values");
            if !values.is_empty() {
                let rendered = values
                    .iter()
                    .enumerate()
                    .map(|(at, item)| self.text(item, || format!("set[{index}].values[{at}] = \"{}\"", shown(item))));
                copy.insert("values", rendered.collect::<Result<List>>()?);
            }
            entries.push(Value { kind: Is::Map(copy), origin: entry.origin });
        }
        if !entries.is_empty() {
            result.insert("setTemplate", entries.clone());
            entries.extend(list(result, "set"));
            result.insert("set", entries);
        }
        Ok(())
    }
}

fn put(record: &Map, key: &str, value: Value) {
    let empty = match &value.kind {
        Is::String(text) => text.is_empty(),
        Is::Map(map) => map.is_empty(),
        _ => false,
    };
    if empty {
        record.remove(key);
    } else {
        record.insert(key, value);
    }
}

fn shown(value: &Value) -> String {
    crate::golang::fmt::sprint(std::slice::from_ref(value)).to_text().into_owned()
}

/// Decides `installedTemplate`, `conditionTemplate` and their like.
fn decide_flags(release: &Map) -> Result<(), String> {
    for (template, field) in
        [("installedTemplate", "installed"), ("conditionTemplate", "condition"), ("waitTemplate", "wait"), ("verifyTemplate", "verify")]
    {
        let Some(value) = release.remove(template) else { continue };
        let text = value.as_str().map(|text| text.to_text().trim().to_owned()).unwrap_or_default();
        let truth = match text.as_str() {
            "true" | "True" | "TRUE" | "yes" | "on" | "y" | "Y" => true,
            "false" | "False" | "FALSE" | "no" | "off" | "n" | "N" | "" | "~" | "null" => false,
            other => {
                return Err(format!(
                    "{template}: failed deserialising string {other}: yaml: unmarshal errors:\n  line 1: cannot unmarshal {} into bool",
                    crate::values::yaml_kind(&Value::string(other))
                ));
            }
        };
        let decided = if field == "condition" { Value::string(truth.to_string()) } else { truth.into() };
        release.insert(field, decided.from_origin(value.origin));
    }
    Ok(())
}

/// Whether two records are the same, value by value.
fn same(one: &Map, other: &Map) -> bool {
    one.len() == other.len() && one.read().iter().zip(other.read().iter()).all(|((a, x), (b, y))| a == b && same_value(x, y))
}

fn same_value(one: &Value, other: &Value) -> bool {
    match (&one.kind, &other.kind) {
        (Is::Nil, Is::Nil) => true,
        (Is::Bool(a), Is::Bool(b)) => a == b,
        (Is::Int(a, x), Is::Int(b, y)) => a == b && x == y,
        (Is::Uint(a, x), Is::Uint(b, y)) => a == b && x == y,
        // parity: a NaN is never the same, and helmfile gives up on it
        (Is::Float(a), Is::Float(b)) => a == b,
        (Is::String(a), Is::String(b)) => a == b,
        (Is::List(a), Is::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| same_value(x, y)),
        (Is::Map(a), Is::Map(b)) => same(a, b),
        (Is::Object(a), Is::Object(b)) => a.go_type() == b.go_type() && a.text() == b.text(),
        _ => false,
    }
}

/// Whether a release is one that should be there: `installed` is not false.
pub(super) fn is_desired(release: &Map) -> bool {
    release.get("installed").is_none_or(|_| flag(release, "installed"))
}
