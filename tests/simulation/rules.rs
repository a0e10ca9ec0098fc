//! What the server refuses: names, fields that may not change.

use serde_json::{Value as Json, json};

use super::kinds::Kind;
use super::refusals::Wrong;
use super::world::{finalizers, is_ending};

/// Whether it is a DNS subdomain.
pub fn is_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let (first, last) = (part.bytes().next(), part.bytes().last());
        first.is_some_and(letter) && last.is_some_and(letter) && part.bytes().all(|byte| letter(byte) || byte == b'-')
    };
    name.len() <= 253 && name.split('.').all(is_part) || name.contains(':')
}

/// What the server says about another.
pub fn wrong_name(name: &str) -> Wrong {
    let why = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    Wrong::invalid("metadata.name", &name.into(), why)
}

/// Fields that may not change, by kind.
const FIXED: &[(&str, &[&str])] = &[
    ("Deployment", &["spec.selector"]),
    ("ReplicaSet", &["spec.selector"]),
    ("DaemonSet", &["spec.selector"]),
    ("Job", &["spec.completions", "spec.selector", "spec.template"]),
    ("Secret", &["type"]),
    ("StorageClass", &["provisioner", "parameters", "reclaimPolicy"]),
];

/// Everything that is wrong with an object, or with what it becomes.
pub fn check(kind: &Kind, old: Option<&Json>, new: &Json) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if !kind.built_in {
        nulls("", new, &mut wrong);
        return wrong;
    }
    let at = |body: &Json, path: &str| body.pointer(&format!("/{}", path.replace('.', "/"))).cloned().unwrap_or_default();
    if let Some(old) = old.filter(|old| is_ending(old)) {
        let had = finalizers(old);
        let added: Vec<String> = finalizers(new).into_iter().filter(|name| !had.contains(name)).collect();
        if !added.is_empty() {
            let why = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                quoted(&added)
            );
            // The server checks metadata twice.
            wrong.push(Wrong::forbidden("metadata.finalizers", &why));
            wrong.push(Wrong::forbidden("metadata.finalizers", &why));
        }
    }
    if ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"].contains(&kind.kind.as_str()) {
        if at(new, "spec.template.spec.containers").as_array().is_none_or(Vec::is_empty) {
            wrong.push(Wrong::required("spec.template.spec.containers", ""));
        }
        let labels = at(new, "spec.template.metadata.labels");
        let selects = at(new, "spec.selector.matchLabels");
        if selects.as_object().is_some_and(|wanted| wanted.iter().any(|(key, value)| labels.get(key) != Some(value))) {
            wrong.push(Wrong::invalid("spec.template.metadata.labels", &labels, "`selector` does not match template `labels`"));
        }
    }
    for path in ["spec.template.spec", "spec.jobTemplate.spec.template.spec"] {
        wrong.splice(0..0, pod(&at(new, path), path));
    }
    let Some(old) = old else { return wrong };
    let fixed = FIXED.iter().find(|(known, _)| *known == kind.kind).map_or(&[][..], |(_, fields)| fields);
    for field in fixed.iter().filter(|field| at(old, field) != at(new, field)) {
        wrong.push(Wrong::invalid(field, &at(new, field), "field is immutable"));
    }
    if ["ConfigMap", "Secret"].contains(&kind.kind.as_str()) && old["immutable"] == true && at(old, "data") != at(new, "data") {
        wrong.push(Wrong::forbidden("data", "field is immutable when `immutable` is set"));
    }
    if kind.kind == "StatefulSet" {
        let free = [
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ];
        let fixed = |body: &Json| {
            let spec = body["spec"].as_object().into_iter().flatten();
            spec.filter(|(field, _)| !free.contains(&field.as_str()))
                .map(|(field, value)| (field.clone(), value.clone()))
                .collect::<Vec<_>>()
        };
        if fixed(old) != fixed(new) {
            let why = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
            wrong.push(Wrong::forbidden("spec", why));
        }
    }
    if kind.kind == "PersistentVolumeClaim"
        && ["accessModes", "storageClassName", "selector"].iter().any(|field| old["spec"].get(field) != new["spec"].get(field))
    {
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        wrong.push(Wrong::forbidden("spec", why));
    }
    if kind.kind.ends_with("RoleBinding") && old["roleRef"] != new["roleRef"] {
        let reference = &new["roleRef"];
        let shown = json!({"APIGroup": reference["apiGroup"], "Kind": reference["kind"], "Name": reference["name"]});
        wrong.push(Wrong::invalid("roleRef", &shown, "cannot change roleRef"));
    }
    wrong
}

/// Nulls of a custom resource, which its schema forbids. They come from applies: a map that a manager emptied and still
/// names is null then.
fn nulls(path: &str, value: &Json, wrong: &mut Vec<Wrong>) {
    match value {
        Json::Null => wrong.push(Wrong::no_object(path)),
        Json::Object(fields) => {
            let dot = if path.is_empty() { "" } else { "." };
            fields.iter().for_each(|(field, value)| nulls(&format!("{path}{dot}{field}"), value, wrong));
        }
        _ => {}
    }
}

/// What is wrong with a pod: names that are not there, volumes that are not there.
fn pod(pod: &Json, path: &str) -> Vec<Wrong> {
    let list = |value: &Json, field: &str| value.get(field).and_then(Json::as_array).cloned().unwrap_or_default();
    let lacks = |value: &Json, field: &str| value[field].as_str().is_none_or(str::is_empty);
    let mut wrong = Vec::new();
    let volumes = list(pod, "volumes");
    for (at, _) in volumes.iter().enumerate().filter(|(_, volume)| volume.get("configMap").is_some_and(|source| lacks(source, "name"))) {
        wrong.push(Wrong::required(&format!("{path}.volumes[{at}].configMap.name"), ""));
    }
    for field in ["containers", "initContainers"] {
        for (at, container) in list(pod, field).iter().enumerate() {
            if lacks(container, "image") {
                wrong.push(Wrong::required(&format!("{path}.{field}[{at}].image"), ""));
            }
            for (place, mount) in list(container, "volumeMounts").iter().enumerate() {
                if !volumes.iter().any(|volume| volume["name"] == mount["name"]) {
                    wrong.push(Wrong::not_found(&format!("{path}.{field}[{at}].volumeMounts[{place}].name"), &mount["name"]));
                }
            }
        }
    }
    wrong
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
