//! What an object refers to by name: `object → references`.

use super::super::pods::{Pod, items, text};
use crate::data::Value;

/// A name in an object that has to be that of another one.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    /// The kind of the other: `ConfigMap`.
    pub(super) kind: &'static str,
    /// Its namespace, where it is not the object's own.
    pub(super) namespace: Option<String>,
    /// Its name, with where it was written.
    pub(super) name: Value,
    /// What has to be in it: a key of a ConfigMap or Secret, a port of a Service.
    pub(super) part: Option<Value>,
}

impl Reference {
    fn new(kind: &'static str, name: Value) -> Self {
        Self { kind, namespace: None, name, part: None }
    }

    fn with(self, part: Option<Value>) -> Self {
        Self { part, ..self }
    }

    fn within(self, namespace: Option<String>) -> Self {
        Self { namespace, ..self }
    }

    /// The name; empty where it is no text.
    pub(super) fn name(&self) -> String {
        self.name.as_str().map(|name| name.to_string()).unwrap_or_default()
    }
}

/// All references of an object that have to lead somewhere.
pub(super) fn references(kind: &str, object: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    if let Some(pod) = Pod::of(object) {
        of_pod(&pod, &mut found);
    }
    match kind {
        "Ingress" => of_ingress(object, &mut found),
        "ServiceAccount" => {
            found.extend(items(object, &["imagePullSecrets"]).iter().filter_map(|entry| named("Secret", entry)));
        }
        "HorizontalPodAutoscaler" | "VerticalPodAutoscaler" => {
            for field in ["scaleTargetRef", "targetRef"] {
                found.extend(object.path(["spec", field]).and_then(|target| {
                    let kind = workload(&text(&target, &["kind"])?)?;
                    named(kind, &target)
                }));
            }
        }
        "RoleBinding" | "ClusterRoleBinding" => {
            found.extend(object.path(["roleRef"]).and_then(|role| match text(&role, &["kind"])?.as_str() {
                "Role" => named("Role", &role),
                "ClusterRole" => named("ClusterRole", &role),
                _ => None,
            }));
            for subject in items(object, &["subjects"]) {
                if text(&subject, &["kind"]).as_deref() == Some("ServiceAccount") {
                    found.extend(named("ServiceAccount", &subject).map(|found| found.within(text(&subject, &["namespace"]))));
                }
            }
        }
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
            for webhook in items(object, &["webhooks"]) {
                found.extend(webhook.path(["clientConfig", "service"]).and_then(|service| service_elsewhere(&service)));
            }
        }
        "APIService" => found.extend(object.path(["spec", "service"]).and_then(|service| service_elsewhere(&service))),
        _ => {}
    }
    found
}

fn of_pod(pod: &Pod, found: &mut Vec<Reference>) {
    let spec = &pod.spec;
    let account = ["serviceAccountName", "serviceAccount"].into_iter().find_map(|field| spec.path([field]).filter(is_name));
    found.extend(account.map(|name| Reference::new("ServiceAccount", name)));
    found.extend(items(spec, &["imagePullSecrets"]).iter().filter_map(|entry| named("Secret", entry)));
    for container in pod.containers() {
        for variable in items(&container, &["env"]) {
            for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
                let source = variable.path(["valueFrom", field]);
                found.extend(source.and_then(|source| Some(required(kind, &source)?.with(source.path(["key"])))));
            }
        }
        for source in items(&container, &["envFrom"]) {
            for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
                found.extend(source.path([field]).and_then(|source| required(kind, &source)));
            }
        }
    }
    for volume in items(spec, &["volumes"]) {
        of_volume(&volume, found);
    }
}

fn of_volume(volume: &Value, found: &mut Vec<Reference>) {
    let projected = items(volume, &["projected", "sources"]);
    for source in std::iter::once(volume).chain(&projected) {
        // A volume's Secret is called secretName, a projected one's just name.
        for (field, name, kind) in [("configMap", "name", "ConfigMap"), ("secret", "secretName", "Secret"), ("secret", "name", "Secret")] {
            let Some(source) = source.path([field]).filter(|source| !is_optional(source)) else { continue };
            let Some(name) = source.path([name]).filter(is_name) else { continue };
            let keys = items(&source, &["items"]);
            if keys.is_empty() {
                found.push(Reference::new(kind, name));
            } else {
                found.extend(keys.iter().map(|item| Reference::new(kind, name.clone()).with(item.path(["key"]))));
            }
        }
    }
    let claim = volume.path(["persistentVolumeClaim", "claimName"]).filter(is_name);
    found.extend(claim.map(|name| Reference::new("PersistentVolumeClaim", name)));
}

fn of_ingress(object: &Value, found: &mut Vec<Reference>) {
    let made_by_cert_manager = ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme"]
        .iter()
        .any(|key| object.path(["metadata", "annotations", *key]).is_some());
    if !made_by_cert_manager {
        for entry in items(object, &["spec", "tls"]) {
            found.extend(entry.path(["secretName"]).filter(is_name).map(|name| Reference::new("Secret", name)));
        }
    }
    let paths = items(object, &["spec", "rules"]).into_iter().flat_map(|rule| items(&rule, &["http", "paths"]));
    let mut backends: Vec<Value> = paths.filter_map(|path| path.path(["backend"])).collect();
    backends.extend(["defaultBackend", "backend"].into_iter().filter_map(|field| object.path(["spec", field])));
    for backend in backends {
        let (name, port) = match backend.path(["service"]) {
            Some(service) => (
                service.path(["name"]),
                ["name", "number"].into_iter().find_map(|field| service.path(["port", field]).filter(|port| !port.is_nil())),
            ),
            None => (backend.path(["serviceName"]), backend.path(["servicePort"])),
        };
        // The controllers of AWS take the name of an action in an annotation for a Service's.
        let is_action = port.as_ref().and_then(Value::as_str).is_some_and(|port| *port == "use-annotation");
        if let Some(name) = name.filter(is_name).filter(|_| !is_action) {
            found.push(Reference::new("Service", name).with(port));
        }
    }
}

/// The Service of a webhook or an aggregated API, which says its namespace.
fn service_elsewhere(service: &Value) -> Option<Reference> {
    let port = service.path(["port"]).filter(|port| !port.is_nil());
    Some(named("Service", service)?.within(text(service, &["namespace"])).with(port))
}

fn workload(kind: &str) -> Option<&'static str> {
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"].into_iter().find(|known| *known == kind)
}

fn named(kind: &'static str, source: &Value) -> Option<Reference> {
    Some(Reference::new(kind, source.path(["name"]).filter(is_name)?))
}

fn required(kind: &'static str, source: &Value) -> Option<Reference> {
    if is_optional(source) { None } else { named(kind, source) }
}

fn is_optional(source: &Value) -> bool {
    source.path(["optional"]).and_then(|optional| optional.as_bool()) == Some(true)
}

fn is_name(value: &Value) -> bool {
    value.as_str().is_some_and(|name| !name.is_empty())
}
