//! What is waited for, and whether one object has got there.

use serde_json::Value as Json;

use super::store::{Family, Seen, text};
use super::{Strategy, Target, WaitOptions};
use crate::cluster::status::{Readiness, Related, Status, hook_status, is_judged, job_status, ready, status, with_pods};
use crate::cluster::{Progress, Resource};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// As the specification says.
    Ready,
    /// A hook came to its end.
    Done,
    /// Nothing there.
    Gone,
}

/// Whether an object has got there.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) status: Status,
    /// Nothing more to wait for.
    pub(super) settled: bool,
    /// It never will be, by the older rules: in helm's words.
    pub(super) words: Option<String>,
}

/// Whether an object has to be looked at: helm's older rules take the rest unseen.
pub(super) fn is_looked_at(resource: &Resource, options: &WaitOptions, goal: Goal) -> bool {
    let (group, kind) = (resource.group.as_str(), resource.kind.as_str());
    match (options.strategy, goal) {
        (Strategy::Watcher, _) | (Strategy::Legacy, Goal::Gone) => true,
        (Strategy::Legacy, Goal::Ready) => is_judged(group, kind, options.jobs),
        (Strategy::Legacy, Goal::Done) => runs_to_its_end(resource),
    }
}

/// Kinds whose hooks are waited for.
pub(super) fn runs_to_its_end(resource: &Resource) -> bool {
    matches!((resource.group.as_str(), resource.kind.as_str()), ("batch", "Job") | ("", "Pod"))
}

/// Judges an object. `now` is the wall clock.
pub(super) fn judge(target: &Target, seen: Seen<'_>, family: &Family<'_>, (options, goal): (&WaitOptions, Goal), now: i128) -> Verdict {
    let status = match (seen, goal) {
        _ if !is_looked_at(&target.resource, options, goal) => Status { progress: Progress::Current, message: String::new() },
        (Seen::NotYet | Seen::Never, _) => Status::unknown(),
        (Seen::Gone, _) => Status::not_found(),
        (Seen::There(object), Goal::Gone) => status(object, now),
        (Seen::There(object), Goal::Done) => hook_status(object, &family.pods),
        (Seen::There(object), Goal::Ready) => of_release(object, family, options.jobs, now),
    };
    match goal {
        Goal::Gone => Verdict { settled: matches!(seen, Seen::Gone | Seen::Never), status, words: None },
        _ if options.strategy == Strategy::Watcher => Verdict { settled: status.progress == Progress::Current, status, words: None },
        _ if !is_looked_at(&target.resource, options, goal) => Verdict { settled: true, status, words: None },
        _ => by_older_rules(target, seen, family, (options, goal), status),
    }
}

/// kstatus' rules, with helm's exceptions.
fn of_release(object: &Json, family: &Family<'_>, jobs: bool, now: i128) -> Status {
    let (version, kind) = (text(object, "/apiVersion"), text(object, "/kind"));
    if version == "apps/v1" && kind == "Deployment" && object.pointer("/spec/paused") == Some(&Json::Bool(true)) {
        // helm pkg/kube/statuswait.go `wait` leaves it out.
        return Status { progress: Progress::Current, message: "Deployment is paused".to_owned() };
    }
    if jobs && version.starts_with("batch/") && kind == "Job" {
        return job_status(object);
    }
    let own = status(object, now);
    match kind {
        // Of the kinds that control pods directly; Deployments are judged by what they say alone.
        "StatefulSet" | "ReplicaSet" if version.starts_with("apps/") => with_pods(own, family.pods.iter().copied(), now),
        _ => own,
    }
}

/// Helm 3's verdict; `shown` is what kstatus says, for tables.
fn by_older_rules(target: &Target, seen: Seen<'_>, family: &Family<'_>, (options, goal): (&WaitOptions, Goal), shown: Status) -> Verdict {
    let readiness = match (seen, goal) {
        (Seen::There(object), Goal::Done) => end_of_hook(object, &shown),
        (Seen::There(object), _) => {
            let related = Related { replica_sets: family.sets.clone(), pods: family.pods.clone() };
            ready(object, &related, options.jobs)
        }
        // parity: helm pkg/kube/wait.go `watchUntilReady` takes a hook that was deleted for done.
        (Seen::Gone, Goal::Done) => Readiness::Ready,
        (Seen::NotYet, _) | (Seen::Never, Goal::Done) => Readiness::Waiting,
        (Seen::Gone | Seen::Never, _) => {
            let Resource { plural, group, .. } = &target.resource;
            let kind = if group.is_empty() { plural.clone() } else { format!("{plural}.{group}") };
            Readiness::Failed(format!("{kind} {:?} not found", target.name))
        }
    };
    let with = |progress| Status { progress, message: shown.message.clone() };
    match readiness {
        Readiness::Ready => Verdict { status: with(Progress::Current), settled: true, words: None },
        Readiness::Failed(words) => Verdict { status: with(Progress::Failed), settled: false, words: Some(words) },
        Readiness::Waiting if shown.progress == Progress::Current => {
            Verdict { status: with(Progress::InProgress), settled: false, words: None }
        }
        Readiness::Waiting => Verdict { status: shown, settled: false, words: None },
    }
}

/// Helm pkg/kube/wait.go `waitForJob`, `waitForPodSuccess`.
fn end_of_hook(object: &Json, status: &Status) -> Readiness {
    let name = text(object, "/metadata/name");
    match status.progress {
        Progress::Current => Readiness::Ready,
        Progress::Failed if text(object, "/kind") == "Job" => {
            let reason = super::reasons::condition(object, "Failed").map_or("", |failed| text(failed, "/reason"));
            Readiness::Failed(format!("job {name} failed: {reason}"))
        }
        Progress::Failed => Readiness::Failed(format!("pod {name} failed")),
        _ => Readiness::Waiting,
    }
}
