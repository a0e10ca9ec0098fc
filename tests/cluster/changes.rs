//! helm's changing commands, by us and by the real helms: the same calls in two namespaces print the same, and leave the same
//! records and objects, field by field but for times and names of chance.

use bkhelm::golang::regexp::Regexp;
use serde_json::Value as Json;

use super::stand::Stand;
use super::{Helm, User};
use crate::harness::{Ran, first_difference};

const OBJECTS: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-config}
data: {message: {{ .Values.message | quote }}, revision: "{{ .Release.Revision }}", upgrade: "{{ .Release.IsUpgrade }}"}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-secret}
stringData: {token: {{ .Values.message | quote }}}
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-extra, annotations: {helm.sh/resource-policy: keep}}
data: {a: b}
{{- end }}
{{- if .Values.hang }}
---
apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}-pod, labels: {bkhelm.test/behave: hang}}
spec: {containers: [{name: c, image: x}]}
{{- end }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-hook
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}-test, annotations: {helm.sh/hook: test}}
spec: {restartPolicy: Never, containers: [{name: c, image: x}]}
"#;

/// Calls that both helms have.
const CALLS: &[&str] = &[
    "install web demo --set message=one",
    "install web demo",
    "install web",
    "install web demo more",
    "install --name-template fixed demo --dry-run=server --hide-secret",
    "install other demo --hide-secret",
    "install other demo --labels name=x",
    "install other ./nothing",
    "install other demo --timeout 5x",
    "install Bad_Name demo",
    "install other demo --set hang=true --atomic --no-hooks --timeout 8s",
    "upgrade web demo --set hang=true --wait --no-hooks --timeout 8s",
    "upgrade web demo --set hang=true --atomic --no-hooks --timeout 8s",
    "rollback web 2 --wait --no-hooks --timeout 8s",
    "install other demo --labels team=a,tier=b --description mine --output json",
    "upgrade web demo",
    "upgrade web demo --reuse-values --set extra=false --output yaml",
    "upgrade web demo --reset-then-reuse-values --set extra=true",
    "upgrade web demo --reset-values --labels x=y",
    "upgrade web demo --dry-run=server --set message=dry",
    "upgrade nothing demo",
    "upgrade Bad_Name demo",
    "upgrade --install new demo --set message=new",
    "upgrade --install new demo --set message=newer --hide-notes",
    "rollback web 99",
    "rollback web x",
    "rollback nothing",
    "rollback web 1",
    "rollback web 1 --dry-run=client",
    "rollback web",
    "history web",
    "test web --filter name=web-test",
    "test nothing",
    "uninstall nothing",
    "uninstall nothing --ignore-not-found",
    "uninstall web --dry-run",
    "uninstall new --keep-history",
    "uninstall new --keep-history",
    "upgrade new demo",
    "install new demo --replace",
    "history new",
    "uninstall web other",
    "list",
];

/// Times, as tables and as JSON have them.
const TIMES: &str = r"[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:]{8} \d{4}|\d{4}-\d\d-\d\d[T ][\d:.]+ ?(Z|[+-]\d\d:?\d\d)( [A-Z]+)?";

/// Without what differs from one run and namespace to the next.
fn settled(text: &str, namespace: &str) -> String {
    let text = text.replace(namespace, "NAMESPACE");
    let times = Regexp::new(TIMES.as_bytes(), 1 << 20).expect("a pattern");
    let spans = times.find_all(text.as_bytes(), -1, &mut || true);
    let mut settled = String::new();
    let mut from = 0;
    for (begin, end) in spans {
        settled += &text[from..begin];
        settled += "TIME";
        from = end;
    }
    // Tables are as wide as their times, and those of the list lose zeros at the end.
    (settled + &text[from..]).lines().map(|line| line.split('\t').map(str::trim_end).collect::<Vec<_>>().join("\t") + "\n").collect()
}

/// Exit code, what is printed, and helm's error.
fn said(ran: &Ran, namespace: &str) -> (i32, String, String) {
    let error = ran.stderr.find("Error: ").map_or("", |at| &ran.stderr[at..]);
    (ran.code, settled(&ran.stdout, namespace), settled(error, namespace))
}

/// The release records, decoded, with their labels.
fn records(stand: &Stand) -> Vec<(String, Json)> {
    let list = stand.plane.get(&["secrets", "--selector", "owner=helm", "--namespace", &stand.namespace]);
    let one = |secret: &Json| {
        let stored = secret["data"]["release"].as_str().expect("a release");
        let stored = data_encoding::BASE64.decode(stored.as_bytes()).expect("base64");
        let json = String::from_utf8(bkhelm::cluster::records::decode(&stored).expect("a record")).expect("text");
        let mut labels = secret["metadata"]["labels"].clone();
        for time in ["createdAt", "modifiedAt"] {
            labels.as_object_mut().expect("labels").remove(time);
        }
        (format!("{} {labels}", secret["metadata"]["name"]), serde_json::from_str(&settled(&json, &stand.namespace)).expect("JSON"))
    };
    list["items"].as_array().expect("a list").iter().map(one).collect()
}

fn same(helm: Helm, first: &[&str]) {
    let (ours, theirs) = (Stand::new("changes"), Stand::new("changes"));
    for stand in [&ours, &theirs] {
        stand.chart("demo", OBJECTS);
        stand.write("demo/values.yaml", "message: hello\nextra: true\n");
        stand.write("demo/templates/NOTES.txt", "Say {{ .Values.message }} in {{ .Release.Namespace }}.\n");
    }
    let mut found = Vec::new();
    for call in CALLS {
        let words: Vec<&str> = call.split(' ').collect();
        let we =
            ours.plane.call(User::Admin, theirs.folder()).arguments([first, &words[..], &["--namespace", &ours.namespace]].concat()).run();
        let they = theirs.try_helm(helm, &words[..]);
        different(&mut found, &format!("said by {call}"), said(&we, &ours.namespace), said(&they, &theirs.namespace));
        different(&mut found, &format!("records after {call}"), records(&ours), records(&theirs));
        different(&mut found, &format!("objects after {call}"), ours.made(), theirs.made());
    }
    assert!(found.is_empty(), "{helm:?}: {} differences\n{}", found.len(), found.join("\n"));
}

/// Adds where they begin to differ, if they do.
fn different<T: PartialEq + std::fmt::Debug>(found: &mut Vec<String>, what: &str, ours: T, theirs: T) {
    if ours != theirs {
        found.push(format!("=== {what}\n{}", first_difference(&format!("{theirs:#?}"), &format!("{ours:#?}"))));
    }
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn changes_are_helm_fours() {
    same(Helm::Four, &["helm"]);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn changes_are_helm_threes() {
    same(Helm::Three, &["helm", "--compat", "helm3"]);
}
