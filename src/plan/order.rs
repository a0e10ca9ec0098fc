//! Kinds in the order in which objects are made and removed (helm pkg/release/v1/util/kind_sorter.go).

use std::cmp::Ordering;

use crate::charts::Profile;

/// Kinds in the order in which helm removes their objects.
const UNINSTALL_ORDER: [&str; 38] = [
    // validation goes before mutation, so that webhooks do not block what follows
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
];

/// How two kinds are ordered when objects are made. Kinds that helm does not know come last, by name.
pub fn install_order(profile: Profile) -> impl Fn(&str, &str) -> Ordering {
    move |one, other| order(profile.kind_order, one, other)
}

/// How two kinds are ordered when objects are removed. Kinds that helm does not know come last, by name.
pub fn uninstall_order(one: &str, other: &str) -> Ordering {
    order(&UNINSTALL_ORDER, one, other)
}

fn order(kinds: &[&str], one: &str, other: &str) -> Ordering {
    let rank = |kind: &str| kinds.iter().position(|known| *known == kind).unwrap_or(kinds.len());
    let by_name = || if rank(one) == kinds.len() { one.cmp(other) } else { Ordering::Equal };
    rank(one).cmp(&rank(other)).then_with(by_name)
}

#[cfg(test)]
mod tests {
    use super::{install_order, uninstall_order};
    use crate::charts::Profile;

    fn sorted(mut kinds: Vec<&str>, order: impl Fn(&str, &str) -> std::cmp::Ordering) -> Vec<&str> {
        kinds.sort_by(|one, other| order(one, other));
        kinds
    }

    #[test]
    fn what_others_stand_on_comes_first_and_goes_last() {
        let kinds = vec!["Zebra", "Deployment", "Apple", "Namespace", "Service", "Secret"];
        let order = install_order(Profile::HELM4);
        assert_eq!(sorted(kinds.clone(), order), ["Namespace", "Secret", "Service", "Deployment", "Apple", "Zebra"]);
        assert_eq!(sorted(kinds, uninstall_order), ["Service", "Deployment", "Secret", "Namespace", "Apple", "Zebra"]);
    }
}
