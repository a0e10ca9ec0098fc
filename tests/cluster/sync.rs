//! What `bkhelm sync` leaves in a cluster is what helm leaves there.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::{ControlPlane, Helm, User};

const OBJECTS: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: small}
data: {of: {{ .Release.Name }}, revision: "{{ .Release.Revision }}", server: {{ .Capabilities.KubeVersion.Version }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: small}
spec:
  selector: {matchLabels: {app: small}}
  template: {metadata: {labels: {app: small}}, spec: {containers: [{name: main, image: "app:1"}]}}
"#;

/// A folder with a chart `chart`, and a state with it in that namespace.
fn deployment(folder: &Path, namespace: &str) {
    fs::create_dir_all(folder.join("chart/templates")).expect("a folder");
    fs::write(folder.join("chart/Chart.yaml"), "apiVersion: v2\nname: small\nversion: 1.0.0\n").expect("written");
    fs::write(folder.join("chart/templates/objects.yaml"), OBJECTS).expect("written");
    let state = format!("releases:\n- {{name: small, namespace: {namespace}, chart: ./chart, wait: true}}\n");
    fs::write(folder.join("helmfile.yaml"), state).expect("written");
}

/// What is there, without what controllers say about it and what has a name or content of chance, as if in the same namespace.
fn made(plane: &ControlPlane, namespace: &str) -> Vec<Json> {
    let mut objects = plane.objects(namespace);
    objects.retain(|object| ["ConfigMap", "Deployment", "ReplicaSet"].iter().any(|kind| object["kind"] == *kind));
    objects.iter_mut().for_each(|object| drop(object.as_object_mut().expect("an object").remove("status")));
    let text = Json::from(objects).to_string().replace(&format!("\"{namespace}\""), "\"NAMESPACE\"");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn sync_leaves_what_helm_leaves() {
    let plane = ControlPlane::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ours, theirs) = (plane.unique_namespace("sync"), plane.unique_namespace("sync"));
    deployment(folder.path(), &ours);
    for _revision in 1..=2 {
        let ran = plane.call(User::Admin, folder.path()).arguments(["sync"]).run();
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let ran = plane.helm(Helm::Four, folder.path());
        let ran = ran.arguments(["upgrade", "--install", "small", "chart", "--wait", "--namespace", &theirs]).run();
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(made(plane, &ours), made(plane, &theirs));
    }
    // helm reads our records.
    let ran = plane.helm(Helm::Four, folder.path()).arguments(["list", "--short", "--namespace", &ours]).run();
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "small\n"), "{}", ran.stderr);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn who_may_not_is_told_why_and_leaves_nothing() {
    let plane = ControlPlane::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let namespace = plane.unique_namespace("refused");
    deployment(folder.path(), &namespace);
    let before = plane.objects(&namespace);
    for (user, words) in [(User::Nobody, "forbidden"), (User::Reader, "forbidden"), (User::Expired, "Unauthorized")] {
        let ran = plane.call(user, folder.path()).arguments(["sync"]).run();
        assert!(ran.code != 0 && ran.stderr.contains(words), "{user:?}: code {}\n{}{}", ran.code, ran.stdout, ran.stderr);
    }
    assert_eq!(plane.objects(&namespace), before);
}
