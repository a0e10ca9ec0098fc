//! Findings about manifests at the lines that caused them: in layers, charts' defaults and templates. Expected places are
//! written by hand.

use std::fs;

use serde_json::Value as Json;

use crate::harness::{Call, Ran};

const FILES: &[(&str, &str)] = &[
    (
        "helmfile.yaml",
        "environments:\n  default:\n    values:\n    - custom.yaml\n---\nreleases:\n- name: web\n  namespace: bk\n  chart: ./charts/web\n  \
         values:\n  - web.yaml.gotmpl\n  - web.yaml\n",
    ),
    ("custom.yaml", "replicas: many\nlabels:\n  team: not valid!\nextra:\n  nodeSelektor:\n    zone: a\n"),
    (
        "web.yaml.gotmpl",
        "size:\n  replicas: {{ .Values.replicas }}\nlabels:\n  {{- toYaml .Values.labels | nindent 2 }}\nextra: {{ toYaml .Values.extra | nindent 2 }}\n",
    ),
    ("web.yaml", "token: hidden-marker!\nhosts:\n- a.example.com\n- B.example.com\nname: Shared\n"),
    ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
    ("charts/web/values.yaml", "image:\n  pullPolicy: Sometimes\nservice:\n  port: 80\n"),
    (
        "charts/web/templates/_helpers.tpl",
        "{{- define \"web.labels\" -}}\napp: {{ .Release.Name }}\n{{ toYaml .Values.labels }}\n{{- end }}\n\
         {{- define \"web.probe\" -}}\nlivenessProbe:\n  httpGet:\n    path: /\n    port: http\n  periodSecond: 3\n{{- end }}\n",
    ),
    (
        "charts/web/templates/deployment.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: {{ .Values.size.replicas }}\n  \
         selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n      labels:\n        {{- include \"web.labels\" . | nindent 8 }}\n    \
         spec:\n      restartPolicy: Never\n      {{- toYaml .Values.extra | nindent 6 }}\n      containers:\n      - name: web\n        \
         imagePullPolicy: {{ .Values.image.pullPolicy }}\n        {{- with (include \"web.probe\" . | trim) }}\n        {{- . | nindent 8 }}\n        {{- end }}\n",
    ),
    (
        "charts/web/templates/ingress.yaml",
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\nspec:\n  rules:\n  {{- range .Values.hosts }}\n  - host: {{ . | quote }}\n  {{- end }}\n",
    ),
    ("charts/web/templates/one.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ lower .Values.name }}\n"),
    ("charts/web/templates/two.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shared\n  labels: {a: b, a: c}\n"),
    ("charts/web/templates/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\ndata:\n  plain: {{ .Values.token }}\n"),
    ("charts/web/crds/c.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: Bad\n"),
];

fn deployment(changed: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in FILES.iter().chain(changed) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn lint(folder: &tempfile::TempDir, arguments: &[&str]) -> Ran {
    Call::new(folder.path()).arguments([&["lint", "--kube-version", "1.34"], arguments].concat()).run()
}

/// `file:line:column`
fn place(place: &Json) -> String {
    format!("{}:{}:{}", place["file"].as_str().unwrap_or_default(), place["line"], place["column"])
}

/// Each finding as `CODE place`, then its related places.
fn found(folder: &tempfile::TempDir) -> Vec<String> {
    let ran = lint(folder, &["--output", "json"]);
    let report: Json = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", ran.stdout, ran.stderr));
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let line = |finding: &Json| {
        let related = finding["related"].as_array().cloned().unwrap_or_default();
        let related = related.iter().map(|one| format!(" | {}: {}", place(one), one["note"].as_str().unwrap_or_default()));
        format!("{} {}{}", finding["code"].as_str().unwrap_or_default(), place(&finding["place"]), related.collect::<String>())
    };
    findings.iter().map(line).collect()
}

#[test]
fn findings_point_to_what_caused_them() {
    let deployment = deployment(&[]);
    let expected = [
        "BK1403 charts/web/crds/c.yaml:1:1",
        "BK1409 charts/web/crds/c.yaml:4:9",
        // a template's own text in a block that is included, as is its key
        "BK1401 charts/web/templates/_helpers.tpl:10:3 | charts/web/templates/deployment.yaml:21:9: called from here",
        "BK1404 charts/web/templates/deployment.yaml:15:22",
        // what a container lacks
        "BK1403 charts/web/templates/deployment.yaml:18:9",
        "BK1304 charts/web/templates/two.yaml:4:9 | web.yaml:5:7: the first one",
        "BK1303 charts/web/templates/two.yaml:5:18 | charts/web/templates/two.yaml:5:12: first here",
        "BK1404 charts/web/values.yaml:2:15 | charts/web/templates/deployment.yaml:19:26: printed here",
        // through a layer that is a template
        "BK1402 custom.yaml:1:11 | web.yaml.gotmpl:2:13: passed on here | charts/web/templates/deployment.yaml:6:13: printed here",
        "BK1410 custom.yaml:3:9 | web.yaml.gotmpl:4:3: passed on here | charts/web/templates/_helpers.tpl:3:1: printed here \
         | charts/web/templates/deployment.yaml:13:9: called from here",
        // a key that was printed with all that is in it
        "BK1401 custom.yaml:5:3 | web.yaml.gotmpl:5:8: passed on here | charts/web/templates/deployment.yaml:16:7: printed here",
        "BK1405 web.yaml:1:8 | charts/web/templates/secret.yaml:6:10: printed here",
        "BK1409 web.yaml:4:3 | charts/web/templates/ingress.yaml:8:11: printed here",
    ];
    assert_eq!(found(&deployment), expected);
}

#[test]
fn a_document_that_is_no_yaml_leads_to_its_line_in_the_template() {
    let broken =
        ("charts/web/templates/one.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  note: {{ .Values.note }}\n");
    let found = found(&deployment(&[("web.yaml", "note: 'a: b'\n"), broken]));
    assert_eq!(found, ["BK0501 charts/web/templates/one.yaml:6:3 | web/templates/one.yaml (rendered):6:1: rendered here"]);
}

#[test]
fn what_a_secret_holds_is_not_shown_where_it_was_set() {
    let deployment = deployment(&[]);
    for form in ["text", "json", "sarif", "junit", "github", "gitlab"] {
        let ran = lint(&deployment, &["--output", form]);
        assert!(!ran.stdout.contains("hidden-marker") && !ran.stderr.contains("hidden-marker"), "{form}:\n{}", ran.stdout);
    }
}

#[test]
fn comments_allow_findings_at_the_layer_and_at_the_template() {
    let before = found(&deployment(&[])).len();
    let values = "image:\n  pullPolicy: Sometimes # bkhelm: allow BK1404 a test\nservice:\n  port: 80\n";
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\ndata:\n  # bkhelm: allow BK1405 a test\n  plain: {{ .Values.token }}\n";
    let after = found(&deployment(&[("charts/web/values.yaml", values), ("charts/web/templates/secret.yaml", secret)]));
    assert_eq!(after.len(), before - 2, "{after:#?}");
}

#[test]
fn keys_that_nothing_reads_are_found_at_their_layers() {
    let state = "environments:\n  default:\n    values:\n    - custom.yaml\n    - more.yaml\n---\nreleases:\n- name: web\n  namespace: bk\n  \
                 chart: ./charts/web\n  values:\n  - web.yaml.gotmpl\n  - web.yaml\n- name: other\n  namespace: bk2\n  chart: ./charts/web\n  \
                 values:\n  - web.yaml.gotmpl\n  - web.yaml\n  - other.yaml\n";
    // What only one of two releases leaves alone, what is switched off, read as a whole, set for all charts, or in another file's words.
    let template = "{{- if .Values.ingress.enabled }}\nhost: {{ .Values.ingress.host }}\n{{- toYaml .Values.ingress.annotations }}\n{{- end }}\n\
                    {{- if eq .Release.Name \"other\" }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: z\ndata: {{ toYaml .Values.env | nindent 2 }}\n{{- end }}\n";
    let values = "ingress:\n  enabled: false\n  host: a\n  hots: b\n  annotations: {a: b}\nenv:\n  FREE: word\nimage:\n  pulPolicy: Always\n\
                  global:\n  anything: 1\n# bkhelm: allow BK1501 read by a plugin\nplugin: x\nname: shared\n";
    let changed = [
        ("helmfile.yaml", state),
        ("more.yaml", "replcas: 3\nreplicas2: 3\nfor_others: 1\n"),
        ("web.yaml", values),
        ("other.yaml", "size:\n  replica: 1\n"),
        ("charts/web/templates/more.yaml", template),
    ];
    let found: Vec<String> = found(&deployment(&changed)).into_iter().filter(|finding| finding.starts_with("BK1501")).collect();
    assert_eq!(found, ["BK1501 web.yaml:4:3", "BK1501 web.yaml:9:3", "BK1501 other.yaml:2:3", "BK1501 more.yaml:1:1"]);
}
