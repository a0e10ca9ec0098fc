//! The controllers: each looks at one object, does the next thing, and looks again when something changed.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::world::{Key, Task, World, finalizers, is_ending, number, owners, text};
use super::writing::{Deletion, Mode};

/// The actor's name in traces, and that of their fields' manager.
pub const CONTROLLER: &str = "controller";
const MANAGER: &str = "kube-controller-manager";

/// How long a slow pod takes, in milliseconds.
const SLOW: u64 = 30_000;

/// Where a Deployment and its ReplicaSets say which template is theirs.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// By this label on a pod's template a test says how its pods behave: `crash`, `pending`, `pull-fail`, `fail`
/// (Jobs), `hang` (never ready), `slow` (ready after half a minute).
pub const BEHAVE: &str = "bkhelm.test/behave";

impl World {
    /// Does a task.
    pub fn perform(&mut self, task: Task) {
        match task {
            Task::Collect => self.collect(),
            Task::Reconcile(key) => {
                let Some(stored) = self.get(&key) else { return };
                if is_ending(&stored.body) && self.end(&key, &stored.body) {
                    return;
                }
                match self.kinds.get(key.kind).kind.as_str() {
                    "Deployment" => self.deployment(&key, &stored.body),
                    "ReplicaSet" => self.replica_set(&key, &stored.body),
                    "StatefulSet" => self.stateful_set(&key, &stored.body),
                    "DaemonSet" => self.daemon_set(&key, &stored.body),
                    "Job" => self.job(&key, &stored.body),
                    "Pod" => self.pod(&key, &stored.body),
                    "PersistentVolumeClaim" => {
                        self.set_status(&key, |status| {
                            status["phase"] = "Bound".into();
                        });
                    }
                    "CustomResourceDefinition" => self.definition(&key, &stored.body),
                    _ => {}
                }
            }
        }
    }

    /// Writes a status, where that changes something.
    fn set_status(&mut self, key: &Key, change: impl FnOnce(&mut Json)) {
        self.edit(key, MANAGER, "status", CONTROLLER, |body| {
            if !body["status"].is_object() {
                body["status"] = json!({});
            }
            change(&mut body["status"]);
        });
    }

    /// Deletes in the name of a controller.
    fn discard(&mut self, key: &Key, propagation: &str) {
        let asked = Deletion { propagation: propagation.to_owned(), ..Deletion::default() };
        // Somebody may have been faster.
        drop(self.delete(key, &asked, Mode { actor: CONTROLLER, dry: false }));
    }

    /// Goes on with an object that is being deleted; whether that is all there is to do.
    fn end(&mut self, key: &Key, body: &Json) -> bool {
        let kind = self.kinds.get(key.kind).kind.clone();
        let held = finalizers(body);
        let uid = text(body, "/metadata/uid").to_owned();
        let release = |world: &mut Self, name: &str| {
            world.edit(key, MANAGER, "", CONTROLLER, |body| {
                body["metadata"]["finalizers"] = finalizers(body).into_iter().filter(|known| known != name).collect();
            });
        };
        if held.iter().any(|name| name == "orphan") {
            for owned in self.owned_by(&uid) {
                self.edit(&owned, MANAGER, "", CONTROLLER, |body| {
                    if let Some(list) = body["metadata"]["ownerReferences"].as_array_mut() {
                        list.retain(|owner| owner["uid"] != uid.as_str());
                    }
                });
            }
            release(self, "orphan");
        } else if held.iter().any(|name| name == "foregroundDeletion") {
            let owned = self.owned_by(&uid);
            if owned.is_empty() {
                release(self, "foregroundDeletion");
            } else {
                owned.iter().for_each(|owned| self.discard(owned, "Foreground"));
                self.later(Task::Reconcile(key.clone()));
            }
        } else if kind == "Namespace" {
            let inside: Vec<Key> = self.objects.keys().filter(|other| other.namespace == key.name).cloned().collect();
            if inside.is_empty() {
                self.commit(key.clone(), None, CONTROLLER);
            } else {
                inside.iter().for_each(|other| self.discard(other, "Background"));
                self.later(Task::Reconcile(key.clone()));
            }
        } else if held.is_empty() && ["Pod", "CustomResourceDefinition"].contains(&kind.as_str()) {
            self.commit(key.clone(), None, CONTROLLER);
        }
        true
    }

    /// Deletes what has owners of which none is there any more.
    fn collect(&mut self) {
        let uids: BTreeSet<&str> = self.objects.values().map(|stored| text(&stored.body, "/metadata/uid")).collect();
        let alive = |uid: &str| uids.contains(uid);
        let lost = self.objects.iter().filter(|(_, stored)| {
            let mut owners = owners(&stored.body).peekable();
            owners.peek().is_some() && owners.all(|(_, uid)| !alive(uid))
        });
        let lost: Vec<Key> = lost.map(|(key, _)| key.clone()).collect();
        lost.iter().for_each(|key| self.discard(key, "Background"));
    }

    fn definition(&mut self, key: &Key, body: &Json) {
        let spec = json!({ "spec": body["spec"] });
        let time = self.clock();
        self.kinds.serve(&spec);
        self.set_status(key, |status| {
            let established =
                |kind: &str, reason: &str| json!({"type": kind, "status": "True", "reason": reason, "lastTransitionTime": time});
            if status["conditions"].is_null() {
                status["conditions"] =
                    json!([established("NamesAccepted", "NoConflicts"), established("Established", "InitialNamesAccepted")]);
            }
        });
    }

    /// Makes an object that another owns.
    fn make_owned(&mut self, owner: &Json, kind: &str, name: &str, mut body: Json) {
        let namespace = text(owner, "/metadata/namespace").to_owned();
        let key = self.key(kind, &namespace, name);
        body["metadata"]["ownerReferences"] = json!([{
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": true,
            "blockOwnerDeletion": true,
        }]);
        body["apiVersion"] = self.kinds.get(key.kind).api_version().into();
        body["kind"] = kind.into();
        let writer = self.writer(MANAGER, "");
        // The namespace may end, or the name be taken by a pod on its way out: the next look tries again.
        if self.create(key, body, &writer, CONTROLLER).is_err() {
            let again = self.kinds.by_kind(text(owner, "/apiVersion"), text(owner, "/kind"));
            if let Some(kind) = again {
                self.later(Task::Reconcile(Key { kind, namespace, name: text(owner, "/metadata/name").to_owned() }));
            }
        }
    }

    /// Objects of a kind that this one owns, in order of name.
    fn children(&self, kind: &str, owner: &Json) -> Vec<(Key, Json)> {
        let uid = text(owner, "/metadata/uid");
        let mine = self.of_kind(self.kinds.named(kind), text(owner, "/metadata/namespace"));
        let mine = mine.filter(|(_, stored)| owners(&stored.body).any(|(_, owner)| owner == uid));
        mine.map(|(key, stored)| (key.clone(), stored.body.clone())).collect()
    }

    fn deployment(&mut self, key: &Key, body: &Json) {
        let template = &body["spec"]["template"];
        let hash = hash(template);
        let current = format!("{}-{hash}", key.name);
        let wanted = number(body, "/spec/replicas").unwrap_or(1);
        let sets = self.children("ReplicaSet", body);
        let newest = sets.iter().find(|(set, _)| set.name == current);
        let revision =
            |set: &Json| set["metadata"]["annotations"][REVISION].as_str().and_then(|count| count.parse::<u64>().ok()).unwrap_or_default();
        let latest = sets.iter().map(|(_, set)| revision(set)).max().unwrap_or_default();
        let number_of = newest.map_or(latest + 1, |(_, set)| if revision(set) == latest { latest } else { latest + 1 }).to_string();
        match newest {
            None => {
                let mut template = template.clone();
                template["metadata"]["labels"]["pod-template-hash"] = hash.clone().into();
                let mut selector = body["spec"]["selector"].clone();
                selector["matchLabels"]["pod-template-hash"] = hash.into();
                let labels = template["metadata"]["labels"].clone();
                let set = json!({"metadata": {"name": current, "labels": labels, "annotations": {REVISION: number_of}}, "spec": {"replicas": wanted, "selector": selector, "template": template}});
                self.make_owned(body, "ReplicaSet", &current, set);
            }
            Some((set, _)) => self.edit(set, MANAGER, "", CONTROLLER, |body| {
                body["spec"]["replicas"] = wanted.into();
                body["metadata"]["annotations"][REVISION] = number_of.clone().into();
            }),
        }
        let ready = |set: &Json| number(set, "/status/readyReplicas").unwrap_or_default();
        let all = |set: &Json| number(set, "/status/replicas").unwrap_or_default();
        let (new_ready, updated) = newest.map_or((0, 0), |(_, set)| (ready(set), all(set)));
        if new_ready >= wanted {
            // The old pods go when the new ones are there.
            for (set, _) in sets.iter().filter(|(set, found)| set.name != current && number(found, "/spec/replicas") != Some(0)) {
                self.edit(set, MANAGER, "", CONTROLLER, |body| body["spec"]["replicas"] = 0.into());
            }
        }
        let (total, total_ready) = (sets.iter().map(|(_, set)| all(set)).sum::<i64>(), sets.iter().map(|(_, set)| ready(set)).sum::<i64>());
        let done = new_ready >= wanted && total == wanted && newest.is_some();
        let deadline = u64::try_from(number(body, "/spec/progressDeadlineSeconds").unwrap_or(600)).unwrap_or_default();
        let (seen, now, time) = (number(body, "/metadata/generation"), self.now, self.clock());
        let since = body.pointer("/status/conditions/0/lastUpdateTime").and_then(Json::as_str);
        let moved = (total_ready, updated) != (ready(body), number(body, "/status/updatedReplicas").unwrap_or_default())
            || seen != number(body, "/status/observedGeneration");
        let started = if moved { now } else { since.map_or(now, milliseconds) };
        let late = !done && now >= started + deadline * 1000;
        let reason = if done {
            "NewReplicaSetAvailable"
        } else if late {
            "ProgressDeadlineExceeded"
        } else {
            "ReplicaSetUpdated"
        };
        let word = |is: bool| if is { "True" } else { "False" };
        self.edit(key, MANAGER, "status", CONTROLLER, |body| {
            if !body["metadata"]["annotations"].is_object() {
                body["metadata"]["annotations"] = json!({});
            }
            body["metadata"]["annotations"][REVISION] = number_of.into();
        });
        self.set_status(key, |status| {
            let updated_at =
                if moved || status["conditions"].is_null() { time.into() } else { status["conditions"][0]["lastUpdateTime"].clone() };
            *status = json!({
                "observedGeneration": seen,
                "replicas": total,
                "updatedReplicas": updated,
                "readyReplicas": total_ready,
                "availableReplicas": total_ready,
                "unavailableReplicas": (wanted - total_ready).max(0),
                "conditions": [
                    {"type": "Progressing", "status": word(!late), "reason": reason, "lastUpdateTime": updated_at},
                    {"type": "Available", "status": word(total_ready >= wanted - wanted / 4), "reason": "MinimumReplicasAvailable"},
                ],
            });
        });
        if !done && !late {
            self.after(Duration::from_millis((started + deadline * 1000).saturating_sub(now) + 1000), Task::Reconcile(key.clone()));
        }
    }

    fn replica_set(&mut self, key: &Key, body: &Json) {
        let wanted = usize::try_from(number(body, "/spec/replicas").unwrap_or(1)).unwrap_or_default();
        let pods: Vec<_> = self.children("Pod", body).into_iter().filter(|(_, pod)| !is_ending(pod)).collect();
        for _ in pods.len()..wanted {
            let name = format!("{}-{:05x}", key.name, self.random.below(0xf_ffff));
            self.make_owned(body, "Pod", &name, body["spec"]["template"].clone());
        }
        pods.iter().skip(wanted).for_each(|(pod, _)| self.discard(pod, "Background"));
        self.count(key, body, &pods[..pods.len().min(wanted)]);
    }

    fn count(&mut self, key: &Key, body: &Json, pods: &[(Key, Json)]) {
        let ready = pods.iter().filter(|(_, pod)| is_ready(pod)).count();
        let (seen, all) = (body["metadata"]["generation"].clone(), pods.len());
        self.set_status(key, |status| {
            *status = json!({"observedGeneration": seen, "replicas": all, "fullyLabeledReplicas": all, "readyReplicas": ready, "availableReplicas": ready});
        });
    }

    fn stateful_set(&mut self, key: &Key, body: &Json) {
        let wanted = usize::try_from(number(body, "/spec/replicas").unwrap_or(1)).unwrap_or_default();
        let revision = format!("{}-{}", key.name, hash(&body["spec"]["template"]));
        let pods = self.children("Pod", body);
        let current = |pod: &Json| text(pod, "/metadata/labels/controller-revision-hash") == revision;
        let parallel = text(body, "/spec/podManagementPolicy") == "Parallel";
        for place in 0..wanted {
            let name = format!("{}-{place}", key.name);
            match pods.iter().find(|(pod, _)| pod.name == name) {
                None => {
                    let mut pod = body["spec"]["template"].clone();
                    pod["metadata"]["labels"]["controller-revision-hash"] = revision.clone().into();
                    self.make_owned(body, "Pod", &name, pod);
                }
                Some((pod, found)) if !current(found) && !is_ending(found) => self.discard(pod, "Background"),
                Some((_, found)) if is_ready(found) => continue,
                Some(_) => {}
            }
            // One after the other, each when the one before is ready.
            if !parallel {
                break;
            }
        }
        let extra = |name: &str| name.rsplit('-').next().and_then(|place| place.parse::<usize>().ok()).is_none_or(|place| place >= wanted);
        pods.iter().filter(|(pod, _)| extra(&pod.name)).for_each(|(pod, _)| self.discard(pod, "Background"));
        let living: Vec<_> = pods.iter().filter(|(_, pod)| !is_ending(pod)).collect();
        let ready = living.iter().filter(|(_, pod)| is_ready(pod)).count();
        let updated = living.iter().filter(|(_, pod)| current(pod)).count();
        let (seen, all) = (body["metadata"]["generation"].clone(), living.len());
        let done = updated == wanted && ready == wanted;
        self.set_status(key, |status| {
            let before =
                if done || status["currentRevision"].is_null() { revision.clone().into() } else { status["currentRevision"].clone() };
            *status = json!({
                "observedGeneration": seen, "replicas": all, "readyReplicas": ready, "availableReplicas": ready,
                "currentReplicas": if done { updated } else { all - updated }, "updatedReplicas": updated,
                "currentRevision": before, "updateRevision": revision,
            });
        });
    }

    fn daemon_set(&mut self, key: &Key, body: &Json) {
        let revision = hash(&body["spec"]["template"]);
        let pods = self.children("Pod", body);
        let current = |pod: &Json| text(pod, "/metadata/labels/controller-revision-hash") == revision;
        let living: Vec<_> = pods.iter().filter(|(_, pod)| !is_ending(pod)).collect();
        match living.as_slice() {
            [] => {
                let mut pod = body["spec"]["template"].clone();
                pod["metadata"]["labels"]["controller-revision-hash"] = revision.clone().into();
                let name = format!("{}-{:05x}", key.name, self.random.below(0xf_ffff));
                self.make_owned(body, "Pod", &name, pod);
            }
            pods => pods.iter().filter(|(_, pod)| !current(pod)).for_each(|(pod, _)| self.discard(pod, "Background")),
        }
        let count = |fits: &dyn Fn(&Json) -> bool| living.iter().filter(|(_, pod)| fits(pod)).count();
        let (updated, ready) = (count(&current), count(&is_ready));
        let (seen, all) = (body["metadata"]["generation"].clone(), living.len());
        self.set_status(key, |status| {
            *status = json!({
                "observedGeneration": seen, "desiredNumberScheduled": 1, "currentNumberScheduled": all, "numberMisscheduled": 0,
                "updatedNumberScheduled": updated, "numberReady": ready, "numberAvailable": ready, "numberUnavailable": 1_usize.saturating_sub(ready),
            });
        });
    }

    fn job(&mut self, key: &Key, body: &Json) {
        let ended =
            |kind: &str| body.pointer("/status/conditions").and_then(Json::as_array).into_iter().flatten().any(|one| one["type"] == kind);
        if body["spec"]["suspend"] == true || ended("Complete") || ended("Failed") {
            return;
        }
        let pods = self.children("Pod", body);
        let count = |phase: &str| pods.iter().filter(|(_, pod)| text(pod, "/status/phase") == phase).count();
        let (succeeded, failed) = (count("Succeeded"), count("Failed"));
        let wanted = usize::try_from(number(body, "/spec/completions").unwrap_or(1)).unwrap_or(1);
        let limit = usize::try_from(number(body, "/spec/backoffLimit").unwrap_or(6)).unwrap_or(6);
        let running = pods.len() - succeeded - failed;
        let time = self.clock();
        let condition = |kind: &str, reason: &str, words: &str| json!({"type": kind, "status": "True", "reason": reason, "message": words, "lastTransitionTime": time});
        let done = if failed > limit {
            let words = "Job has reached the specified backoff limit";
            Some(json!([condition("FailureTarget", "BackoffLimitExceeded", words), condition("Failed", "BackoffLimitExceeded", words)]))
        } else if succeeded >= wanted {
            let words = "Reached expected number of succeeded pods";
            Some(json!([condition("SuccessCriteriaMet", "CompletionsReached", words), condition("Complete", "CompletionsReached", words)]))
        } else {
            None
        };
        if done.is_none() && running == 0 {
            let name = format!("{}-{:05x}", key.name, self.random.below(0xf_ffff));
            self.make_owned(body, "Pod", &name, body["spec"]["template"].clone());
        }
        self.set_status(key, |status| {
            let started = if status["startTime"].is_null() { time.clone().into() } else { status["startTime"].clone() };
            *status = json!({"startTime": started, "active": running, "ready": 0, "succeeded": succeeded, "failed": failed});
            if let Some(conditions) = done {
                if succeeded >= wanted {
                    status["completionTime"] = time.clone().into();
                }
                status["conditions"] = conditions;
            }
        });
    }

    /// Scheduler and kubelet at once.
    fn pod(&mut self, key: &Key, body: &Json) {
        let behave = body["metadata"]["labels"][BEHAVE].as_str().unwrap_or_default().to_owned();
        let condition = |kind: &str, is: bool, reason: &str, words: &str| json!({"type": kind, "status": if is { "True" } else { "False" }, "reason": reason, "message": words});
        if behave == "pending" {
            let words = "0/1 nodes are available: 1 Insufficient cpu.";
            self.set_status(key, |status| {
                *status = json!({"phase": "Pending", "conditions": [condition("PodScheduled", false, "Unschedulable", words)]})
            });
            return;
        }
        if text(body, "/spec/nodeName").is_empty() {
            self.edit(key, "kube-scheduler", "", CONTROLLER, |body| body["spec"]["nodeName"] = "n1".into());
            self.set_status(key, |status| *status = json!({"phase": "Pending", "conditions": [condition("PodScheduled", true, "", "")]}));
            return;
        }
        let ready_at = milliseconds(text(body, "/metadata/creationTimestamp")) + SLOW;
        if behave == "slow" && self.now < ready_at {
            self.after(Duration::from_millis(ready_at - self.now), Task::Reconcile(key.clone()));
            return;
        }
        let of_job = owners(body).any(|(kind, _)| kind == "Job");
        let once = of_job || ["Never", "OnFailure"].contains(&text(body, "/spec/restartPolicy"));
        let phase = text(body, "/status/phase").to_owned();
        let containers = body["spec"]["containers"].as_array().cloned().unwrap_or_default();
        let states = |ready: bool, restarts: u32, state: &Json| -> Json {
            let state = |container: &Json| json!({"name": container["name"], "image": container["image"], "imageID": "", "ready": ready, "restartCount": restarts, "state": state});
            containers.iter().map(state).collect()
        };
        let not_ready = || json!([condition("PodScheduled", true, "", ""), condition("Ready", false, "ContainersNotReady", "")]);
        let ended = |code: u8, reason: &str| json!({"terminated": {"exitCode": code, "reason": reason}});
        let waits = |reason: &str, words: &str| json!({"waiting": {"reason": reason, "message": words}});
        let status = match (behave.as_str(), phase.as_str()) {
            (_, "Succeeded" | "Failed") => return,
            ("pull-fail", _) => {
                json!({"phase": "Pending", "conditions": not_ready(), "containerStatuses": states(false, 0, &waits("ImagePullBackOff", "Back-off pulling image"))})
            }
            ("crash", _) => {
                json!({"phase": "Running", "conditions": not_ready(), "containerStatuses": states(false, 5, &waits("CrashLoopBackOff", "back-off 5m0s restarting failed container"))})
            }
            ("hang", _) => {
                json!({"phase": "Running", "conditions": not_ready(), "containerStatuses": states(false, 0, &json!({"running": {}}))})
            }
            ("fail", "Running") if once => {
                json!({"phase": "Failed", "conditions": not_ready(), "containerStatuses": states(false, 0, &ended(1, "Error"))})
            }
            (_, "Running") if once => {
                json!({"phase": "Succeeded", "conditions": not_ready(), "containerStatuses": states(false, 0, &ended(0, "Completed"))})
            }
            _ => json!({
                "phase": "Running",
                "conditions": [condition("PodScheduled", true, "", ""), condition("ContainersReady", true, "", ""), condition("Ready", true, "", "")],
                "containerStatuses": states(true, 0, &json!({"running": {}})),
            }),
        };
        self.set_status(key, |known| *known = status);
    }
}

/// Takes away what controllers write into other people's objects.
pub fn unmark(body: &mut Json) {
    let Some(metadata) = body["metadata"].as_object_mut() else { return };
    let annotations = metadata.get_mut("annotations").and_then(Json::as_object_mut);
    let bare = annotations.is_some_and(|annotations| annotations.remove(REVISION).is_some() && annotations.is_empty());
    if bare {
        metadata.remove("annotations");
    }
}

/// Whether a pod serves.
fn is_ready(pod: &Json) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Json::as_array);
    conditions.into_iter().flatten().any(|one| one["type"] == "Ready" && one["status"] == "True")
}

/// Short, and the same for the same template.
fn hash(template: &Json) -> String {
    let sum =
        template.to_string().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{:010x}", sum & 0xff_ffff_ffff)
}

/// Milliseconds since the world's beginning of a time that an object shows.
fn milliseconds(time: &str) -> u64 {
    let second = time.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_second).unwrap_or_default();
    u64::try_from(second - super::world::BEGINNING).unwrap_or_default() * 1000
}
