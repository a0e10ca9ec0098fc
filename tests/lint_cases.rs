//! Mistakes in the embedded deployment: each case of `tests/cases/lint/` is the deployment with a few edits, and the one finding that
//! they have to give.
//!
//! `case.yaml` has `edits` (file, find, replace), `files` (whole ones) and `arguments`; `expected` has one line: code, severity,
//! place. Run one case with `BKHELM_CASE=BK1601 cargo test --test all lint_cases`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use bkhelm::check::codes;
use bkhelm::data::yaml::{Reading, read_value};
use bkhelm::data::{Sources, Value};

use crate::harness::{Call, copy_folder, project};

/// Codes that no mistake of a deployment gives to lint.
const WITHOUT_CASE: [(&str, &str); 4] = [
    ("BK0001", "the command line: lint ends with it before it looks at anything"),
    ("BK0302", "nothing is selected: lint ends with it before it looks at anything"),
    ("BK0701", "lint asks no cluster"),
    ("BK0702", "lint changes no cluster"),
];

struct Case {
    name: String,
    arguments: Vec<String>,
    /// The files that it changes, with their new text.
    files: BTreeMap<String, String>,
    expected: String,
}

fn text(value: &Value, key: &str) -> String {
    value.path([key]).and_then(|text| Some(text.as_str()?.to_string())).unwrap_or_default()
}

fn items(value: &Value, key: &str) -> Vec<Value> {
    value.path([key]).and_then(|list| Some(list.as_list()?.items().to_vec())).unwrap_or_default()
}

impl Case {
    fn read(folder: &Path) -> Case {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let written = fs::read(folder.join("case.yaml")).unwrap_or_else(|error| panic!("{name}/case.yaml: {error}"));
        let source = Sources::new().add("case.yaml", written);
        let case = read_value(&source, Reading::CHARTS).unwrap_or_else(|errors| panic!("{name}/case.yaml: {errors:?}"));
        let mut files = BTreeMap::new();
        for edit in items(&case, "edits") {
            let [file, find, replace] = ["file", "find", "replace"].map(|key| text(&edit, key));
            let before = files.remove(&file).unwrap_or_else(|| fs::read_to_string(project().join(&file)).expect("a file to edit"));
            assert!(before.contains(&find), "{name}: {file} has no {find:?}");
            files.insert(file, before.replacen(&find, &replace, 1));
        }
        for (file, content) in case.path(["files"]).and_then(|files| files.as_map().cloned()).unwrap_or_default().snapshot() {
            files.insert(file.to_string(), content.as_str().expect("a text").to_string());
        }
        let arguments = items(&case, "arguments").iter().filter_map(|word| Some(word.as_str()?.to_string())).collect();
        let expected = fs::read_to_string(folder.join("expected")).unwrap_or_else(|error| panic!("{name}/expected: {error}"));
        Case { name, arguments, files, expected: expected.trim_end().to_owned() }
    }

    /// What lint finds with the case's files in a copy of the deployment; the copy is left as it was.
    fn found(&self, copy: &Path) -> String {
        for (file, content) in &self.files {
            let path = copy.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        let ran = Call::new(copy).arguments(["lint", "--output", "json"]).arguments(self.arguments.iter().cloned()).run();
        for file in self.files.keys() {
            let path = copy.join(file);
            match fs::read(project().join(file)) {
                Ok(before) => fs::write(path, before).expect("a file"),
                Err(_) => fs::remove_file(path).expect("a file"),
            }
        }
        let Ok(report) = serde_json::from_str::<serde_json::Value>(&ran.stdout) else { return ran.stderr };
        let word = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let line = |finding: &serde_json::Value| {
            let place = &finding["place"];
            format!(
                "{} {} {}:{}:{}",
                word(&finding["code"]),
                word(&finding["severity"]),
                word(&place["file"]),
                place["line"],
                place["column"]
            )
        };
        report["findings"].as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn cases() -> Vec<Case> {
    let wanted = std::env::var("BKHELM_CASE").unwrap_or_default();
    let folders = fs::read_dir(project().join("tests/cases/lint")).expect("cases").flatten();
    let mut cases: Vec<Case> = folders
        .filter(|folder| folder.file_name().to_string_lossy().starts_with(&wanted))
        .map(|folder| Case::read(&folder.path()))
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

/// A copy of the deployment that the project is, without an operator's own settings.
fn deployment() -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    fs::copy(project().join("helmfile.yaml.gotmpl"), copy.path().join("helmfile.yaml.gotmpl")).expect("a state");
    for folder in ["environments", "releases", "schemas"] {
        copy_folder(&project().join(folder), &copy.path().join(folder));
    }
    for entry in walkdir::WalkDir::new(copy.path()) {
        let entry = entry.expect("a readable folder");
        let folder = entry.path().parent().expect("a folder");
        let own = ["custom.yaml", "custom-values.yaml.gotmpl", "paas3_initial_cluster.yaml"].iter().any(|own| entry.file_name() == *own);
        let shipped = ["releases/bk-redis", "releases/bk-cmdb"].iter().any(|shipped| folder.ends_with(shipped));
        if own && !shipped {
            fs::remove_file(entry.path()).expect("a file");
        }
    }
    copy
}

#[test]
fn each_mistake_gives_its_finding_and_no_other() {
    let cases = Mutex::new(cases());
    let wrong = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let copy = deployment();
                loop {
                    let next = cases.lock().expect("no panic").pop();
                    let Some(case) = next else { break };
                    let found = case.found(copy.path());
                    if found != case.expected {
                        wrong.lock().expect("no panic").push(format!("{}: want {}, found\n{found}", case.name, case.expected));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("no panic");
    wrong.sort();
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_code_of_lint_has_a_case() {
    let folders = fs::read_dir(project().join("tests/cases/lint")).expect("cases").flatten();
    let covered: BTreeSet<String> = folders.filter_map(|folder| Some(folder.file_name().to_str()?.split('-').next()?.to_owned())).collect();
    let known: BTreeSet<&str> = codes::every().map(|code| code.id).collect();
    for code in &covered {
        assert!(known.contains(code.as_str()), "{code} is no code");
    }
    let excepted = |id: &str| WITHOUT_CASE.iter().any(|(code, _)| id.starts_with(code));
    let missing: Vec<&&str> = known.iter().filter(|id| !covered.contains(**id) && !excepted(id)).collect();
    assert!(missing.is_empty(), "codes without a case in tests/cases/lint: {missing:?}");
    for (code, _) in WITHOUT_CASE {
        assert!(!covered.contains(code), "{code} has a case");
    }
}

/// A chart whose objects name much that no manifest makes, and rightly so.
const RIGHT: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: default
      containers:
        - name: web
          image: hub.example.com/web:1
          args: [--secret-name=made-by-web]
          ports: [{name: http, containerPort: 80}]
          env:
            - {name: A, valueFrom: {secretKeyRef: {name: perhaps, key: a, optional: true}}}
            - {name: B, valueFrom: {secretKeyRef: {name: external, key: b}}}
            - {name: C, valueFrom: {secretKeyRef: {name: filled-later, key: c}}}
            - {name: D, valueFrom: {configMapKeyRef: {name: web, key: d}}}
          envFrom: [{configMapRef: {name: perhaps, optional: true}}]
          volumeMounts: [{name: ca, mountPath: /a}, {name: made, mountPath: /b}, {name: data, mountPath: /c}]
      volumes:
        - {name: ca, projected: {sources: [{configMap: {name: kube-root-ca.crt}}, {secret: {name: perhaps, optional: true}}]}}
        - {name: made, secret: {secretName: made-by-web, defaultMode: 0440}}
        - {name: data, persistentVolumeClaim: {claimName: data-db-0}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: db, image: "hub.example.com/db:1", volumeMounts: [{name: data, mountPath: /d}]}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {d: "1"}
---
apiVersion: v1
kind: Secret
metadata: {name: filled-later}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http}, {name: other, port: 81, targetPort: 8081}]
---
apiVersion: v1
kind: Service
metadata: {name: db-0}
spec:
  selector: {app: db, statefulset.kubernetes.io/pod-name: db-0}
  ports: [{port: 1}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {cert-manager.io/cluster-issuer: all}}
spec:
  tls: [{hosts: [a.example.com], secretName: a-tls}]
  rules:
    - host: a.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: anything}
spec: {target: {name: external}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {kind: ServiceAccount, name: somebody, namespace: elsewhere}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 2}
"#;

#[test]
fn what_may_be_made_another_way_is_not_missed() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: p, image: \"hub.example.com/p:1\", envFrom: [{configMapRef: {name: web}}, {secretRef: {name: one-more}}]}\n";
    let files = [
        (
            "helmfile.yaml",
            "releases:\n- {name: one, namespace: bk, chart: ./one, values: [values.yaml]}\n- {name: two, namespace: bk, chart: ./two}\n",
        ),
        ("values.yaml", "on: true # bkhelm: allow BK1504 the chart asks for `true`\nenabled: yes\nmode: 0440\nlist: [a]\nnone: false\n"),
        ("one/Chart.yaml", "apiVersion: v2\nname: one\nversion: 0.1.0\n"),
        ("one/values.yaml", "enabled: false\nmode: 0\nlist: {}\nnone: {a: b}\n"),
        ("one/templates/all.yaml", RIGHT),
        ("one/templates/values.yaml", "{{- $_ := toYaml .Values }}"),
        ("two/Chart.yaml", "apiVersion: v2\nname: two\nversion: 0.1.0\n"),
        ("two/templates/pod.yaml", other),
    ];
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    let codes = |arguments: &[&str]| {
        let ran = Call::new(folder.path()).arguments(["lint", "--output", "json"]).arguments(arguments.iter().copied()).run();
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        findings.iter().map(|finding| format!("{} {}", finding["code"], finding["message"])).collect::<Vec<_>>()
    };
    let missing = |found: Vec<String>| found.into_iter().filter(|one| !one.starts_with("\"BK1418")).collect::<Vec<_>>();
    // Alone, the second release may name what the first one has; together with it, what is missing is seen.
    assert_eq!(missing(codes(&["-l", "name=two"])), [""; 0]);
    assert_eq!(missing(codes(&[])), ["\"BK1606\" \"Pod p refers to the Secret one-more, which no manifest makes\""]);
}
