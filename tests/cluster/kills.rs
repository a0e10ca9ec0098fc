//! Killed at any moment, or with a bad network: the next run ends where an undisturbed one does.
//!
//! `just prove-kills N` and `just prove-faults N` run these with more than the few turns of a usual run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::Helm;
use super::stand::Stand;
use crate::harness::random;

/// What each of the three releases has: hooks before and after, something to wait for.
const CHART: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {x: "{{ .Values.x }}"}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
stringData: {x: "{{ .Values.x }}"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}, annotations: {x: "{{ .Values.x }}", bkhelm.test/ready-after: 300ms}}
    spec: {containers: [{name: main, image: "app:1"}]}
{{- range $when := list "pre" "post" }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $.Release.Name }}-{{ $when }}
  annotations: {helm.sh/hook: "{{ $when }}-install,{{ $when }}-upgrade"{{ if eq $when "post" }}, helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"{{ end }}}
spec:
  template:
    metadata: {annotations: {bkhelm.test/done-after: 100ms}}
    spec: {restartPolicy: Never, containers: [{name: main, image: "app:1"}]}
{{- end }}
"#;

/// Three releases, one after the other and one beside.
fn stand(x: &str) -> Stand {
    let stand = Stand::new("proof");
    stand.chart("small", CHART);
    state(&stand, x);
    stand
}

fn state(stand: &Stand, x: &str) {
    let release = |name: &str, needs: &str| {
        format!("- {{name: {name}, namespace: NAMESPACE, chart: ./small, wait: true, needs: [{needs}], values: [{{x: {x}}}]}}\n")
    };
    stand.state(&format!("releases:\n{}{}{}", release("web", "NAMESPACE/store"), release("store", ""), release("side", "")));
}

/// What counts in the end: the objects (but what counts how often something was changed), and which values are deployed.
fn end_state(stand: &Stand) -> (Vec<Json>, Vec<String>) {
    let mut objects = stand.made();
    objects.retain(|object| object["kind"] != "ReplicaSet");
    for object in &mut objects {
        let metadata = object["metadata"].as_object_mut().expect("metadata");
        metadata.remove("generation");
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Json::as_object_mut) {
            annotations.remove("deployment.kubernetes.io/revision");
        }
        // The marks of a job's pods are made of its uid.
        if object["kind"] == "Job" {
            object["spec"] = Json::Null;
            object["metadata"]["labels"] = Json::Null;
        }
    }
    let list = stand.plane.get(&["secrets", "--namespace", &stand.namespace, "--selector", "owner=helm"]);
    let mut deployed = Vec::new();
    for record in list["items"].as_array().expect("a list") {
        let labels = &record["metadata"]["labels"];
        match labels["status"].as_str().expect("a status") {
            "deployed" => deployed.push(labels["name"].as_str().expect("a name").to_owned()),
            "superseded" | "failed" => {}
            other => panic!("{labels}: {other}"),
        }
    }
    deployed.sort();
    for name in ["side", "store", "web"] {
        let values = stand.helm(Helm::Four, ["get", "values", name, "--output", "json"]);
        deployed.push(format!("{name}: {}", values.trim()));
    }
    (objects, deployed)
}

/// Turns of the proof: that variable, or a few.
fn turns(variable: &str) -> usize {
    std::env::var(variable).map_or(5, |text| text.parse().expect("a number"))
}

/// Runs the turns on a few threads: most of a turn is waiting.
fn all_turns(count: usize, one: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..count.min(4) {
            scope.spawn(|| {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= count {
                        break;
                    }
                    one(turn);
                }
            });
        }
    });
}

/// Live objects and deployed records after an undisturbed run.
type End = (Vec<Json>, Vec<String>);

/// The undisturbed run: an install and an upgrade, what they leave and how long each takes.
fn reference() -> ([End; 2], [Duration; 2]) {
    let stand = stand("1");
    let mut took = [Duration::ZERO; 2];
    let ends = [0, 1].map(|at| {
        state(&stand, &(at + 1).to_string());
        let begun = Instant::now();
        stand.run(0, ["sync"]);
        took[at] = begun.elapsed();
        end_state(&stand)
    });
    (ends, took)
}

#[test]
#[ignore = "needs the control plane: just prove-kills"]
fn prove_kills() {
    let (ends, took) = reference();
    let count = turns("BKHELM_KILLS");
    let killed = AtomicUsize::new(0);
    let pending = AtomicUsize::new(0);
    all_turns(count, |turn| {
        let stand = stand("1");
        // Every second turn kills an upgrade.
        let at = turn % 2;
        if at == 1 {
            stand.run(0, ["sync"]);
            state(&stand, "2");
        }
        let running = stand.call(["sync"]).start();
        let limit = took[at].as_micros() as u64;
        std::thread::sleep(Duration::from_micros(random::next(&mut (turn as u64)) % limit));
        running.signal("KILL");
        if running.end().code == -1 {
            killed.fetch_add(1, Ordering::Relaxed);
        }
        let open = stand.plane.kubectl(&[
            "get",
            "secrets",
            "--namespace",
            &stand.namespace,
            "--output",
            "name",
            "--selector",
            "status in (pending-install,pending-upgrade)",
        ]);
        pending.fetch_add(usize::from(!open.is_empty()), Ordering::Relaxed);
        stand.run(0, ["sync"]);
        assert_eq!(end_state(&stand), ends[at], "turn {turn}");
        stand.plane.kubectl(&["delete", "namespace", &stand.namespace, "--wait=false"]);
    });
    println!(
        "{count} turns ({:?} and {:?} undisturbed): {} killed, {} with a release in the middle; all ended as undisturbed",
        took[0],
        took[1],
        killed.into_inner(),
        pending.into_inner()
    );
}

#[test]
#[ignore = "needs the control plane: just prove-faults"]
fn prove_faults() {
    let (ends, _) = reference();
    let count = turns("BKHELM_FAULTS");
    let again = AtomicUsize::new(0);
    let met = AtomicUsize::new(0);
    all_turns(count, |turn| {
        let stand = stand("1");
        let kinds = ["too-many", "error", "unavailable", "close-before", "close-after"];
        let mut faults: Vec<Json> = kinds.iter().map(|kind| json!({"kind": kind, "rate": 0.04, "retryAfter": 1})).collect();
        faults.push(json!({"kind": "latency", "rate": 0.2, "milliseconds": 50}));
        faults.push(json!({"kind": "cut", "rate": 0.2, "milliseconds": 300, "verbs": ["watch"]}));
        let proxy = stand.plane.faults(&json!({"seed": turn, "faults": faults}));
        for (at, end) in ends.iter().enumerate() {
            state(&stand, &(at + 1).to_string());
            // A run may give up; the next goes on. It must not take many.
            let tries = (1..=10).find(|_| stand.plane.call_with(&proxy.kubeconfig(), stand.folder()).arguments(["sync"]).run().code == 0);
            again.fetch_add(tries.unwrap_or_else(|| panic!("turn {turn}: 10 runs failed")) - 1, Ordering::Relaxed);
            assert_eq!(&end_state(&stand), end, "turn {turn}");
        }
        let total = proxy.count("", "", "") - proxy.count("", "", "none");
        met.fetch_add(usize::try_from(total).expect("a count"), Ordering::Relaxed);
        stand.plane.kubectl(&["delete", "namespace", &stand.namespace, "--wait=false"]);
    });
    println!("{count} turns of an install and an upgrade, {} faults met, {} runs had to be repeated", met.into_inner(), again.into_inner());
}
