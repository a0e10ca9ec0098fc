//! What is found out, how soon, and what heals.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::sleep;

use super::fake::{Fake, refused};
use super::objects::{Came, For, deployment, event, merge, object, pod, replica_set, running, seconds, wait, waiting};
use crate::cluster::{Event, Progress};

async fn after(time: u64, work: impl FnOnce()) {
    sleep(Duration::from_secs(time)).await;
    work();
}

/// Waits for a Deployment whose pod is in that state from the first second on.
async fn with_pod(fake: &Fake, cluster: &crate::cluster::Cluster, status: Json) -> Came {
    let web = deployment("web", false);
    fake.put(web.clone());
    fake.put(replica_set("web", false));
    wait(cluster, For::Ready, &[&web], seconds(300), after(1, || fake.put(pod("web-1", status)))).await
}

#[tokio::test(start_paused = true)]
async fn a_crash_loop_is_told_with_its_exit_code_and_log() {
    let (fake, cluster) = Fake::new().await;
    fake.say("web-1-x/c", "starting\nno database\n");
    let came = with_pod(&fake, &cluster, waiting("CrashLoopBackOff", "back-off 10s", 4)).await;
    assert_eq!(came.reason(), "pod web-1-x: container c: CrashLoopBackOff: exit code 3, 4 restarts");
    assert_eq!((came.state(0).progress, came.state(0).message.as_str()), (Progress::Failed, "Available: 0/1"));
    assert!(came.seconds > 5.0 && came.seconds < 8.0, "{}", came.seconds);
    let error = came.result.as_ref().unwrap_err();
    assert_eq!((error.timed_out, error.logs[0].source.as_str()), (false, "web-1-x/c"));
    assert_eq!(error.logs[0].lines, ["starting", "no database"]);
    let lines = came.events.iter().filter(|event| matches!(event, Event::Log { line, .. } if line == "no database"));
    assert_eq!(lines.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn images_nodes_and_settings_are_told_within_fifteen_seconds() {
    let nodes = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}]});
    let cases = [
        (waiting("ErrImagePull", "not found", 0), "pod web-1-x: container c: ErrImagePull: not found"),
        (waiting("InvalidImageName", "bad", 0), "pod web-1-x: container c: InvalidImageName: bad"),
        (
            waiting("CreateContainerConfigError", "secret \"x\" not found", 0),
            "pod web-1-x: container c: CreateContainerConfigError: secret \"x\" not found",
        ),
        (nodes, "pod web-1-x: Unschedulable: 0/1 nodes"),
    ];
    for (status, reason) in cases {
        let (fake, cluster) = Fake::new().await;
        let came = with_pod(&fake, &cluster, status).await;
        assert_eq!(came.reason(), reason);
        assert!(came.seconds < 14.0, "{reason}: {}", came.seconds);
    }
}

/// A pod on node `n` that ran well until its node stopped answering.
fn on_lost_node() -> Json {
    let mut lost = pod("web-1", running(false, 0));
    let containers = json!([{"name": "c", "ready": true, "restartCount": 0, "state": {"running": {}}}]);
    merge(&mut lost, json!({"spec": {"nodeName": "n"}, "status": {"containerStatuses": containers}}));
    lost
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_not_ready_or_gone_is_named() {
    let unknown =
        json!({"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status."});
    let down = object("v1", "Node", "n", json!({"status": {"conditions": [unknown]}}));
    let well = object("v1", "Node", "n", json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}));
    let mut deleted = on_lost_node();
    merge(&mut deleted, json!({"metadata": {"deletionTimestamp": "2026-11-28T00:00:00Z"}}));
    let refusal = |call: &crate::cluster::Call, _: bool| call.path.contains("/nodes/").then(|| refused(403, "Forbidden"));
    let down_text = "pod web-1-x: node n is not ready: NodeStatusUnknown: Kubelet stopped posting node status.";
    let cases = [
        (Some(&down), on_lost_node(), false, down_text),
        (Some(&down), deleted, false, down_text),
        (None, on_lost_node(), false, "pod web-1-x: node n is gone"),
        (Some(&well), on_lost_node(), false, ""),
        (Some(&down), on_lost_node(), true, "pod web-1-x: node n seems to be down: the pod is not ready though its containers were"),
    ];
    for (node, pod, blind, reason) in cases {
        let (fake, cluster) = Fake::new().await;
        if blind {
            fake.refuse(refusal);
        }
        node.into_iter().for_each(|node| fake.put(node.clone()));
        let web = deployment("web", false);
        fake.put(web.clone());
        fake.put(replica_set("web", false));
        let came = wait(&cluster, For::Ready, &[&web], seconds(20), after(1, || fake.put(pod))).await;
        assert_eq!(came.reason(), reason);
        // It may come back: nothing fails by it, and a node is not asked for all the time.
        assert!(came.seconds > 19.0, "{}", came.seconds);
        let asked = fake.asked().iter().filter(|path| path.contains("/nodes/")).count();
        assert!(asked <= 3, "{asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_event_says_why_an_image_can_not_be_had() {
    let (fake, cluster) = Fake::new().await;
    fake.put(event("e", "web-1-x", "Failed", "Failed to pull image \"x\": denied: no access"));
    let came = with_pod(&fake, &cluster, waiting("ImagePullBackOff", "Back-off pulling image", 0)).await;
    assert_eq!(came.reason(), "pod web-1-x: container c: ImagePullBackOff: Failed to pull image \"x\": denied: no access");
}

#[tokio::test(start_paused = true)]
async fn the_last_try_says_why_an_image_can_not_be_had() {
    let (fake, cluster) = Fake::new().await;
    let script = async {
        sleep(Duration::from_secs(3)).await;
        fake.put(pod("web-1", waiting("ImagePullBackOff", "Back-off pulling image", 0)));
    };
    let (came, ()) = tokio::join!(with_pod(&fake, &cluster, waiting("ErrImagePull", "unknown host", 0)), script);
    assert_eq!(came.reason(), "pod web-1-x: container c: ImagePullBackOff: unknown host");
}

#[tokio::test(start_paused = true)]
async fn room_that_old_pods_still_hold_is_no_reason() {
    let (fake, cluster) = Fake::new().await;
    let web = deployment("web", false);
    fake.put(web.clone());
    fake.put(replica_set("web", false));
    let mut old = replica_set("web", false);
    merge(&mut old, json!({"metadata": {"name": "web-0"}, "spec": {"template": {"spec": {"containers": [{"name": "old"}]}}}}));
    fake.put(old);
    let mut leaving = pod("web-0", running(false, 0));
    merge(&mut leaving, json!({"metadata": {"deletionTimestamp": "2026-11-28T00:00:00Z"}}));
    fake.put(leaving.clone());
    let unscheduled = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "full"}]});
    fake.put(pod("web-1", unscheduled));
    let came = wait(&cluster, For::Ready, &[&web], seconds(60), after(30, || fake.remove(&leaving))).await;
    assert_eq!(came.reason(), "pod web-1-x: Unschedulable: full");
    assert!(came.seconds > 39.0 && came.seconds < 43.0, "{}", came.seconds);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_was_asked_for_is_waited_for() {
    let (fake, cluster) = Fake::new().await;
    let unscheduled = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "full"}]});
    fake.put(event("e", "web-1-x", "TriggeredScaleUp", "pod triggered scale-up"));
    let script = after(90, || fake.put(deployment("web", true)));
    let (came, ()) = tokio::join!(with_pod(&fake, &cluster, unscheduled), script);
    assert_eq!(came.error(), "nothing");
}

#[tokio::test(start_paused = true)]
async fn what_heals_does_not_fail() {
    let unscheduled = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]});
    let passing: [&[Json]; 4] = [
        // one restart, then well
        &[running(false, 0), waiting("CrashLoopBackOff", "", 1), running(false, 1)],
        // no node for some seconds
        &[unscheduled, running(false, 0)],
        // a registry that hiccups
        &[waiting("ErrImagePull", "timeout", 0), waiting("ImagePullBackOff", "timeout", 0), running(false, 0)],
        // two crashes, and then it takes its time to get ready
        &[waiting("CrashLoopBackOff", "", 1), running(false, 2), running(false, 2), running(false, 2)],
    ];
    for states in passing {
        let (fake, cluster) = Fake::new().await;
        let web = deployment("web", false);
        fake.put(web.clone());
        fake.put(replica_set("web", false));
        let script = async {
            for state in states {
                fake.put(pod("web-1", state.clone()));
                sleep(Duration::from_secs(4)).await;
            }
            fake.put(deployment("web", true));
        };
        let came = wait(&cluster, For::Ready, &[&web], seconds(60), script).await;
        assert_eq!(came.error(), "nothing", "{states:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_container_that_crashes_faster_than_it_backs_off_is_found_too() {
    let (fake, cluster) = Fake::new().await;
    let web = deployment("web", false);
    fake.put(web.clone());
    fake.put(replica_set("web", false));
    let script = async {
        for restarts in 0..6 {
            fake.put(pod("web-1", running(false, restarts)));
            sleep(Duration::from_millis(1500)).await;
            let mut ended = running(false, restarts);
            ended["containerStatuses"][0]["state"] = json!({"terminated": {"exitCode": 1, "reason": "Error"}});
            fake.put(pod("web-1", ended));
            sleep(Duration::from_millis(1000)).await;
        }
    };
    let came = wait(&cluster, For::Ready, &[&web], seconds(60), script).await;
    assert!(came.reason().starts_with("pod web-1-x: container c: crashes: exit code 1, "), "{}", came.reason());
    assert!(came.seconds < 15.0, "{}", came.seconds);
}

#[tokio::test(start_paused = true)]
async fn pods_of_an_older_template_do_not_count() {
    let (fake, cluster) = Fake::new().await;
    let web = deployment("web", false);
    fake.put(web.clone());
    let mut old = replica_set("web", false);
    merge(&mut old, json!({"metadata": {"name": "web-0"}, "spec": {"template": {"spec": {"containers": [{"name": "old"}]}}}}));
    fake.put(old);
    fake.put(replica_set("web", false));
    fake.put(pod("web-0", waiting("CrashLoopBackOff", "", 9)));
    let mut sts =
        object("apps/v1", "StatefulSet", "db", json!({"spec": {"replicas": 1}, "status": {"replicas": 1, "updateRevision": "db-2"}}));
    fake.put(sts.clone());
    let mut member = pod("db", waiting("CrashLoopBackOff", "", 9));
    merge(&mut member, json!({"metadata": {"labels": {"controller-revision-hash": "db-1"}}}));
    fake.put(member);
    merge(&mut sts, json!({"status": {"readyReplicas": 1, "currentReplicas": 1, "currentRevision": "db-2"}}));
    let script = after(40, || {
        fake.put(deployment("web", true));
        fake.put(sts.clone());
    });
    let came = wait(&cluster, For::Ready, &[&web, &sts], seconds(60), script).await;
    assert_eq!(came.error(), "nothing");
}

#[tokio::test(start_paused = true)]
async fn quotas_claims_and_mounts_are_told_by_their_events() {
    let (fake, cluster) = Fake::new().await;
    let web = deployment("web", false);
    let mut set = replica_set("web", false);
    merge(&mut set, json!({"status": {"conditions": [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: q"}]}}));
    let sts = object("apps/v1", "StatefulSet", "db", json!({"status": {"replicas": 0}}));
    let claim = object("v1", "PersistentVolumeClaim", "data", json!({"status": {"phase": "Pending"}}));
    let cache = object("apps/v1", "StatefulSet", "cache", json!({"status": {"replicas": 1}}));
    for one in [&web, &set, &sts, &claim, &cache, &pod("cache", waiting("ContainerCreating", "", 0))] {
        fake.put(one.clone());
    }
    fake.put(event("a", "db", "FailedCreate", "create Pod db-0 failed: denied by webhook"));
    fake.put(event("b", "data", "FailedBinding", "no persistent volumes available"));
    fake.put(event("c", "cache-x", "FailedMount", "secret \"tls\" not found"));
    let came = wait(&cluster, For::Ready, &[&web, &sts, &claim, &cache], seconds(100), async {}).await;
    let reasons: Vec<&str> = (0..4).map(|at| came.state(at).reason.as_str()).collect();
    let wanted = [
        "exceeded quota: q",
        "create Pod db-0 failed: denied by webhook",
        "no persistent volumes available",
        "pod cache-x: FailedMount: secret \"tls\" not found",
    ];
    assert_eq!(reasons, wanted);
    assert!(came.seconds > 19.0 && came.seconds < 26.0, "{}", came.seconds);
}

#[tokio::test(start_paused = true)]
async fn a_mount_that_came_through_is_no_reason_any_more() {
    let (fake, cluster) = Fake::new().await;
    let sts = object("apps/v1", "StatefulSet", "db", json!({"spec": {"replicas": 1}, "status": {"replicas": 1}}));
    fake.put(sts.clone());
    fake.put(pod("db", waiting("ContainerCreating", "", 0)));
    fake.put(event("c", "db-x", "FailedMount", "secret \"tls\" not found"));
    let mut ready = sts.clone();
    merge(&mut ready, json!({"status": {"readyReplicas": 1, "currentReplicas": 1}}));
    let script = async {
        after(6, || fake.put(event("cc", "db-x", "Pulling", "Pulling image"))).await;
        after(60, || fake.put(ready)).await;
    };
    let came = wait(&cluster, For::Ready, &[&sts], seconds(100), script).await;
    assert_eq!(came.error(), "nothing");
}

#[tokio::test(start_paused = true)]
async fn all_that_fail_are_told_in_one_run() {
    let (fake, cluster) = Fake::new().await;
    let (one, other, well) = (deployment("one", false), deployment("other", false), deployment("well", false));
    for name in ["one", "other", "well"] {
        fake.put(deployment(name, false));
        fake.put(replica_set(name, false));
    }
    fake.put(pod("one-1", waiting("CrashLoopBackOff", "", 5)));
    let script = after(4, || fake.put(pod("other-1", waiting("ImagePullBackOff", "not found", 0))));
    let came = wait(&cluster, For::Ready, &[&one, &other, &well], seconds(100), script).await;
    let words: Vec<&str> = (0..3).map(|at| came.state(at).progress.word()).collect();
    assert_eq!(words, ["Failed", "Failed", "InProgress"]);
    assert!(came.seconds < 16.0, "{}", came.seconds);
}

#[tokio::test(start_paused = true)]
async fn a_job_may_try_as_often_as_it_says_and_its_end_comes_with_a_log() {
    let (fake, cluster) = Fake::new().await;
    let job = object("batch/v1", "Job", "init", json!({"spec": {"backoffLimit": 6}, "status": {"startTime": "x", "active": 1}}));
    fake.put(job.clone());
    fake.put(pod("init", waiting("CrashLoopBackOff", "", 3)));
    fake.say("init-x/c", "migration 7 failed");
    let failed = json!({"status": {"failed": 7, "conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "Job has reached the specified backoff limit"}]}});
    let mut end = job.clone();
    merge(&mut end, failed);
    let came = wait(&cluster, For::Done, &[&job], seconds(300), after(100, || fake.put(end))).await;
    assert!(came.seconds > 99.0 && came.seconds < 103.0, "{}", came.seconds);
    assert_eq!(came.error(), "resource Job/ns/init not ready. status: Failed, message: Job Failed. failed: 7/1");
    let wanted = "BackoffLimitExceeded: Job has reached the specified backoff limit: pod init-x: container c: exit code 3";
    assert_eq!(came.reason(), wanted);
    assert_eq!(came.result.unwrap_err().logs[0].lines, ["migration 7 failed"]);
}
