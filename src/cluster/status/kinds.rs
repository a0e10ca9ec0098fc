//! The rules of the kinds that Kubernetes brings (kstatus core.go).

use serde_json::Value as Json;

use super::Status;
use super::fields::{WrongType, conditions, field, number, strict_number, text};
use super::hooks::job_end;
use crate::golang::time::Time;

/// How long a pod may be without a node before it has failed.
const SCHEDULING: i128 = 15_000_000_000;
/// A Deployment's deadline that means none (Kubernetes' deployment controller).
const NO_DEADLINE: i64 = i32::MAX as i64;

/// By the rules of its kind; `None` where it has none.
pub(super) fn status(object: &Json, group: &str, now: i128) -> Result<Option<Status>, WrongType> {
    let status = match (group, text(object, "kind", "")) {
        ("", "Service") => service(object),
        ("", "Pod") => pod(object, now)?,
        ("", "PersistentVolumeClaim") => claim(object),
        ("", "Secret" | "ConfigMap") | ("batch", "CronJob") => Status::current("Resource is always ready"),
        ("apps", "StatefulSet") => stateful_set(object),
        ("apps" | "extensions", "DaemonSet") => daemon_set(object)?,
        ("apps" | "extensions", "Deployment") => deployment(object)?,
        ("apps" | "extensions", "ReplicaSet") => replica_set(object)?,
        ("policy", "PodDisruptionBudget") => Status::current("AllowedDisruptions has been computed."),
        ("batch", "Job") => job(object)?,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object)?,
        _ => return Ok(None),
    };
    Ok(Some(status))
}

/// The first of `checks` in which `is` has not reached `wanted`: `Ready: 0/1`.
fn behind(checks: &[(&str, i64, i64)]) -> Option<Status> {
    let found = checks.iter().find(|(_, is, wanted)| wanted > is);
    found.map(|(word, is, wanted)| Status::in_progress(format!("{word}: {is}/{wanted}")))
}

/// More pods than wanted: old ones that have to go.
fn surplus(is: i64, wanted: i64) -> Option<Status> {
    (is > wanted).then(|| Status::in_progress(format!("Pending termination: {}", is - wanted)))
}

fn deployment(object: &Json) -> Result<Status, WrongType> {
    let mut progressing = number(object, "spec.progressDeadlineSeconds", NO_DEADLINE) == NO_DEADLINE;
    let mut available = false;
    for condition in conditions(object)? {
        match condition.kind {
            "Progressing" if condition.reason == "ProgressDeadlineExceeded" => {
                return Ok(Status::failed("Progress deadline exceeded"));
            }
            "Progressing" => progressing |= condition.status == "True" && condition.reason == "NewReplicaSetAvailable",
            "Available" => available |= condition.status == "True",
            _ => {}
        }
    }
    let wanted = number(object, "spec.replicas", 1);
    let is = |field: &str| number(object, field, 0);
    let (replicas, updated) = (is("status.replicas"), is("status.updatedReplicas"));
    let late = behind(&[("Replicas", replicas, wanted), ("Updated", updated, wanted)])
        .or_else(|| surplus(replicas, wanted))
        .or_else(|| behind(&[("Available", is("status.availableReplicas"), updated), ("Ready", is("status.readyReplicas"), wanted)]));
    Ok(match late {
        Some(late) => late,
        None if !progressing => Status::in_progress("ReplicaSet not Available"),
        None if !available => Status::in_progress("Deployment not Available"),
        None => Status::current(format!("Deployment is available. Replicas: {replicas}")),
    })
}

fn replica_set(object: &Json) -> Result<Status, WrongType> {
    if conditions(object)?.iter().any(|condition| condition.is("ReplicaFailure", "True")) {
        return Ok(Status::in_progress("Replica Failure condition. Check Pods"));
    }
    let wanted = number(object, "spec.replicas", 1);
    let is = |field: &str| number(object, field, 0);
    let replicas = is("status.replicas");
    let late = behind(&[
        ("Labelled", is("status.fullyLabeledReplicas"), wanted),
        ("Available", is("status.availableReplicas"), wanted),
        ("Ready", is("status.readyReplicas"), wanted),
    ]);
    Ok(late
        .or_else(|| surplus(replicas, wanted))
        .unwrap_or_else(|| Status::current(format!("ReplicaSet is available. Replicas: {replicas}"))))
}

fn stateful_set(object: &Json) -> Status {
    if text(object, "spec.updateStrategy.type", "") == "OnDelete" {
        return Status::current("StatefulSet is using the ondelete update strategy");
    }
    let wanted = number(object, "spec.replicas", 1);
    let is = |field: &str| number(object, field, 0);
    let (replicas, updated) = (is("status.replicas"), is("status.updatedReplicas"));
    let late =
        behind(&[("Replicas", replicas, wanted), ("Ready", is("status.readyReplicas"), wanted)]).or_else(|| surplus(replicas, wanted));
    if let Some(late) = late {
        return late;
    }
    let partition = number(object, "spec.updateStrategy.rollingUpdate.partition", -1);
    if partition != -1 {
        let late = behind(&[("updated", updated, wanted - partition)]);
        return late.unwrap_or_else(|| Status::current(format!("Partition rollout complete. updated: {updated}")));
    }
    if let Some(late) = behind(&[("current", is("status.currentReplicas"), wanted)]) {
        return late;
    }
    if text(object, "status.currentRevision", "") != text(object, "status.updateRevision", "") {
        return Status::in_progress("Waiting for updated revision to match current");
    }
    Status::current(format!("All replicas scheduled as expected. Replicas: {replicas}"))
}

fn daemon_set(object: &Json) -> Result<Status, WrongType> {
    for path in ["metadata.generation", "status.observedGeneration"] {
        if strict_number(object, path)?.is_none() {
            return Ok(Status::in_progress(format!("{} {path} not found", text(object, "kind", ""))));
        }
    }
    let wanted = number(object, "status.desiredNumberScheduled", -1);
    if wanted == -1 {
        return Ok(Status::in_progress("Missing .status.desiredNumberScheduled"));
    }
    let is = |field: &str| number(object, field, 0);
    let late = behind(&[
        ("Current", is("status.currentNumberScheduled"), wanted),
        ("Updated", is("status.updatedNumberScheduled"), wanted),
        ("Available", is("status.numberAvailable"), wanted),
        ("Ready", is("status.numberReady"), wanted),
    ]);
    Ok(late.unwrap_or_else(|| Status::current(format!("All replicas scheduled as expected. Replicas: {wanted}"))))
}

fn claim(object: &Json) -> Status {
    match text(object, "status.phase", "unknown") {
        "Bound" => Status::current("PVC is Bound"),
        phase => Status::in_progress(format!("PVC is not Bound. phase: {phase}")),
    }
}

fn pod(object: &Json, now: i128) -> Result<Status, WrongType> {
    let conditions = conditions(object)?;
    Ok(match text(object, "status.phase", "") {
        "Succeeded" => Status::current("Pod has completed successfully"),
        "Failed" => Status::current("Pod has completed, but not successfully"),
        "Running" if conditions.iter().any(|condition| condition.is("Ready", "True")) => Status::current("Pod is Ready"),
        "Running" => match crash_loops(object)? {
            names if names.is_empty() => Status::in_progress("Pod is running but is not Ready"),
            names => Status::failed(format!("Containers in CrashLoop state: {}", names.join(","))),
        },
        "Pending" => match conditions.iter().find(|condition| condition.is("PodScheduled", "False")) {
            Some(condition) if condition.reason == "Unschedulable" => {
                let created = Time::parse(b"2006-01-02T15:04:05Z07:00", text(object, "metadata.creationTimestamp", "").as_bytes());
                match created {
                    Ok(created) if now - SCHEDULING < created.unix_nanos() => Status::in_progress("Pod has not been scheduled"),
                    _ => Status::failed("Pod could not be scheduled"),
                }
            }
            _ => Status::in_progress("Pod is in the Pending phase"),
        },
        "" => Status::in_progress("Pod phase not available"),
        _ => return Err(WrongType),
    })
}

/// The containers that wait for the next try.
fn crash_loops(pod: &Json) -> Result<Vec<&str>, WrongType> {
    let Some(containers) = field(pod, "status.containerStatuses")? else { return Ok(Vec::new()) };
    let containers = containers.as_array().ok_or(WrongType)?;
    let looping = containers.iter().filter(|container| text(container, "state.waiting.reason", "") == "CrashLoopBackOff");
    Ok(looping.filter_map(|container| container.get("name")?.as_str()).collect())
}

fn job(object: &Json) -> Result<Status, WrongType> {
    if let Some(end) = job_end(object)? {
        return Ok(end);
    }
    if text(object, "status.startTime", "").is_empty() {
        return Ok(Status::in_progress("Job not started"));
    }
    let is = |field: &str| number(object, field, 0);
    let (succeeded, active, failed) = (is("status.succeeded"), is("status.active"), is("status.failed"));
    Ok(Status::current(format!("Job in progress. success:{succeeded}, active: {active}, failed: {failed}")))
}

fn service(object: &Json) -> Status {
    let balanced = text(object, "spec.type", "ClusterIP") == "LoadBalancer";
    if balanced && text(object, "spec.clusterIP", "").is_empty() {
        return Status::in_progress("ClusterIP not set. Service type: LoadBalancer");
    }
    Status::current("Service is ready")
}

fn definition(object: &Json) -> Result<Status, WrongType> {
    for condition in conditions(object)? {
        match (condition.kind, condition.status) {
            ("NamesAccepted", "False") => return Ok(Status::failed(condition.message)),
            ("Established", "False") if condition.reason != "Installing" => return Ok(Status::failed(condition.message)),
            ("Established", "True") => return Ok(Status::current("CRD is established")),
            _ => {}
        }
    }
    Ok(Status::in_progress("Install in progress"))
}
