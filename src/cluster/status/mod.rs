//! How far an object is: `object → Current, InProgress, Failed …, with a message`.
//!
//! Called by the wait. Pure: what an object says about itself ([`status`]), what its pods add ([`with_pods`]), when a hook
//! is done ([`hook_status`]), and helm 3's older rules ([`ready`]). The rules and the words are those of kstatus (fluxcd
//! cli-utils pkg/kstatus/status), which helm 4 prints.

mod fields;
mod hooks;
mod kinds;
mod legacy;
#[cfg(test)]
mod tests;

use serde_json::Value as Json;

use self::fields::{WrongType, conditions, strict_number, strict_text, text};
use super::Progress;

pub use hooks::{hook_status, job_status};
pub use legacy::{Readiness, Related, is_judged, new_replica_set, ready};

/// How far an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How far.
    pub progress: Progress,
    /// kstatus' message: `Available: 0/1`.
    pub message: String,
}

impl Status {
    fn new(progress: Progress, message: impl Into<String>) -> Self {
        Self { progress, message: message.into() }
    }
    fn current(message: impl Into<String>) -> Self {
        Self::new(Progress::Current, message)
    }
    fn in_progress(message: impl Into<String>) -> Self {
        Self::new(Progress::InProgress, message)
    }
    fn failed(message: impl Into<String>) -> Self {
        Self::new(Progress::Failed, message)
    }
    /// Nothing is known: kstatus' reader failed, or the object was never seen.
    pub fn unknown() -> Self {
        Self::new(Progress::Unknown, "")
    }
    /// It was there and is no longer.
    pub fn not_found() -> Self {
        Self::new(Progress::NotFound, "Resource not found")
    }
}

/// What an object says about itself; `now` (nanoseconds since 1970) decides how long a pod may look for a node. A field of
/// a wrong type gives `Unknown` (kstatus status.go `Compute`, helm's wait then has no message).
pub fn status(object: &Json, now: i128) -> Status {
    compute(object, now).unwrap_or_else(|WrongType| Status::unknown())
}

fn compute(object: &Json, now: i128) -> Result<Status, WrongType> {
    if let Some(status) = generic(object)? {
        return Ok(status);
    }
    let group = text(object, "apiVersion", "").split_once('/').map_or("", |(group, _)| group);
    if let Some(status) = kinds::status(object, group, now)? {
        return Ok(status);
    }
    let conditions = conditions(object)?;
    let mut ready = conditions.iter().filter(|condition| condition.kind == "Ready");
    Ok(ready
        .find_map(|condition| match condition.status {
            "True" => Some(Status::current("Resource is Ready")),
            "False" | "Unknown" => Some(Status::in_progress(condition.message)),
            _ => None,
        })
        .unwrap_or_else(|| Status::current("Resource is current")))
}

/// What counts for every kind, before its own rules (kstatus generic.go).
fn generic(object: &Json) -> Result<Option<Status>, WrongType> {
    if strict_text(object, "metadata.deletionTimestamp")?.is_some_and(|time| !time.is_empty()) {
        return Ok(Some(Status::new(Progress::Terminating, "Resource scheduled for deletion")));
    }
    if let Some(generation) = strict_number(object, "metadata.generation")? {
        let observed = strict_number(object, "status.observedGeneration")?;
        if let Some(observed) = observed.filter(|observed| *observed != generation) {
            let kind = text(object, "kind", "");
            let message = format!("{kind} generation is {generation}, but latest observed generation is {observed}");
            return Ok(Some(Status::in_progress(message)));
        }
    }
    for condition in conditions(object)? {
        if condition.is("Reconciling", "True") {
            return Ok(Some(Status::in_progress(condition.message)));
        }
        if condition.is("Stalled", "True") {
            return Ok(Some(Status::failed(condition.message)));
        }
    }
    Ok(None)
}

/// What an object's pods add to what it says itself: one that is on its way has failed when pods of it have, other than those
/// that are being deleted or have no node yet (kstatus polling/statusreaders/pod_controller.go).
pub fn with_pods<'a>(own: Status, pods: impl IntoIterator<Item = &'a Json>, now: i128) -> Status {
    if own.progress != Progress::InProgress {
        return own;
    }
    let failed = pods.into_iter().filter(|pod| status(pod, now).progress == Progress::Failed && !unschedulable(pod)).count();
    if failed == 0 { own } else { Status::failed(format!("{failed} pods have failed")) }
}

fn unschedulable(pod: &Json) -> bool {
    conditions(pod).is_ok_and(|all| all.iter().any(|one| one.is("PodScheduled", "False") && one.reason == "Unschedulable"))
}
