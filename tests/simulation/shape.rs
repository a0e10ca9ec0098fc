//! What the schema says about lists and maps: which lists are maps by key, and which maps are one value.

use serde_json::{Map, Value as Json};

/// Where in an object we are: enough to know how its lists and maps behave.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    kind: &'a str,
    built_in: bool,
    parent: &'a str,
    field: &'a str,
}

/// A key's field, and its default.
type KeyField = (&'static str, &'static str);

/// How a list behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// One value.
    Atomic,
    /// Each value once.
    Set,
    /// Items by the value of these fields, each with its default.
    Map(&'static [KeyField]),
}

/// Lists by key: the field they stand in, the list, and the keys with their defaults.
const MAPS: &[(&str, &str, &[KeyField])] = &[
    ("metadata", "ownerReferences", &[("uid", "")]),
    ("spec", "containers", &[("name", "")]),
    ("spec", "initContainers", &[("name", "")]),
    ("spec", "volumes", &[("name", "")]),
    ("spec", "imagePullSecrets", &[("name", "")]),
    ("spec", "hostAliases", &[("ip", "")]),
    ("spec", "topologySpreadConstraints", &[("topologyKey", ""), ("whenUnsatisfiable", "")]),
    ("containers", "ports", &[("containerPort", ""), ("protocol", "TCP")]),
    ("initContainers", "ports", &[("containerPort", ""), ("protocol", "TCP")]),
    ("containers", "env", &[("name", "")]),
    ("initContainers", "env", &[("name", "")]),
    ("containers", "volumeMounts", &[("mountPath", "")]),
    ("initContainers", "volumeMounts", &[("mountPath", "")]),
    ("containers", "volumeDevices", &[("devicePath", "")]),
    ("spec", "ports", &[("port", ""), ("protocol", "TCP")]),
    ("", "secrets", &[("name", "")]),
    ("", "webhooks", &[("name", "")]),
    ("status", "conditions", &[("type", "")]),
];

/// Maps that are one value, by their name.
const ATOMIC: &[&str] = &[
    "selector",
    "labelSelector",
    "namespaceSelector",
    "podSelector",
    "nodeSelector",
    "fieldRef",
    "resourceFieldRef",
    "secretKeyRef",
    "configMapKeyRef",
    "roleRef",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "dataSource",
    "storageVersionHash",
    // items of these lists
    "ownerReferences",
    "imagePullSecrets",
];

impl<'a> Shape<'a> {
    /// An object's root.
    pub fn root(kind: &'a str, built_in: bool) -> Self {
        Self { kind, built_in, parent: "", field: "" }
    }

    /// A field of it. A list's items have the list's own shape.
    pub fn below(self, field: &'a str) -> Self {
        Self { parent: self.field, field, ..self }
    }

    /// How the list here behaves.
    pub fn list(self) -> List {
        if self.parent == "metadata" && self.field == "finalizers" {
            return List::Set;
        }
        let known = self.built_in || self.parent == "metadata";
        let wrong = self.field == "ports" && self.parent == "spec" && self.kind != "Service";
        match MAPS.iter().find(|(parent, field, _)| *field == self.field && *parent == self.parent) {
            Some((.., keys)) if known && !wrong => List::Map(keys),
            _ => List::Atomic,
        }
    }

    /// Whether the map here is one value.
    pub fn is_atomic(self) -> bool {
        (self.built_in || self.field == "ownerReferences") && ATOMIC.contains(&self.field)
    }

    /// The name of a list's item in sets of fields: `k:{"name":"c"}`, `v:"x"`.
    pub fn step(self, list: List, item: &Json) -> String {
        match list {
            List::Map(keys) => {
                let key = keys.iter().filter_map(|(key, default)| {
                    let value = item.get(key).cloned().or_else(|| (!default.is_empty()).then(|| Json::from(*default)))?;
                    Some(((*key).to_owned(), value))
                });
                format!("k:{}", Json::Object(key.collect::<Map<_, _>>()))
            }
            List::Set | List::Atomic => format!("v:{item}"),
        }
    }
}
