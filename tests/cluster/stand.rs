//! A small deployment of a test's own: a folder with a state and charts, and a namespace.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::{ControlPlane, Helm, User};
use crate::harness::{Call, Ran};

/// The folder and the namespace.
pub struct Stand {
    pub plane: &'static ControlPlane,
    pub namespace: String,
    folder: tempfile::TempDir,
}

impl Stand {
    /// An empty one; the namespace is there and its name begins as asked.
    pub fn new(name: &str) -> Self {
        let plane = ControlPlane::shared();
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { plane, namespace: plane.unique_namespace(name), folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the folder; `NAMESPACE` in it stands for the namespace.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text.replace("NAMESPACE", &self.namespace)).expect("written");
    }

    /// A chart whose templates are one file of that text.
    pub fn chart(&self, name: &str, objects: &str) {
        self.write(&format!("{name}/Chart.yaml"), &format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n"));
        self.write(&format!("{name}/templates/all.yaml"), objects);
    }

    /// The state.
    pub fn state(&self, text: &str) {
        self.write("helmfile.yaml.gotmpl", text);
    }

    /// A call of bkhelm as the admin.
    pub fn call<'a>(&self, arguments: impl AsRef<[&'a str]>) -> Call {
        self.plane.call(User::Admin, self.folder()).arguments(arguments.as_ref().iter().copied())
    }

    /// Runs bkhelm as the admin; its exit code must be that.
    pub fn run<'a>(&self, code: i32, arguments: impl AsRef<[&'a str]>) -> Ran {
        let ran = self.call(arguments.as_ref()).run();
        assert_eq!(ran.code, code, "bkhelm {:?}\n{}{}", arguments.as_ref(), ran.stdout, ran.stderr);
        ran
    }

    /// Runs bkhelm's helm in the namespace, and gives its standard output.
    pub fn ours<'a>(&self, arguments: impl AsRef<[&'a str]>) -> String {
        self.run(0, [&["helm"], arguments.as_ref(), &["--namespace", &self.namespace]].concat()).stdout
    }

    /// Runs the real helm in the namespace, and gives its standard output.
    pub fn helm<'a>(&self, helm: Helm, arguments: impl AsRef<[&'a str]>) -> String {
        let ran = self.try_helm(helm, arguments.as_ref());
        assert_eq!(ran.code, 0, "{helm:?} {:?}\n{}{}", arguments.as_ref(), ran.stdout, ran.stderr);
        ran.stdout
    }

    /// The same where it may fail.
    pub fn try_helm<'a>(&self, helm: Helm, arguments: impl AsRef<[&'a str]>) -> Ran {
        let call = self.plane.helm(helm, self.folder()).arguments(arguments.as_ref().iter().copied());
        call.arguments(["--namespace", &self.namespace]).run()
    }

    /// `REVISION STATUS` of each revision of a release, as the records say.
    pub fn revisions(&self, release: &str) -> Vec<String> {
        let history = self.helm(Helm::Four, ["history", release, "--output", "json"]);
        let history: Json = serde_json::from_str(&history).expect("JSON");
        let one = |entry: &Json| format!("{} {}", entry["revision"], entry["status"].as_str().expect("a status"));
        history.as_array().expect("a list").iter().map(one).collect()
    }

    /// An object of the namespace; `Null` where it is not there.
    pub fn get(&self, kind: &str, name: &str) -> Json {
        let ran = self
            .plane
            .kubectl_as(User::Admin, &["get", kind, name, "--namespace", &self.namespace, "--output", "json", "--ignore-not-found"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        if ran.stdout.is_empty() { Json::Null } else { serde_json::from_str(&ran.stdout).expect("JSON") }
    }

    /// What the charts and we made, without what controllers say about it, as if in namespace `NAMESPACE`. No records: they are
    /// compared where they are tested.
    pub fn made(&self) -> Vec<Json> {
        let mut objects = self.plane.objects(&self.namespace);
        let chance = ["Pod", "Event", "EndpointSlice", "Endpoints", "ControllerRevision"];
        objects.retain(|object| {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            !chance.iter().any(|kind| object["kind"] == *kind) && !name.starts_with("sh.helm.release") && name != "kube-root-ca.crt"
        });
        objects.iter_mut().for_each(|object| drop(object.as_object_mut().expect("an object").remove("status")));
        let text = Json::from(objects).to_string().replace(&format!("\"{}\"", self.namespace), "\"NAMESPACE\"");
        serde_json::from_str(&text).expect("JSON")
    }
}

/// Where an output has a line with all these words.
pub fn has_line(text: &str, words: &[&str]) -> bool {
    text.lines().any(|line| words.iter().all(|word| line.contains(word)))
}

/// What the deployments of most tests are made of: a ConfigMap with the value `x`, a Deployment and a Secret.
pub const SMALL: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {x: {{ .Values.x | default "1" | quote }}, revision: fixed}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
stringData: {password: {{ .Values.password | default "hidden-marker-1" }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}, bkhelm.test/behave: {{ .Values.behave | default "well" }}}}
    spec:
      {{- with .Values.node }}
      nodeSelector: {no: {{ . }}}
      {{- end }}
      containers: [{name: main, image: "app:1"}]
"#;
