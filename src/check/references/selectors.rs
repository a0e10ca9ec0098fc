//! Which pods a selector means.

use super::super::pods::{Pod, items, keys, text};
use crate::data::Value;

/// What a selector says of some pods.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Selected {
    /// It takes one of them.
    Some,
    /// It would take one, had that one these labels, which it does not have at all: they may be put on pods as they run.
    Almost(Vec<String>),
    /// It takes none.
    None,
}

/// Labels that controllers put on pods.
const PUT_BY_CONTROLLERS: [&str; 9] = [
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-name",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "job-name",
    "controller-uid",
    "controller-revision-hash",
    "pod-template-hash",
];

/// The labels that a Service's selector asks for.
pub(super) fn of_service(selector: &Value) -> Vec<(String, String)> {
    let wanted = keys(selector, &[]).into_iter().filter_map(|key| {
        let value = text(selector, &[&key])?;
        Some((key, value))
    });
    wanted.filter(|(key, _)| !PUT_BY_CONTROLLERS.contains(&key.as_str())).collect()
}

/// Whether a pod has all labels.
pub(super) fn has(pod: &Pod, labels: &[(String, String)]) -> bool {
    labels.iter().all(|(key, value)| pod.label(key).as_ref() == Some(value))
}

/// Which of the pods have these labels.
pub(super) fn selected<'a>(labels: &[(String, String)], pods: impl Iterator<Item = &'a Pod> + Clone) -> Selected {
    if pods.clone().any(|pod| has(pod, labels)) {
        return Selected::Some;
    }
    let lacking = pods.filter_map(|pod| {
        let (there, missing): (Vec<_>, Vec<_>) = labels.iter().partition(|(key, _)| pod.label(key).is_some());
        let fits = !there.is_empty() && there.iter().all(|(key, value)| pod.label(key).as_ref() == Some(value));
        fits.then(|| missing.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>())
    });
    lacking.min_by_key(Vec::len).map_or(Selected::None, Selected::Almost)
}

/// Whether a `LabelSelector` takes a pod. What can't be read takes it.
pub(super) fn takes(selector: &Value, pod: &Pod) -> bool {
    let labels = selector.path(["matchLabels"]).map(|labels| of_service(&labels)).unwrap_or_default();
    has(pod, &labels)
        && items(selector, &["matchExpressions"]).iter().all(|expression| {
            let Some(key) = text(expression, &["key"]) else { return true };
            let values: Vec<String> = items(expression, &["values"]).iter().filter_map(|value| Some(value.as_str()?.to_string())).collect();
            let label = pod.label(&key);
            match text(expression, &["operator"]).as_deref() {
                Some("In") => label.is_some_and(|label| values.contains(&label)),
                Some("NotIn") => label.is_none_or(|label| !values.contains(&label)),
                Some("Exists") => label.is_some(),
                Some("DoesNotExist") => label.is_none(),
                _ => true,
            }
        })
}
