//! The releases that the engine's schedules work on, in versions that work and versions that don't.

use bkhelm::cluster::deploy::Bundle;
use bkhelm::cluster::records::{StoredChart, StoredHook};
use bkhelm::data::Map;
use bkhelm::plan::{Object, manifest};
use serde_json::{Value as Json, json};

use super::BEHAVE;

/// Where all of them live.
pub const NAMESPACE: &str = "bk";

/// The releases, and what each needs.
pub const RELEASES: [(&str, &[&str]); 3] = [("base", &[]), ("side", &[]), ("web", &["base"])];

/// Versions of every chart. Only those of `web` fail.
pub const FIRST: u32 = 1;
/// Adds, changes and removes objects.
pub const SECOND: u32 = 2;
/// Adds objects, and a Deployment that never gets ready.
pub const CRASHES: u32 = 3;
/// Adds an object, and a hook before it that fails.
pub const HOOK_FAILS: u32 = 4;
/// What mends both.
pub const MENDED: u32 = 5;

/// Whether a version of a release can be deployed.
pub fn works(release: &str, version: u32) -> bool {
    release != "web" || ![CRASHES, HOOK_FAILS].contains(&version)
}

/// A release rendered for its next revision.
pub fn bundle(release: &str, version: u32, revision: i64) -> Bundle {
    let text = text(release, version);
    let config = Map::new();
    Bundle {
        name: release.to_owned(),
        namespace: NAMESPACE.to_owned(),
        revision,
        chart: StoredChart::default(),
        config,
        objects: manifest(text.as_bytes()).expect("a manifest"),
        manifest: text,
        hooks: if release == "web" { hooks(version) } else { Vec::new() },
        crds: if release == "base" { vec![Object::new(widgets(version), "base/crds/widgets.yaml")] } else { Vec::new() },
        notes: String::new(),
    }
}

/// The manifest as records keep it: by it a revision is known again.
pub fn text(release: &str, version: u32) -> String {
    let objects = match release {
        "web" => web(version),
        _ => plain(release, version),
    };
    let document = |object: &Json| format!("---\n# Source: {release}/templates/{}.yaml\n{object}\n", object["metadata"]["name"]);
    objects.iter().map(document).collect()
}

fn config(name: &str, data: &Json) -> Json {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
}

fn template(name: &str, behave: &str, version: u32) -> Json {
    json!({"metadata": {"labels": {"app": name, BEHAVE: behave}}, "spec": {"containers": [{"name": "main", "image": format!("image:{version}")}]}})
}

fn deployment(name: &str, behave: &str, version: u32) -> Json {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {
        "replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template(name, behave, version)}})
}

fn service(name: &str) -> Json {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": {"app": name}, "ports": [{"port": 80}]}})
}

fn plain(release: &str, version: u32) -> Vec<Json> {
    let mut all = vec![
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": release}}),
        config(release, &json!({"version": version.to_string()})),
        deployment(release, "", FIRST),
    ];
    if version == SECOND {
        all.push(service(release));
    }
    all
}

fn web(version: u32) -> Vec<Json> {
    let keep = json!({"helm.sh/resource-policy": "keep"});
    let mut all = vec![
        deployment("web", if version == CRASHES { "crash" } else { "" }, version),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web-kept", "annotations": keep}, "stringData": {"password": "x"}}),
        config("web", &json!({"version": version.to_string()})),
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "web"}, "spec": {"size": version}}),
    ];
    match version {
        FIRST => all.extend([config("web-old", &json!({"a": "1"})), service("web-old")]),
        SECOND => all.extend([
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "web"}, "rules": []}),
            json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "web-db"}, "spec": {
                "replicas": 1, "serviceName": "web-db", "selector": {"matchLabels": {"app": "db"}}, "template": template("db", "", version)}}),
        ]),
        CRASHES => all.extend([config("web-crashes", &json!({"a": "1"})), service("web-crashes")]),
        HOOK_FAILS => all.push(config("web-hook-fails", &json!({"a": "1"}))),
        _ => all.push(service("web")),
    }
    all
}

/// Three before, one after, one before the end: their weights rise in the order in which they run in one operation.
fn hooks(version: u32) -> Vec<StoredHook> {
    let before = ["pre-install", "pre-upgrade", "pre-rollback"];
    let after = ["post-install", "post-upgrade", "post-rollback"];
    let behave = if version == HOOK_FAILS { "fail" } else { "" };
    vec![
        hook("web-notify", (&after, 9), "", version, &["before-hook-creation", "hook-succeeded"]),
        hook("web-check", (&before, 1), behave, version, &[]),
        hook("web-migrate", (&before, -3), "slow", version, &[]),
        hook("web-seed", (&before, 2), "", version, &["hook-succeeded"]),
        hook("web-bye", (&["pre-delete"], 0), "", version, &["before-hook-creation", "hook-succeeded", "hook-failed"]),
    ]
}

fn hook(name: &str, (events, weight): (&[&str], i64), behave: &str, version: u32, policies: &[&str]) -> StoredHook {
    let mut template = template(name, behave, version);
    template["spec"]["restartPolicy"] = "Never".into();
    let notes = json!({"helm.sh/hook": events.join(","), "helm.sh/hook-weight": weight.to_string()});
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "annotations": notes}, "spec": {"backoffLimit": 0, "template": template}});
    StoredHook {
        name: name.to_owned(),
        kind: "Job".to_owned(),
        path: format!("web/templates/{name}.yaml"),
        manifest: format!("# Source: web/templates/{name}.yaml\n{job}"),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
        weight,
        delete_policies: policies.iter().map(|policy| (*policy).to_owned()).collect(),
        ..StoredHook::default()
    }
}

/// The CRD that `base` brings and `web` uses. Its second version is not applied: it is there already.
fn widgets(version: u32) -> Json {
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com", "annotations": {"version": version.to_string()}},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}]}})
}
