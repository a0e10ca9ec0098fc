//! The objects of a release on the cluster: found, read, sent, removed.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};
use serde_json::Value as Json;

use super::{Engine, Rules};
use crate::cluster::{Fault, NotReady, Resource};
use crate::diag::{Error, Errors, Kind, Place, Result};
use crate::plan::release::{Found, Wanted, marked};
use crate::plan::{Id, Object, immutable_changes, unchangeable};

/// Questions that are under way at the same time, for one release.
pub(super) const AT_ONCE: usize = 8;

/// An object and where the server keeps it.
#[derive(Debug, Clone)]
pub struct Located {
    /// What is wanted, with helm's marks.
    pub wanted: Wanted,
    /// The kind as the server serves it.
    pub resource: Resource,
    /// Its namespace; empty for objects that have none.
    pub namespace: String,
    /// As earlier revisions sent it, where that is known: the last that was deployed, and those that failed since.
    pub originals: Vec<Json>,
}

impl Located {
    /// `<namespace>/<name> <group/version, Kind=K>`, as helm names it in errors.
    pub(super) fn go_text(&self) -> String {
        format!("{}/{} {}", self.namespace, self.wanted.id.name, self.resource.go_text())
    }

    /// Where it was written.
    pub(super) fn place(&self) -> Place {
        Place::file(self.wanted.source.clone())
    }

    /// An object of an earlier revision that may have to go: only which it is.
    pub(super) fn past(id: Id, resource: Resource) -> Self {
        let namespace = id.namespace.clone();
        Self { wanted: Wanted { id, body: Json::Null, source: String::new() }, resource, namespace, originals: Vec::new() }
    }
}

impl Engine<'_> {
    /// Finds where the server keeps the objects of a manifest.
    ///
    /// # Errors
    /// helm's words for kinds that the server does not serve, all of them.
    pub fn locate(&self, objects: &[Object], release: &str, namespace: &str) -> Result<Vec<Located>, Errors> {
        let mut errors = Errors::new();
        let mut located = Vec::with_capacity(objects.len());
        for object in objects {
            match self.cluster.locate(object, namespace) {
                Ok((resource, namespace_of)) => {
                    let mut id = object.id(&namespace_of);
                    id.namespace.clone_from(&namespace_of);
                    let wanted = Wanted { id, body: marked(&object.body, release, namespace), source: object.source.clone() };
                    located.push(Located { wanted, resource, namespace: namespace_of, originals: Vec::new() });
                }
                Err(error) => {
                    let error = error.wrap(|words| format!("unable to build kubernetes objects from release manifest: {words}"));
                    errors.push(error.at_least(|| Place::file(object.source.clone())));
                }
            }
        }
        errors.or(located)
    }

    /// Reads what is there of these objects, and which fields of it can't become what is wanted; with `preview`, also what an
    /// apply would make of it.
    ///
    /// # Errors
    /// As [`crate::cluster::Api::call`]. An object that the server would not take is left without its preview: the apply itself says
    /// why.
    pub(super) async fn find<'l>(
        &self,
        objects: impl IntoIterator<Item = &'l Located>,
        rules: &Rules,
        preview: bool,
    ) -> Result<BTreeMap<Id, Found>> {
        let reads = stream::iter(objects).map(|object| async move {
            let id = &object.wanted.id;
            let failed = |fault: Fault| fault.error(&format!("get {} {:?}", object.resource.plural, id.name));
            let live = self.cluster.get(&object.resource, &object.namespace, &id.name).await.map_err(failed)?;
            let Some(live) = live else { return Ok(None) };
            Ok::<_, Error>(Some((id.clone(), self.foresee(object, live, rules, preview).await)))
        });
        let mut found = BTreeMap::new();
        let mut reads = reads.buffer_unordered(AT_ONCE);
        while let Some(read) = reads.next().await {
            found.extend(read?);
        }
        Ok(found)
    }

    /// The server has the last word on what can't be changed: it is asked where the plan thinks so.
    async fn foresee(&self, object: &Located, live: Json, rules: &Rules, preview: bool) -> Found {
        let wanted = &object.wanted.body;
        let suspected = if wanted.is_null() { Vec::new() } else { immutable_changes(&live, wanted) };
        if wanted.is_null() || !preview && suspected.is_empty() {
            return Found { live, after: None, locked: Vec::new() };
        }
        let (after, locked) = match self.foretell(object, &live, rules).await {
            Some(Ok(after)) => (Some(after).filter(|_| preview), Vec::new()),
            Some(Err(fault)) if fault.code == 422 => {
                let named = unchangeable(&fault.details);
                (None, if named.is_empty() { suspected } else { named })
            }
            _ => (None, suspected),
        };
        Found { live, after, locked }
    }

    /// A wait that failed as an error in helm's words, with what keeps each object from getting on. The last lines of the
    /// containers that are to blame were told by the wait.
    pub(super) fn late(&self, not_ready: &NotReady) -> Error {
        let error = match &not_ready.fault {
            Some(fault) => fault.error("wait"),
            None => Error::new(Kind::Apply, not_ready.to_string()),
        };
        let reasons = not_ready.late().filter(|state| !state.reason.is_empty());
        reasons.fold(error, |error, state| error.hint(format!("{}: {}", state.id, state.reason)))
    }

    /// The resources of objects that were made earlier; what the server no longer serves is gone.
    pub fn resources_of<'i>(&self, ids: impl IntoIterator<Item = &'i Id>) -> Vec<(Id, Resource)> {
        let discovery = self.cluster.discovery();
        ids.into_iter().filter_map(|id| Some((id.clone(), discovery.preferred(&id.group, &id.kind)?.clone()))).collect()
    }
}
