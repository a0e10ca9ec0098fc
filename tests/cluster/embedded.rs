//! Whole deployments: the embedded one, and the real storage tier where it is beside the project.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;

use crate::harness::{copy_folder, project, shared};

use super::stand::{Stand, has_line};
use super::{Helm, eventually};

/// How many revisions are recorded in a namespace.
fn records(stand: &Stand) -> usize {
    let selector = "owner=helm";
    stand.plane.kubectl(&["get", "secrets", "--namespace", &stand.namespace, "--selector", selector, "--output", "name"]).lines().count()
}

/// Lines that compare releases; everything else in the output of a diff would be a difference.
fn differences(output: &str) -> Vec<&str> {
    output.lines().filter(|line| !line.starts_with("Comparing release=") && !line.is_empty()).collect()
}

/// Both deployments name node port 32181 for ZooKeeper, and a cluster has it once.
static NODE_PORT: Mutex<()> = Mutex::new(());

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn the_embedded_deployment_from_nothing_to_nothing() {
    let _port = NODE_PORT.lock().unwrap_or_else(PoisonError::into_inner);
    let stand = Stand::new("embedded");
    for part in ["environments", "releases"] {
        copy_folder(&project().join(part), &stand.folder().join(part));
    }
    std::fs::copy(project().join("helmfile.yaml.gotmpl"), stand.folder().join("helmfile.yaml.gotmpl")).expect("a copy");
    // The whole of it in a namespace of the test's own, the way an operator sets values.
    stand.write("environments/default/custom.yaml", "namespace: NAMESPACE\n");
    let run = |code, arguments: &[&str]| stand.run(code, arguments);

    // Storage and then batch by batch, as an operator does it: only what is selected is touched.
    run(0, &["-l", "tier=storage", "sync"]);
    let mut before = records(&stand);
    for batch in ["seq=first", "seq=second", "seq=third", "seq=fourth"] {
        let ran = run(0, &["-l", batch, "sync"]);
        let listed = run(0, &["-l", batch, "list", "--output", "json"]).stdout.matches("\"name\":").count();
        assert!(listed > 0, "{batch}");
        assert_eq!(records(&stand), before + listed, "{batch}\n{}", ran.stdout);
        before += listed;
    }
    assert_eq!(before, 25);

    // All of it is as it should be.
    let ran = run(0, &["diff", "--detailed-exitcode"]);
    assert_eq!(differences(&ran.stdout), Vec::<&str>::new());
    let ran = run(0, &["apply"]);
    assert!(has_line(&format!("{}{}", ran.stdout, ran.stderr), &["Nothing to do"]), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(records(&stand), before);

    // One value: one field of one release.
    let storage = ["--file", "releases/storage.yaml.gotmpl", "--state-values-set", "etcd.replicaCount=3"];
    let ran = run(2, &[&storage[..], &["diff", "--detailed-exitcode", "--context", "1"]].concat());
    let lines = ran.stdout.lines().filter(|line| line.starts_with(['+', '-'])).map(str::trim_end).collect::<Vec<_>>();
    assert!(!lines.is_empty() && ran.stdout.contains("bk-etcd, StatefulSet"), "{}", ran.stdout);
    assert!(lines.iter().any(|line| line.replace(' ', "") == "+replicas:3"), "{lines:?}");
    run(0, &[&storage[..], &["apply"]].concat());
    assert_eq!(records(&stand), before + 1);
    assert_eq!(stand.revisions("bk-etcd"), ["1 superseded", "2 deployed"]);
    assert_eq!(stand.get("statefulset", "bk-etcd")["spec"]["replicas"], 3);
    assert_eq!(stand.ours(["history", "bk-etcd"]).lines().count(), 3);
    stand.helm(Helm::Four, ["rollback", "bk-etcd", "1"]);
    assert_eq!(stand.get("statefulset", "bk-etcd")["spec"]["replicas"], 1);
    let ran = run(0, &["diff", "--detailed-exitcode"]);
    assert_eq!(differences(&ran.stdout), Vec::<&str>::new());

    run(0, &["destroy"]);
    assert_eq!(records(&stand), 0);
    assert_eq!(run(0, &["destroy"]).code, 0, "there is nothing to remove");
    // What stays is what helm leaves, too: the jobs of hooks, and the volumes of StatefulSets.
    let expected = ["PersistentVolumeClaim", "Job", "ServiceAccount/default"];
    eventually("the end of everything", Duration::from_secs(60), || {
        let name =
            |object: &Json| format!("{}/{}", object["kind"].as_str().unwrap_or(""), object["metadata"]["name"].as_str().unwrap_or(""));
        let left: Vec<String> = stand.made().iter().map(name).filter(|name| !expected.iter().any(|kind| name.starts_with(kind))).collect();
        println!("{left:?}");
        left.is_empty().then_some(())
    });
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn the_real_storage_tier() {
    let Some(shared) = shared() else {
        println!("no recorded cases beside the project: nothing to do");
        return;
    };
    let _port = NODE_PORT.lock().unwrap_or_else(PoisonError::into_inner);
    let stand = Stand::new("storage");
    copy_folder(&shared.join("blueking/deploy"), stand.folder());
    let namespace = format!("namespace={}", stand.namespace);
    let run = |code, arguments: &[&str]| {
        let state = ["--file", "base-storage.yaml.gotmpl", "--state-values-set", namespace.as_str()];
        stand.run(code, [&state, arguments].concat())
    };
    run(0, &["sync", "--wait"]);
    let before = records(&stand);
    assert!(before > 0);
    let ran = run(0, &["diff", "--detailed-exitcode"]);
    assert_eq!(differences(&ran.stdout), Vec::<&str>::new());
    let ran = run(0, &["apply"]);
    assert!(has_line(&format!("{}{}", ran.stdout, ran.stderr), &["Nothing to do"]), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(records(&stand), before);
    // helm reads all of them.
    assert_eq!(stand.helm(Helm::Four, ["list", "--short"]).lines().count(), before);
    run(0, &["destroy"]);
    assert_eq!(records(&stand), 0);
}
