//! The fields, kind by kind, of Kubernetes 1.32 to 1.36 (kubernetes pkg/apis/*/validation).

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::{map, quantity};

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// All of it; nothing is filled in by the server.
    Exact,
    /// It may not be left out; inside of it only what the manifest gives.
    Kept,
    /// Only what the manifest gives.
    Given,
}

/// A field that may not change.
pub(super) struct Row {
    group: &'static str,
    kind: &'static str,
    /// As a JSON pointer.
    pub(super) field: &'static str,
    pub(super) how: How,
    /// What may change in it, `*` for the items of a list.
    pub(super) free: &'static [&'static str],
    /// When it may change nevertheless: live object and manifest.
    pub(super) unless: fn(&Json, &Json) -> bool,
}

impl Row {
    const fn of(group: &'static str, kind: &'static str, field: &'static str, how: How) -> Self {
        Self { group, kind, field, how, free: &[], unless: never }
    }
    const fn free(mut self, free: &'static [&'static str]) -> Self {
        self.free = free;
        self
    }
    const fn unless(mut self, unless: fn(&Json, &Json) -> bool) -> Self {
        self.unless = unless;
        self
    }
}

/// The rows of a kind.
pub(super) fn rows(group: &str, kind: &str) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.group == group && row.kind == kind)
}

const RBAC: &str = "rbac.authorization.k8s.io";
const STORAGE: &str = "storage.k8s.io";

use How::{Exact, Given, Kept};

static ROWS: &[Row] = &[
    Row::of("apps", "Deployment", "/spec/selector", Exact),
    Row::of("apps", "DaemonSet", "/spec/selector", Exact),
    Row::of("apps", "ReplicaSet", "/spec/selector", Exact),
    Row::of("apps", "ControllerRevision", "/data", Given),
    Row::of("apps", "StatefulSet", "/spec", Given).free(&[
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ]),
    Row::of("apps", "StatefulSet", "/spec/selector", Exact),
    Row::of("apps", "StatefulSet", "/spec/serviceName", Exact),
    Row::of("apps", "StatefulSet", "/spec/volumeClaimTemplates", Kept),
    Row::of("batch", "Job", "/spec/selector", Given),
    Row::of("batch", "Job", "/spec/template", Given).unless(is_suspended),
    Row::of("batch", "Job", "/spec/template", Given).unless(is_running).free(&[
        "metadata/labels",
        "metadata/annotations",
        "spec/nodeSelector",
        "spec/tolerations",
        "spec/schedulingGates",
        "spec/affinity/nodeAffinity",
        "spec/containers/*/resources",
        "spec/initContainers/*/resources",
    ]),
    Row::of("batch", "Job", "/spec/completions", Given).unless(scales_as_a_whole),
    Row::of("batch", "Job", "/spec/completionMode", Given),
    Row::of("batch", "Job", "/spec/podFailurePolicy", Kept),
    Row::of("batch", "Job", "/spec/successPolicy", Kept),
    Row::of("batch", "Job", "/spec/backoffLimitPerIndex", Kept),
    Row::of("batch", "Job", "/spec/managedBy", Exact),
    Row::of("", "Pod", "/spec", Given).free(&[
        "containers/*/image",
        "initContainers/*/image",
        "activeDeadlineSeconds",
        "terminationGracePeriodSeconds",
        "tolerations",
        "schedulingGates",
    ]),
    Row::of("", "PersistentVolumeClaim", "/spec", Given).free(&[
        "resources/requests/storage",
        "volumeName",
        "volumeAttributesClassName",
        "storageClassName",
    ]),
    Row::of("", "PersistentVolumeClaim", "/spec/resources/requests/storage", Given).unless(grows),
    Row::of("", "PersistentVolumeClaim", "/spec/volumeName", Given).unless(|live, _| is_unset(live, "/spec/volumeName")),
    Row::of("", "PersistentVolumeClaim", "/spec/volumeAttributesClassName", Given).unless(|live, _| is_bound(live)),
    Row::of("", "PersistentVolumeClaim", "/spec/storageClassName", Given).unless(|live, _| is_unset(live, "/spec/storageClassName")),
    Row::of("", "PersistentVolume", "/spec", Given).free(&[
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "csi/controllerExpandSecretRef",
    ]),
    Row::of("", "PersistentVolume", "/spec/nodeAffinity", Kept).unless(|live, _| is_unset(live, "/spec/nodeAffinity")),
    Row::of("", "Service", "/spec/clusterIP", Given).unless(has_no_address),
    Row::of("", "Service", "/spec/clusterIPs", Given).unless(has_no_address),
    Row::of("", "Service", "/spec/loadBalancerClass", Exact).unless(becomes_another_type),
    Row::of("", "Service", "/spec/healthCheckNodePort", Given).unless(needs_no_health_check),
    Row::of("", "ConfigMap", "/immutable", Exact).unless(is_mutable),
    Row::of("", "ConfigMap", "/data", Exact).unless(is_mutable),
    Row::of("", "ConfigMap", "/binaryData", Exact).unless(is_mutable),
    Row::of("", "Secret", "/immutable", Exact).unless(is_mutable),
    Row::of("", "Secret", "/data", Exact).unless(is_mutable),
    Row::of("", "Secret", "/type", Given),
    Row::of("", "ResourceQuota", "/spec/scopes", Exact),
    Row::of(RBAC, "RoleBinding", "/roleRef", Given),
    Row::of(RBAC, "ClusterRoleBinding", "/roleRef", Given),
    Row::of(STORAGE, "StorageClass", "/provisioner", Exact),
    Row::of(STORAGE, "StorageClass", "/parameters", Exact),
    Row::of(STORAGE, "StorageClass", "/reclaimPolicy", Given),
    Row::of(STORAGE, "StorageClass", "/volumeBindingMode", Given),
    Row::of(STORAGE, "CSIDriver", "/spec/attachRequired", Given),
    Row::of(STORAGE, "CSIDriver", "/spec/volumeLifecycleModes", Given),
    Row::of(STORAGE, "VolumeAttributesClass", "/driverName", Exact),
    Row::of(STORAGE, "VolumeAttributesClass", "/parameters", Exact),
    Row::of("scheduling.k8s.io", "PriorityClass", "/value", Given),
    Row::of("scheduling.k8s.io", "PriorityClass", "/preemptionPolicy", Given),
    Row::of("networking.k8s.io", "IngressClass", "/spec/controller", Given),
    Row::of("node.k8s.io", "RuntimeClass", "/handler", Exact),
    Row::of("discovery.k8s.io", "EndpointSlice", "/addressType", Exact),
    Row::of("resource.k8s.io", "ResourceClaim", "/spec", Given),
    Row::of("resource.k8s.io", "ResourceClaimTemplate", "/spec", Given),
    Row::of("certificates.k8s.io", "CertificateSigningRequest", "/spec", Given),
    Row::of("apiextensions.k8s.io", "CustomResourceDefinition", "/spec/group", Exact),
    Row::of("apiextensions.k8s.io", "CustomResourceDefinition", "/spec/scope", Exact),
    Row::of("apiextensions.k8s.io", "CustomResourceDefinition", "/spec/names/plural", Exact),
    Row::of("apiextensions.k8s.io", "CustomResourceDefinition", "/spec/names/kind", Exact),
];

fn never(_: &Json, _: &Json) -> bool {
    false
}

fn text<'j>(object: &'j Json, pointer: &str) -> &'j str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

fn is_unset(object: &Json, pointer: &str) -> bool {
    text(object, pointer).is_empty() && map(object, pointer).is_none_or(serde_json::Map::is_empty)
}

fn is_mutable(live: &Json, _: &Json) -> bool {
    live.get("immutable") != Some(&Json::Bool(true))
}

fn is_suspended(live: &Json, _: &Json) -> bool {
    live.pointer("/spec/suspend") == Some(&Json::Bool(true))
}

fn is_running(live: &Json, new: &Json) -> bool {
    !is_suspended(live, new)
}

/// An indexed job may change its completions together with its parallelism.
fn scales_as_a_whole(_: &Json, new: &Json) -> bool {
    text(new, "/spec/completionMode") == "Indexed" && new.pointer("/spec/completions") == new.pointer("/spec/parallelism")
}

fn is_bound(live: &Json) -> bool {
    text(live, "/status/phase") == "Bound"
}

/// A bound claim may ask for more.
fn grows(live: &Json, new: &Json) -> bool {
    let size = |object: &Json| object.pointer("/spec/resources/requests/storage").cloned().unwrap_or_default();
    is_bound(live) && quantity::compare(&size(new), &size(live)) == Some(Ordering::Greater)
}

/// Services that are or become mere names have no address to keep; an empty one in the manifest leaves it as it is.
fn has_no_address(live: &Json, new: &Json) -> bool {
    [live, new].iter().any(|service| text(service, "/spec/type") == "ExternalName")
        || text(new, "/spec/clusterIP").is_empty() && new.pointer("/spec/clusterIPs").is_none()
}

fn becomes_another_type(live: &Json, new: &Json) -> bool {
    [live, new].iter().any(|service| text(service, "/spec/type") != "LoadBalancer")
}

fn needs_no_health_check(live: &Json, new: &Json) -> bool {
    let needs = |service: &Json| text(service, "/spec/type") == "LoadBalancer" && text(service, "/spec/externalTrafficPolicy") == "Local";
    !needs(live) || !needs(new) || new.pointer("/spec/healthCheckNodePort").is_none_or(|port| port == 0)
}
