//! Pods inside objects: the template of a workload of any kind, and its containers.

use crate::data::Value;

/// A pod, or what pods are made from.
#[derive(Debug, Clone)]
pub(super) struct Pod {
    /// `metadata.labels`, or nil.
    pub(super) labels: Value,
    /// `spec`
    pub(super) spec: Value,
}

impl Pod {
    /// The pod that an object makes: a Pod itself, a CronJob's, or whatever stands under `spec.template`, so that workloads of
    /// custom kinds (Rollout, CloneSet) count too.
    pub(super) fn of(object: &Value) -> Option<Pod> {
        let template = match text(object, &["kind"]).as_deref() {
            Some("Pod") => object.clone(),
            Some("CronJob") => object.path(["spec", "jobTemplate", "spec", "template"])?,
            _ => object.path(["spec", "template"])?,
        };
        let spec = template.path(["spec"]).filter(|spec| spec.path(["containers"]).is_some_and(|list| list.as_list().is_some()))?;
        Some(Pod { labels: template.path(["metadata", "labels"]).unwrap_or_default(), spec })
    }

    /// The value of a label; `None` where it is not there, or no text.
    pub(super) fn label(&self, key: &str) -> Option<String> {
        text(&self.labels, &[key])
    }

    /// All containers: those that run before the others first.
    pub(super) fn containers(&self) -> Vec<Value> {
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|field| items(&self.spec, &[field])).collect()
    }

    /// The names of all ports.
    pub(super) fn port_names(&self) -> Vec<String> {
        let ports = self.containers().into_iter().flat_map(|container| items(&container, &["ports"]));
        ports.filter_map(|port| text(&port, &["name"])).collect()
    }
}

/// The text at a path.
pub(super) fn text(value: &Value, path: &[&str]) -> Option<String> {
    Some(value.path(path.iter().copied())?.as_str()?.to_string())
}

/// The elements of the list at a path; none where there is no list.
pub(super) fn items(value: &Value, path: &[&str]) -> Vec<Value> {
    value.path(path.iter().copied()).and_then(|list| Some(list.as_list()?.items().to_vec())).unwrap_or_default()
}

/// The names in the map at a path.
pub(super) fn keys(value: &Value, path: &[&str]) -> Vec<String> {
    let map = value.path(path.iter().copied()).and_then(|map| map.as_map().cloned());
    map.map(|map| map.snapshot().into_iter().map(|(key, _)| key.to_string()).collect()).unwrap_or_default()
}
