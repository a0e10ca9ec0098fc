//! Who a cluster is, what is said before it is changed, and rendering as on it without it.

use std::fs;
use std::path::Path;

use super::{ControlPlane, Helm, User};

const OBJECTS: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: seen}
data:
  version: {{ .Capabilities.KubeVersion.Version }}
  minor: {{ .Capabilities.KubeVersion.Minor | quote }}
  deployments: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  old: {{ .Capabilities.APIVersions.Has "extensions/v1beta1" | quote }}
  flows: {{ .Capabilities.APIVersions.Has "flowcontrol.apiserver.k8s.io/v1/FlowSchema" | quote }}
  classes: {{ range (lookup "storage.k8s.io/v1" "StorageClass" "" "").items }}{{ .metadata.name }} {{ end }}
  kind: {{ (lookup "v1" "Namespace" "" .Release.Namespace).kind | quote }}
  config: {{ (lookup "v1" "ConfigMap" .Release.Namespace "given").data | toJson | quote }}
  missing: {{ lookup "v1" "ConfigMap" .Release.Namespace "missing" | toJson | quote }}
  names: {{ range (lookup "v1" "ConfigMap" .Release.Namespace "").items }}{{ .metadata.name }} {{ end }}
  secret: {{ (lookup "v1" "Secret" .Release.Namespace "key").data.word | b64dec | quote }}
"#;

/// A folder with a chart `chart` that asks about the cluster, and a state with it in that namespace.
fn deployment(folder: &Path, namespace: &str) {
    fs::create_dir_all(folder.join("chart/templates")).expect("a folder");
    fs::write(folder.join("chart/Chart.yaml"), "apiVersion: v2\nname: seen\nversion: 1.0.0\n").expect("written");
    fs::write(folder.join("chart/templates/objects.yaml"), OBJECTS).expect("written");
    let state =
        format!("environments: {{default: {{}}, prod: {{}}}}\n---\nreleases:\n- {{name: seen, namespace: {namespace}, chart: ./chart}}\n");
    fs::write(folder.join("helmfile.yaml"), state).expect("written");
}

const GIVEN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: given}\ndata: {a: b}\n---\n\
    apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {word: opensesame}\n";

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn rendering_with_facts_is_rendering_on_the_cluster() {
    let plane = ControlPlane::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let namespace = plane.unique_namespace("facts");
    deployment(folder.path(), &namespace);
    plane.apply(&namespace, GIVEN);
    let wanted = plane.helm(Helm::Four, folder.path());
    let wanted = wanted.arguments(["template", "seen", "chart", "--dry-run=server", "--namespace", &namespace]).run();
    assert_eq!(wanted.code, 0, "{}{}", wanted.stdout, wanted.stderr);
    assert!(wanted.stdout.contains("opensesame"), "{}", wanted.stdout);

    let objects = [format!("ConfigMap/{namespace}"), format!("secrets/{namespace}/key")];
    let capture = |more: &[&str]| {
        let call = plane.call(User::Admin, folder.path()).arguments(["cluster", "capture", "facts.json"]);
        let ran = call.arguments(objects.iter().flat_map(|object| ["--object", object])).arguments(more.iter().copied()).run();
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        fs::read_to_string(folder.path().join("facts.json")).expect("facts")
    };
    // Nobody is asked: there is no such kubeconfig.
    let template = || {
        let call = plane.call_with(Path::new("/nowhere"), folder.path());
        call.arguments(["--cluster-facts", "facts.json", "template", "--quiet"]).run()
    };
    assert!(capture(&["--with-secrets"]).contains("b3BlbnNlc2FtZQ=="));
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(folder.path().join("facts.json")).expect("facts").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let ours = template();
    assert_eq!((ours.code, ours.stdout.trim_end()), (0, wanted.stdout.trim_end()), "{}", ours.stderr);

    assert!(!capture(&[]).contains("b3BlbnNlc2FtZQ=="));
    let ours = template();
    assert_eq!(ours.stdout.trim_end(), wanted.stdout.trim_end().replace("opensesame", "(masked)"), "{}", ours.stderr);

    // What is not known is not taken for absent.
    let ran = plane.call(User::Admin, folder.path()).arguments(["cluster", "capture", "facts.json"]).run();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let ours = template();
    let hint = format!("capture it with --object ConfigMap/{namespace}/given");
    assert!(ours.code == 1 && ours.stderr.contains(&hint), "{}: {}", ours.code, ours.stderr);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn another_cluster_is_refused_before_anything_is_touched() {
    let plane = ControlPlane::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let namespace = plane.unique_namespace("bound");
    deployment(folder.path(), &namespace);
    plane.apply(&namespace, GIVEN);
    let call = |arguments: &[&str]| plane.call(User::Admin, folder.path()).arguments(arguments.iter().copied()).run();
    let id = call(&["cluster", "identity"]);
    let id = id.stdout.trim_end();
    assert_eq!(id, plane.kubectl(&["get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}"]));

    let bound =
        |id: &str| fs::write(folder.path().join(".bkhelm.yaml"), format!("clusters: {{prod: {{identity: {id}}}}}\n")).expect("written");
    bound("0000-another");
    let before = plane.objects(&namespace);
    for command in ["sync", "apply", "destroy", "diff"] {
        let ran = call(&["-e", "prod", command]);
        let words = format!("is not the cluster of environment prod: it is {id}, not 0000-another");
        assert!(ran.code == 5 && ran.stderr.contains(&words), "{command}: {} {}", ran.code, ran.stderr);
    }
    let ran = call(&["--expect-cluster", "1111", "sync"]);
    assert!(ran.code == 5 && ran.stderr.contains("not 1111 (--expect-cluster)"), "{} {}", ran.code, ran.stderr);
    assert_eq!(plane.objects(&namespace), before);
    fs::write(folder.path().join(".bkhelm.yaml"), "cluster: {}\n").expect("written");
    let ran = call(&["-e", "prod", "sync"]);
    assert!(ran.code == 5 && ran.stderr.contains("unknown key \"cluster\""), "{} {}", ran.code, ran.stderr);

    bound(id);
    let ran = call(&["-e", "prod", "sync"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let title = ran.stderr.lines().find(|line| line.starts_with("Cluster https://")).expect("a banner");
    assert!(title.ends_with("Kubernetes v1.36.3), environment prod: 1 release"), "{title}");

    let ran = call(&["list", "--live", "--output", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let row = &rows[0];
    assert_eq!(
        (&row["status"], &row["revision"], &row["installed_chart"]),
        (&"deployed".into(), &"1".into(), &"seen-1.0.0".into()),
        "{row}"
    );
    let theirs = plane.helm(Helm::Four, folder.path()).arguments(["status", "seen", "--namespace", &namespace, "--output", "json"]).run();
    assert_eq!(theirs.code, 0, "{}", theirs.stderr);
    let ran = call(&["status"]);
    let text = format!("NAMESPACE: {namespace}\nSTATUS: deployed\nREVISION: 1\n");
    assert!(ran.code == 0 && ran.stderr.contains("Getting status seen\nNAME: seen\n") && ran.stderr.contains(&text), "{}", ran.stderr);
}
