//! Helm 3's rules of readiness, which helm 4 keeps as `--wait=legacy` (helm pkg/kube/ready.go). Other than kstatus' they
//! look at more than the object itself, and what they don't know is ready.

use serde_json::Value as Json;

use super::fields::{conditions, field, number, text};

/// The other objects that count: those that belong to the one that is asked about.
#[derive(Debug, Clone, Default)]
pub struct Related<'a> {
    /// A Deployment's ReplicaSets.
    pub replica_sets: Vec<&'a Json>,
    /// The pods of a ReplicaSet or ReplicationController.
    pub pods: Vec<&'a Json>,
}

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Nothing more to wait for.
    Ready,
    /// Not yet.
    Waiting,
    /// It can't become ready: helm's words.
    Failed(String),
}

impl From<bool> for Readiness {
    fn from(ready: bool) -> Self {
        if ready { Readiness::Ready } else { Readiness::Waiting }
    }
}

/// Whether helm looks at objects of that kind at all; others are ready unseen.
pub fn is_judged(group: &str, kind: &str, jobs: bool) -> bool {
    match (group, kind) {
        ("", "Pod" | "PersistentVolumeClaim" | "Service" | "ReplicationController") => true,
        ("batch", "Job") => jobs,
        ("apps" | "extensions", "Deployment" | "DaemonSet" | "ReplicaSet") | ("apps", "StatefulSet") => true,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => true,
        _ => false,
    }
}

/// Whether an object is ready; jobs only count where `jobs` says so.
pub fn ready(object: &Json, related: &Related<'_>, jobs: bool) -> Readiness {
    let group = text(object, "apiVersion", "").split_once('/').map_or("", |(group, _)| group);
    match (group, text(object, "kind", "")) {
        ("", "Pod") => holds(object, &[("Ready", "True")]),
        ("batch", "Job") if jobs => return job(object),
        ("apps" | "extensions", "Deployment") => deployment(object, related),
        ("", "PersistentVolumeClaim") => text(object, "status.phase", "") == "Bound",
        ("", "Service") => service(object),
        ("apps" | "extensions", "DaemonSet") => daemon_set(object),
        // A conflict of names counts as ready: it is no reason to stop (so says helm).
        ("apiextensions.k8s.io", "CustomResourceDefinition") => holds(object, &[("Established", "True"), ("NamesAccepted", "False")]),
        ("apps", "StatefulSet") => stateful_set(object),
        ("", "ReplicationController") | ("apps" | "extensions", "ReplicaSet") => {
            observed(object) && related.pods.iter().all(|pod| holds(pod, &[("Ready", "True")]))
        }
        _ => true,
    }
    .into()
}

/// The ReplicaSet that has the Deployment's pod template, the oldest where several do (helm's copy of Kubernetes'
/// deployment util `FindNewReplicaSet`).
pub fn new_replica_set<'a>(deployment: &Json, all: &[&'a Json]) -> Option<&'a Json> {
    let wanted = template(deployment);
    let same = all.iter().filter(|one| template(one) == wanted);
    same.min_by_key(|one| (text(one, "metadata.creationTimestamp", ""), text(one, "metadata.name", ""))).copied()
}

/// The pod template without the hash that the controller adds to its labels, and without maps that this leaves empty.
fn template(owner: &Json) -> Option<Json> {
    let mut template = field(owner, "spec.template").ok()??.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Json::as_object_mut) {
        labels.remove("pod-template-hash");
    }
    if let Some(metadata) = template.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.retain(|_, value| !is_empty(value));
    }
    if template.get("metadata").is_some_and(is_empty) {
        template.as_object_mut()?.remove("metadata");
    }
    Some(template)
}

fn is_empty(value: &Json) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn holds(object: &Json, any: &[(&str, &str)]) -> bool {
    conditions(object).is_ok_and(|all| all.iter().any(|one| any.iter().any(|(kind, status)| one.is(kind, status))))
}

fn observed(object: &Json) -> bool {
    number(object, "status.observedGeneration", 0) == number(object, "metadata.generation", 0)
}

fn job(object: &Json) -> Readiness {
    if number(object, "status.failed", 0) > number(object, "spec.backoffLimit", 6) {
        let (namespace, name) = (text(object, "metadata.namespace", ""), text(object, "metadata.name", ""));
        return Readiness::Failed(format!("job is failed: {namespace}/{name}"));
    }
    // Without completions any end counts, also none: helm does not look further.
    (number(object, "status.succeeded", 0) >= number(object, "spec.completions", 0)).into()
}

fn service(object: &Json) -> bool {
    match text(object, "spec.type", "") {
        "ExternalName" => true,
        _ if text(object, "spec.clusterIP", "").is_empty() => false,
        "LoadBalancer" => {
            let some = |path| field(object, path).ok().flatten().and_then(Json::as_array).is_some_and(|list| !list.is_empty());
            some("spec.externalIPs") || some("status.loadBalancer.ingress")
        }
        _ => true,
    }
}

fn deployment(object: &Json, related: &Related<'_>) -> bool {
    if field(object, "spec.paused").ok().flatten().and_then(Json::as_bool).unwrap_or_default() {
        return true;
    }
    let Some(set) = new_replica_set(object, &related.replica_sets) else { return false };
    let wanted = number(object, "spec.replicas", 1) - may_be_missing(object);
    observed(set) && observed(object) && number(set, "status.readyReplicas", 0) >= wanted
}

/// How many pods of a Deployment may be missing.
fn may_be_missing(object: &Json) -> i64 {
    let replicas = number(object, "spec.replicas", 1);
    if text(object, "spec.strategy.type", "") != "RollingUpdate" || replicas == 0 {
        return 0;
    }
    let limit = |path, up| match field(object, path) {
        Ok(Some(value)) => scaled(value, replicas, up),
        _ => Some(0),
    };
    match (limit("spec.strategy.rollingUpdate.maxSurge", true), limit("spec.strategy.rollingUpdate.maxUnavailable", false)) {
        (Some(0), Some(0)) => 1,
        (Some(_), Some(missing)) => missing.min(replicas),
        _ => 0,
    }
}

/// A number, or a percentage of `whole`; `None` where it is neither.
fn scaled(value: &Json, whole: i64, up: bool) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let percent: i64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let product = percent.checked_mul(whole)?;
    Some(if up { product.checked_add(99)? / 100 } else { product / 100 })
}

fn daemon_set(object: &Json) -> bool {
    if !observed(object) {
        return false;
    }
    if text(object, "spec.updateStrategy.type", "") != "RollingUpdate" {
        return true;
    }
    let wanted = number(object, "status.desiredNumberScheduled", 0);
    let missing = match field(object, "spec.updateStrategy.rollingUpdate.maxUnavailable") {
        Ok(Some(value)) => scaled(value, wanted, true).unwrap_or(wanted),
        _ => wanted,
    };
    number(object, "status.updatedNumberScheduled", 0) == wanted && number(object, "status.numberReady", 0) >= wanted - missing
}

fn stateful_set(object: &Json) -> bool {
    if !observed(object) {
        return false;
    }
    if text(object, "spec.updateStrategy.type", "") != "RollingUpdate" {
        return true;
    }
    let replicas = number(object, "spec.replicas", 1);
    let partition = number(object, "spec.updateStrategy.rollingUpdate.partition", 0);
    number(object, "status.updatedReplicas", 0) >= replicas - partition
        && number(object, "status.readyReplicas", 0) == replicas
        && (partition != 0 || text(object, "status.currentRevision", "") == text(object, "status.updateRevision", ""))
}
