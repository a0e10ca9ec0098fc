//! How lists merge, from a server's OpenAPI v3 documents (`/openapi/v3/apis/apps/v1`).
//!
//! Helm reads struct tags of the client library that it was built with, which are where the server's documents come from.
//! Compared field by field for all kinds of client-go v0.37 and Kubernetes 1.36 they say the same, but for
//! `PodStatus.nodeAllocatableResourceClaimStatuses` (no manifest has a status) and fields that only one of them has.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// Documents of one server. Their schemas refer to each other by name; nothing is resolved before it is asked for.
#[derive(Debug, Clone, Default)]
pub struct OpenApi {
    schemas: Map<String, Json>,
    /// By group, version, kind: the name of the schema.
    kinds: BTreeMap<(String, String, String), String>,
}

/// What a document says of one type.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'d> {
    document: &'d OpenApi,
    /// Of a named type the last part of its name: `PodSpec`.
    name: Option<&'d str>,
    body: &'d Json,
}

/// How a field is patched.
#[derive(Debug, Clone, Copy)]
pub struct Field<'d> {
    /// The field's type; of a list the type of its items.
    pub schema: Schema<'d>,
    /// Keys that a patch does not name go away (`retainKeys`).
    pub retains_keys: bool,
    /// `merge`, `replace` or nothing.
    pub strategy: &'d str,
    /// What tells the items of a list of objects apart; empty where there is no such key.
    pub merge_key: &'d str,
}

impl OpenApi {
    /// From one document.
    pub fn parse(document: Json) -> Self {
        let mut all = Self::default();
        all.add(document);
        all
    }

    /// Adds a document of the same server.
    pub fn add(&mut self, mut document: Json) {
        let Some(Json::Object(schemas)) = document.pointer_mut("/components/schemas").map(Json::take) else {
            return;
        };
        for (name, schema) in &schemas {
            for kind in schema.get("x-kubernetes-group-version-kind").and_then(Json::as_array).into_iter().flatten() {
                let part = |key: &str| kind.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
                self.kinds.entry((part("group"), part("version"), part("kind"))).or_insert_with(|| name.clone());
            }
        }
        self.schemas.extend(schemas);
    }

    /// The schema of a kind; `None` where no document describes it.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<Schema<'_>> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let name = self.kinds.get(&(group.to_owned(), version.to_owned(), kind.to_owned()))?;
        self.named(name)
    }

    fn named(&self, name: &str) -> Option<Schema<'_>> {
        let (name, body) = self.schemas.get_key_value(name)?;
        Some(Schema { document: self, name: Some(name.rsplit('.').next().unwrap_or(name)), body })
    }
}

impl<'d> Schema<'d> {
    /// A field that holds an object.
    ///
    /// # Errors
    /// The type has no fields of fixed names, or not that one: Go's words (apimachinery third_party/forked/golang/json/fields.go).
    pub fn object(self, key: &str) -> Result<Field<'d>, String> {
        let body = self.property(key)?;
        let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default();
        let strategies = text("x-kubernetes-patch-strategy").split(',');
        Ok(Field {
            schema: self.resolve(body)?,
            retains_keys: strategies.clone().any(|one| one == "retainKeys"),
            strategy: strategies.clone().find(|one| *one != "retainKeys").unwrap_or_default(),
            merge_key: text("x-kubernetes-patch-merge-key"),
        })
    }

    /// A field that holds a list; the answer's type is that of the items.
    ///
    /// # Errors
    /// As [`Schema::object`], and for fields that are no lists or lists of lists (apimachinery util/strategicpatch/meta.go).
    pub fn list(self, key: &str) -> Result<Field<'d>, String> {
        let field = self.object(key)?;
        let Some(items) = field.schema.body.get("items") else {
            return Err(format!("expected slice or array type, but got: {}", self.go_kind()));
        };
        let schema = self.resolve(items)?;
        if schema.go_kind() == "slice" {
            return Err("unexpected slice of slice".to_owned());
        }
        Ok(Field { schema, ..field })
    }

    /// What Go calls such a type.
    pub(super) fn go_kind(self) -> &'static str {
        match self.body.get("type").and_then(Json::as_str) {
            _ if self.name.is_some() => "struct",
            Some("array") => "slice",
            Some("string") => "string",
            Some("boolean") => "bool",
            Some("number") => "float64",
            Some("integer") if self.body.get("format").and_then(Json::as_str) == Some("int64") => "int64",
            Some("integer") => "int32",
            _ => "map",
        }
    }

    fn property(self, key: &str) -> Result<&'d Json, String> {
        let Some(name) = self.name else {
            return Err(format!("merging an object in json but data type is not struct, instead is: {}", self.go_kind()));
        };
        let found = self.body.get("properties").and_then(|properties| properties.get(key));
        found.ok_or_else(|| format!("unable to find api field in struct {name} for the json field {key:?}"))
    }

    /// Follows a reference: `$ref`, or `allOf` with one (where the field has a description or default of its own).
    fn resolve(self, body: &'d Json) -> Result<Schema<'d>, String> {
        let reference = |body: &'d Json| body.get("$ref").and_then(Json::as_str);
        let target = reference(body).or_else(|| body.get("allOf")?.get(0).and_then(reference));
        let Some(target) = target else {
            return Ok(Schema { document: self.document, name: None, body });
        };
        let found = self.document.named(target.trim_start_matches("#/components/schemas/"));
        found.ok_or_else(|| format!("unable to resolve {target} in OpenAPI V3"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::OpenApi;

    #[test]
    fn references_are_followed_when_asked_for() {
        let document = OpenApi::parse(json!({"components": {"schemas": {
            "io.k8s.api.core.v1.Pod": {
                "x-kubernetes-group-version-kind": [{"group": "", "kind": "Pod", "version": "v1"}],
                "properties": {
                    "spec": {"allOf": [{"$ref": "#/components/schemas/io.k8s.api.core.v1.PodSpec"}], "default": {}},
                    "status": {"$ref": "#/components/schemas/lost"},
                }},
            "io.k8s.api.core.v1.PodSpec": {"properties": {
                "volumes": {"type": "array", "items": {"$ref": "#/components/schemas/io.k8s.api.core.v1.PodSpec"},
                    "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge,retainKeys"},
                "nodeSelector": {"type": "object", "additionalProperties": {"type": "string"}},
            }},
        }}}));
        assert!(document.kind("apps/v1", "Pod").is_none());
        let pod = document.kind("v1", "Pod").unwrap();
        let spec = pod.object("spec").unwrap().schema;
        let volumes = spec.list("volumes").unwrap();
        assert_eq!((volumes.retains_keys, volumes.strategy, volumes.merge_key), (true, "merge", "name"));
        assert_eq!(pod.object("status").unwrap_err(), "unable to resolve #/components/schemas/lost in OpenAPI V3");
        assert_eq!(spec.object("x").unwrap_err(), "unable to find api field in struct PodSpec for the json field \"x\"");
        assert_eq!(spec.list("nodeSelector").unwrap_err(), "expected slice or array type, but got: struct");
        let selector = spec.object("nodeSelector").unwrap().schema;
        assert_eq!(selector.object("a").unwrap_err(), "merging an object in json but data type is not struct, instead is: map");
    }
}
