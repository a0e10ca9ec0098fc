//! Rendered documents: are they the objects that Kubernetes takes?

use std::collections::HashMap;

use crate::data::yaml::{Duplicates, Reading, Resolver, read_documents};
use crate::data::{Sources, Str, Value};
use crate::diag::{Error, Errors, Kind, Place, Severity};
use crate::render::{Manifest, Rendered};

/// Everything wrong with the documents of one rendering: broken YAML, no object, no kind or name, keys that stand
/// twice, the same object twice. Places are lines of the rendered document, named by its template.
pub fn manifests(rendered: &Rendered, release: &str, namespace: &str) -> Errors {
    let mut findings = Errors::new();
    let mut seen: HashMap<String, Str> = HashMap::new();
    let hooks = rendered.hooks.iter().map(|hook| (&hook.manifest, true));
    for (manifest, hook) in rendered.manifests.iter().map(|manifest| (manifest, false)).chain(hooks) {
        for object in objects(manifest, release, &mut findings) {
            let Some(name) = identity(&object, manifest, release, namespace, &mut findings) else { continue };
            // A hook may stand beside an object of the same name: it is made at another time.
            let Some(first) = seen.insert(format!("{hook} {name}"), manifest.path.clone()) else { continue };
            let message = format!("{name} is rendered twice; the second one replaces the first");
            findings.push(finding(release, message, manifest, 1).related(Place::file(first.to_string()), "the first one"));
        }
    }
    findings
}

/// The documents of a manifest that hold something.
fn objects(manifest: &Manifest, release: &str, findings: &mut Errors) -> Vec<Value> {
    let sources = Sources::new();
    let source = sources.add(manifest.path.clone(), manifest.content.clone());
    let reading = Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins };
    let documents = match read_documents(&source, reading) {
        Ok(documents) => documents,
        Err(errors) => {
            for error in errors {
                let place = rendered_place(Place::in_text(manifest.path.to_text(), &manifest.content, error.offset));
                findings.push(about(release, Error::new(Kind::Manifest, error.message)).at(place));
            }
            return Vec::new();
        }
    };
    let mut objects = Vec::new();
    for document in documents {
        for (first, second, equal) in document.repeated {
            let same = if equal { "with the same value" } else { "with another value" };
            let key = Error::new(Kind::Manifest, format!("a key stands twice in one mapping, {same}: the last one wins"));
            let mut key = about(release, key).severity(Severity::Warning);
            if let Some(place) = sources.place(second) {
                key = key.at(rendered_place(place));
            }
            if let Some(place) = sources.place(first) {
                key = key.related(rendered_place(place), "first here");
            }
            findings.push(key);
        }
        if !document.value.is_nil() {
            objects.push(document.value);
        }
    }
    objects
}

/// `apps/v1 Deployment ns/name`, or findings that say what is missing.
fn identity(object: &Value, manifest: &Manifest, release: &str, namespace: &str, findings: &mut Errors) -> Option<String> {
    let text = |path: &[&str]| {
        object.path(path.iter().copied()).and_then(|value| Some(value.as_str()?.to_string())).filter(|text| !text.is_empty())
    };
    if object.as_map().is_none() {
        findings.push(finding(release, "the document is no object: a mapping with apiVersion and kind".to_owned(), manifest, 1));
        return None;
    }
    let kind = text(&["kind"]);
    if kind.as_deref().is_some_and(|kind| kind.ends_with("List")) && object.path(["items"]).is_some() {
        return None;
    }
    let parts = [
        ("apiVersion", text(&["apiVersion"])),
        ("kind", kind),
        ("metadata.name", text(&["metadata", "name"]).or_else(|| text(&["metadata", "generateName"]))),
    ];
    let missing: Vec<&str> = parts.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        findings.push(finding(release, format!("the object has no {}", missing.join(", no ")), manifest, 1));
        return None;
    }
    let namespace = text(&["metadata", "namespace"]).unwrap_or_else(|| namespace.to_owned());
    let [api, kind, name] = parts.map(|(_, value)| value.unwrap_or_default());
    Some(format!("{api} {kind} {namespace}/{name}"))
}

fn finding(release: &str, message: String, manifest: &Manifest, line: u32) -> Error {
    about(release, Error::new(Kind::Manifest, message)).at(rendered_place(Place::at(manifest.path.to_text(), line, 0)))
}

fn about(release: &str, error: Error) -> Error {
    error.subject(format!("release {release}"))
}

/// A place in what a template gave, not in the template.
fn rendered_place(mut place: Place) -> Place {
    place.file.push_str(" (rendered)");
    place
}
