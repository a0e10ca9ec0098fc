//! What the API server's own code asks of whole objects, as far as it is certain without a cluster: a function for a definition
//! (Kubernetes `pkg/apis/*/validation`).

mod config;
mod network;
mod pod;
mod rights;
mod selector;
mod volumes;
mod webhook;
mod workloads;

use super::fields::ObjectRule;

/// The rule about objects of a definition.
pub(super) fn of(definition: &str) -> Option<ObjectRule> {
    Some(match definition {
        "api.core.v1.PodSpec" => pod::spec,
        "api.core.v1.Container" => pod::container,
        "api.core.v1.EnvVar" => pod::variable,
        "api.core.v1.EnvVarSource" => pod::variable_source,
        "api.core.v1.EnvFromSource" => pod::variables_source,
        "api.core.v1.Probe" => pod::probe,
        "api.core.v1.LifecycleHandler" => pod::handler,
        "api.core.v1.ResourceRequirements" => pod::resources,
        "api.core.v1.SecurityContext" => pod::security,
        "api.core.v1.Toleration" => pod::toleration,
        "api.core.v1.Volume" => volumes::volume,
        "api.core.v1.ResourceFieldSelector" => pod::resource_field,
        "api.core.v1.DownwardAPIVolumeFile" => pod::own_file,
        "api.core.v1.ProjectedVolumeSource" => volumes::projected,
        "api.core.v1.VolumeProjection" => volumes::projection,
        "api.core.v1.PersistentVolumeClaimSpec" => volumes::claim,
        "api.core.v1.PersistentVolumeSpec" => volumes::persistent,
        "apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement" => selector::requirement,
        "api.core.v1.NodeSelectorRequirement" => selector::requirement,
        "api.apps.v1.DeploymentSpec" => workloads::deployment,
        "api.apps.v1.ReplicaSetSpec" => workloads::replicas,
        "api.apps.v1.StatefulSetSpec" => workloads::stateful_set,
        "api.apps.v1.DaemonSetSpec" => workloads::daemon_set,
        "api.batch.v1.JobSpec" => workloads::job,
        "api.autoscaling.v2.HorizontalPodAutoscalerSpec" => workloads::autoscaler,
        "api.autoscaling.v1.HorizontalPodAutoscalerSpec" => workloads::autoscaler,
        "api.autoscaling.v2.MetricSpec" => workloads::metric,
        "api.autoscaling.v2.ResourceMetricSource" => workloads::resource_metric,
        "api.autoscaling.v2.ContainerResourceMetricSource" => workloads::resource_metric,
        "api.autoscaling.v1.CrossVersionObjectReference" => workloads::target,
        "api.autoscaling.v2.CrossVersionObjectReference" => workloads::target,
        "api.policy.v1.PodDisruptionBudgetSpec" => workloads::disruption_budget,
        "api.core.v1.ServiceSpec" => network::service,
        "api.networking.v1.IngressSpec" => network::ingress,
        "api.networking.v1.Ingress" => network::ingress_class,
        "api.networking.v1.IngressBackend" => network::ingress_backend,
        "api.networking.v1.IngressServiceBackend" => network::ingress_service,
        "api.networking.v1.HTTPIngressPath" => network::ingress_path,
        "api.networking.v1.NetworkPolicySpec" => network::policy,
        "api.networking.v1.NetworkPolicyPeer" => network::peer,
        "api.core.v1.ConfigMap" => config::config_map,
        "api.core.v1.Secret" => config::secret,
        "api.rbac.v1.Role" => rights::role,
        "api.rbac.v1.ClusterRole" => rights::cluster_role,
        "api.rbac.v1.RoleBinding" => rights::role_binding,
        "api.rbac.v1.ClusterRoleBinding" => rights::cluster_role_binding,
        "api.rbac.v1.Subject" => rights::subject,
        "api.admissionregistration.v1.ValidatingWebhook" => webhook::webhook,
        "api.admissionregistration.v1.MutatingWebhook" => webhook::webhook,
        "api.admissionregistration.v1.WebhookClientConfig" => webhook::client,
        "kube-aggregator.pkg.apis.apiregistration.v1.APIService" => webhook::api_service,
        "apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition" => webhook::definition,
        _ => return None,
    })
}
