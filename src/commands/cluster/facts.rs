//! The file that `cluster capture` writes, and what templates see by it.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::cluster::{Discovery, Resource};
use crate::commands::Run;
use crate::commands::path::Served;
use crate::commands::session::value;
use crate::data::{Map, Value};
use crate::diag::{Error, Kind, Result};
use crate::render::{KubeVersion, Lookup};

/// What this program writes and takes.
pub const FORMAT: &str = "bkhelm-cluster-facts/1";

/// What is known of a cluster.
#[derive(Debug, Serialize, Deserialize)]
pub struct ClusterFacts {
    /// `bkhelm-cluster-facts/1`
    pub format: String,
    /// When, RFC 3339.
    pub captured: String,
    /// The address of the API server.
    pub server: String,
    /// Who the cluster is; empty where it did not say.
    pub identity: String,
    /// `v1.36.3`
    pub version: String,
    /// Api versions in the server's order.
    pub versions: Vec<String>,
    /// Kinds.
    pub resources: Vec<Resource>,
    /// Which objects are known.
    pub scopes: Vec<Scope>,
    /// Those that there were, in the server's order.
    pub objects: Vec<Json>,
}

/// Objects that were looked for: what is not among the objects was not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// Empty for all namespaces.
    pub namespace: String,
    /// Empty for all.
    pub name: String,
}

impl Scope {
    /// Whether it tells all about a lookup.
    fn covers(&self, resource: &Resource, namespace: &str, name: &str) -> bool {
        let within = |own: &str, asked: &str| own.is_empty() || own == asked;
        self.api_version == resource.api_version()
            && self.kind == resource.kind
            && within(&self.namespace, namespace)
            && within(&self.name, name)
    }
}

/// What templates see by `--cluster-facts`; nothing where it was not given.
///
/// # Errors
/// A file that can't be read, or is none of ours.
pub fn served(run: &Run) -> Result<Option<Served>> {
    let Some(file) = &run.cluster_facts else { return Ok(None) };
    let refused = |words: String| {
        Error::new(Kind::Usage, format!("--cluster-facts {file}: {words}")).hint("`bkhelm cluster capture FILE` writes such a file")
    };
    let facts: ClusterFacts = serde_json::from_slice(&run.host().read(Path::new(file))?).map_err(|error| refused(error.to_string()))?;
    if facts.format != FORMAT {
        return Err(refused(format!("its format is {:?}, this bkhelm reads {FORMAT:?}", facts.format)));
    }
    let discovery = Discovery::of(facts.versions, facts.resources);
    Ok(Some(Served {
        version: KubeVersion::parse(&facts.version, run.profile)?,
        api_versions: discovery.version_set().into(),
        lookup: Arc::new(Captured { file: file.clone(), discovery, scopes: facts.scopes, objects: facts.objects }),
    }))
}

/// What `lookup` sees: the objects of the file.
struct Captured {
    file: String,
    discovery: Discovery,
    scopes: Vec<Scope>,
    objects: Vec<Json>,
}

impl Lookup for Captured {
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, String> {
        let resource = self.discovery.resource(api_version, kind).ok_or_else(|| {
            format!("unable to get apiresource from unstructured: no matches for kind {kind:?} in version {api_version:?}")
        })?;
        let namespace = if resource.namespaced { namespace } else { "" };
        if !self.scopes.iter().any(|scope| scope.covers(resource, namespace, name)) {
            let choice = [kind, namespace, name].join("/");
            let choice = choice.trim_end_matches('/');
            // An empty answer here and an object on the cluster would be two different deployments.
            return Err(format!("{} does not know {choice}: capture it with --object {choice}", self.file));
        }
        let text = |object: &Json, pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
        let mut found = self.objects.iter().filter(|object| {
            let place = text(object, "/metadata/namespace");
            text(object, "/apiVersion") == api_version
                && text(object, "/kind") == kind
                && (namespace.is_empty() || place == namespace)
                && (name.is_empty() || text(object, "/metadata/name") == name)
        });
        if name.is_empty() {
            let items: Vec<&Json> = found.collect();
            return Ok(value(&json!({"apiVersion": api_version, "kind": format!("{kind}List"), "items": items})));
        }
        Ok(found.next().map_or_else(|| Map::new().into(), value))
    }
}
