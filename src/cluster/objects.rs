//! Objects by kind and name: what kubectl adds to the API. Retries what may be asked twice.

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Value as Json, json};

use super::api::{Api, Call, Content, Fault, Method, Watch};
use super::discovery::{Discovery, Resource};
use super::events::{Listener, Silent};
use super::schemas::Schemas;
use super::tries::{Told, Tries};
use crate::diag::{Error, Kind, Result};
use crate::plan::Object;

/// The manager of fields that helm names (helm pkg/kube/client.go `ManagedFieldsManager`): releases stay helm's.
pub const MANAGER: &str = "helm";

/// How server-side apply is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApplyOptions {
    /// Take fields that others own.
    pub force: bool,
    /// Only say what would come out.
    pub dry_run: bool,
}

/// What an apply did.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The object as it is now.
    pub live: Json,
}

/// What happens to the objects that an object owns when it is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They are deleted afterwards.
    #[default]
    Background,
    /// They are deleted before.
    Foreground,
    /// They stay.
    Orphan,
}

impl Propagation {
    /// The API's word.
    pub fn word(self) -> &'static str {
        match self {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        }
    }
}

/// An API server with what is known about it. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    api: Arc<dyn Api>,
    discovery: Arc<RwLock<Arc<Discovery>>>,
    pub(super) schemas: Schemas,
    told: Told,
}

impl Cluster {
    /// Asks the server what it serves; nobody is told anything.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn connect(api: Arc<dyn Api>) -> Result<Self, Fault> {
        Self::connect_told(api, Arc::new(Silent)).await
    }

    /// The same; who listens is told where the server has to be asked again and again, now and later.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn connect_told(api: Arc<dyn Api>, listener: Arc<dyn Listener>) -> Result<Self, Fault> {
        let cluster = Self { api, discovery: Arc::default(), schemas: Schemas::default(), told: Told::new(listener) };
        cluster.refresh().await?;
        Ok(cluster)
    }

    /// Asks again what the server serves: CRDs came.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn refresh(&self) -> Result<(), Fault> {
        let mut tries = Tries::default();
        let found = loop {
            match Discovery::load(&*self.api).await {
                Err(fault) if fault.is_passing() && self.again(&mut tries, &fault).await => {}
                result => break result?,
            }
        };
        *self.discovery.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(found);
        Ok(())
    }

    /// Waits before a question is asked again; `false` when it was asked often enough.
    async fn again(&self, tries: &mut Tries, fault: &Fault) -> bool {
        tries.again(fault, &self.api.address(), &self.told).await
    }

    /// The server itself.
    pub fn api(&self) -> &dyn Api {
        &*self.api
    }

    /// What the server serves.
    pub fn discovery(&self) -> Arc<Discovery> {
        self.discovery.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The resource behind an api version and kind.
    ///
    /// # Errors
    /// kubectl's words: `no matches for kind "X" in version "y/v1"`.
    pub fn resource(&self, api_version: &str, kind: &str) -> Result<Resource> {
        let found = self.discovery().resource(api_version, kind).cloned();
        found.ok_or_else(|| Error::new(Kind::Apply, format!("no matches for kind {kind:?} in version {api_version:?}")))
    }

    /// The resource and namespace of an object; `namespace` is that of its release.
    ///
    /// # Errors
    /// kubectl's words: `resource mapping not found for name: …`, with what helm's users search for.
    pub fn locate(&self, object: &Object, namespace: &str) -> Result<(Resource, String)> {
        let resource = self.resource(object.api_version(), object.kind()).map_err(|error| {
            let (name, own) = (object.name(), object.namespace());
            error.wrap(|words| {
                format!(
                    "resource mapping not found for name: {name:?} namespace: {own:?} from \"\": {words}\nensure CRDs are installed first"
                )
            })
        })?;
        let namespace = match object.namespace() {
            _ if !resource.namespaced => String::new(),
            "" => namespace.to_owned(),
            own => own.to_owned(),
        };
        Ok((resource, namespace))
    }

    /// Asks, and asks again where the fault may pass and asking twice does no harm (everything but POST).
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn call(&self, call: Call) -> Result<Json, Fault> {
        let mut tries = Tries::default();
        loop {
            match self.api.call(call.clone()).await {
                Err(fault) if may_repeat(&call, &fault) && self.again(&mut tries, &fault).await => {}
                result => return result.map_err(|fault| fault.discreet(&call)),
            }
        }
    }

    /// One object; `None` where it is not there.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn get(&self, resource: &Resource, namespace: &str, name: &str) -> Result<Option<Json>, Fault> {
        match self.call(Call::get(resource.path(namespace, name))).await {
            Err(fault) if fault.is_not_found() => Ok(None),
            result => result.map(Some),
        }
    }

    /// All objects that the label selector picks (all where it is empty), page by page; with each item's `apiVersion` and
    /// `kind`, which lists leave out.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn list(&self, resource: &Resource, namespace: &str, selector: &str) -> Result<Vec<Json>, Fault> {
        let query = [("labelSelector", selector.to_owned())];
        Ok(self.list_at(resource, namespace, if selector.is_empty() { &[] } else { &query }).await?.0)
    }

    /// As [`Cluster::list`] with whatever picks the objects as `query`, and the resourceVersion from which a watch goes on.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn list_at(
        &self,
        resource: &Resource,
        namespace: &str,
        query: &[(&'static str, String)],
    ) -> Result<(Vec<Json>, String), Fault> {
        let mut all = Vec::new();
        let mut next = String::new();
        loop {
            let mut call = Call::get(resource.collection(namespace)).query("limit", "500");
            call.query.extend_from_slice(query);
            if !next.is_empty() {
                call = call.query("continue", next);
            }
            let mut page = match self.call(call).await {
                // The list changed too much while it was read: from the start.
                Err(fault) if fault.code == 410 && !all.is_empty() => {
                    all.clear();
                    next = String::new();
                    continue;
                }
                result => result?,
            };
            if let Some(items) = page.get_mut("items").and_then(Json::as_array_mut) {
                all.extend(items.drain(..).map(|mut item| {
                    if let Some(fields) = item.as_object_mut() {
                        fields.insert("apiVersion".to_owned(), resource.api_version().into());
                        fields.insert("kind".to_owned(), resource.kind.clone().into());
                    }
                    item
                }));
            }
            let text = |key: &str| page.pointer(key).and_then(Json::as_str).unwrap_or_default().to_owned();
            next = text("/metadata/continue");
            if next.is_empty() {
                return Ok((all, text("/metadata/resourceVersion")));
            }
        }
    }

    /// Makes an object. Where the connection broke, nobody knows whether it was made: what is there then is compared with
    /// what was sent, and taken for ours where it is the same.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn create(&self, resource: &Resource, namespace: &str, object: &Json) -> Result<Json, Fault> {
        let call =
            Call::new(Method::Post, resource.collection(namespace)).query("fieldManager", MANAGER).body(Content::Json, object.clone());
        let mut tries = Tries::default();
        let mut unsure = false;
        loop {
            match self.api.call(call.clone()).await {
                Err(fault) if fault.already_exists() && unsure => {
                    let name = object.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
                    return match self.get(resource, namespace, name).await? {
                        Some(live) if holds(&live, object) => Ok(live),
                        _ => Err(fault),
                    };
                }
                Err(fault) if fault.is_passing() && self.again(&mut tries, &fault).await => unsure |= fault.code != 429,
                result => return result.map_err(|fault| fault.discreet(&call)),
            }
        }
    }

    /// Server-side apply as `helm`, with strict field validation.
    ///
    /// # Errors
    /// As [`Api::call`]: conflicts, unknown fields.
    pub async fn apply(&self, resource: &Resource, namespace: &str, object: &Json, options: ApplyOptions) -> Result<Applied, Fault> {
        let name = object.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
        let mut call = Call::new(Method::Patch, resource.path(namespace, name))
            .query("fieldManager", MANAGER)
            .query("fieldValidation", "Strict")
            .query("force", options.force.to_string())
            .body(Content::Apply, object.clone());
        if options.dry_run {
            call = call.query("dryRun", "All");
        }
        Ok(Applied { live: self.call(call).await? })
    }

    /// Puts an object in the place of the one that is there: refused where `metadata.resourceVersion` is another.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn replace(&self, resource: &Resource, namespace: &str, object: &Json) -> Result<Json, Fault> {
        let name = object.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
        let call =
            Call::new(Method::Put, resource.path(namespace, name)).query("fieldManager", MANAGER).body(Content::Json, object.clone());
        self.call(call).await
    }

    /// Changes an object by a patch.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn patch(
        &self,
        resource: &Resource,
        (namespace, name): (&str, &str),
        content: Content,
        patch: Json,
        dry_run: bool,
    ) -> Result<Json, Fault> {
        let mut call = Call::new(Method::Patch, resource.path(namespace, name)).query("fieldManager", MANAGER).body(content, patch);
        if dry_run {
            call = call.query("dryRun", "All");
        }
        self.call(call).await
    }

    /// Deletes an object; `false` where it was not there. With a `uid`, only the object that has it.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub async fn delete(
        &self,
        resource: &Resource,
        (namespace, name): (&str, &str),
        propagation: Propagation,
        uid: Option<&str>,
    ) -> Result<bool, Fault> {
        let mut options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation.word()});
        if let (Some(uid), Some(fields)) = (uid, options.as_object_mut()) {
            fields.insert("preconditions".to_owned(), json!({ "uid": uid }));
        }
        let call = Call::new(Method::Delete, resource.path(namespace, name)).body(Content::Json, options);
        match self.call(call).await {
            Err(fault) if fault.is_not_found() => Ok(false),
            Err(fault) if fault.is_conflict() && uid.is_some() => Ok(false),
            result => result.map(|_| true),
        }
    }

    /// Watches a collection from a resourceVersion on; one object where `name` is not empty.
    ///
    /// # Errors
    /// As [`Api::watch`].
    pub async fn watch(&self, resource: &Resource, namespace: &str, name: &str, since: &str) -> Result<Watch, Fault> {
        let mut call = Call::get(resource.collection(namespace)).query("watch", "1").query("allowWatchBookmarks", "true");
        if !name.is_empty() {
            call = call.query("fieldSelector", format!("metadata.name={name}"));
        }
        if !since.is_empty() {
            call = call.query("resourceVersion", since);
        }
        self.api.watch(call).await
    }
}

/// Whether asking again can't do harm.
fn may_repeat(call: &Call, fault: &Fault) -> bool {
    match fault.code {
        429 => true,
        _ => fault.is_passing() && call.method != Method::Post,
    }
}

/// Whether `live` holds everything that `wanted` says: servers add defaults, they don't take away.
fn holds(live: &Json, wanted: &Json) -> bool {
    match (live, wanted) {
        (Json::Object(live), Json::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| live.get(key).is_some_and(|live| holds(live, wanted)))
        }
        (Json::Array(live), Json::Array(wanted)) => {
            live.len() == wanted.len() && live.iter().zip(wanted).all(|(live, wanted)| holds(live, wanted))
        }
        _ => live == wanted,
    }
}
