//! The hooks of a release, one after the other (helm pkg/action/hooks.go).

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value as Json;

use super::Engine;
use super::objects::Located;
use crate::charts::Loader;
use crate::cluster::records::{LastRun, Phase, Record, Status, Store, StoredHook};
use crate::cluster::{ApplyOptions, Call, Cluster, Event, Fault, Propagation};
use crate::cluster::{Strategy, Target, WaitOptions, wait_done, wait_gone};
use crate::diag::{Error, Kind, Result};

/// When hooks run, what for, and whose they are.
pub(super) struct Moment {
    /// `pre-install` …
    pub event: &'static str,
    /// `--timeout`, for each hook.
    pub timeout: Duration,
    /// Whose rules say whether a hook is done.
    pub strategy: Strategy,
    /// Server-side apply, or POST.
    pub server_side: bool,
    /// Hooks that an earlier run may have left behind ([`left_behind`]).
    pub left: BTreeSet<String>,
}

/// Hooks that revisions which failed or were killed began, newest revision first: whatever their policies say,
/// they are in the way of the next run (a Job can't be changed, and one that ended does not run again). The last revision
/// that was deployed got rid of those before it.
pub(super) fn begun_in_vain<'a>(history: &'a [Record]) -> impl Iterator<Item = (i64, &'a StoredHook)> {
    let vain = |record: &&Record| matches!(record.info.status, Status::Failed | Status::Uninstalling);
    let since = history.iter().rev().take_while(|record| !record.info.status.was_in_force()).filter(vain);
    let begun = |record: &'a Record| {
        let begun = record.hooks.iter().filter(|hook| hook.last_run.phase != Phase::None);
        begun.map(|hook| (record.version, hook))
    };
    since.flat_map(begun)
}

/// The names alone.
pub(super) fn left_behind(history: &[Record]) -> BTreeSet<String> {
    begun_in_vain(history).map(|(_, hook)| hook.name.clone()).collect()
}

impl Engine<'_> {
    /// Runs the record's hooks of one event in order of weight and name. How each run went is kept in the record, on the
    /// cluster too.
    ///
    /// # Errors
    /// The first hook that fails, with helm's words; hooks before it are cleaned up as their policies say.
    pub(super) async fn run_hooks(&self, store: &Store, record: &mut Record, moment: &Moment) -> Result<()> {
        let mut turns: Vec<usize> =
            record.hooks.iter().enumerate().filter(|(_, hook)| hook.runs_at(moment.event)).map(|(at, _)| at).collect();
        turns.sort_by(|one, other| {
            let key = |at: &usize| record.hooks.get(*at).map(|hook| (hook.weight, hook.name.clone()));
            key(one).cmp(&key(other))
        });
        let mut done: Vec<(StoredHook, Vec<Located>)> = Vec::new();
        for at in turns {
            self.go_on()?;
            let Some(hook) = record.hooks.get_mut(at) else { continue };
            if hook.delete_policies.is_empty() {
                hook.delete_policies = vec!["before-hook-creation".to_owned()];
            }
            let hook = hook.clone();
            self.tell(&record.name, format!("hook {} {}/{}", moment.event, hook.kind, hook.name));
            let located = self.hook_objects(&hook, &record.name, &record.namespace)?;
            if has(&hook.delete_policies, "before-hook-creation") || moment.left.contains(&hook.name) {
                self.remove_hook(&record.name, &hook, &located, (moment.timeout, false)).await?;
            }
            let begun = self.now();
            note(record, at, |run| *run = LastRun { started_at: Some(begun), completed_at: None, phase: Phase::Running });
            store.update(record).await.map_err(|fault| fault.error(""))?;
            let ran = self.run_hook(&record.name, &hook, &located, moment).await;
            let phase = if ran.is_ok() { Phase::Succeeded } else { Phase::Failed };
            let ended = self.now();
            note(record, at, |run| {
                run.completed_at = Some(ended);
                run.phase = phase;
            });
            if let Err(error) = ran {
                self.after(&record.name, &hook, &located, "hook-failed", moment).await;
                for (hook, located) in &done {
                    self.after(&record.name, hook, located, "hook-succeeded", moment).await;
                }
                return Err(error);
            }
            done.push((hook, located));
        }
        for (hook, located) in done.iter().rev() {
            self.after(&record.name, hook, located, "hook-succeeded", moment).await;
        }
        Ok(())
    }

    /// Tells the logs of a hook's pods. That they can't be read is only told.
    pub(super) async fn hook_logs(&self, release: &str, namespace: &str, hook: &StoredHook) {
        match self.hook_objects(hook, release, namespace) {
            Ok(located) => self.object_logs(release, &located).await,
            Err(error) => self.warn(release, error.to_string()),
        }
    }

    async fn object_logs(&self, release: &str, located: &[Located]) {
        for object in located {
            if let Err(error) = logs(self.cluster, self, release, object).await {
                self.warn(release, format!("error outputting logs for hook failure: {error}"));
            }
        }
    }

    /// Removes what the hooks of an event made. Failures are only told.
    pub(super) async fn remove_hooks(&self, record: &Record, moment: &Moment) {
        for hook in record.hooks.iter().filter(|hook| hook.runs_at(moment.event)) {
            let removed = match self.hook_objects(hook, &record.name, &record.namespace) {
                Ok(located) => self.remove_hook(&record.name, hook, &located, (moment.timeout, false)).await,
                Err(error) => Err(error),
            };
            if let Err(error) = removed {
                self.warn(&record.name, error.to_string());
            }
        }
    }

    /// Removes hooks that were begun in vain and that no later run removes by their own policies: with the records of the release
    /// goes what is known of them.
    ///
    /// # Errors
    /// One can't be removed.
    pub(super) async fn remove_left_hooks(&self, release: &str, namespace: &str, left: &[StoredHook], timeout: Duration) -> Result<()> {
        for hook in left.iter().filter(|hook| !hook.delete_policies.is_empty() && !has(&hook.delete_policies, "before-hook-creation")) {
            // What is of a kind that is not served any more is gone with it.
            if let Ok(located) = self.hook_objects(hook, release, namespace) {
                self.remove_hook(release, hook, &located, (timeout, false)).await?;
            }
        }
        Ok(())
    }

    fn hook_objects(&self, hook: &StoredHook, release: &str, namespace: &str) -> Result<Vec<Located>> {
        let objects = hook.objects()?;
        let located =
            self.locate(&objects, release, namespace).map_err(|errors| errors.into_iter().next().unwrap_or_else(|| unknown(hook)))?;
        // parity: helm puts its marks on no hook.
        let bodies = objects.iter().map(|object| object.body.clone());
        Ok(located
            .into_iter()
            .zip(bodies)
            .map(|(mut located, body)| {
                // Made again after a kill, it is as it was: nothing to take away.
                located.originals = vec![body.clone()];
                located.wanted.body = body;
                located
            })
            .collect())
    }

    async fn run_hook(&self, release: &str, hook: &StoredHook, located: &[Located], moment: &Moment) -> Result<()> {
        for object in located {
            if moment.server_side {
                let sent = self.cluster.apply(&object.resource, &object.namespace, &object.wanted.body, ApplyOptions::default()).await;
                sent.map_err(|fault| self.refused(object, &fault))?;
            } else {
                self.merge(object).await?;
            }
            self.listener.event(Event::Applied { release: release.to_owned(), id: object.wanted.id.clone(), outcome: "created" });
        }
        let targets = targets(located);
        let options = WaitOptions { timeout: moment.timeout, strategy: moment.strategy, ..WaitOptions::default() };
        let waited = self.unless_stopped(wait_done(self.cluster, release, &targets, &options, &**self.listener)).await?;
        waited.map_err(|not_ready| {
            let error = self.late(&not_ready).subject(format!("hook {}/{}", hook.kind, hook.name));
            // parity: helm 3's errors of hooks are a list of one.
            if self.profile.loader == Loader::AnyVersion { error.wrap(|_| not_ready.helm3_hook_text()) } else { error }
        })
    }

    /// Logs and deletes as the hook's policies say. That this fails does not change how the hook went.
    async fn after(&self, release: &str, hook: &StoredHook, located: &[Located], outcome: &str, moment: &Moment) {
        if has(&hook.output_log_policies, outcome) {
            self.object_logs(release, located).await;
        }
        if has(&hook.delete_policies, outcome)
            && let Err(error) = self.remove_hook(release, hook, located, (moment.timeout, outcome == "hook-succeeded")).await
        {
            self.listener.event(Event::Warning { release: release.to_owned(), message: error.to_string() });
        }
    }

    /// `over`: it was seen to come to its end, whatever its controller has counted by now.
    async fn remove_hook(&self, release: &str, hook: &StoredHook, located: &[Located], (timeout, over): (Duration, bool)) -> Result<()> {
        // parity: helm never deletes CRDs that are hooks: their objects would go with them.
        if hook.kind == "CustomResourceDefinition" {
            return Ok(());
        }
        let mut gone = Vec::new();
        for object in located {
            let name = object.wanted.id.name.as_str();
            let failed = |fault: Fault| fault.error(&format!("delete hook {}", object.wanted.id));
            let Some(live) = self.cluster.get(&object.resource, &object.namespace, name).await.map_err(failed)? else { continue };
            // What a killed run left may still run: its pods have to be gone before the next one begins.
            let propagation = if over || has_ended(&live) { Propagation::Background } else { Propagation::Foreground };
            if self.cluster.delete(&object.resource, (&object.namespace, name), propagation, None).await.map_err(failed)? {
                gone.push(object.clone());
            }
        }
        let options = WaitOptions { timeout, ..WaitOptions::default() };
        let waited = self.unless_stopped(wait_gone(self.cluster, release, &targets(&gone), &options, &**self.listener)).await?;
        waited.map_err(|not_gone| self.late(&not_gone))
    }
}

fn unknown(hook: &StoredHook) -> Error {
    Error::new(Kind::Apply, format!("hook {}/{} can't be found on the server", hook.kind, hook.name))
}

fn has(policies: &[String], policy: &str) -> bool {
    policies.iter().any(|own| own == policy)
}

/// Whether nothing of a hook's object runs any more: it is no Job, or one that came to an end.
fn has_ended(live: &Json) -> bool {
    let conditions = live.pointer("/status/conditions").and_then(Json::as_array);
    let is = |condition: &Json, word: &str| condition.get("type").is_some_and(|kind| kind == word);
    let ended = |one: &Json| (is(one, "Complete") || is(one, "Failed")) && one.get("status").is_some_and(|status| status == "True");
    live.get("kind").is_none_or(|kind| kind != "Job") || conditions.into_iter().flatten().any(ended)
}

fn note(record: &mut Record, at: usize, change: impl FnOnce(&mut LastRun)) {
    if let Some(hook) = record.hooks.get_mut(at) {
        change(&mut hook.last_run);
    }
}

/// What is waited for.
pub(super) fn targets(located: &[Located]) -> Vec<Target> {
    let target = |object: &Located| Target {
        resource: object.resource.clone(),
        namespace: object.namespace.clone(),
        name: object.wanted.id.name.clone(),
        id: object.wanted.id.clone(),
    };
    located.iter().map(target).collect()
}

/// The logs of all containers of a Job or Pod, told line by line.
async fn logs(cluster: &Cluster, engine: &Engine<'_>, release: &str, object: &Located) -> Result<()> {
    let failed = |fault: crate::cluster::Fault| fault.error("read the log");
    let pods = cluster.resource("v1", "Pod")?;
    let found = match object.resource.kind.as_str() {
        "Job" => cluster.list(&pods, &object.namespace, &format!("job-name={}", object.wanted.id.name)).await.map_err(failed)?,
        "Pod" => cluster.get(&pods, &object.namespace, &object.wanted.id.name).await.map_err(failed)?.into_iter().collect(),
        _ => Vec::new(),
    };
    for pod in &found {
        let name = pod.pointer("/metadata/name").and_then(serde_json::Value::as_str).unwrap_or_default();
        let containers = pod.pointer("/spec/containers").and_then(serde_json::Value::as_array).map_or(&[][..], Vec::as_slice);
        for container in containers.iter().filter_map(|container| container.get("name")?.as_str()) {
            let path = format!("{}/log", pods.path(&object.namespace, name));
            let text = cluster.api().text(Call::get(path).query("container", container)).await.map_err(failed)?;
            for line in text.lines() {
                let (source, line) = (format!("{name}/{container}"), line.to_owned());
                engine.listener.event(Event::HookLog { release: release.to_owned(), source, line });
            }
        }
    }
    Ok(())
}
