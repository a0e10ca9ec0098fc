//! What others write, what can't be changed and what belongs to somebody: the traps of applying.

use serde_json::json;

use super::stand::{Stand, has_line};
use super::{Helm, User, eventually};

/// A stand with one release `web` of one chart.
fn stand(name: &str, objects: &str) -> Stand {
    let stand = Stand::new(name);
    stand.chart("web", objects);
    stand.state("releases:\n- {name: web, namespace: NAMESPACE, chart: ./web, values: [values.yaml]}\n");
    stand.write("values.yaml", "x: 1\n");
    stand
}

const JOB: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: first}
data: {x: "{{ .Values.x }}"}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once, annotations: {note: a{{ if .Values.allowed }}, bkhelm.dev/allow-replace: "true"{{ end }}}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "app:{{ .Values.x }}"}]}}}
"#;

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn what_cannot_be_changed_is_refused_before_anything_is_touched_or_made_again_where_that_is_allowed() {
    let stand = stand("replace", JOB);
    stand.run(0, ["sync"]);
    let uid = |stand: &Stand| stand.get("job", "once")["metadata"]["uid"].clone();
    let first = uid(&stand);
    // Without leave: no revision, no object.
    stand.write("values.yaml", "x: 2\n");
    let ran = stand.run(1, ["sync"]);
    assert!(has_line(&ran.stderr, &["Job/", "/once", ".spec.template", "field is immutable"]), "{}", ran.stderr);
    assert!(has_line(&ran.stderr, &["--allow-replace Job", "bkhelm.dev/allow-replace"]), "{}", ran.stderr);
    assert_eq!(stand.get("configmap", "first")["data"]["x"], "1");
    assert_eq!((stand.revisions("web"), uid(&stand)), (vec!["1 deployed".to_owned()], first.clone()));
    // By a flag, and by the object's own annotation.
    stand.run(0, ["sync", "--allow-replace", "StatefulSet,Job"]);
    let second = uid(&stand);
    assert_ne!(first, second);
    assert_eq!(stand.get("job", "once")["spec"]["template"]["spec"]["containers"][0]["image"], "app:2");
    stand.write("values.yaml", "x: 3\nallowed: true\n");
    stand.run(0, ["sync"]);
    assert_ne!(second, uid(&stand));
    // What does not change is left.
    let third = uid(&stand);
    stand.run(0, ["sync"]);
    assert_eq!(third, uid(&stand));
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn what_cannot_be_changed_is_replaced_in_releases_of_helm_3_too() {
    let stand = stand("replace-three", JOB);
    stand.helm(Helm::Three, ["install", "web", "web", "--values", "values.yaml"]);
    let first = stand.get("job", "once")["metadata"]["uid"].clone();
    stand.write("values.yaml", "x: 2\n");
    let ran = stand.run(1, ["sync"]);
    assert!(has_line(&ran.stderr, &["Job/", "/once", ".spec.template"]), "{}", ran.stderr);
    stand.run(0, ["sync", "--allow-replace", "Job"]);
    assert_ne!(first, stand.get("job", "once")["metadata"]["uid"]);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn conflicts_name_every_field_and_owner_and_go_as_the_user_says() {
    let objects = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: \"1\", b: \"1\", c: \"{{ .Values.x }}\"}\n";
    let stand = stand("conflicts", objects);
    stand.run(0, ["sync"]);
    let change = |field: &str, manager: &str| {
        let patch = format!(r#"{{"data":{{"{field}":"theirs"}}}}"#);
        let arguments = ["patch", "configmap", "shared", "--type", "merge", "--patch", &patch, "--field-manager", manager];
        stand.plane.kubectl(&[&arguments[..], &["--namespace", &stand.namespace]].concat());
    };
    change("a", "alice");
    change("b", "bob");
    stand.write("values.yaml", "x: 2\n");
    let ran = stand.run(1, ["sync"]);
    assert!(ran.stderr.contains("conflict occurred while applying object"), "{}", ran.stderr);
    for (field, owner) in [(".data.a", "alice"), (".data.b", "bob")] {
        assert!(has_line(&ran.stderr, &[field, "is owned by", owner, "--conflicts"]), "{}", ran.stderr);
    }
    // One decided, one not: nothing is sent.
    let object = format!("ConfigMap/{}/shared", stand.namespace);
    stand.run(1, ["sync", "--conflicts", &format!("ours {object} .data.a alice")]);
    assert_eq!(stand.get("configmap", "shared")["data"], json!({"a": "theirs", "b": "theirs", "c": "1"}));
    stand.run(0, ["sync", "--conflicts", &format!("ours {object} .data.a"), "--conflicts", "theirs ConfigMap/* * bob"]);
    assert_eq!(stand.get("configmap", "shared")["data"], json!({"a": "1", "b": "theirs", "c": "2"}));
    let ran = stand.run(3, ["sync", "--conflicts", "mine"]);
    assert!(ran.stderr.contains("ours, theirs or fail"), "{}", ran.stderr);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn what_controllers_write_is_left_alone() {
    let objects = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}, annotations: {x: "{{ .Values.x }}"}}, spec: {containers: [{name: main, image: "app:1"}]}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: {{ .Release.Namespace }}, annotations: {x: "{{ .Values.x }}"}}
webhooks:
- name: a.example.com
  clientConfig: {url: "https://127.0.0.1:1/", caBundle: ""}
  rules: [{apiGroups: [no.example.com], apiVersions: [v1], operations: [CREATE], resources: [nothings]}]
  sideEffects: None
  admissionReviewVersions: [v1]
"#;
    let stand = stand("controllers", objects);
    stand.run(0, ["sync"]);
    // As an autoscaler and a certificate injector do.
    stand.plane.kubectl(&["scale", "deployment", "web", "--replicas", "3", "--namespace", &stand.namespace]);
    let patch = r#"[{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "Y2E="}]"#;
    let configuration = ["validatingwebhookconfiguration", &stand.namespace];
    let arguments = ["patch", configuration[0], configuration[1], "--type", "json", "--patch", patch, "--field-manager", "cainjector"];
    stand.plane.kubectl(&arguments);
    // They are no drift ...
    let ran = stand.run(0, ["diff", "--detailed-exitcode"]);
    assert!(!ran.stdout.contains("changed on the cluster"), "{}", ran.stdout);
    // ... and stay when something else changes.
    stand.write("values.yaml", "x: 2\n");
    stand.run(0, ["sync"]);
    let deployment = stand.get("deployment", "web");
    assert_eq!(deployment["spec"]["replicas"], 3);
    assert_eq!(deployment["spec"]["template"]["metadata"]["annotations"]["x"], "2");
    let webhooks = stand.plane.get(&configuration);
    assert_eq!(
        (&webhooks["webhooks"][0]["clientConfig"]["caBundle"], &webhooks["metadata"]["annotations"]["x"]),
        (&json!("Y2E="), &json!("2"))
    );
    stand.plane.kubectl(&["delete", configuration[0], configuration[1]]);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn a_key_that_leaves_string_data_leaves_the_secret() {
    let objects =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {kept: a{{ if eq (int .Values.x) 1 }}, dropped: b{{ end }}}\n";
    let stand = stand("string-data", objects);
    stand.run(0, ["sync"]);
    assert_eq!(stand.get("secret", "web")["data"], json!({"kept": "YQ==", "dropped": "Yg=="}));
    let owners = |stand: &Stand| {
        let secret = stand.plane.get(&["secret", "web", "--namespace", &stand.namespace, "--show-managed-fields"]);
        let owners = secret["metadata"]["managedFields"].as_array().expect("owners").iter();
        owners.map(|entry| format!("{} {}", entry["manager"], entry["operation"])).collect::<Vec<_>>()
    };
    let before = owners(&stand);
    stand.write("values.yaml", "x: 2\n");
    stand.run(0, ["sync"]);
    assert_eq!(stand.get("secret", "web")["data"], json!({"kept": "YQ=="}));
    assert_eq!(owners(&stand), before);
    // Client-side, too.
    stand.write("values.yaml", "x: 1\n");
    stand.run(0, ["sync", "--server-side", "false"]);
    stand.write("values.yaml", "x: 2\n");
    stand.run(0, ["sync"]);
    assert_eq!(stand.get("secret", "web")["data"], json!({"kept": "YQ=="}));
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn objects_of_others_are_all_named_and_taken_only_where_asked() {
    let objects = r#"{{- range list "one" "two" }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ . }}}
data: {x: ours}
{{- end }}
"#;
    let stand = stand("foreign", objects);
    for name in ["one", "two"] {
        stand.plane.kubectl(&["create", "configmap", name, "--from-literal", "x=theirs", "--namespace", &stand.namespace]);
    }
    let ran = stand.run(1, ["sync"]);
    for name in ["one", "two"] {
        let words = format!("ConfigMap {name:?} in namespace {:?} exists and cannot be imported into the current release", stand.namespace);
        assert!(ran.stderr.contains(&words), "{}", ran.stderr);
    }
    assert!(stand.try_helm(Helm::Four, ["history", "web"]).code != 0, "no record was made");
    // Taken over, but what its owner wrote is the owner's until it is taken, too.
    stand.run(1, ["sync", "--take-ownership"]);
    stand.run(0, ["sync", "--take-ownership", "--conflicts", "ours ConfigMap/*"]);
    assert_eq!(stand.get("configmap", "one")["data"]["x"], "ours");
    assert_eq!(stand.get("configmap", "two")["metadata"]["annotations"]["meta.helm.sh/release-name"], "web");
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn kept_objects_stay_whatever_the_word_and_lost_ones_come_again() {
    let objects = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: base}
data: {x: "1"}
{{- if eq (int .Values.x) 1 }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kept, annotations: {helm.sh/resource-policy: whatever}}
data: {x: "1"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: leaving}
data: {x: "1"}
{{- end }}
"#;
    let stand = stand("kept", objects);
    stand.run(0, ["sync"]);
    stand.plane.kubectl(&["delete", "configmap", "base", "--namespace", &stand.namespace]);
    let ran = stand.run(2, ["diff", "--detailed-exitcode"]);
    assert!(has_line(&ran.stdout, &["base", "is gone from the cluster"]), "{}", ran.stdout);
    stand.run(0, ["apply"]);
    assert_eq!(stand.get("configmap", "base")["data"]["x"], "1");
    stand.write("values.yaml", "x: 2\n");
    stand.run(0, ["sync"]);
    assert_eq!(stand.get("configmap", "kept")["data"]["x"], "1");
    eventually("the end of what left", std::time::Duration::from_secs(10), || stand.get("configmap", "leaving").is_null().then_some(()));
    stand.run(0, ["destroy"]);
    assert_eq!(stand.get("configmap", "kept")["data"]["x"], "1");
    assert_eq!(stand.plane.kubectl_as(User::Admin, &["get", "configmap", "base", "--namespace", &stand.namespace]).code, 1);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn what_a_failed_upgrade_added_goes_with_the_next_one_also_client_side() {
    let objects = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {a: "1"{{ if eq (int .Values.x) 1 }}, first: "1"{{ end }}{{ if eq (int .Values.x) 2 }}, failed: "1"{{ end }}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: {{ if eq (int .Values.x) 2 }}99999{{ else }}80{{ end }}}]}
"#;
    let stand = stand("failed", objects);
    stand.helm(Helm::Three, ["install", "web", "web", "--values", "values.yaml"]);
    stand.write("values.yaml", "x: 2\n");
    let ran = stand.run(1, ["sync"]);
    assert!(ran.stderr.contains("cannot patch \"web\" with kind Service: Service \"web\" is invalid"), "{}", ran.stderr);
    assert_eq!(stand.get("configmap", "web")["data"], json!({"a": "1", "failed": "1"}));
    stand.write("values.yaml", "x: 3\n");
    stand.run(0, ["sync"]);
    assert_eq!(stand.get("configmap", "web")["data"], json!({"a": "1"}));
    assert_eq!(stand.revisions("web"), ["1 superseded", "2 failed", "3 deployed"]);
}

const TRINKETS: &str = r#"apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: trinkets.applying.bkhelm.test}
spec:
  group: applying.bkhelm.test
  scope: Namespaced
  names: {plural: trinkets, singular: trinket, kind: Trinket, listKind: TrinketList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"#;

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn changed_custom_resources_are_put_back_client_side_too() {
    let objects = "apiVersion: applying.bkhelm.test/v1\nkind: Trinket\nmetadata: {name: web}\nspec: {size: 1, list: [a], {{ if eq (int .Values.x) 1 }}first: 1{{ end }}}\n";
    let stand = stand("custom", objects);
    stand.write("web/crds/trinkets.yaml", TRINKETS);
    stand.helm(Helm::Three, ["install", "web", "web", "--values", "values.yaml"]);
    let change = r#"{"spec":{"size":9,"theirs":1}}"#;
    stand.plane.kubectl(&["patch", "trinket", "web", "--namespace", &stand.namespace, "--type", "merge", "--patch", change]);
    let ran = stand.run(2, ["diff", "--detailed-exitcode"]);
    assert!(has_line(&ran.stdout, &["spec.size", "9"]), "{}", ran.stdout);
    stand.run(0, ["apply"]);
    assert_eq!(stand.get("trinket", "web")["spec"], json!({"size": 1, "list": ["a"], "first": 1, "theirs": 1}));
    stand.write("values.yaml", "x: 2\n");
    stand.run(0, ["sync"]);
    assert_eq!(stand.get("trinket", "web")["spec"], json!({"size": 1, "list": ["a"], "theirs": 1}));
    stand.plane.kubectl(&["delete", "customresourcedefinition", "trinkets.applying.bkhelm.test"]);
}
