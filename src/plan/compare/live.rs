//! Live objects as they are compared: without what the server keeps for itself (helm-diff manifest/util.go).

use serde_json::{Map as JsonMap, Value as Json};

use super::document::{Document, Parsing, documents};
use crate::data::yaml::{Style, write};
use crate::data::{Kind as Is, List, Map, Value};
use crate::diag::{Error, Kind, Result};

/// What the server or helm writes into `metadata`.
const METADATA: [&str; 5] = ["managedFields", "generation", "creationTimestamp", "resourceVersion", "uid"];
/// What helm and the deployment controller annotate.
const ANNOTATIONS: [&str; 3] = [RELEASE_NAME, RELEASE_NAMESPACE, "deployment.kubernetes.io/revision"];
const RELEASE_NAME: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// Objects as one manifest, for a three-way merge: the live ones, or what the server would make of them.
///
/// # Errors
/// An object that YAML can't hold.
pub fn live_manifest<'o>(objects: impl IntoIterator<Item = &'o Json>) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for object in objects {
        text.extend_from_slice(b"\n---\n");
        text.extend(written(object, Style::Helm)?);
    }
    Ok(text)
}

/// A live object that a release takes over: its document, and `namespace/release` as far as its annotations name them. None
/// where it takes no part (a test hook).
///
/// # Errors
/// As [`documents`].
pub fn live(object: &Json, parsing: Parsing<'_>) -> Result<Option<(Document, String)>> {
    let annotation = |name| object.pointer("/metadata/annotations").and_then(|all| all.get(name)).and_then(Json::as_str);
    let namespace = annotation(RELEASE_NAMESPACE).map(|namespace| format!("{namespace}/"));
    let owner = namespace.unwrap_or_default() + annotation(RELEASE_NAME).unwrap_or_default();
    let found = documents(&written(object, Style::Raw)?, Parsing { normalize: true, ..parsing })?;
    Ok(found.documents.into_iter().next().map(|mut document| {
        if document.content.ends_with('\n') {
            document.content.pop();
        }
        (document, owner)
    }))
}

fn written(object: &Json, style: Style) -> Result<Vec<u8>> {
    write(&value(&tidied(object)), style).map_err(|text| Error::new(Kind::Manifest, text))
}

fn tidied(object: &Json) -> Json {
    let mut object = object.clone();
    if let Some(members) = object.as_object_mut() {
        members.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
        METADATA.iter().for_each(|name| drop(metadata.remove(*name)));
        let emptied = metadata.get_mut("annotations").and_then(Json::as_object_mut).is_some_and(|annotations| {
            ANNOTATIONS.iter().for_each(|name| drop(annotations.remove(*name)));
            annotations.is_empty()
        });
        if emptied {
            metadata.remove("annotations");
        }
    }
    object
}

/// As Go has JSON without types: every number is a float64.
fn value(json: &Json) -> Value {
    let entries = |members: &JsonMap<String, Json>| members.iter().map(|(key, member)| (key.as_str(), value(member))).collect::<Map>();
    match json {
        Json::Null => Value::NIL,
        Json::Bool(truth) => (*truth).into(),
        Json::Number(number) => Is::Float(number.as_f64().unwrap_or_default()).into(),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => items.iter().map(value).collect::<List>().into(),
        Json::Object(members) => entries(members).into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{live, live_manifest};
    use crate::plan::compare::{Parsing, documents};

    #[test]
    fn a_live_object_loses_what_the_server_keeps() {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "status": {}, "data": {"a": "z", "n": 1_000_000},
            "metadata": {"name": "own", "uid": "x", "generation": 3, "annotations": {
                "meta.helm.sh/release-name": "r", "meta.helm.sh/release-namespace": "d4"}}});
        let (document, owner) = live(&object, Parsing { namespace: "ns", ..Parsing::default() }).unwrap().unwrap();
        assert_eq!((document.key.as_str(), owner.as_str()), ("ns, own, ConfigMap (v1)", "d4/r"));
        assert_eq!(document.content, "apiVersion: v1\ndata:\n  a: z\n  \"n\": 1e+06\nkind: ConfigMap\nmetadata:\n  name: own");
        let manifest = live_manifest([&object, &object]).unwrap();
        let found = documents(&manifest, Parsing::default()).unwrap();
        assert_eq!(found.documents[0].content, "apiVersion: v1\ndata:\n  a: z\n  \"n\": 1000000\nkind: ConfigMap\nmetadata:\n  name: own");
        assert_eq!(found.repeated.len(), 1);
    }
}
