//! `status` beside the real helms': what is there of a release's objects, as tables and as they are.

use serde_json::Value as Json;

use super::Helm;
use super::stand::Stand;

/// Two workloads with the same pods, kinds of one and of several objects, a kind of a CRD with columns of its own, and one without
/// a namespace.
const OBJECTS: &str = r#"{{- range list "web" "api" }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ . }}}
spec:
  replicas: 2
  selector: {matchLabels: {tier: front, app: all}}
  template:
    metadata: {labels: {tier: front, app: all}}
    spec: {containers: [{name: main, image: "app:1"}]}
---
{{- end }}
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  selector: {matchLabels: {app: store}}
  serviceName: store
  template:
    metadata: {labels: {app: store}}
    spec: {containers: [{name: main, image: "app:1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: all}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: missing}
data: {a: b}
---
apiVersion: v1
kind: Secret
metadata: {name: a-secret-with-a-long-name}
stringData: {a: <b>}
---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {a: b}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "app:1"}]}}}
---
apiVersion: status.example.com/v1
kind: Gadget
metadata: {name: one}
spec: {size: 3, word: "several\nlines", ratio: 1.5, good: true}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: NAMESPACE}
rules: []
"#;

const CRD: &str = r#"apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.status.example.com}
spec:
  group: status.example.com
  names: {kind: Gadget, plural: gadgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    - {name: None, type: string, jsonPath: .spec.none}
    - {name: Word, type: string, jsonPath: .spec.word}
    - {name: Ratio, type: number, jsonPath: .spec.ratio}
    - {name: Good, type: boolean, jsonPath: .spec.good}
    - {name: Wide, type: string, jsonPath: .spec.word, priority: 1}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {size: {type: integer}, word: {type: string}, none: {type: string}, ratio: {type: number}, good: {type: boolean}}
"#;

/// The text with its blocks of resources in the order of their names (helm prints them in the order of a Go map), without ages.
fn settled(text: &str) -> Vec<String> {
    let (head, rest) = text.split_once("RESOURCES:\n").expect("resources");
    let (blocks, tail) = rest.split_once("\n\n\n").expect("an end");
    let line = |line: &str| match line.rsplit_once(' ') {
        Some((row, age)) if age.ends_with('s') && age.starts_with(|c: char| c.is_ascii_digit()) => row.to_owned(),
        _ => line.to_owned(),
    };
    let mut blocks: Vec<String> = format!("\n{blocks}")
        .split("\n==> ")
        .filter(|block| !block.trim().is_empty())
        .map(|block| block.trim_end().lines().map(line).collect::<Vec<_>>().join("\n"))
        .collect();
    blocks.sort();
    [vec![head.to_owned()], blocks, vec![tail.to_owned()]].concat()
}

/// Without the version of the server's list of pods, which moves on.
fn still(mut status: Json) -> Json {
    for list in status["info"]["resources"]["v1/Pod(related)"].as_array_mut().expect("lists of pods") {
        assert!(list["items"].as_array().is_some_and(|items| !items.is_empty()));
        list["metadata"]["resourceVersion"].take();
    }
    status
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn the_objects_of_a_release_are_shown_as_helm_shows_them() {
    let stand = Stand::new("status");
    stand.chart("small", &OBJECTS.replace("NAMESPACE", &stand.namespace));
    stand.write("small/crds/gadget.yaml", CRD);
    stand.write("small/templates/NOTES.txt", "Go on.\n");
    stand.ours(["install", "web", "small", "--wait", "--wait-for-jobs"]);
    stand.plane.kubectl(&["delete", "configmap", "missing", "--namespace", &stand.namespace]);
    for (helm, ours, more) in [(Helm::Three, &["--compat", "helm3"][..], &["--show-resources"][..]), (Helm::Four, &[], &[])] {
        let both = |form: &[&'static str]| {
            let command = [&["status", "web"], more, form].concat();
            (stand.ours([ours, &command].concat()), stand.helm(helm, command))
        };
        let (we, they) = both(&[]);
        let (we, they) = (settled(&we), settled(&they));
        assert_eq!(we, they, "{helm:?}");
        assert_eq!(we.len(), 2 + 8, "{we:#?}");
        let (we, they) = both(&["--output", "json"]);
        let json = |text: &str| still(serde_json::from_str(text).expect("JSON"));
        assert_eq!(json(&we), json(&they), "{helm:?}");
        assert!(we.contains(r#""resources":{"v1/ClusterRole":[{"apiVersion":"#), "{we}");
        let (we, they) = both(&["--output", "yaml"]);
        let lines = |text: &str| text.lines().filter(|line| !line.contains("resourceVersion:")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&we), lines(&they), "{helm:?}");
    }
    // Helm 3 shows none by itself, Helm 4 has no flag for it.
    assert_eq!(stand.ours(["--compat", "helm3", "status", "web"]), stand.helm(Helm::Three, ["status", "web"]));
    let ran = stand.run(1, ["helm", "status", "web", "--show-resources", "--namespace", &stand.namespace]);
    let theirs = stand.try_helm(Helm::Four, ["status", "web", "--show-resources"]);
    assert!(ran.stderr.ends_with(&theirs.stderr) && !theirs.stderr.is_empty(), "{}{}", ran.stderr, theirs.stderr);
}
