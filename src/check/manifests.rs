//! Rendered documents: are they the objects that Kubernetes takes?

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::causes::{Spot, Subject, Text};
use super::codes::{KEY_TWICE, NO_OBJECT, NO_YAML, OBJECT_TWICE, of_violation};
use super::kubernetes::{Sort, Validator, Violation};
use super::owners::Owned;
use super::pods::text;
use crate::data::yaml::{Duplicates, Reading, Resolver, read_documents};
use crate::data::{SourceFile, Sources, Value};
use crate::diag::{Error, Errors, Kind, Place};
use crate::render::Rendered;

/// A kind in no namespace whose definition deployments rarely bring.
const UNKNOWN_WITHOUT_NAMESPACE: &str = "VolumeSnapshotClass";

/// The documents of one release's rendering, read once.
pub struct Documents {
    pub(super) release: String,
    pub(super) namespace: String,
    list: Vec<Document>,
    objects: Arc<[Object]>,
    /// What is wrong with their YAML.
    findings: Errors,
}

/// One document that holds something.
struct Document {
    value: Value,
    text: Arc<Text>,
    role: Role,
}

/// An object of a rendering, with what is known of where it comes from.
#[derive(Debug, Clone)]
pub struct Object {
    pub(super) value: Value,
    pub(super) text: Arc<Text>,
}

impl Object {
    /// Of a file that nothing was rendered for.
    pub fn of_file(value: Value, source: SourceFile) -> Self {
        Self { value, text: Arc::new(Text::of_source(source)) }
    }
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

impl Document {
    /// A field of an object in it; the object itself where it has none.
    fn spot(&self, object: &Value, path: &[&str]) -> Spot {
        let field = object.path(path.iter().copied()).filter(|field| field.origin.is_some());
        Spot::new(&self.text, field.map_or(object.origin, |field| field.origin))
    }
}

impl Documents {
    /// Reads what was rendered: manifests, hooks and the files of `crds/`. `sources` has the layers that it was rendered from.
    pub fn read(rendered: &Rendered, (release, namespace): (&str, &str), sources: &Sources) -> Self {
        let (release, namespace) = (release.to_owned(), namespace.to_owned());
        let mut documents = Self { release, namespace, list: Vec::new(), objects: Arc::default(), findings: Errors::new() };
        for crd in &rendered.crds {
            documents.add(Text::of_file(&crd.path, &crd.content, rendered, sources), Role::Crd);
        }
        for manifest in &rendered.manifests {
            documents.add(Text::of_manifest(manifest, rendered, sources), Role::Manifest);
        }
        for hook in &rendered.hooks {
            documents.add(Text::of_manifest(&hook.manifest, rendered, sources), Role::Hook);
        }
        let made = documents.list.iter().filter(|document| document.role != Role::Crd);
        let objects = |document: &Document| {
            let text = document.text.clone();
            objects_of(&document.value).into_iter().map(move |value| Object { value, text: text.clone() })
        };
        documents.objects = made.flat_map(objects).filter(|object| object.value.path(["kind"]).is_some()).collect();
        documents
    }

    /// The definitions of custom kinds among them.
    pub fn definitions(&self) -> impl Iterator<Item = &Value> {
        self.list.iter().map(|document| &document.value).filter(|value| is_definition(value))
    }

    /// The objects that the release owns: those of manifests, not of hooks.
    pub(super) fn owned(&self, validator: &Validator<'_>) -> Vec<Owned> {
        let manifests = self.list.iter().filter(|document| document.role == Role::Manifest);
        manifests
            .filter_map(|document| {
                let text = |path: &[&str]| text(&document.value, path);
                let (api, kind) = (text(&["apiVersion"])?, text(&["kind"])?);
                let group = api.split_once('/').map_or("", |(group, _)| group);
                Some(Owned {
                    namespaced: validator.namespaced(group, &kind).unwrap_or(kind != UNKNOWN_WITHOUT_NAMESPACE),
                    group: group.to_owned(),
                    kind,
                    namespace: text(&["metadata", "namespace"]).unwrap_or_default(),
                    name: text(&["metadata", "name"])?,
                    named: document.spot(&document.value, &["metadata", "name"]),
                    placed: document.spot(&document.value, &["metadata", "namespace"]),
                })
            })
            .collect()
    }

    /// The objects of manifests and hooks, lists of objects taken apart, each with what it was read from; what has no kind is none.
    pub fn objects(&self) -> &Arc<[Object]> {
        &self.objects
    }

    /// Everything wrong with them: broken YAML, no object, no kind or name, keys that stand twice, the same object twice, and
    /// what an API server would refuse. Places are those of the layer or the template that caused it.
    pub fn check(mut self, validator: &Validator<'_>) -> Errors {
        let mut seen: HashMap<String, Spot> = HashMap::new();
        let mut unknown = HashSet::new();
        for document in std::mem::take(&mut self.list) {
            for object in objects_of(&document.value) {
                let Some(name) = self.identity(&object, &document) else { continue };
                let spot = document.spot(&object, &["metadata", "name"]);
                if let Some(first) = seen.insert(format!("{} {name}", document.role.word()), spot.clone()) {
                    let message = format!("{name} is rendered twice; the second one replaces the first");
                    let finding = spot.blame(about(&self.release, Error::finding(&OBJECT_TWICE, message)));
                    self.findings.push(finding.related(first.place(), "the first one"));
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

    fn add(&mut self, text: Text, role: Role) {
        let reading = Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins };
        let documents = match read_documents(&text.source, reading) {
            Ok(documents) => documents,
            Err(errors) => {
                for error in errors {
                    let finding = about(&self.release, Error::finding(&NO_YAML, error.message));
                    self.findings.push(text.blame(finding, Subject::Byte(error.offset)));
                }
                return;
            }
        };
        let text = Arc::new(text);
        for document in documents {
            for (first, second, equal) in document.repeated {
                let same = if equal { "with the same value" } else { "with another value" };
                let key = Error::finding(&KEY_TWICE, format!("a key stands twice in one mapping, {same}: the last one wins"));
                let key = text.blame(about(&self.release, key), Subject::KeyItself(second));
                self.findings.push(key.related(text.place(Subject::KeyItself(first)), "first here"));
            }
            if !document.value.is_nil() {
                self.list.push(Document { value: document.value, text: text.clone(), role });
            }
        }
    }

    /// A finding about a violation, at the value, at the key of a field that is not known, or of what lacks one.
    fn violation(&self, violation: Violation, name: &str, object: &Value, document: &Document) -> Error {
        let at = if violation.path.is_empty() { String::new() } else { format!("{} ", violation.path) };
        let message = format!("{name}: {at}{}", violation.message);
        let mut finding = about(&self.release, Error::finding(of_violation(violation.sort), message)).severity(violation.severity);
        if let Some(hint) = &violation.hint {
            finding = finding.hint(hint.clone());
        }
        let origin = violation.origin.or(object.origin);
        let subject = match violation.sort {
            _ if violation.missing => Subject::Missing(origin, &violation.path),
            Sort::Unknown => Subject::Key(origin, &violation.path),
            _ => Subject::Value(origin, &violation.path),
        };
        document.text.blame(finding, subject)
    }

    /// `apps/v1 Deployment ns/name`, or findings that say what is missing.
    fn identity(&mut self, object: &Value, document: &Document) -> Option<String> {
        let text = |path: &[&str]| text(object, path).filter(|text| !text.is_empty());
        let mut refuse = |words: String, path: &[&str]| {
            let finding = about(&self.release, Error::finding(&NO_OBJECT, words));
            self.findings.push(document.spot(object, path).blame(finding));
        };
        if object.as_map().is_none() {
            refuse("the document is no object: a mapping with apiVersion and kind".to_owned(), &[]);
            return None;
        }
        let parts: [(&str, &[&str], Option<String>); 3] = [
            ("apiVersion", &["apiVersion"], text(&["apiVersion"])),
            ("kind", &["kind"], text(&["kind"])),
            ("metadata.name", &["metadata", "name"], text(&["metadata", "name"]).or_else(|| text(&["metadata", "generateName"]))),
        ];
        let missing: Vec<_> = parts.iter().filter(|(.., value)| value.is_none()).collect();
        if let Some((_, path, _)) = missing.first() {
            let names: Vec<&str> = missing.iter().map(|(name, ..)| *name).collect();
            refuse(format!("the object has no {}", names.join(", no ")), path);
            return None;
        }
        let namespace = text(&["metadata", "namespace"]).unwrap_or_else(|| self.namespace.clone());
        let [api, kind, name] = parts.map(|(.., value)| value.unwrap_or_default());
        Some(format!("{api} {kind} {namespace}/{name}"))
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

/// The objects of a document: those of a list, or the one that it is.
fn objects_of(document: &Value) -> Vec<Value> {
    match document.path(["items"]).filter(|_| is_list(document)) {
        Some(items) => items.as_list().map(|items| items.items().to_vec()).unwrap_or_default(),
        None => vec![document.clone()],
    }
}

/// Whether a document is a list of objects, and none itself.
fn is_list(value: &Value) -> bool {
    value.path(["kind"]).is_some_and(|kind| kind.as_str().is_some_and(|kind| kind.ends_with(b"List")))
}

fn about(release: &str, error: Error) -> Error {
    error.subject(format!("release {release}"))
}
