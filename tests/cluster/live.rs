//! What bkhelm leaves on a cluster is what helm leaves there, to the owner of each field: for new releases, for those of Helm 3,
//! and for those that change hands.

use serde_json::{Value as Json, json};

use super::Helm;
use super::stand::Stand;

/// Lists that merge by a key, lists of scalars, maps, what the server fills in, and a hook.
const OBJECTS: &str = r#"apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {kept: {{ .Values.step }}{{ if not .Values.first }}, added: b{{ end }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web, labels: {step: {{ .Values.step | quote }}}}
data: {step: {{ .Values.step | quote }}{{ if .Values.first }}, dropped: x{{ else }}, added: more{{ end }}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {name: http, port: 80}
  {{- if .Values.first }}
  - {name: dropped, port: 81}
  {{- else }}
  - {name: added, port: 82, targetPort: http}
  {{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: {{ if .Values.first }}1{{ else }}2{{ end }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      volumes:
      - {name: settings, configMap: {name: web}}
      {{- if .Values.first }}
      - {name: scratch, emptyDir: {}}
      {{- end }}
      containers:
      - name: main
        image: app:{{ .Values.step }}
        args: [serve{{ if .Values.first }}, --first{{ end }}]
        ports: [{name: http, containerPort: 8080}]
        env:
        - {name: STEP, value: {{ .Values.step | quote }}}
        {{- if .Values.first }}
        - {name: DROPPED, value: x}
        {{- end }}
        volumeMounts: [{name: settings, mountPath: /settings}]
        resources: {requests: {cpu: {{ if .Values.first }}100m{{ else }}0.2{{ end }}, memory: 64Mi}}
      {{- if not .Values.first }}
      - {name: beside, image: "beside:1"}
      {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules: [{apiGroups: [""], resources: [pods], verbs: [get{{ if .Values.first }}, list{{ end }}]}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
---
{{- if .Values.first }}
apiVersion: v1
kind: ConfigMap
metadata: {name: leaving}
data: {a: b}
{{- end }}
---
apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {helm.sh/hook: "post-install,post-upgrade"}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "app:1"}]}}}
"#;

/// All objects of the release with the owners of their fields, as if in namespace `NAMESPACE`.
fn owned(stand: &Stand) -> Json {
    let kinds = "serviceaccounts,secrets,configmaps,services,deployments,roles,poddisruptionbudgets,jobs";
    let mut list = stand.plane.get(&[kinds, "--namespace", &stand.namespace, "--show-managed-fields"]);
    let objects = list["items"].as_array_mut().expect("a list");
    objects.retain(|object| object["type"] != "helm.sh/release.v1" && object["metadata"]["name"] != "kube-root-ca.crt");
    objects.retain(|object| !(object["kind"] == "ServiceAccount" && object["metadata"]["name"] == "default"));
    for object in objects.iter_mut() {
        let is_service = object["kind"] == "Service";
        object.as_object_mut().expect("an object").remove("status");
        let metadata = object["metadata"].as_object_mut().expect("metadata");
        metadata.retain(|key, _| !["uid", "resourceVersion", "creationTimestamp", "generation"].contains(&key.as_str()));
        let fields = metadata["managedFields"].as_array_mut().expect("owners");
        fields.retain(|entry| entry["subresource"] != "status" && entry["manager"] != "kube-controller-manager");
        fields.iter_mut().for_each(|entry| drop(entry.as_object_mut().expect("an entry").remove("time")));
        if is_service {
            object["spec"]["clusterIP"] = json!("IP");
            object["spec"]["clusterIPs"] = json!(["IP"]);
        }
    }
    let text = list["items"].to_string().replace(&stand.namespace, "NAMESPACE");
    // The uid of a job is in its labels, and in those of its pods.
    let mut text = text;
    while let Some((before, after)) = text.split_once("controller-uid\":\"") {
        text = format!("{before}controller-UID\":\"{}", after.split_at(36).1);
    }
    serde_json::from_str(&text).expect("JSON")
}

/// A way of installing and upgrading: who makes the first revision where it is not the same program as the second, and flags.
struct Way {
    helm: Helm,
    flags: &'static [&'static str],
    ours: &'static [&'static str],
    born: Option<Helm>,
}

fn same_as_helm(name: &str, way: &Way) {
    let (theirs, ours) = (Stand::new(&format!("{name}-theirs")), Stand::new(&format!("{name}-ours")));
    for stand in [&theirs, &ours] {
        stand.chart("web", OBJECTS);
        stand.state("releases:\n- {name: web, namespace: NAMESPACE, chart: ./web, values: [values.yaml]}\n");
    }
    for step in 1..=3 {
        let values = format!("step: s{step}\nfirst: {}\n", step == 1);
        [&theirs, &ours].iter().for_each(|stand| stand.write("values.yaml", &values));
        let upgrade = ["upgrade", "--install", "web", "web", "--values", "values.yaml"];
        match way.born.filter(|_| step == 1) {
            Some(helm) => [&theirs, &ours].iter().for_each(|stand| drop(stand.helm(helm, upgrade))),
            None => {
                theirs.helm(way.helm, [&upgrade, way.flags].concat());
                ours.run(0, [&["sync"], way.ours].concat());
            }
        }
        let (theirs, ours) = (owned(&theirs), owned(&ours));
        let (theirs, ours) = (theirs.as_array().expect("a list"), ours.as_array().expect("a list"));
        assert!(theirs.len() >= 8, "helm made {} objects", theirs.len());
        for (theirs, ours) in theirs.iter().zip(ours) {
            assert_eq!(ours, theirs, "{name}, step {step}");
        }
        assert_eq!(ours.len(), theirs.len(), "{name}, step {step}");
    }
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn new_releases_are_as_helm_4_makes_them() {
    same_as_helm("live-four", &Way { helm: Helm::Four, flags: &[], ours: &[], born: None });
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn new_releases_are_as_helm_3_makes_them() {
    same_as_helm("live-three", &Way { helm: Helm::Three, flags: &[], ours: &["--compat", "helm3"], born: None });
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn client_side_releases_are_as_helm_4_makes_them() {
    let way = Way { helm: Helm::Four, flags: &["--server-side=false"], ours: &["--server-side", "false"], born: None };
    same_as_helm("live-client", &way);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn releases_of_helm_3_stay_client_side() {
    same_as_helm("live-born", &Way { helm: Helm::Four, flags: &[], ours: &[], born: Some(Helm::Three) });
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn releases_of_helm_3_move_to_the_servers_side_where_asked() {
    let way = Way { helm: Helm::Four, flags: &["--server-side=true"], ours: &["--server-side", "true"], born: Some(Helm::Three) };
    same_as_helm("live-moved", &way);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn a_three_way_merge_puts_back_what_was_changed_and_keeps_what_was_added() {
    let stand = Stand::new("live-drift");
    stand.chart("web", OBJECTS);
    stand.state("releases:\n- {name: web, namespace: NAMESPACE, chart: ./web, values: [values.yaml]}\n");
    stand.write("values.yaml", "step: s1\nfirst: true\n");
    stand.helm(Helm::Three, ["install", "web", "web", "--values", "values.yaml"]);
    let ran = stand.run(0, ["diff", "--detailed-exitcode"]);
    assert!(!ran.stdout.contains("was changed"), "{}", ran.stdout);
    let change = r#"{"data":{"step":"drifted","theirs":"stays"}}"#;
    stand.plane.kubectl(&["patch", "configmap", "web", "--namespace", &stand.namespace, "--type", "merge", "--patch", change]);
    let version = stand.get("service", "web")["metadata"]["resourceVersion"].clone();
    let ran = stand.run(2, ["diff", "--detailed-exitcode"]);
    assert!(ran.stdout.contains("drifted") && !ran.stdout.contains("stays"), "{}", ran.stdout);
    stand.run(0, ["apply"]);
    let data = stand.get("configmap", "web")["data"].clone();
    assert_eq!((&data["step"], &data["theirs"]), (&json!("s1"), &json!("stays")));
    assert_eq!(stand.get("service", "web")["metadata"]["resourceVersion"], version, "nothing is sent where nothing changes");
    stand.run(0, ["diff", "--detailed-exitcode"]);
}
