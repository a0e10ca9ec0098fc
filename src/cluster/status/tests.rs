//! The rules against what kstatus and helm's own checker said (tests/oracle/kstatus).

use serde_json::Value as Json;

use super::{Readiness, Related, hook_status, job_status, ready, status, with_pods};
use crate::cluster::Progress;

/// 2026-11-28: between the two times at which the table's pods were made.
const NOW: i128 = 1_795_824_000_000_000_000;

fn rows(table: &str) -> Vec<Json> {
    table.lines().map(|line| serde_json::from_str(line).expect("a row of the table")).collect()
}

#[test]
fn kstatus_says_the_same() {
    let rows = rows(include_str!("../../../tests/cases/cluster/status.jsonl"));
    let mut wrong = Vec::new();
    for row in &rows {
        let ours = status(&row["object"], NOW);
        if ours.progress.word() != row["status"] || ours.message != row["message"] {
            wrong.push(format!("{row}\n  ours: {ours:?}"));
        }
    }
    assert!(rows.len() > 1000 && wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn helms_older_checker_says_the_same() {
    let rows = rows(include_str!("../../../tests/cases/cluster/legacy.jsonl"));
    let mut wrong = Vec::new();
    for row in &rows {
        let others = |kind: &str| row["others"].as_array().into_iter().flatten().filter(|one| one["kind"] == kind).collect();
        let related = Related { replica_sets: others("ReplicaSet"), pods: others("Pod") };
        let jobs = row["jobs"].as_bool().expect("jobs");
        let theirs = match (row["error"].as_str().expect("error"), row["ready"].as_bool().expect("ready")) {
            ("", ready) => Readiness::from(ready),
            (error, _) => Readiness::Failed(error.to_owned()),
        };
        let ours = ready(&row["object"], &related, jobs);
        if ours != theirs {
            wrong.push(format!("{row}\n  ours: {ours:?}"));
        }
    }
    assert!(rows.len() > 400 && wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn a_set_fails_with_its_pods_but_not_with_those_that_go_or_wait_for_a_node() {
    let own = || super::Status { progress: Progress::InProgress, message: "Ready: 0/1".to_owned() };
    let pod = |meta: Json, status: Json| serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "status": status});
    let looping =
        serde_json::json!({"phase": "Running", "containerStatuses": [{"name": "c", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]});
    let crashed = pod(serde_json::json!({}), looping.clone());
    assert_eq!(with_pods(own(), [&crashed], NOW).message, "1 pods have failed");
    let going = pod(serde_json::json!({"deletionTimestamp": "2026-01-01T00:00:00Z"}), looping);
    let unscheduled =
        serde_json::json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]});
    let waiting = pod(serde_json::json!({"creationTimestamp": "2026-01-01T00:00:00Z"}), unscheduled);
    assert_eq!(status(&waiting, NOW).progress, Progress::Failed);
    assert_eq!(with_pods(own(), [&going, &waiting], NOW), own());
}

#[test]
fn hooks_run_to_their_end() {
    let job = |status: Json| serde_json::json!({"apiVersion": "batch/v1", "kind": "Job", "spec": {"completions": 1}, "status": status});
    let running = job(serde_json::json!({"startTime": "2026-01-01T00:00:00Z", "active": 1}));
    assert_eq!((status(&running, NOW).progress, job_status(&running).progress), (Progress::Current, Progress::InProgress));
    assert_eq!(hook_status(&running, &[]).message, "Job in progress");
    let failed = job(serde_json::json!({"failed": 1, "conditions": [{"type": "Failed", "status": "True"}]}));
    assert_eq!(hook_status(&failed, &[]).message, "Job Failed. failed: 1/1");
    let pod = |phase: &str| serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "status": {"phase": phase}});
    let words: Vec<String> = ["Succeeded", "Failed", "Running"].iter().map(|phase| hook_status(&pod(phase), &[]).message).collect();
    assert_eq!(words, ["pod p succeeded", "pod p failed", "Pod in progress"]);
    let map = serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}});
    assert_eq!(hook_status(&map, &[]).progress, Progress::Current);
}

#[test]
fn a_hooks_job_of_one_pod_is_done_with_it() {
    let json = |text: &str| serde_json::from_str::<Json>(text).expect("JSON");
    let ended = json(r#"{"apiVersion": "v1", "kind": "Pod", "status": {"phase": "Succeeded"}}"#);
    let begun = json(r#"{"apiVersion": "v1", "kind": "Pod", "status": {"phase": "Running"}}"#);
    let job =
        |spec: &str, status: &str| json(&format!(r#"{{"apiVersion": "batch/v1", "kind": "Job", "spec": {spec}, "status": {status}}}"#));
    let progress = |spec: &str, status: &str, pods: &[&Json]| hook_status(&job(spec, status), pods).progress;
    let active = r#"{"active": 1}"#;
    assert_eq!(progress("{}", active, &[&begun]), Progress::InProgress);
    assert_eq!(progress("{}", active, &[&begun, &ended]), Progress::Current);
    assert_eq!(progress("{}", r#"{"conditions": [{"type": "SuccessCriteriaMet", "status": "True"}]}"#, &[&ended]), Progress::Current);
    for spec in [r#"{"completions": 2}"#, r#"{"parallelism": 2}"#, r#"{"activeDeadlineSeconds": 9}"#] {
        assert_eq!(progress(spec, active, &[&ended]), Progress::InProgress, "{spec}");
    }
    assert_eq!(progress("{}", r#"{"conditions": [{"type": "FailureTarget", "status": "True"}]}"#, &[&ended]), Progress::InProgress);
    assert_eq!(progress("{}", r#"{"conditions": [{"type": "Failed", "status": "True"}]}"#, &[&ended]), Progress::Failed);
}
