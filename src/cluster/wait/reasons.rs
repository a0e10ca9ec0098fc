//! Why an object does not get on: `object + its pods + their events → findings`. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::rules::Goal;
use super::store::{Family, list, text};
use crate::cluster::Progress;
use crate::cluster::status::Status;

/// What is wrong, to tell one reason from another while time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// It said itself that it failed.
    Failed,
    /// A container ends again and again.
    Crash,
    /// An image can't be had.
    Image,
    /// No node takes the pod.
    Unschedulable,
    /// A container can't be made: a ConfigMap or Secret is missing.
    Config,
    /// A volume can't be mounted, or the pod's sandbox can't be made.
    Mount,
    /// The pod is not let in: quota, admission.
    Denied,
    /// A claim gets no volume.
    Volume,
    /// The object is not there.
    Missing,
    /// Something to know that passes: a probe that fails, a finalizer.
    Note,
}

/// One reason.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) cause: Cause,
    /// Of what: the pod's uid, the object's.
    pub(super) subject: String,
    /// In words.
    pub(super) text: String,
    /// How many graces it has to persist before the object has failed; `None` where it never does by that.
    pub(super) patience: Option<u32>,
    /// Whether the object may fail by it right now: not while a container that crashed before has another try.
    pub(super) holds: bool,
    /// Whose log says more.
    pub(super) log: Option<LogSource>,
}

/// A container's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogSource {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) container: String,
    /// That of the run before.
    pub(super) previous: bool,
}

/// What is found out besides what the objects say, and remembered from one look to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// How often each container of each pod had been restarted when it was first seen.
    restarts: BTreeMap<(String, String), i64>,
    /// Why the image of a container could not be had, when it was tried last.
    pulls: BTreeMap<(String, String), String>,
    /// Events by the uid of what they are about.
    pub(super) events: BTreeMap<String, Vec<Note>>,
    /// About what events would help: namespace and uid.
    pub(super) wanted: BTreeSet<(String, String)>,
    /// Nodes that were looked at, and what is wrong with each; empty where nothing is.
    pub(super) nodes: BTreeMap<String, String>,
    /// Nodes that may be the reason.
    pub(super) wanted_nodes: BTreeSet<String>,
}

/// An event about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) reason: String,
    pub(super) message: String,
}

impl Memory {
    /// The last event about an object that has one of the reasons; asks for its events.
    fn last(&mut self, object: &Json, reasons: &[&str]) -> Option<&Note> {
        self.want(object);
        let notes = self.events.get(text(object, "/metadata/uid"))?;
        notes.iter().rev().find(|note| reasons.contains(&note.reason.as_str()))
    }

    fn want(&mut self, object: &Json) {
        self.wanted.insert((text(object, "/metadata/namespace").to_owned(), text(object, "/metadata/uid").to_owned()));
    }

    /// Why an image can't be had: the back-off often says only that it waits, the try before it or its event says why.
    fn pull(&mut self, pod: &Json, container: &Json, waits: &str, message: &str) -> String {
        let key = (text(pod, "/metadata/uid").to_owned(), text(container, "/name").to_owned());
        if waits != "ImagePullBackOff" {
            self.pulls.insert(key, message.to_owned());
            return message.to_owned();
        }
        let event = self.last(pod, &["Failed"]).filter(|note| note.message.contains("image")).map(|note| note.message.clone());
        let known = event.or_else(|| self.pulls.get(&key).cloned());
        known.filter(|_| !message.contains("ErrImagePull")).unwrap_or_else(|| message.to_owned())
    }

    /// How often a container was restarted since it was first seen.
    fn restarts(&mut self, uid: &str, container: &str, now: i64) -> i64 {
        now - *self.restarts.entry((uid.to_owned(), container.to_owned())).or_insert(now)
    }
}

/// A condition of an object by its type.
pub(super) fn condition<'a>(object: &'a Json, kind: &str) -> Option<&'a Json> {
    list(object, "/status/conditions").iter().find(|condition| text(condition, "/type") == kind)
}

/// The reasons why an object is late; those that matter most come first.
pub(super) fn findings(object: &Json, family: &Family<'_>, status: &Status, goal: Goal, memory: &mut Memory) -> Vec<Finding> {
    let mut found = Vec::new();
    if goal == Goal::Gone {
        found.extend(held(object));
        return found;
    }
    found.extend(own(object, family, status));
    for pod in &family.pods {
        if is_of_present(object, pod) {
            of_pod(object, pod, memory, &mut found);
        }
    }
    if let Some(failure) = family.current.and_then(|set| condition(set, "ReplicaFailure")).filter(|one| text(one, "/status") == "True") {
        found.push(finding(Cause::Denied, object, text(failure, "/message"), Some(4)));
    }
    match text(object, "/kind") {
        "PersistentVolumeClaim" => {
            if let Some(note) = memory.last(object, &["ProvisioningFailed", "FailedBinding", "ExternalExpanding", "VolumeMismatch"]) {
                found.push(finding(Cause::Volume, object, &note.message.clone(), Some(4)));
            }
        }
        "StatefulSet" | "DaemonSet" | "Job" | "ReplicaSet" if family.pods.is_empty() => {
            if let Some(note) = memory.last(object, &["FailedCreate"]) {
                found.push(finding(Cause::Denied, object, &note.message.clone(), Some(4)));
            }
        }
        _ => {}
    }
    if family.leaving {
        // Room, volumes and quota that old pods still hold come free with them: time counts from then on.
        let waits = |one: &&mut Finding| matches!(one.cause, Cause::Unschedulable | Cause::Mount | Cause::Denied);
        for one in found.iter_mut().filter(waits) {
            one.holds = false;
            one.subject.push_str("/leaving");
        }
    }
    // Those by which it fails soonest first; the sort keeps the order of pods.
    found.sort_by_key(|one| one.patience.unwrap_or(u32::MAX));
    found
}

fn finding(cause: Cause, subject: &Json, text_: &str, patience: Option<u32>) -> Finding {
    let subject = text(subject, "/metadata/uid").to_owned();
    Finding { cause, subject, text: text_.to_owned(), patience, holds: true, log: None }
}

/// What keeps an object that is being deleted.
fn held(object: &Json) -> Option<Finding> {
    let finalizers: Vec<&str> = list(object, "/metadata/finalizers").iter().filter_map(Json::as_str).collect();
    let deleted = !text(object, "/metadata/deletionTimestamp").is_empty();
    (deleted && !finalizers.is_empty())
        .then(|| finding(Cause::Note, object, &format!("held by its finalizers: {}", finalizers.join(", ")), None))
}

/// What an object that failed says of it.
fn own(object: &Json, family: &Family<'_>, status: &Status) -> Option<Finding> {
    if status.progress != Progress::Failed {
        return None;
    }
    let (kind, patience) = match text(object, "/kind") {
        "Job" => ("Failed", Some(0)),
        "Deployment" => ("Progressing", Some(0)),
        "Pod" => ("Ready", if text(object, "/status/phase") == "Failed" { Some(0) } else { None }),
        // Its pods have failed: they say why.
        "StatefulSet" | "ReplicaSet" => return None,
        "CustomResourceDefinition" => ("NamesAccepted", Some(1)),
        _ => ("Stalled", Some(1)),
    };
    let condition = condition(object, kind);
    let words: Vec<&str> = condition.map(|one| vec![text(one, "/reason"), text(one, "/message")]).unwrap_or_default();
    let words = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(": ");
    let mut found = finding(Cause::Failed, object, if words.is_empty() { &status.message } else { &words }, patience);
    // The last pod that failed has the log that says why.
    let failed = family.pods.iter().filter(|pod| text(pod, "/status/phase") == "Failed" || containers(pod).any(|one| exit(one).is_some()));
    let last = failed.max_by_key(|pod| text(pod, "/metadata/creationTimestamp")).copied();
    let ended = last.and_then(|pod| containers(pod).find_map(|container| Some((pod, container, exit(container)?))));
    if let Some((pod, container, exit)) = ended {
        found.text = format!("{}: {}: {exit}", found.text, label(object, pod, container));
        found.log = Some(log(pod, container, container.pointer("/state/terminated").is_none()));
    }
    Some(found)
}

/// Whether a pod is of the present template: others go away by themselves. Deployments' pods have been picked by their
/// ReplicaSet already.
fn is_of_present(owner: &Json, pod: &Json) -> bool {
    let label = |name: &str| pod.pointer("/metadata/labels").and_then(|labels| labels.get(name)).and_then(Json::as_str);
    match text(owner, "/kind") {
        "StatefulSet" => {
            let wanted = text(owner, "/status/updateRevision");
            wanted.is_empty() || label("controller-revision-hash").is_none_or(|hash| hash == wanted)
        }
        "DaemonSet" => {
            let wanted = text(owner, "/metadata/annotations/deprecated.daemonset.template.generation");
            wanted.is_empty() || label("pod-template-generation").is_none_or(|generation| generation == wanted)
        }
        _ => true,
    }
}

fn containers(pod: &Json) -> impl Iterator<Item = &Json> {
    ["/status/initContainerStatuses", "/status/containerStatuses"].into_iter().flat_map(|statuses| list(pod, statuses))
}

fn restart_count(container: &Json) -> i64 {
    container.get("restartCount").and_then(Json::as_i64).unwrap_or_default()
}

fn log(pod: &Json, container: &Json, previous: bool) -> LogSource {
    LogSource {
        namespace: text(pod, "/metadata/namespace").to_owned(),
        pod: text(pod, "/metadata/name").to_owned(),
        container: text(container, "/name").to_owned(),
        previous,
    }
}

/// `pod web-7d9: container web`; without the pod where it is what is waited for.
fn label(owner: &Json, pod: &Json, container: &Json) -> String {
    let container = format!("container {}", text(container, "/name"));
    if std::ptr::eq(owner, pod) { container } else { format!("pod {}: {container}", text(pod, "/metadata/name")) }
}

/// How a container ended that did not end well: `exit code 137 (OOMKilled)`.
fn exit(container: &Json) -> Option<String> {
    let ended = ["/state/terminated", "/lastState/terminated"].into_iter().find_map(|state| container.pointer(state))?;
    let code = ended.get("exitCode").and_then(Json::as_i64)?;
    match text(ended, "/reason") {
        "Completed" if code == 0 => None,
        "" | "Error" => Some(format!("exit code {code}")),
        reason => Some(format!("exit code {code} ({reason})")),
    }
}

fn of_pod(owner: &Json, pod: &Json, memory: &mut Memory, found: &mut Vec<Finding>) {
    if matches!(text(pod, "/status/phase"), "Succeeded" | "Failed") {
        return;
    }
    if !text(pod, "/metadata/deletionTimestamp").is_empty() {
        // On a node that is gone nobody ends it, and what has to wait for its name waits for ever.
        found.extend(of_node(owner, pod, memory));
        return;
    }
    let unscheduled = condition(pod, "PodScheduled").filter(|one| text(one, "/status") == "False");
    if let Some(unscheduled) = unscheduled {
        let whose = if std::ptr::eq(owner, pod) { String::new() } else { format!("pod {}: ", text(pod, "/metadata/name")) };
        // Gates are opened by whoever set them, and a node may be on its way.
        let comes = memory.last(pod, &["TriggeredScaleUp", "Nominated"]).is_some();
        let patience = (text(unscheduled, "/reason") == "Unschedulable" && !comes).then_some(2);
        let (reason, message) = (text(unscheduled, "/reason"), text(unscheduled, "/message"));
        found.push(finding(Cause::Unschedulable, pod, &format!("{whose}{reason}: {message}"), patience));
        return;
    }
    let before = found.len();
    for container in containers(pod) {
        found.extend(of_container(owner, pod, container, memory));
    }
    if found.len() == before {
        found.extend(of_node(owner, pod, memory));
    }
}

/// Of a pod that is not ready and does not say why: its node may have stopped answering. It never fails by that: nodes come
/// back, and after some minutes the pod goes elsewhere.
fn of_node(owner: &Json, pod: &Json, memory: &mut Memory) -> Option<Finding> {
    let node = text(pod, "/spec/nodeName");
    let ready = condition(pod, "Ready");
    if node.is_empty() || ready.is_some_and(|ready| text(ready, "/status") == "True") {
        return None;
    }
    memory.wanted_nodes.insert(node.to_owned());
    let wrong = match memory.nodes.get(node) {
        Some(wrong) if wrong.is_empty() => return None,
        Some(wrong) => format!("node {node} {wrong}"),
        // Nobody tells us of nodes: the node's controller says it about the pod.
        None => {
            let all_ready = !list(pod, "/status/containerStatuses").is_empty()
                && containers(pod).all(|container| container.get("ready").and_then(Json::as_bool).unwrap_or_default());
            let gated = !list(pod, "/spec/readinessGates").is_empty();
            if memory.last(pod, &["NodeNotReady"]).is_none() && (!all_ready || gated || ready.is_none()) {
                return None;
            }
            format!("node {node} seems to be down: the pod is not ready though its containers were")
        }
    };
    let whose = if std::ptr::eq(owner, pod) { String::new() } else { format!("pod {}: ", text(pod, "/metadata/name")) };
    Some(finding(Cause::Note, pod, &format!("{whose}{wrong}"), None))
}

/// What is wrong with a node; empty where nothing is.
pub(super) fn trouble_of_node(node: Option<&Json>) -> String {
    let Some(node) = node else { return "is gone".to_owned() };
    let ready = condition(node, "Ready");
    match ready.map(|ready| (text(ready, "/status"), text(ready, "/reason"), text(ready, "/message"))) {
        Some(("True", ..)) => String::new(),
        Some((_, reason, message)) => {
            let words: Vec<&str> = [reason, message].into_iter().filter(|word| !word.is_empty()).collect();
            format!("is not ready: {}", words.join(": ")).trim_end_matches([' ', ':']).to_owned()
        }
        None => "is not ready".to_owned(),
    }
}

fn of_container(owner: &Json, pod: &Json, container: &Json, memory: &mut Memory) -> Option<Finding> {
    let label = label(owner, pod, container);
    let waits = text(container, "/state/waiting/reason");
    let message = text(container, "/state/waiting/message");
    let with = |cause, detail: &str, patience| {
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        Some(finding(cause, pod, &format!("{label}: {waits}{detail}"), patience))
    };
    let restarts = memory.restarts(text(pod, "/metadata/uid"), text(container, "/name"), restart_count(container));
    let ready = container.get("ready").and_then(Json::as_bool).unwrap_or_default();
    match waits {
        "InvalidImageName" | "ErrImageNeverPull" => return with(Cause::Image, message, Some(1)),
        "ErrImagePull" | "ImagePullBackOff" | "ImageInspectError" | "RegistryUnavailable" => {
            let detail = memory.pull(pod, container, waits, message);
            return with(Cause::Image, &detail, Some(2));
        }
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => return with(Cause::Config, message, Some(2)),
        "ContainerCreating" | "PodInitializing" => return of_start(owner, pod, memory),
        _ => {}
    }
    let looping = waits == "CrashLoopBackOff";
    if looping || (restarts >= 2 && !ready) {
        let exit = exit(container).map(|exit| format!(": {exit}")).unwrap_or_default();
        let word = if looping { waits } else { "crashes" };
        let total = restart_count(container);
        // A job has its own limit of tries.
        let patience = if text(owner, "/kind") == "Job" { None } else { Some(1) };
        let mut crash = finding(Cause::Crash, pod, &format!("{label}: {word}{exit}, {total} restarts"), patience);
        crash.holds = container.pointer("/state/running").is_none();
        crash.log = Some(log(pod, container, container.pointer("/state/terminated").is_none()));
        return Some(crash);
    }
    if !ready && container.pointer("/state/running").is_some() {
        let note = memory.last(pod, &["Unhealthy"])?.message.clone();
        return Some(finding(Cause::Note, pod, &format!("{label}: {note}"), None));
    }
    None
}

/// Of a pod whose containers have not begun: what its events say, as long as no later one says that it got further.
fn of_start(owner: &Json, pod: &Json, memory: &mut Memory) -> Option<Finding> {
    const STUCK: [&str; 4] = ["FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox"];
    const FURTHER: [&str; 4] = ["Pulling", "Pulled", "Created", "Started"];
    let note = memory.last(pod, &[STUCK, FURTHER].concat())?.clone();
    if FURTHER.contains(&note.reason.as_str()) {
        return None;
    }
    let whose = if std::ptr::eq(owner, pod) { String::new() } else { format!("pod {}: ", text(pod, "/metadata/name")) };
    Some(finding(Cause::Mount, pod, &format!("{whose}{}: {}", note.reason, note.message), Some(4)))
}
