//! Rendered documents: are they the objects that Kubernetes takes?

use std::collections::{HashMap, HashSet};

use super::codes::{KEY_TWICE, NO_OBJECT, NO_YAML, OBJECT_TWICE, of_violation};
use super::kubernetes::{Sort, Validator, Violation};
use super::owners::Owned;
use crate::data::yaml::{Duplicates, Reading, Resolver, read_documents};
use crate::data::{SourceFile, Sources, Str, Value};
use crate::diag::{Code, Error, Errors, Kind, Place};
use crate::render::Rendered;

/// A kind in no namespace whose definition deployments rarely bring.
const UNKNOWN_WITHOUT_NAMESPACE: &str = "VolumeSnapshotClass";

/// The documents of one release's rendering, read once.
pub struct Documents {
    pub(super) release: String,
    pub(super) namespace: String,
    list: Vec<Document>,
    /// What is wrong with their YAML.
    findings: Errors,
}

/// One document that holds something.
struct Document {
    value: Value,
    source: SourceFile,
    role: Role,
}

/// When a document's object is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// With the release.
    Manifest,
    /// At another time, so that it may stand beside an object of the same name.
    Hook,
    /// Before everything else.
    Crd,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Role::Manifest => "manifest",
            Role::Hook => "hook",
            Role::Crd => "crd",
        }
    }
}

impl Documents {
    /// Reads what was rendered: manifests, hooks and the files of `crds/`.
    pub fn read(rendered: &Rendered, release: &str, namespace: &str) -> Self {
        let mut documents =
            Self { release: release.to_owned(), namespace: namespace.to_owned(), list: Vec::new(), findings: Errors::new() };
        for crd in &rendered.crds {
            documents.add(&crd.path, &crd.content, Role::Crd);
        }
        for manifest in &rendered.manifests {
            documents.add(&manifest.path, &manifest.content, Role::Manifest);
        }
        for hook in &rendered.hooks {
            documents.add(&hook.manifest.path, &hook.manifest.content, Role::Hook);
        }
        documents
    }

    /// The definitions of custom kinds among them.
    pub fn definitions(&self) -> impl Iterator<Item = &Value> {
        self.list.iter().map(|document| &document.value).filter(|value| is_definition(value))
    }

    /// All objects with the texts that they were read from, those of lists one by one.
    pub fn objects(&self) -> Vec<(Value, SourceFile)> {
        let each = self.list.iter().flat_map(|document| {
            let items = document.value.path(["items"]).filter(|_| is_list(&document.value));
            let items = items.and_then(|items| Some(items.as_list()?.items().to_vec()));
            items.unwrap_or_else(|| vec![document.value.clone()]).into_iter().map(|object| (object, document.source.clone()))
        });
        each.collect()
    }

    /// The objects that the release owns: those of manifests, not of hooks.
    pub(super) fn owned(&self, validator: &Validator<'_>) -> Vec<Owned> {
        let manifests = self.list.iter().filter(|document| document.role == Role::Manifest);
        manifests
            .filter_map(|document| {
                let text = |path: &[&str]| Some(document.value.path(path.iter().copied())?.as_str()?.to_string());
                let (api, kind) = (text(&["apiVersion"])?, text(&["kind"])?);
                let group = api.split_once('/').map_or("", |(group, _)| group);
                Some(Owned {
                    namespaced: validator.namespaced(group, &kind).unwrap_or(kind != UNKNOWN_WITHOUT_NAMESPACE),
                    group: group.to_owned(),
                    kind,
                    namespace: text(&["metadata", "namespace"]).unwrap_or_default(),
                    name: text(&["metadata", "name"])?,
                    place: self.place(document),
                })
            })
            .collect()
    }

    /// Everything wrong with them: broken YAML, no object, no kind or name, keys that stand twice, the same object twice, and
    /// what an API server would refuse. Places are lines of the rendered document, named by its template.
    pub fn check(mut self, validator: &Validator<'_>) -> Errors {
        let mut seen: HashMap<String, Str> = HashMap::new();
        let mut unknown = HashSet::new();
        for document in std::mem::take(&mut self.list) {
            let objects = match document.value.path(["items"]).filter(|_| is_list(&document.value)) {
                Some(items) => items.as_list().map(|items| items.items().to_vec()).unwrap_or_default(),
                None => vec![document.value.clone()],
            };
            for object in objects {
                let Some(name) = self.identity(&object, &document) else { continue };
                if let Some(first) = seen.insert(format!("{} {name}", document.role.word()), document.source.name.clone()) {
                    let message = format!("{name} is rendered twice; the second one replaces the first");
                    let finding = self.finding(&OBJECT_TWICE, message, &document).related(Place::file(first.to_string()), "the first one");
                    self.findings.push(finding);
                }
                for violation in validator.object(&object) {
                    // One note for all objects of a kind that is not known.
                    if violation.sort != Sort::NoSchema || unknown.insert(violation.message.clone()) {
                        let finding = self.violation(violation, &name, &object, &document);
                        self.findings.push(finding);
                    }
                }
            }
        }
        self.findings
    }

    fn add(&mut self, path: &Str, content: &Str, role: Role) {
        let sources = Sources::new();
        let source = sources.add(path.clone(), content.clone());
        let reading = Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins };
        let documents = match read_documents(&source, reading) {
            Ok(documents) => documents,
            Err(errors) => {
                for error in errors {
                    let place = rendered_place(Place::in_text(path.to_text(), content, error.offset));
                    self.findings.push(about(&self.release, Error::finding(&NO_YAML, error.message)).at(place));
                }
                return;
            }
        };
        for document in documents {
            for (first, second, equal) in document.repeated {
                let same = if equal { "with the same value" } else { "with another value" };
                let key = Error::finding(&KEY_TWICE, format!("a key stands twice in one mapping, {same}: the last one wins"));
                let mut key = about(&self.release, key);
                if let Some(place) = sources.place(second) {
                    key = key.at(rendered_place(place));
                }
                if let Some(place) = sources.place(first) {
                    key = key.related(rendered_place(place), "first here");
                }
                self.findings.push(key);
            }
            if !document.value.is_nil() {
                self.list.push(Document { value: document.value, source: source.clone(), role });
            }
        }
    }

    /// A finding about a violation, at the value, or at the key of a field that is not known.
    fn violation(&self, violation: Violation, name: &str, object: &Value, document: &Document) -> Error {
        let at = if violation.path.is_empty() { String::new() } else { format!("{} ", violation.path) };
        let message = format!("{name}: {at}{}", violation.message);
        let mut finding = about(&self.release, Error::finding(of_violation(violation.sort), message)).severity(violation.severity);
        if let Some(hint) = &violation.hint {
            finding = finding.hint(hint.clone());
        }
        let text = &document.source.text;
        let offset = violation.origin.or(object.origin).offset_in(&document.source).unwrap_or(0);
        let offset = if violation.sort == Sort::Unknown { key_before(text, offset, &violation.path) } else { offset };
        let mut place = Place::in_text(document.source.name.to_text(), text, offset);
        // The line may hold what a Secret holds.
        if object.path(["kind"]).is_some_and(|kind| kind.as_str().is_some_and(|kind| *kind == "Secret")) {
            place.excerpt = None;
        }
        finding.at(rendered_place(place))
    }

    /// `apps/v1 Deployment ns/name`, or findings that say what is missing.
    fn identity(&mut self, object: &Value, document: &Document) -> Option<String> {
        let text = |path: &[&str]| {
            let value = object.path(path.iter().copied());
            value.and_then(|value| Some(value.as_str()?.to_string())).filter(|text| !text.is_empty())
        };
        if object.as_map().is_none() {
            let words = "the document is no object: a mapping with apiVersion and kind";
            self.findings.push(self.finding(&NO_OBJECT, words.to_owned(), document));
            return None;
        }
        let parts = [
            ("apiVersion", text(&["apiVersion"])),
            ("kind", text(&["kind"])),
            ("metadata.name", text(&["metadata", "name"]).or_else(|| text(&["metadata", "generateName"]))),
        ];
        let missing: Vec<&str> = parts.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
        if !missing.is_empty() {
            let words = format!("the object has no {}", missing.join(", no "));
            self.findings.push(self.finding(&NO_OBJECT, words, document));
            return None;
        }
        let namespace = text(&["metadata", "namespace"]).unwrap_or_else(|| self.namespace.clone());
        let [api, kind, name] = parts.map(|(_, value)| value.unwrap_or_default());
        Some(format!("{api} {kind} {namespace}/{name}"))
    }

    fn finding(&self, code: &'static Code, message: String, document: &Document) -> Error {
        about(&self.release, Error::finding(code, message)).at(self.place(document))
    }

    /// Where a document's object begins.
    fn place(&self, document: &Document) -> Place {
        let offset = document.value.origin.offset_in(&document.source).unwrap_or(0);
        rendered_place(Place::in_text(document.source.name.to_text(), &document.source.text, offset))
    }
}

/// Adds the definitions of custom kinds in a file to others; broken YAML is a fault.
pub fn definitions_of(file: &str, text: &[u8], definitions: &mut Vec<Value>, faults: &mut Errors) {
    let source = Sources::new().add(file, text);
    match read_documents(&source, Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins }) {
        Ok(documents) => definitions.extend(documents.into_iter().map(|document| document.value).filter(is_definition)),
        Err(errors) => faults.extend(errors.into_iter().map(|error| {
            let place = Place::in_text(file, text, error.offset);
            Error::new(Kind::Syntax, error.message).at(place)
        })),
    }
}

fn is_definition(value: &Value) -> bool {
    value.path(["kind"]).is_some_and(|kind| kind.as_str().is_some_and(|kind| *kind == "CustomResourceDefinition"))
}

/// Whether a document is a list of objects, and none itself.
fn is_list(value: &Value) -> bool {
    value.path(["kind"]).is_some_and(|kind| kind.as_str().is_some_and(|kind| kind.ends_with(b"List")))
}

/// The place of the key that a path ends with, before its value; where it is not found, the value's.
pub(super) fn key_before(text: &[u8], offset: usize, path: &str) -> usize {
    let key = path.strip_suffix("\"]").map_or_else(|| path.rsplit('.').next(), |rest| rest.rsplit("[\"").next()).unwrap_or(path);
    let before = text.get(..offset).unwrap_or_default();
    memchr::memmem::rfind(before, key.as_bytes()).unwrap_or(offset)
}

fn about(release: &str, error: Error) -> Error {
    error.subject(format!("release {release}"))
}

/// A place in what a template gave, not in the template.
pub(super) fn rendered_place(mut place: Place) -> Place {
    place.file.push_str(" (rendered)");
    place
}
