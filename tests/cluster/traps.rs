//! What goes wrong with helm and helmfile, and must not here.

use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use super::stand::{SMALL, Stand, has_line};
use super::{Helm, User, eventually};

const SOON: Duration = Duration::from_secs(60);

/// The state of one release that is waited for.
fn state(stand: &Stand, chart: &str, values: &str) {
    stand.state(&format!(
        "releases:\n- {{name: web, namespace: NAMESPACE, chart: ./{chart}, wait: true, timeout: 60, values: [{{{values}}}]}}\n"
    ));
}

/// Starts bkhelm and sends it the signal once the release has a record that is pending, or is being removed.
fn interrupted(stand: &Stand, signal: &str, arguments: &[&str]) {
    let running = stand.call(arguments).start();
    eventually("work on the release", SOON, || {
        let selector = "owner=helm,status in (pending-install,pending-upgrade,pending-rollback,uninstalling)";
        let records = stand.plane.get(&["secrets", "--namespace", &stand.namespace, "--selector", selector]);
        records["items"].as_array().is_some_and(|items| !items.is_empty()).then_some(())
    });
    sleep(Duration::from_millis(300));
    running.signal(signal);
    let ran = running.end();
    assert!(ran.code > 0, "{signal}: code {}\n{}{}", ran.code, ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("the next one goes on from here"), "{signal}: where things stand\n{}{}", ran.stdout, ran.stderr);
}

/// No lease is left, and no record says that somebody works on it.
fn unlocked(stand: &Stand) {
    let leases = stand.plane.get(&["leases", "--namespace", &stand.namespace]);
    assert!(leases["items"].as_array().is_some_and(Vec::is_empty), "{leases}");
    let ran = stand.try_helm(Helm::Four, ["list", "--pending", "--short"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn a_failed_upgrade_is_tried_again_and_leaves_no_orphans() {
    let stand = Stand::new("failed");
    let extra = "{{ if .Values.extra }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n{{ end }}\n";
    stand.chart("small", &format!("{SMALL}{extra}"));
    state(&stand, "small", "x: '1'");
    stand.run(0, ["sync"]);
    state(&stand, "small", "x: '2', behave: crash, extra: yes");
    stand.run(1, ["apply"]);
    assert!(!stand.get("configmap", "extra").is_null());
    let ran = stand.run(2, ["diff", "--detailed-exitcode"]);
    assert!(has_line(&ran.stderr, &["revision 2 is failed"]) || has_line(&ran.stdout, &["revision 2 is failed"]), "{}", ran.stderr);
    // The same again is no "nothing to do".
    stand.run(1, ["apply"]);
    assert_eq!(stand.revisions("web"), ["1 deployed", "2 failed", "3 failed"]);
    // What only the failed ones made goes with the next that succeeds.
    state(&stand, "small", "x: '1'");
    stand.run(2, ["diff", "--detailed-exitcode"]);
    stand.run(0, ["apply"]);
    assert!(stand.get("configmap", "extra").is_null());
    assert_eq!(stand.revisions("web").last().map(String::as_str), Some("4 deployed"));
    let deployed = stand.revisions("web").iter().filter(|revision| revision.ends_with(" deployed")).count();
    assert_eq!(deployed, 1);
    stand.run(0, ["diff", "--detailed-exitcode"]);
}

/// A CRD of kind `Thing` in a group of the test's own, with that mark.
fn crd(stand: &Stand, mark: &str) -> String {
    let group = format!("{}.example.com", stand.namespace);
    let schema = "{type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}}";
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: things.{group}, annotations: {{mark: {mark}}}}}\n\
         spec: {{group: {group}, scope: Namespaced, names: {{kind: Thing, plural: things, singular: thing}}, \
         versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {schema}}}}}]}}\n"
    )
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn custom_resources_drift_visibly_and_crds_stay_as_new_as_they_are() {
    let stand = Stand::new("custom");
    let thing =
        "{apiVersion: NAMESPACE.example.com/v1, kind: Thing, metadata: {name: one}, spec: {size: {{ .Values.size }}, list: [a, b]}}\n";
    stand.chart("custom", thing);
    stand.write("custom/crds/things.yaml", &crd(&stand, "chart"));
    state(&stand, "custom", "size: 1");
    // Somebody has a newer one.
    stand.plane.apply(&stand.namespace, &crd(&stand, "newer"));
    let name = format!("things.{}.example.com", stand.namespace);
    let mark = || stand.get("customresourcedefinition", &name)["metadata"]["annotations"]["mark"].clone();
    eventually("the kind is served", SOON, || (stand.plane.kubectl_as(User::Admin, &["get", &name]).code == 0).then_some(()));
    stand.run(0, ["sync"]);
    state(&stand, "custom", "size: 2");
    stand.run(0, ["apply"]);
    assert_eq!(mark(), "newer");
    // Only who asks for it gets the chart's.
    stand.run(0, ["sync", "--crds", "upgrade"]);
    assert_eq!(mark(), "chart");

    let things = format!("{name}/one");
    let size = || stand.get(&name, "one")["spec"]["size"].clone();
    assert_eq!(size(), 2, "{things}");
    let patch = json!({"spec": {"size": 7}}).to_string();
    stand.plane.kubectl(&["patch", &name, "one", "--namespace", &stand.namespace, "--type=merge", "--patch", &patch]);
    let ran = stand.run(2, ["diff", "--detailed-exitcode"]);
    assert!(has_line(&ran.stdout, &["one, Thing", "was changed on the cluster"]), "{}", ran.stdout);
    assert!(ran.stdout.contains("- spec.size: 7\n+ spec.size: 2\n"), "{}", ran.stdout);
    // Whose field it is now is the other one's: taking it back is an explicit wish, as with helm.
    let ran = stand.run(1, ["apply"]);
    assert!(ran.stderr.contains("--force-conflicts") && size() == 7, "{}", ran.stderr);
    stand.run(0, ["apply", "--force-conflicts"]);
    assert_eq!(size(), 2);
    stand.run(0, ["diff", "--detailed-exitcode"]);
    stand.run(0, ["destroy"]);
    stand.plane.kubectl(&["delete", "customresourcedefinition", &name]);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn a_run_that_is_stopped_leaves_nothing_stuck() {
    for signal in ["INT", "TERM"] {
        let stand = Stand::new("stopped");
        let hook = "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: bye, annotations: {helm.sh/hook: pre-delete}}\n\
                    spec: {template: {metadata: {annotations: {bkhelm.test/done-after: 3s}}, spec: {restartPolicy: Never, containers: [{name: main, image: 'app:1'}]}}}\n";
        stand.chart("small", &format!("{SMALL}{hook}"));
        state(&stand, "small", "behave: slow");
        interrupted(&stand, signal, &["sync"]);
        unlocked(&stand);
        state(&stand, "small", "");
        stand.run(0, ["sync"]);
        state(&stand, "small", "behave: slow");
        interrupted(&stand, signal, &["sync"]);
        unlocked(&stand);
        // helm goes on from there, too.
        stand.helm(Helm::Four, ["rollback", "web"]);
        state(&stand, "small", "");
        stand.run(0, ["apply"]);
        stand.run(0, ["diff", "--detailed-exitcode"]);
        interrupted(&stand, signal, &["destroy"]);
        unlocked(&stand);
        stand.run(0, ["destroy"]);
        assert!(stand.get("configmap", "web").is_null());
        assert_eq!(stand.helm(Helm::Four, ["list", "--short"]), "");
    }
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn a_stopped_rollback_leaves_nothing_stuck() {
    for signal in ["INT", "TERM"] {
        let stand = Stand::new("back");
        // The first revision is slow to come back.
        stand.chart("small", SMALL);
        state(&stand, "small", "behave: slow");
        stand.run(0, ["sync"]);
        state(&stand, "small", "behave: well");
        stand.run(0, ["sync"]);
        interrupted(&stand, signal, &["helm", "rollback", "web", "1", "--wait", "--namespace", &stand.namespace]);
        unlocked(&stand);
        stand.run(0, ["helm", "rollback", "web", "1", "--wait", "--namespace", &stand.namespace]);
        let revisions = stand.revisions("web");
        assert_eq!(revisions.iter().filter(|revision| revision.ends_with(" deployed")).count(), 1, "{revisions:?}");
        assert!(revisions.last().is_some_and(|last| last.ends_with(" deployed")), "{revisions:?}");
    }
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn of_two_at_once_one_works_and_the_other_says_who() {
    let stand = Stand::new("two");
    stand.chart("small", SMALL);
    state(&stand, "small", "behave: slow");
    let first = stand.call(["sync"]).start();
    let holder = eventually("the first one's lease", SOON, || {
        let lease = stand.get("lease", "bkhelm.web");
        lease["spec"]["holderIdentity"].as_str().map(str::to_owned)
    });
    let ran = stand.run(1, ["sync"]);
    assert!(ran.stderr.contains("another operation") && ran.stderr.contains(&holder), "{}", ran.stderr);
    let ran = first.end();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(stand.revisions("web"), ["1 deployed"]);
}
