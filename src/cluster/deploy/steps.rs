//! Takes the steps of a plan: kind by kind, what is of one kind at once.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};
use serde_json::Value as Json;

use super::hooks::targets;
use super::objects::{AT_ONCE, Located};
use super::work::replace_hint;
use super::{Engine, Rules};
use crate::cluster::{ApplyOptions, Content, Event, Fault, MANAGER, Propagation};
use crate::cluster::{WaitOptions, wait_gone};
use crate::diag::{Error, Errors, Result};
use crate::plan::ownership::{conflicting, migrate, without};
use crate::plan::release::{Found, Step, Steps, Verb};
use crate::plan::{Id, leftover, unchangeable};

/// What the steps are taken with.
pub(super) struct Taking<'a> {
    /// The release's name.
    pub release: &'a str,
    /// The wanted objects, and the past ones that go.
    pub objects: &'a BTreeMap<Id, Located>,
    /// What is there.
    pub found: &'a BTreeMap<Id, Found>,
    /// How objects are sent.
    pub rules: &'a Rules,
}

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Objects that were not there before.
    pub created: Vec<Id>,
}

impl Engine<'_> {
    /// Takes all steps. `done` says what was done, also where some failed.
    ///
    /// # Errors
    /// Everything that the server refused of one kind; later kinds are not begun then.
    pub(super) async fn take(&self, steps: &Steps, taking: &Taking<'_>, done: &mut Done) -> Result<(), Errors> {
        for steps in steps.0.chunk_by(|one, other| one.id.kind == other.id.kind && removes(one) == removes(other)) {
            self.go_on()?;
            let steps: Vec<&Step> = steps.iter().filter(|step| !matches!(step.verb, Verb::Keep)).collect();
            let mut errors = Errors::new();
            let mut taken = stream::iter(steps).map(|step| async move { (step, self.take_one(step, taking).await) }).buffered(AT_ONCE);
            while let Some((step, result)) = taken.next().await {
                match result {
                    Ok(outcome) => {
                        if outcome == "created" {
                            done.created.push(step.id.clone());
                        }
                        self.listener.event(Event::Applied { release: taking.release.to_owned(), id: step.id.clone(), outcome });
                    }
                    Err(error) => errors.push(error),
                }
            }
            errors.or(())?;
        }
        Ok(())
    }

    async fn take_one(&self, step: &Step, taking: &Taking<'_>) -> Result<&'static str> {
        let Some(object) = taking.objects.get(&step.id) else {
            return Ok("gone"); // a kind that the server no longer serves
        };
        let live = taking.found.get(&step.id).map(|found| &found.live);
        match step.verb {
            Verb::Nothing | Verb::Keep => Ok("unchanged"),
            Verb::Delete => self.delete(object, live, taking.rules.cascade).await,
            Verb::Replace => {
                self.delete(object, live, Propagation::Background).await?;
                let options = WaitOptions { timeout: taking.rules.timeout, ..WaitOptions::default() };
                let gone = targets(std::slice::from_ref(object));
                let waited = self.unless_stopped(wait_gone(self.cluster, taking.release, &gone, &options, &**self.listener)).await?;
                waited.map_err(|there| self.late(&there))?;
                self.send(object, None, taking.rules).await.map(|_| "replaced")
            }
            Verb::Create | Verb::Change | Verb::Adopt | Verb::Apply => self.send(object, live, taking.rules).await,
        }
    }

    /// Sends an object; `live` is what is there.
    async fn send(&self, object: &Located, live: Option<&Json>, rules: &Rules) -> Result<&'static str> {
        if !rules.server_side {
            return self.merge(object).await;
        }
        if let Some(patch) = live.and_then(|live| migrate(live, MANAGER, &[MANAGER])) {
            let name = object.wanted.id.name.as_str();
            let moved = self.cluster.patch(&object.resource, (&object.namespace, name), Content::JsonPatch, patch, false).await;
            match moved {
                // It changed meanwhile: the apply below meets whatever it is now.
                Err(fault) if fault.is_conflict() || fault.is_not_found() || fault.code == 422 => {}
                moved => {
                    drop(moved.map_err(|fault| fault.error(&format!("move the fields of {} to server-side apply", object.wanted.id)))?)
                }
            }
        }
        let after = self.apply(object, rules, false).await.map_err(|fault| self.refused(object, &fault))?;
        let after = self.clear(object, after).await.map_err(|fault| self.refused(object, &fault))?;
        let version = |object: &Json| object.pointer("/metadata/resourceVersion").cloned();
        Ok(match live {
            None => "created",
            Some(live) if version(live) == version(&after) => "unchanged",
            Some(_) => "configured",
        })
    }

    /// Takes away what stays in a Secret when it leaves `stringData`: helm leaves it there for ever.
    async fn clear(&self, object: &Located, live: Json) -> Result<Json, Fault> {
        let keys = leftover(&object.originals, &object.wanted.body, &live);
        if keys.is_empty() {
            return Ok(live);
        }
        let gone: serde_json::Map<String, Json> = keys.into_iter().map(|key| (key, Json::Null)).collect();
        let patch = serde_json::json!({ "data": gone });
        let name = object.wanted.id.name.as_str();
        self.cluster.patch(&object.resource, (&object.namespace, name), Content::MergePatch, patch, false).await
    }

    /// What sending an object would make of what is there, as the server says. Fields that others own and nobody decided on
    /// count as taken: that they are in the way is said when it comes to that.
    pub(super) async fn foretell(&self, object: &Located, live: &Json, rules: &Rules) -> Option<Result<Json, Fault>> {
        if !rules.server_side {
            return self.merged(object, live).await;
        }
        match self.apply(object, rules, true).await {
            Err(fault) if fault.is_conflict() => Some(self.apply(object, &Rules { force_conflicts: true, ..rules.clone() }, true).await),
            result => Some(result),
        }
        .map(|after| after.map(|after| cleared(object, after)))
    }

    /// Server-side apply. Fields that are others' by the policy are left out, those that are ours are taken.
    pub(super) async fn apply(&self, object: &Located, rules: &Rules, dry_run: bool) -> Result<Json, Fault> {
        let send = |body: Json, force| async move {
            let options = ApplyOptions { force, dry_run };
            self.cluster.apply(&object.resource, &object.namespace, &body, options).await.map(|applied| applied.live)
        };
        let fault = match send(object.wanted.body.clone(), rules.force_conflicts).await {
            Err(fault) if fault.is_conflict() => fault,
            result => return result,
        };
        let resolution = rules.policy.resolve(&object.wanted.id, conflicting(&fault.details));
        if !resolution.fail.is_empty() || resolution.theirs.is_empty() && resolution.ours.is_empty() {
            return Err(fault);
        }
        let theirs: Vec<String> = resolution.theirs.iter().map(|conflict| conflict.field.clone()).collect();
        send(without(&object.wanted.body, &theirs), !resolution.ours.is_empty()).await
    }

    pub(super) async fn delete(&self, object: &Located, live: Option<&Json>, cascade: Propagation) -> Result<&'static str> {
        // Only the object that was looked at: one that was made anew meanwhile is somebody else's.
        let uid = live.and_then(|live| live.pointer("/metadata/uid")?.as_str());
        let id = &object.wanted.id;
        let deleted = self.cluster.delete(&object.resource, (&object.namespace, &id.name), cascade, uid).await;
        let words = format!("failed to delete resource namespace={}, name={}, kind={}", object.namespace, id.name, id.kind);
        deleted.map(|deleted| if deleted { "deleted" } else { "gone" }).map_err(|fault| fault.error(&words))
    }

    /// helm's words for an object that the server did not take; every field that others own is named.
    pub(super) fn refused(&self, object: &Located, fault: &Fault) -> Error {
        let name = object.go_text();
        if !fault.is_conflict() {
            let error = fault.error(&format!("server-side apply failed for object {name}")).at_least(|| object.place());
            return self.replaceable(error, object, fault);
        }
        let error = fault.error(&format!("conflict occurred while applying object {name}")).at_least(|| object.place());
        let id = &object.wanted.id;
        let named = conflicting(&fault.details).into_iter().fold(error, |error, conflict| {
            let (owner, field) = (conflict.owner(), &conflict.field);
            error.hint(format!("{field} is owned by {owner}: --conflicts 'ours {id} {field} {owner}' takes it, 'theirs …' leaves it alone"))
        });
        named.hint("or take these fields out of the chart, or take all of them with --force-conflicts")
    }

    /// An error of the server, with what helps where it says that a field can't be changed.
    pub(super) fn replaceable(&self, error: Error, object: &Located, fault: &Fault) -> Error {
        match unchangeable(&fault.details) {
            fields if fields.is_empty() => error,
            _ => replace_hint(error, &object.wanted.id),
        }
    }
}

/// What [`Engine::clear`] makes of an object.
fn cleared(object: &Located, mut after: Json) -> Json {
    let keys = leftover(&object.originals, &object.wanted.body, &after);
    if let Some(data) = after.get_mut("data").and_then(Json::as_object_mut) {
        data.retain(|key, _| !keys.contains(key));
    }
    after
}

fn removes(step: &Step) -> bool {
    matches!(step.verb, Verb::Delete | Verb::Keep)
}
