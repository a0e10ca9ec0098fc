//! Objects for the tests, and one way to wait for them.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::super::{NotReady, Target, WaitOptions, wait_done, wait_gone, wait_ready};
use crate::cluster::{Cluster, Event, Listener, ObjectState};
use crate::plan::Object;

/// Keeps what it is told.
#[derive(Default)]
pub(super) struct Heard(Mutex<Vec<Event>>);

impl Listener for Heard {
    fn event(&self, event: Event) {
        self.0.lock().expect("no test panics with it").push(event);
    }
}

/// What came of a wait.
pub(super) struct Came {
    pub(super) result: Result<(), NotReady>,
    pub(super) seconds: f64,
    pub(super) events: Vec<Event>,
}

impl Came {
    pub(super) fn error(&self) -> String {
        self.result.as_ref().map_or_else(ToString::to_string, |()| "nothing".to_owned())
    }
    pub(super) fn state(&self, at: usize) -> &ObjectState {
        &self.result.as_ref().expect_err("an error").objects[at]
    }
    pub(super) fn reason(&self) -> &str {
        &self.state(0).reason
    }
    /// The states that were told, each as `word message`.
    pub(super) fn told(&self) -> Vec<String> {
        let states = self.events.iter().filter_map(|event| match event {
            Event::Waiting { objects, .. } => Some(objects),
            _ => None,
        });
        states
            .map(|states| states.iter().map(|one| format!("{} {}", one.progress.word(), one.message)).collect::<Vec<_>>().join("; "))
            .collect()
    }
}

/// What is waited for.
#[derive(Clone, Copy)]
pub(super) enum For {
    Ready,
    Gone,
    Done,
}

pub(super) fn target(cluster: &Cluster, object: &Json) -> Target {
    let object = Object::new(object.clone(), "");
    let (resource, namespace) = cluster.locate(&object, "ns").expect("a known kind");
    Target { resource, namespace, name: object.name().to_owned(), id: object.id("ns") }
}

/// Waits for objects while `script` runs.
pub(super) async fn wait(cluster: &Cluster, what: For, objects: &[&Json], options: WaitOptions, script: impl Future<Output = ()>) -> Came {
    let targets: Vec<Target> = objects.iter().map(|object| target(cluster, object)).collect();
    let (start, heard) = (Instant::now(), Heard::default());
    let waiting = async {
        let result = match what {
            For::Ready => wait_ready(cluster, "web", &targets, &options, &heard).await,
            For::Gone => wait_gone(cluster, "web", &targets, &options, &heard).await,
            For::Done => wait_done(cluster, "web", &targets, &options, &heard).await,
        };
        (result, start.elapsed().as_secs_f64())
    };
    let ((result, seconds), ()) = tokio::join!(waiting, script);
    Came { result, seconds, events: heard.0.into_inner().expect("no test panics with it") }
}

pub(super) fn seconds(timeout: u64) -> WaitOptions {
    WaitOptions { timeout: Duration::from_secs(timeout), ..WaitOptions::default() }
}

/// An object of a kind in namespace `ns`.
pub(super) fn object(version: &str, kind: &str, name: &str, rest: Json) -> Json {
    let mut object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "ns"}});
    merge(&mut object, rest);
    object
}

/// `other` over `object`, map by map.
pub(super) fn merge(object: &mut Json, other: Json) {
    match (object, other) {
        (Json::Object(object), Json::Object(other)) => {
            for (key, value) in other {
                merge(object.entry(key).or_insert(Json::Null), value);
            }
        }
        (object, other) => *object = other,
    }
}

/// A Deployment of one pod, `ready` or not.
pub(super) fn deployment(name: &str, ready: bool) -> Json {
    let count = i64::from(ready);
    let available = if ready { "True" } else { "False" };
    let conditions = json!([
        {"type": "Available", "status": available},
        {"type": "Progressing", "status": "True", "reason": if ready { "NewReplicaSetAvailable" } else { "ReplicaSetUpdated" }},
    ]);
    let status = json!({"replicas": 1, "updatedReplicas": 1, "readyReplicas": count, "availableReplicas": count, "observedGeneration": 1,
        "conditions": conditions});
    let spec = json!({"replicas": 1, "progressDeadlineSeconds": 600, "template": {"spec": {"containers": [{"name": "c"}]}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}});
    object("apps/v1", "Deployment", name, json!({"metadata": {"generation": 1}, "spec": spec, "status": status}))
}

/// Its ReplicaSet `name-1`, ready or not.
pub(super) fn replica_set(name: &str, ready: bool) -> Json {
    let status = json!({"readyReplicas": i64::from(ready), "observedGeneration": 1});
    let template = json!({"metadata": {"labels": {"pod-template-hash": "1"}}, "spec": {"containers": [{"name": "c"}]}});
    let owners = json!([{"kind": "Deployment", "name": name, "uid": format!("uid-{name}")}]);
    let meta = json!({"generation": 1, "ownerReferences": owners});
    object("apps/v1", "ReplicaSet", &format!("{name}-1"), json!({"metadata": meta, "spec": {"template": template}, "status": status}))
}

/// A pod `owner-x` that `owner` owns.
pub(super) fn pod(owner: &str, status: Json) -> Json {
    let meta = json!({"ownerReferences": [{"name": owner, "uid": format!("uid-{owner}")}]});
    object("v1", "Pod", &format!("{owner}-x"), json!({"metadata": meta, "status": status}))
}

/// The status of a pod whose container waits for a reason.
pub(super) fn waiting(reason: &str, message: &str, restarts: i64) -> Json {
    let last = if restarts > 0 { json!({"terminated": {"exitCode": 3, "reason": "Error"}}) } else { json!({}) };
    json!({"phase": if restarts > 0 { "Running" } else { "Pending" }, "containerStatuses": [{"name": "c", "ready": false, "restartCount": restarts,
        "lastState": last, "state": {"waiting": {"reason": reason, "message": message}}}]})
}

/// The status of a pod that runs.
pub(super) fn running(ready: bool, restarts: i64) -> Json {
    let conditions = json!([{"type": "Ready", "status": if ready { "True" } else { "False" }}]);
    let last = if restarts > 0 { json!({"terminated": {"exitCode": 3, "reason": "Error"}}) } else { json!({}) };
    json!({"phase": "Running", "conditions": conditions, "containerStatuses": [{"name": "c", "ready": ready, "restartCount": restarts,
        "lastState": last, "state": {"running": {}}}]})
}

/// An event about an object.
pub(super) fn event(name: &str, about: &str, reason: &str, message: &str) -> Json {
    let time = format!("2026-11-28T00:00:{:02}Z", name.len());
    object(
        "v1",
        "Event",
        name,
        json!({"involvedObject": {"uid": format!("uid-{about}")}, "reason": reason, "message": message, "type": "Warning", "lastTimestamp": time}),
    )
}
