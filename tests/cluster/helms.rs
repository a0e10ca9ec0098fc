//! bkhelm beside the real helms, in both directions.

use serde_json::Value as Json;

use super::Helm;
use super::stand::{SMALL, Stand};

const BOTH: [Helm; 2] = [Helm::Three, Helm::Four];

fn state(stand: &Stand, x: &str) {
    stand.state(&format!("releases:\n- {{name: web, namespace: NAMESPACE, chart: ./small, wait: true, values: [{{x: '{x}'}}]}}\n"));
}

fn x(stand: &Stand) -> String {
    stand.get("configmap", "web")["data"]["x"].as_str().expect("a value").to_owned()
}

/// A field is owned once only, and by helm's manager: what is taken out of a chart then goes, and nobody is in conflict.
fn well_owned(stand: &Stand, kind: &str) {
    let fields =
        stand.plane.get(&[kind, "web", "--namespace", &stand.namespace, "--show-managed-fields"])["metadata"]["managedFields"].clone();
    let fields = fields.as_array().expect("managed fields").iter().filter(|entry| entry["subresource"].is_null());
    let owners: Vec<&Json> =
        fields.filter(|entry| entry["manager"].as_str().is_some_and(|name| name != "kube-controller-manager")).collect();
    assert!(owners.len() == 1 && owners[0]["manager"] == "helm", "{kind}: {owners:#?}");
}

/// All words of a table's line, but times.
fn cells(table: &str) -> Vec<Vec<String>> {
    let cell = |cell: &str| cell.trim().to_owned();
    table.lines().map(|line| line.split('\t').map(cell).filter(|cell| !cell.contains(':')).collect()).collect()
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn both_helms_go_on_with_our_releases() {
    for helm in BOTH {
        let stand = Stand::new("ours");
        stand.chart("small", SMALL);
        state(&stand, "1");
        stand.run(0, ["sync"]);
        state(&stand, "2");
        stand.run(0, ["apply"]);
        well_owned(&stand, "deployment");

        // They read what we wrote, and say the same about it as we do.
        for arguments in [&["list"][..], &["history", "web"]] {
            let (theirs, ours) = (stand.helm(helm, arguments), stand.ours(arguments));
            assert_eq!(cells(&theirs), cells(&ours), "{helm:?} {arguments:?}");
            assert!(theirs.contains("deployed"), "{theirs}");
        }
        for what in ["values", "manifest", "notes", "hooks"] {
            let theirs = stand.helm(helm, ["get", what, "web"]);
            let ours = stand.ours(["get", what, "web"]);
            assert_eq!(theirs.trim_end(), ours.trim_end(), "{helm:?} get {what}");
        }
        assert!(stand.helm(helm, ["status", "web"]).contains("STATUS: deployed"));

        // They change it, and we go on.
        stand.helm(helm, ["rollback", "web", "1", "--wait"]);
        assert_eq!(x(&stand), "1", "{helm:?}");
        let ran = stand.run(2, ["diff", "--detailed-exitcode", "--context", "0"]);
        assert!(ran.stdout.contains("web, ConfigMap (v1) has changed") && !ran.stdout.contains("Deployment"), "{}", ran.stdout);
        stand.helm(helm, ["upgrade", "web", "small", "--set", "x=3", "--wait"]);
        assert_eq!(x(&stand), "3", "{helm:?}");
        stand.run(0, ["apply"]);
        assert_eq!(x(&stand), "2", "{helm:?}");
        assert_eq!(stand.revisions("web"), ["1 superseded", "2 superseded", "3 superseded", "4 superseded", "5 deployed"], "{helm:?}");
        stand.run(0, ["diff", "--detailed-exitcode"]);

        stand.helm(helm, ["uninstall", "web", "--wait"]);
        assert!(stand.get("configmap", "web").is_null() && stand.get("secret", "web").is_null(), "{helm:?}");
        assert_eq!(stand.ours(["list", "--short"]), "", "{helm:?}");
    }
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn we_go_on_with_the_releases_of_both_helms() {
    for helm in BOTH {
        let stand = Stand::new("theirs");
        stand.chart("small", SMALL);
        state(&stand, "1");
        stand.helm(helm, ["install", "web", "small", "--set-string", "x=1", "--wait"]);
        let born = stand.made();

        // Adopted as it is.
        let ran = stand.run(0, ["diff", "--detailed-exitcode"]);
        let shown: Vec<&str> = ran.stdout.lines().filter(|line| !line.starts_with("Comparing") && !line.is_empty()).collect();
        assert_eq!(shown, Vec::<&str>::new(), "{helm:?}");
        stand.run(0, ["apply"]);
        assert_eq!(stand.revisions("web"), ["1 deployed"], "{helm:?}");
        assert_eq!(stand.made(), born, "{helm:?}");

        // Upgraded, with a field that goes.
        stand.chart("small", &SMALL.replace(", revision: fixed", ""));
        state(&stand, "2");
        let ran = stand.run(2, ["diff", "--detailed-exitcode", "--context", "0"]);
        assert!(ran.stdout.contains("web, ConfigMap (v1) has changed"), "{}", ran.stdout);
        stand.run(0, ["apply"]);
        assert_eq!(x(&stand), "2", "{helm:?}");
        assert!(stand.get("configmap", "web")["data"]["revision"].is_null(), "{helm:?}: the field went");
        for kind in ["configmap", "secret", "deployment"] {
            well_owned(&stand, kind);
        }
        assert_eq!(stand.revisions("web"), ["1 superseded", "2 deployed"], "{helm:?}");
        stand.run(0, ["diff", "--detailed-exitcode"]);

        // They go back, and on.
        stand.helm(helm, ["rollback", "web", "1", "--wait"]);
        assert_eq!(stand.made(), born, "{helm:?}");
        stand.run(0, ["destroy"]);
        assert!(stand.get("configmap", "web").is_null(), "{helm:?}");
        assert_eq!(stand.helm(helm, ["list", "--short"]), "", "{helm:?}");
    }
}

/// One object of each of these kinds, with the fields that servers fill in.
const MANY: &str = r#"
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}, annotations: {a: "{{ .Release.Revision }}"}}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}, {name: two, port: 81, protocol: UDP}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: {{ .Release.Name }}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: set}
spec:
  serviceName: {{ .Release.Name }}
  replicas: 2
  selector: {matchLabels: {app: set}}
  template: {metadata: {labels: {app: set}}, spec: {containers: [{name: main, image: "app:1", env: [{name: A, value: b}], resources: {limits: {cpu: 1, memory: 0.5Gi}}}]}}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: clock}
spec: {schedule: "0 0 1 1 *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "app:1"}]}}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reads}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reads}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reads}
subjects: [{kind: ServiceAccount, name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: set}
spec: {minReplicas: 2, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: set}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: early, annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-weight: "-1"}}
data: {a: b}
---
apiVersion: batch/v1
kind: Job
metadata: {name: late, annotations: {helm.sh/hook: "post-install,post-upgrade", helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "app:1"}]}}}
"#;

/// What was made, without what the server hands out.
fn settled(stand: &Stand) -> Vec<Json> {
    let mut objects = stand.made();
    for spec in objects.iter_mut().filter_map(|object| object.get_mut("spec")?.as_object_mut()) {
        for handed_out in ["clusterIP", "clusterIPs", "volumeName"] {
            spec.remove(handed_out);
        }
    }
    objects
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn live_objects_of_many_kinds_equal_helms() {
    let (ours, theirs) = (Stand::new("many"), Stand::new("many"));
    for stand in [&ours, &theirs] {
        stand.chart("small", &format!("{SMALL}---{MANY}"));
    }
    state(&ours, "1");
    for _revision in 1..=2 {
        ours.run(0, ["sync"]);
        theirs.helm(Helm::Four, ["upgrade", "--install", "web", "small", "--set-string", "x=1", "--wait"]);
        let (one, other) = (settled(&ours), settled(&theirs));
        for (ours, theirs) in one.iter().zip(&other) {
            assert_eq!(ours, theirs);
        }
        assert_eq!(one.len(), other.len());
    }
    ours.run(0, ["destroy"]);
    theirs.helm(Helm::Four, ["uninstall", "web"]);
}
