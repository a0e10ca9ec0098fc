//! Schemas in files of their own, by kubeconform's templates of paths: `kind → JSON Schema → violations`.

use std::collections::HashMap;
use std::path::{Component, Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Findings;
use super::schema::{Additional, Dialect, Schema};
use super::walk::{Path, Resolve, Walk};
use crate::data::{Sources, Str, Value, json};

/// Gives the text of a file, if it is there.
pub type Reader<'a> = dyn Fn(&FilePath) -> Option<Str> + Send + Sync + 'a;

/// Where a file's own schema is, and references to it.
const DEFAULT: &str = "{{ .NormalizedKubernetesVersion }}-standalone{{ .StrictSuffix }}/{{ .ResourceKind }}{{ .KindSuffix }}.json";

/// Places of schema files.
pub(super) struct Locations<'a> {
    templates: Vec<String>,
    reader: Box<Reader<'a>>,
    minor: u32,
    files: Mutex<HashMap<PathBuf, Option<Value>>>,
    read: Mutex<HashMap<Str, Option<Arc<Schema>>>>,
}

impl<'a> Locations<'a> {
    /// Folders (kubeconform's layout below them) or templates of paths.
    pub(super) fn new(places: Vec<String>, minor: u32, reader: Box<Reader<'a>>) -> Self {
        let template = |place: String| {
            if place.ends_with(".json") || place.contains("{{") { place } else { format!("{}/{DEFAULT}", place.trim_end_matches('/')) }
        };
        let templates = places.into_iter().map(template).collect();
        Self { templates, reader, minor, files: Mutex::default(), read: Mutex::default() }
    }

    /// Whether there is nothing to look at.
    pub(super) fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    /// What is wrong with an object, by the first file that there is for its kind; `None` where there is none.
    pub(super) fn check(&self, group: &str, version: &str, kind: &str, object: &Value, findings: Findings) -> Result<Findings, Findings> {
        let paths = self.templates.iter().map(|template| PathBuf::from(self.path(template, group, version, kind)));
        let Some(path) = paths.into_iter().find(|path| self.file(path).is_some()) else { return Err(findings) };
        let Some(schema) = self.resolve(&path.to_string_lossy().as_ref().into()) else { return Err(findings) };
        let mut walk = Walk::new(Dialect::Plain, self, findings);
        walk.value(object, &schema, &Path::ROOT);
        Ok(walk.findings)
    }

    /// A template's path (kubeconform `pkg/registry/registry.go`).
    fn path(&self, template: &str, group: &str, version: &str, kind: &str) -> String {
        let first = group.split('.').next().unwrap_or_default();
        let suffix = if group.is_empty() { format!("-{version}") } else { format!("-{first}-{version}") };
        let (kind, normalized) = (kind.to_lowercase(), format!("v1.{}.0", self.minor));
        let value = |word: &str| match word {
            "NormalizedKubernetesVersion" => normalized.as_str(),
            "ResourceAPIVersion" => version,
            "ResourceKind" => &kind,
            "StrictSuffix" => "-strict",
            "KindSuffix" => &suffix,
            _ => group,
        };
        // Every template was checked.
        let parts = parts(template).unwrap_or_default();
        parts.into_iter().map(|(text, word)| format!("{text}{}", word.map_or("", value))).collect()
    }

    fn file(&self, path: &FilePath) -> Option<Value> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let known = files.entry(path.to_owned()).or_insert_with(|| {
            let text = (self.reader)(path)?;
            json::read(&Sources::new().add(path.to_string_lossy().as_ref(), text)).ok()
        });
        known.clone()
    }

    fn find(&self, reference: &Str) -> Option<Schema> {
        let reference = reference.to_text();
        let (file, pointer) = reference.split_once('#').unwrap_or((&reference, ""));
        let mut value = self.file(FilePath::new(file))?;
        for step in pointer.split('/').filter(|step| !step.is_empty()) {
            value = value.as_map()?.get(step.replace("~1", "/").replace("~0", "~"))?;
        }
        let mut schema = Schema::read(&value, Dialect::Plain).ok()?;
        rebase(&mut schema, file);
        Some(schema)
    }
}

impl Resolve for Locations<'_> {
    fn resolve(&self, reference: &Str) -> Option<Arc<Schema>> {
        if let Some(known) = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(reference) {
            return known.clone();
        }
        let schema = self.find(reference).map(Arc::new);
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(reference.clone(), schema.clone());
        schema
    }
}

/// Makes references of a schema ones from everywhere: with the file they are in.
fn rebase(schema: &mut Schema, file: &str) {
    if let Some(reference) = &schema.reference {
        let text = reference.to_text();
        let (other, pointer) = text.split_once('#').unwrap_or((&text, ""));
        let target = if other.is_empty() { file.to_owned() } else { beside(file, other) };
        schema.reference = Some(format!("{target}#{pointer}").into());
    }
    let additional = match &mut schema.additional {
        Additional::Schema(of) => Some(&mut **of),
        _ => None,
    };
    let below = schema.properties.values_mut().chain(schema.items.as_deref_mut()).chain(additional).chain(&mut schema.tuple);
    let below = below.chain(schema.patterns.iter_mut().map(|(_, of)| of)).chain(schema.not.as_deref_mut());
    below.chain(&mut schema.all_of).chain(&mut schema.any_of).chain(&mut schema.one_of).for_each(|of| rebase(of, file));
}

/// A file named beside another one.
fn beside(file: &str, other: &str) -> String {
    let joined = FilePath::new(file).parent().unwrap_or(FilePath::new("")).join(other);
    let plain: PathBuf = joined.components().filter(|part| *part != Component::CurDir).collect();
    plain.to_string_lossy().into_owned()
}

/// The words that a template may have.
const WORDS: [&str; 6] = ["NormalizedKubernetesVersion", "ResourceAPIVersion", "ResourceKind", "StrictSuffix", "KindSuffix", "Group"];

/// A template's texts, each with the word behind it; the last has none.
fn parts(template: &str) -> Result<Vec<(&str, Option<&str>)>, String> {
    let (mut parts, mut rest) = (Vec::new(), template);
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, after) = behind.split_once("}}").ok_or("an action is not closed")?;
        let name = name.trim_matches(|edge: char| edge.is_whitespace() || edge == '-').trim_start_matches('.');
        if !WORDS.contains(&name) {
            return Err(format!("{{{{ .{name} }}}} is none of kubeconform's words"));
        }
        parts.push((before, Some(name)));
        rest = after;
    }
    parts.push((rest, None));
    Ok(parts)
}

/// Refuses a template with other words before anything is read.
///
/// # Errors
/// The word that is none.
pub fn check_template(template: &str) -> Result<(), String> {
    parts(template).map(drop)
}
