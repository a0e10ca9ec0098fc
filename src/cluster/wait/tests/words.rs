//! Helm's words and helm's ends.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::super::{Strategy, WaitOptions};
use super::fake::Fake;
use super::objects::{For, deployment, merge, object, pod, replica_set, seconds, wait, waiting};

fn as_helm(timeout: u64, strategy: Strategy) -> WaitOptions {
    WaitOptions { fail_fast: false, strategy, ..seconds(timeout) }
}

#[tokio::test(start_paused = true)]
async fn time_that_runs_out_is_told_as_helm_4_does() {
    let (fake, cluster) = Fake::new().await;
    let objects = [
        deployment("crash", false),
        object(
            "demo.example.com/v1",
            "Widget",
            "w",
            json!({"status": {"conditions": [{"type": "Ready", "status": "False", "message": "no"}]}}),
        ),
        deployment("missing", false),
        deployment("well", true),
    ];
    for object in [&objects[0], &objects[1], &objects[3]] {
        fake.put(object.clone());
    }
    fake.put(replica_set("crash", false));
    fake.put(pod("crash-1", waiting("CrashLoopBackOff", "", 5)));
    let all: Vec<_> = objects.iter().collect();
    let came = wait(&cluster, For::Ready, &all, as_helm(40, Strategy::Watcher), async {}).await;
    let wanted = "resource Deployment/ns/crash not ready. status: InProgress, message: Available: 0/1\n\
        resource Widget/ns/w not ready. status: InProgress, message: no\n\
        resource Deployment/ns/missing not ready. status: Unknown, message: \n\
        context deadline exceeded";
    assert_eq!((came.error().as_str(), came.seconds), (wanted, 40.0));
    assert_eq!(came.reason(), "pod crash-1-x: container c: CrashLoopBackOff: exit code 3, 5 restarts", "told all the same");
}

#[tokio::test(start_paused = true)]
async fn what_failed_is_not_waited_for_once_the_rest_is_ready() {
    let (fake, cluster) = Fake::new().await;
    let sts = object("apps/v1", "StatefulSet", "db", json!({"spec": {"replicas": 1}, "status": {"replicas": 1}}));
    let web = deployment("web", false);
    fake.put(sts.clone());
    fake.put(web.clone());
    fake.put(pod("db", waiting("CrashLoopBackOff", "", 5)));
    let script = async {
        sleep(Duration::from_secs(30)).await;
        fake.put(deployment("web", true));
    };
    let came = wait(&cluster, For::Ready, &[&sts, &web], as_helm(60, Strategy::Watcher), script).await;
    assert_eq!(came.error(), "resource StatefulSet/ns/db not ready. status: Failed, message: 1 pods have failed");
    assert!(came.seconds >= 30.0 && came.seconds < 31.0, "{}", came.seconds);
}

#[tokio::test(start_paused = true)]
async fn jobs_count_where_they_are_asked_for() {
    let (fake, cluster) = Fake::new().await;
    let job = object("batch/v1", "Job", "init", json!({"status": {"startTime": "x", "active": 1}}));
    fake.put(job.clone());
    let came = wait(&cluster, For::Ready, &[&job], seconds(5), async {}).await;
    assert_eq!(came.error(), "nothing");
    let came = wait(&cluster, For::Ready, &[&job], WaitOptions { jobs: true, ..seconds(5) }, async {}).await;
    assert_eq!(came.error(), "resource Job/ns/init not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded");
}

#[tokio::test(start_paused = true)]
async fn a_paused_deployment_is_left_out() {
    let (fake, cluster) = Fake::new().await;
    let mut web = deployment("web", false);
    merge(&mut web, json!({"spec": {"paused": true}}));
    fake.put(web.clone());
    fake.put(replica_set("web", false));
    for strategy in [Strategy::Watcher, Strategy::Legacy] {
        let came = wait(&cluster, For::Ready, &[&web], as_helm(5, strategy), async {}).await;
        assert_eq!(came.error(), "nothing");
    }
}

#[tokio::test(start_paused = true)]
async fn the_older_rules_have_few_words() {
    let (fake, cluster) = Fake::new().await;
    let web = deployment("web", false);
    fake.put(web.clone());
    fake.put(replica_set("web", false));
    let none = object("v1", "ConfigMap", "nobody-looks", json!({}));
    let came = wait(&cluster, For::Ready, &[&none, &web], as_helm(20, Strategy::Legacy), async {}).await;
    assert_eq!((came.error().as_str(), came.seconds), ("context deadline exceeded", 20.0));
    let came = wait(&cluster, For::Ready, &[&web], as_helm(0, Strategy::Legacy), async {}).await;
    assert_eq!((came.error().as_str(), came.seconds), ("context deadline exceeded", 0.0));
    // Its ReplicaSet is enough.
    fake.put(replica_set("web", true));
    let came = wait(&cluster, For::Ready, &[&none, &web], as_helm(20, Strategy::Legacy), async {}).await;
    assert_eq!(came.error(), "nothing");
    fake.remove(&web);
    let came = wait(&cluster, For::Ready, &[&web], as_helm(20, Strategy::Legacy), async {}).await;
    assert_eq!((came.error().as_str(), came.seconds < 1.0), ("deployments.apps \"web\" not found", true));
}

#[tokio::test(start_paused = true)]
async fn the_older_rules_judge_a_replica_set_by_its_pods() {
    let (fake, cluster) = Fake::new().await;
    let mut set = replica_set("none", false);
    merge(&mut set, json!({"metadata": {"name": "set"}}));
    fake.put(set.clone());
    fake.put(pod("set", waiting("ContainerCreating", "", 0)));
    let came = wait(&cluster, For::Ready, &[&set], as_helm(5, Strategy::Legacy), async {}).await;
    assert_eq!(came.error(), "context deadline exceeded");
    fake.put(pod("set", super::objects::running(true, 0)));
    let came = wait(&cluster, For::Ready, &[&set], as_helm(5, Strategy::Legacy), async {}).await;
    assert_eq!(came.error(), "nothing");
}

#[tokio::test(start_paused = true)]
async fn what_stays_says_what_holds_it() {
    let (fake, cluster) = Fake::new().await;
    let meta = json!({"deletionTimestamp": "2026-11-28T00:00:00Z", "finalizers": ["demo/hold"]});
    let held = object("v1", "ConfigMap", "cm", json!({ "metadata": meta }));
    let (going, never) = (deployment("going", true), deployment("never", true));
    fake.put(held.clone());
    fake.put(going.clone());
    let script = async {
        sleep(Duration::from_secs(2)).await;
        fake.remove(&going);
    };
    let came = wait(&cluster, For::Gone, &[&held, &going, &never], seconds(10), script).await;
    let wanted =
        "resource ConfigMap/ns/cm still exists. status: Terminating, message: Resource scheduled for deletion\ncontext deadline exceeded";
    assert_eq!(came.error(), wanted);
    assert_eq!(came.reason(), "held by its finalizers: demo/hold");
    fake.remove(&held);
    let came = wait(&cluster, For::Gone, &[&held, &going], seconds(10), async {}).await;
    assert_eq!((came.error().as_str(), came.seconds < 1.0), ("nothing", true));
}

#[tokio::test(start_paused = true)]
async fn hooks_end_in_each_helms_words() {
    let (fake, cluster) = Fake::new().await;
    let conditions = json!([{"type": "Failed", "status": "True", "reason": "DeadlineExceeded", "message": "late"}]);
    let failed = object("batch/v1", "Job", "fi-f", json!({"status": {"failed": 1, "conditions": conditions}}));
    let running = object("batch/v1", "Job", "fi2-f", json!({"status": {"active": 1}}));
    let settings = object("v1", "ConfigMap", "s", json!({}));
    let done = object("v1", "Pod", "p", json!({"status": {"phase": "Succeeded"}}));
    for one in [&failed, &running, &settings, &done] {
        fake.put(one.clone());
    }
    let came = wait(&cluster, For::Done, &[&settings, &done], seconds(5), async {}).await;
    assert_eq!((came.error().as_str(), came.seconds < 1.0), ("nothing", true));
    let four = wait(&cluster, For::Done, &[&failed], as_helm(5, Strategy::Watcher), async {}).await;
    assert_eq!(four.error(), "resource Job/ns/fi-f not ready. status: Failed, message: Job Failed. failed: 1/1");
    let three = wait(&cluster, For::Done, &[&failed], as_helm(5, Strategy::Legacy), async {}).await;
    assert_eq!(three.error(), "job fi-f failed: DeadlineExceeded");
    assert_eq!(three.result.unwrap_err().helm3_hook_text(), "1 error occurred:\n\t* job fi-f failed: DeadlineExceeded\n\n");
    let late = wait(&cluster, For::Done, &[&running], as_helm(5, Strategy::Watcher), async {}).await;
    assert_eq!(late.error(), "resource Job/ns/fi2-f not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded");
    let late = wait(&cluster, For::Done, &[&running], as_helm(5, Strategy::Legacy), async {}).await;
    assert_eq!(late.error(), "timed out waiting for the condition");
}
