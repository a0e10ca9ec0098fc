//! The kinds that the server serves, and how it says so.

use serde_json::{Value as Json, json};

/// A kind of object.
#[derive(Debug, Clone)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: String,
    /// Its one version.
    pub version: String,
    /// `deployments`
    pub plural: String,
    /// `Deployment`
    pub kind: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Whether `status` has a door of its own.
    pub status: bool,
    /// Whether a change of `spec` counts in `metadata.generation`.
    pub generation: bool,
    /// Whether the server was born with it; else it came with a CRD.
    pub built_in: bool,
    /// Whether it is served now: a CRD's kind that was removed stays in the table.
    pub served: bool,
}

/// Plural, kind, and letters: `n` namespaced, `s` status, `g` generation.
type Row = (&'static str, &'static str, &'static str);

/// Group, version, and its kinds.
const BUILT_IN: &[(&str, &str, &[Row])] = &[
    (
        "",
        "v1",
        &[
            ("configmaps", "ConfigMap", "n"),
            ("endpoints", "Endpoints", "n"),
            ("events", "Event", "n"),
            ("limitranges", "LimitRange", "n"),
            ("namespaces", "Namespace", "s"),
            ("nodes", "Node", "s"),
            ("persistentvolumeclaims", "PersistentVolumeClaim", "ns"),
            ("persistentvolumes", "PersistentVolume", "s"),
            ("pods", "Pod", "nsg"),
            ("resourcequotas", "ResourceQuota", "ns"),
            ("secrets", "Secret", "n"),
            ("serviceaccounts", "ServiceAccount", "n"),
            ("services", "Service", "ns"),
        ],
    ),
    (
        "apps",
        "v1",
        &[
            ("controllerrevisions", "ControllerRevision", "n"),
            ("daemonsets", "DaemonSet", "nsg"),
            ("deployments", "Deployment", "nsg"),
            ("replicasets", "ReplicaSet", "nsg"),
            ("statefulsets", "StatefulSet", "nsg"),
        ],
    ),
    ("autoscaling", "v2", &[("horizontalpodautoscalers", "HorizontalPodAutoscaler", "ns")]),
    ("batch", "v1", &[("cronjobs", "CronJob", "nsg"), ("jobs", "Job", "nsg")]),
    (
        "networking.k8s.io",
        "v1",
        &[("ingressclasses", "IngressClass", "g"), ("ingresses", "Ingress", "nsg"), ("networkpolicies", "NetworkPolicy", "ng")],
    ),
    ("policy", "v1", &[("poddisruptionbudgets", "PodDisruptionBudget", "nsg")]),
    (
        "rbac.authorization.k8s.io",
        "v1",
        &[
            ("clusterrolebindings", "ClusterRoleBinding", ""),
            ("clusterroles", "ClusterRole", ""),
            ("rolebindings", "RoleBinding", "n"),
            ("roles", "Role", "n"),
        ],
    ),
    ("storage.k8s.io", "v1", &[("storageclasses", "StorageClass", "")]),
    (
        "admissionregistration.k8s.io",
        "v1",
        &[
            ("mutatingwebhookconfigurations", "MutatingWebhookConfiguration", "g"),
            ("validatingwebhookconfigurations", "ValidatingWebhookConfiguration", "g"),
        ],
    ),
    ("apiextensions.k8s.io", "v1", &[("customresourcedefinitions", "CustomResourceDefinition", "sg")]),
    ("scheduling.k8s.io", "v1", &[("priorityclasses", "PriorityClass", "g")]),
    ("coordination.k8s.io", "v1", &[("leases", "Lease", "n")]),
];

/// All kinds; an object's kind is an index into this table.
#[derive(Debug)]
pub struct Kinds(Vec<Kind>);

impl Default for Kinds {
    fn default() -> Self {
        let groups = BUILT_IN.iter().flat_map(|(group, version, kinds)| kinds.iter().map(move |kind| (group, version, kind)));
        let kinds = groups.map(|(group, version, (plural, kind, letters))| Kind {
            group: (*group).to_owned(),
            version: (*version).to_owned(),
            plural: (*plural).to_owned(),
            kind: (*kind).to_owned(),
            namespaced: letters.contains('n'),
            status: letters.contains('s'),
            generation: letters.contains('g'),
            built_in: true,
            served: true,
        });
        Self(kinds.collect())
    }
}

impl Kind {
    /// `apps/v1`
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
    /// `deployments.apps`, as the server's messages name it.
    pub fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }
    /// `Deployment.apps`, as messages about wrong objects name it.
    pub fn title(&self) -> String {
        if self.group.is_empty() { self.kind.clone() } else { format!("{}.{}", self.kind, self.group) }
    }
}

impl Kinds {
    /// The kind of that index.
    pub fn get(&self, index: usize) -> &Kind {
        &self.0[index]
    }

    /// The index of a kind that is served, by the parts of a path.
    pub fn by_path(&self, group: &str, version: &str, plural: &str) -> Option<usize> {
        self.0.iter().position(|kind| kind.served && kind.plural == plural && kind.group == group && kind.version == version)
    }

    /// Whether anything of that group and version is served.
    pub fn serves(&self, group: &str, version: &str) -> bool {
        self.0.iter().any(|kind| kind.served && kind.group == group && kind.version == version)
    }

    /// The index of a kind of the server's own, by its name.
    pub fn named(&self, name: &str) -> usize {
        self.0.iter().position(|kind| kind.built_in && kind.kind == name).expect("a kind of the table")
    }

    /// The index of a kind by group and name.
    pub fn by_kind(&self, api_version: &str, name: &str) -> Option<usize> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        self.0.iter().position(|kind| kind.kind == name && kind.group == group)
    }

    /// Serves what a CRD describes from now on.
    pub fn serve(&mut self, definition: &Json) {
        let text = |at: &str| definition.pointer(at).and_then(Json::as_str).unwrap_or_default().to_owned();
        let versions = definition.pointer("/spec/versions").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let Some(version) = versions.iter().find(|version| version["storage"] == true) else { return };
        let kind = Kind {
            group: text("/spec/group"),
            version: version["name"].as_str().unwrap_or_default().to_owned(),
            plural: text("/spec/names/plural"),
            kind: text("/spec/names/kind"),
            namespaced: text("/spec/scope") == "Namespaced",
            status: version.pointer("/subresources/status").is_some(),
            generation: true,
            built_in: false,
            served: true,
        };
        match self.0.iter_mut().find(|known| known.group == kind.group && known.plural == kind.plural) {
            Some(known) => *known = kind,
            None => self.0.push(kind),
        }
    }

    /// Serves a CRD's kind no more; gives its index.
    pub fn end(&mut self, group: &str, plural: &str) -> Option<usize> {
        let index = self.0.iter().position(|kind| !kind.built_in && kind.group == group && kind.plural == plural)?;
        self.0[index].served = false;
        Some(index)
    }

    /// The aggregated answer to `/api` or `/apis`.
    pub fn discovery(&self, core: bool) -> Json {
        let mut groups: Vec<(&str, &str, Vec<Json>)> = Vec::new();
        for kind in self.0.iter().filter(|kind| kind.served && kind.group.is_empty() == core) {
            let resource = json!({
                "resource": kind.plural,
                "responseKind": {"group": "", "version": "", "kind": kind.kind},
                "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
                "singularResource": kind.kind.to_lowercase(),
                "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
            });
            match groups.iter_mut().find(|(group, version, _)| *group == kind.group && *version == kind.version) {
                Some((.., resources)) => resources.push(resource),
                None => groups.push((&kind.group, &kind.version, vec![resource])),
            }
        }
        let items = groups.into_iter().map(|(group, version, resources)| {
            let metadata = if group.is_empty() { json!({}) } else { json!({ "name": group }) };
            json!({"metadata": metadata, "versions": [{"version": version, "resources": resources, "freshness": "Current"}]})
        });
        json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items.collect::<Vec<_>>()})
    }
}
