//! Writes: create, replace, apply, delete, with everything that the server checks and adds.

use bkhelm::cluster::Fault;
use serde_json::{Value as Json, json};

use super::defaults;
use super::kinds::Kind;
use super::managers::{Managers, Writer};
use super::refusals::{self, Wrong};
use super::rules;
use super::world::{Key, Stored, World, finalizers, is_ending, text};

/// What `DELETE` asks for.
#[derive(Debug, Clone, Default)]
pub struct Deletion {
    /// `Background`, `Foreground`, `Orphan`; empty for the first.
    pub propagation: String,
    /// Only the object with this uid.
    pub uid: Option<String>,
    /// Only the object of this resourceVersion.
    pub version: Option<String>,
}

/// Kinds whose deletion is answered with the object that was there (kubernetes `ReturnDeletedObject`).
const SHOWN_WHEN_DELETED: [&str; 5] = ["PersistentVolume", "PersistentVolumeClaim", "ResourceQuota", "Service", "ServiceAccount"];

/// How an object is written over another.
#[derive(Debug, Clone, Copy)]
pub struct Mode<'a> {
    /// Whose doing, for invariants.
    pub actor: &'a str,
    /// Only say what would come out.
    pub dry: bool,
}

impl World {
    /// Makes an object as a manager that updates.
    ///
    /// # Errors
    /// The name is taken, the namespace is not there, the object is wrong.
    pub fn create(&mut self, key: Key, body: Json, writer: &Writer, actor: &str) -> Result<Json, Fault> {
        self.make(key, body, None, writer, Mode { actor, dry: false })
    }

    /// Makes an object; `applied` are its managers where it is made by server-side apply.
    ///
    /// # Errors
    /// As [`World::create`].
    pub fn make(&mut self, key: Key, mut body: Json, applied: Option<Managers>, writer: &Writer, mode: Mode<'_>) -> Result<Json, Fault> {
        let kind = self.kinds.get(key.kind).clone();
        self.may_create(&kind, &key)?;
        if let Some(there) = self.objects.get(&key) {
            return Err(refusals::already_exists(&kind, &key.name, is_ending(&there.body)));
        }
        let metadata = json!({"name": key.name, "uid": self.uid(), "creationTimestamp": self.clock()});
        for (field, value) in metadata.as_object().into_iter().flatten() {
            body["metadata"][field] = value.clone();
        }
        if kind.namespaced {
            body["metadata"]["namespace"] = key.namespace.clone().into();
        }
        if kind.generation {
            body["metadata"]["generation"] = 1.into();
        }
        let removed = ["managedFields", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"];
        body["metadata"].as_object_mut().into_iter().for_each(|fields| fields.retain(|field, _| !removed.contains(&field.as_str())));
        if kind.status {
            body.as_object_mut().and_then(|fields| fields.remove("status"));
        }
        defaults::complete(&kind, &mut body);
        let managers = applied.unwrap_or_else(|| {
            let mut managers = Managers::default();
            managers.update(&kind, &defaults::zero(&kind), &body, writer);
            managers
        });
        defaults::allocate(&kind, &mut body, self.version());
        let wrong = rules::check(&kind, None, &body);
        if !wrong.is_empty() {
            return Err(refusals::invalid_object(&kind, &key.name, &wrong));
        }
        self.finish(key, Stored { body, managers }, mode)
    }

    fn may_create(&self, kind: &Kind, key: &Key) -> Result<(), Fault> {
        if !rules::is_name(&key.name) {
            return Err(refusals::invalid_object(kind, &key.name, &[rules::wrong_name(&key.name)]));
        }
        if !kind.namespaced {
            return Ok(());
        }
        let Some(namespace) = self.objects.get(&self.key("Namespace", "", &key.namespace)) else {
            return Err(refusals::not_found(self.kinds.get(self.kinds.named("Namespace")), &key.namespace));
        };
        let ends = is_ending(&namespace.body);
        if ends { Err(refusals::namespace_ends(kind, &key.name, &key.namespace)) } else { Ok(()) }
    }

    fn finish(&mut self, key: Key, stored: Stored, mode: Mode<'_>) -> Result<Json, Fault> {
        if mode.dry {
            return Ok(stored.shown());
        }
        let stored = self.commit(key, Some(stored), mode.actor);
        Ok(stored.map(|stored| stored.shown()).unwrap_or_default())
    }

    /// Puts `body` in the place of what is there, as a manager that updates.
    ///
    /// # Errors
    /// Nothing there, another resourceVersion, a change that may not be.
    pub fn replace(&mut self, key: &Key, mut body: Json, writer: &Writer, mode: Mode<'_>) -> Result<Json, Fault> {
        let kind = self.kinds.get(key.kind).clone();
        let old = self.get(key).ok_or_else(|| refusals::not_found(&kind, &key.name))?;
        self.same_version(&kind, key, &old, &body)?;
        let sent = body["metadata"].as_object_mut().and_then(|fields| fields.remove("managedFields"));
        let mut managers = match sent {
            Some(Json::Array(list)) if list.iter().all(|entry| entry.as_object().is_none_or(serde_json::Map::is_empty)) => {
                Managers::default()
            }
            Some(list) if !list.is_null() => Managers::read(&list),
            _ => old.managers.clone(),
        };
        keep(&kind, &old.body, &mut body, writer);
        defaults::complete(&kind, &mut body);
        // An object without managers gets none by updates (apimachinery managedfields `skipNonApplied`).
        if !managers.is_empty() {
            managers.update(&kind, &old.body, &body, writer);
        }
        self.exchange(key, &old, Stored { body, managers }, writer, mode)
    }

    fn same_version(&self, kind: &Kind, key: &Key, old: &Stored, body: &Json) -> Result<(), Fault> {
        let asked = text(body, "/metadata/resourceVersion");
        let uid = text(body, "/metadata/uid");
        if !uid.is_empty() && uid != text(&old.body, "/metadata/uid") {
            return Err(refusals::another_uid(kind, &key.name, uid, text(&old.body, "/metadata/uid")));
        }
        let same = asked.is_empty() || asked == text(&old.body, "/metadata/resourceVersion");
        if same { Ok(()) } else { Err(refusals::modified(kind, &key.name)) }
    }

    /// Server-side apply.
    ///
    /// # Errors
    /// As [`World::make`] and [`World::replace`]; fields of others.
    pub fn apply(&mut self, key: &Key, mut applied: Json, writer: &Writer, force: bool, mode: Mode<'_>) -> Result<Json, Fault> {
        let kind = self.kinds.get(key.kind).clone();
        let old = self.get(key);
        let version = applied["metadata"].as_object_mut().and_then(|fields| fields.remove("resourceVersion"));
        if kind.status && writer.subresource != "status" {
            applied.as_object_mut().and_then(|fields| fields.remove("status"));
        }
        let Some(old) = old else {
            let mut managers = Managers::default();
            let body = managers.apply(&kind, &Json::Null, &applied, writer, force)?;
            return self.make(key.clone(), body, Some(managers), writer, mode);
        };
        if let Some(version) = version {
            self.same_version(&kind, key, &old, &json!({"metadata": {"resourceVersion": version}}))?;
        }
        let mut managers = old.managers.clone();
        let mut body = managers.apply(&kind, &old.body, &applied, writer, force)?;
        keep(&kind, &old.body, &mut body, writer);
        defaults::complete(&kind, &mut body);
        self.exchange(key, &old, Stored { body, managers }, writer, mode)
    }

    /// The last part of every update: rules, generation, objects whose last finalizer went.
    fn exchange(&mut self, key: &Key, old: &Stored, mut new: Stored, writer: &Writer, mode: Mode<'_>) -> Result<Json, Fault> {
        let kind = self.kinds.get(key.kind).clone();
        let wrong = rules::check(&kind, Some(&old.body), &new.body);
        if !wrong.is_empty() {
            return Err(refusals::invalid_object(&kind, &key.name, &wrong));
        }
        if new.body == old.body && new.managers.same(&old.managers) {
            return Ok(old.shown());
        }
        let annotations = |body: &Json| body.pointer("/metadata/annotations").cloned();
        let counts = new.body.get("spec") != old.body.get("spec")
            || (kind.kind == "Deployment" && annotations(&new.body) != annotations(&old.body))
            || (kind.kind.ends_with("WebhookConfiguration") && new.body.get("webhooks") != old.body.get("webhooks"));
        if kind.kind == "DaemonSet" {
            defaults::count_templates(&old.body, &mut new.body);
        }
        if kind.generation && counts && writer.subresource != "status" {
            let generation = old.body.pointer("/metadata/generation").and_then(Json::as_i64).unwrap_or_default();
            new.body["metadata"]["generation"] = (generation + 1).into();
        }
        if is_ending(&new.body) && finalizers(&new.body).is_empty() && !mode.dry && kind.kind != "Pod" && kind.kind != "Namespace" {
            let shown = new.shown();
            self.commit(key.clone(), None, mode.actor);
            return Ok(shown);
        }
        self.finish(key.clone(), new, mode)
    }

    /// Changes an object's body by hand, as controllers and people do: through the door `subresource`.
    pub fn edit(&mut self, key: &Key, manager: &str, subresource: &str, actor: &str, change: impl FnOnce(&mut Json)) {
        let Some(stored) = self.get(key) else { return };
        let mut body = stored.body.clone();
        change(&mut body);
        if body != stored.body {
            let writer = self.writer(manager, subresource);
            // What controllers may not do because of a rule, they don't do.
            drop(self.replace(key, body, &writer, Mode { actor, dry: false }));
        }
    }

    /// Deletes an object, or begins to.
    ///
    /// # Errors
    /// Nothing there, or another object than the one that was meant.
    pub fn delete(&mut self, key: &Key, asked: &Deletion, mode: Mode<'_>) -> Result<Json, Fault> {
        let kind = self.kinds.get(key.kind).clone();
        let old = self.get(key).ok_or_else(|| refusals::not_found(&kind, &key.name))?;
        let uid = text(&old.body, "/metadata/uid").to_owned();
        if let Some(asked) = asked.uid.as_ref().filter(|asked| **asked != uid) {
            return Err(refusals::another_uid(&kind, &key.name, asked, &uid));
        }
        if asked.version.as_ref().is_some_and(|version| version != text(&old.body, "/metadata/resourceVersion")) {
            return Err(refusals::modified(&kind, &key.name));
        }
        let mut details = json!({"name": key.name, "kind": kind.plural, "uid": uid});
        if !kind.group.is_empty() {
            details["group"] = kind.group.clone().into();
        }
        let done = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details});
        if mode.dry {
            return Ok(done);
        }
        let mut held = finalizers(&old.body);
        let extra = match asked.propagation.as_str() {
            "Foreground" => "foregroundDeletion",
            "Orphan" => "orphan",
            _ => "",
        };
        if !extra.is_empty() && !held.iter().any(|known| known == extra) && !is_ending(&old.body) {
            held.push(extra.to_owned());
        }
        let graceful = kind.kind == "Pod" && !text(&old.body, "/spec/nodeName").is_empty();
        if held.is_empty() && !graceful && kind.kind != "Namespace" && kind.kind != "CustomResourceDefinition" {
            self.commit(key.clone(), None, mode.actor);
            return Ok(if SHOWN_WHEN_DELETED.contains(&kind.kind.as_str()) { old.shown() } else { done });
        }
        if is_ending(&old.body) {
            return Ok(old.shown());
        }
        let mut new = Stored::clone(&old);
        new.body["metadata"]["deletionTimestamp"] = self.clock().into();
        if kind.kind == "Namespace" {
            new.body["status"]["phase"] = "Terminating".into();
        } else {
            new.body["metadata"]["deletionGracePeriodSeconds"] = if graceful { 30 } else { 0 }.into();
        }
        if !held.is_empty() {
            new.body["metadata"]["finalizers"] = held.into();
        }
        if let Some(generation) = new.body.pointer("/metadata/generation").and_then(Json::as_i64) {
            new.body["metadata"]["generation"] = (generation + 1).into();
        }
        self.finish(key.clone(), new, mode)
    }
}

/// What an update can't change: the server's own part of the metadata, and the half behind the other door.
fn keep(kind: &Kind, old: &Json, new: &mut Json, writer: &Writer) {
    if writer.subresource == "status" {
        let status = new.get("status").cloned();
        let annotations = new["metadata"].get("annotations").cloned();
        *new = old.clone();
        // A Deployment's revision is written through this door.
        if let Some(annotations) = annotations.filter(|_| kind.kind == "Deployment") {
            new["metadata"]["annotations"] = annotations;
        }
        match status {
            Some(status) => new["status"] = status,
            None => drop(new.as_object_mut().and_then(|fields| fields.remove("status"))),
        }
        return;
    }
    for field in [
        "name",
        "namespace",
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "resourceVersion",
    ] {
        match old["metadata"].get(field) {
            Some(value) => new["metadata"][field] = value.clone(),
            None => drop(new["metadata"].as_object_mut().and_then(|fields| fields.remove(field))),
        }
    }
    for field in ["apiVersion", "kind"] {
        new[field] = old[field].clone();
    }
    if kind.status {
        match old.get("status") {
            Some(status) => new["status"] = status.clone(),
            None => drop(new.as_object_mut().and_then(|fields| fields.remove("status"))),
        }
    }
    defaults::keep_allocated(kind, old, new);
}

/// 422 for an object without a name.
pub fn nameless(kind: &Kind) -> Fault {
    refusals::invalid_object(kind, "", &[Wrong::required("metadata.name", "name or generateName is required")])
}
