//! What the API server's own code asks of single fields (`pkg/apis/*/validation` of Kubernetes), which no OpenAPI says: a row for
//! each field of a definition.

use super::rules;
use super::schema::Schema;
use super::syntax::Syntax;
use super::walk::Object;
use crate::check::kubernetes::Findings;

/// What is asked of a value that is there and is not empty.
#[derive(Debug, Clone, Copy)]
pub(super) enum Check {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number from one to the other.
    Range(i64, i64),
    /// Words of a syntax.
    Syntax(Syntax),
    /// A number of a port, or a port's name.
    Port,
    /// The same, or 0 for the port beside it.
    TargetPort,
    /// A number that is not negative, or a percentage.
    Share,
    /// Annotations: their keys.
    Annotations,
    /// Data of a ConfigMap or Secret: its keys.
    DataKeys,
    /// Labels: keys and values.
    Labels,
    /// A list whose elements have that syntax.
    Each(Syntax),
    /// A list whose elements are one of these words.
    EachOf(&'static [&'static str]),
    /// A list whose elements are not empty.
    EachFilled,
    /// A quantity that is not negative.
    NotNegative,
    /// Nothing.
    Anything,
}

/// A rule about a whole object.
pub(super) type ObjectRule = fn(&Object<'_>, &mut Findings);

/// Whether a field has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Need {
    /// It may be missing or empty, which is the same.
    #[default]
    May,
    /// It may be missing, but not be empty (a pointer in Go's types).
    Full,
    /// It has to be there and must not be empty.
    Must,
}

/// A field: its name, whether it has to be there, what is asked of it.
type Field = (&'static str, Need, Check);

const fn must(name: &'static str, check: Check) -> Field {
    (name, Need::Must, check)
}
const fn full(name: &'static str, check: Check) -> Field {
    (name, Need::Full, check)
}
const fn may(name: &'static str, check: Check) -> Field {
    (name, Need::May, check)
}

use Check::{Annotations, Anything, DataKeys, Each, EachFilled, EachOf, Labels, NotNegative, OneOf, Port, Range, Share, TargetPort};

const fn syntax(of: Syntax) -> Check {
    Check::Syntax(of)
}

const LABEL: Check = syntax(Syntax::Label);
const SUBDOMAIN: Check = syntax(Syntax::Subdomain);
const QUALIFIED: Check = syntax(Syntax::QualifiedName);
const NATURAL: Check = Range(0, i64::MAX);
const POSITIVE: Check = Range(1, i64::MAX);
const PORT: Check = Range(1, 65_535);
const MODE: Check = Range(0, 0o777);
const ID: Check = Range(0, 2_147_483_647);
const PROTOCOL: Check = OneOf(&["TCP", "UDP", "SCTP"]);
const ACCESS: Check = EachOf(&["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]);
const RECLAIM: Check = OneOf(&["Retain", "Delete", "Recycle"]);
const VOLUME_MODE: Check = OneOf(&["Block", "Filesystem"]);
const SCALED: &[Field] =
    &[may("replicas", NATURAL), must("selector", Anything), may("minReadySeconds", NATURAL), may("revisionHistoryLimit", NATURAL)];
const WEBHOOK: &[Field] = &[
    must("name", SUBDOMAIN),
    must("sideEffects", OneOf(&["None", "NoneOnDryRun"])),
    must("admissionReviewVersions", Each(Syntax::Label1035)),
    full("failurePolicy", OneOf(&["Fail", "Ignore"])),
    full("matchPolicy", OneOf(&["Exact", "Equivalent"])),
    full("reinvocationPolicy", OneOf(&["Never", "IfNeeded"])),
    may("timeoutSeconds", Range(1, 30)),
];

/// By definition.
#[rustfmt::skip]
const FIELDS: &[(&str, &[Field])] = &[
    ("apimachinery.pkg.apis.meta.v1.ObjectMeta", &[
        may("labels", Labels), may("annotations", Annotations), may("finalizers", Each(Syntax::QualifiedName)),
    ]),
    ("apimachinery.pkg.apis.meta.v1.OwnerReference", &[
        must("apiVersion", Anything), must("kind", Anything), must("name", Anything), must("uid", Anything),
    ]),
    ("apimachinery.pkg.apis.meta.v1.LabelSelector", &[may("matchLabels", Labels)]),
    ("apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement", &[
        must("key", QUALIFIED), must("operator", OneOf(&["In", "NotIn", "Exists", "DoesNotExist"])), may("values", Each(Syntax::LabelValue)),
    ]),
    // pods
    ("api.core.v1.Container", &[
        must("name", LABEL), must("image", Anything), may("imagePullPolicy", OneOf(&["Always", "IfNotPresent", "Never"])),
        may("terminationMessagePolicy", OneOf(&["File", "FallbackToLogsOnError"])),
    ]),
    ("api.core.v1.ContainerPort", &[
        must("containerPort", PORT), may("hostPort", Range(0, 65_535)), may("name", syntax(Syntax::PortName)), may("protocol", PROTOCOL),
    ]),
    ("api.core.v1.ContainerResizePolicy", &[
        must("resourceName", OneOf(&["cpu", "memory"])), must("restartPolicy", OneOf(&["NotRequired", "RestartContainer"])),
    ]),
    ("api.core.v1.EnvVar", &[must("name", syntax(Syntax::EnvName))]),
    ("api.core.v1.EnvFromSource", &[may("prefix", syntax(Syntax::EnvName))]),
    ("api.core.v1.ConfigMapEnvSource", &[must("name", SUBDOMAIN)]),
    ("api.core.v1.SecretEnvSource", &[must("name", SUBDOMAIN)]),
    ("api.core.v1.ConfigMapKeySelector", &[must("name", SUBDOMAIN), must("key", syntax(Syntax::DataKey))]),
    ("api.core.v1.SecretKeySelector", &[must("name", SUBDOMAIN), must("key", syntax(Syntax::DataKey))]),
    ("api.core.v1.ObjectFieldSelector", &[must("fieldPath", Anything), may("apiVersion", OneOf(&["v1"]))]),
    ("api.core.v1.ResourceFieldSelector", &[must("resource", Anything)]),
    ("api.core.v1.Probe", &[
        may("initialDelaySeconds", NATURAL), may("timeoutSeconds", NATURAL), may("periodSeconds", NATURAL), may("successThreshold", NATURAL),
        may("failureThreshold", NATURAL), may("terminationGracePeriodSeconds", POSITIVE),
    ]),
    ("api.core.v1.HTTPGetAction", &[must("port", Port), may("scheme", OneOf(&["HTTP", "HTTPS"]))]),
    ("api.core.v1.HTTPHeader", &[must("name", Anything)]),
    ("api.core.v1.TCPSocketAction", &[must("port", Port)]),
    ("api.core.v1.GRPCAction", &[must("port", PORT)]),
    ("api.core.v1.ExecAction", &[must("command", Anything)]),
    ("api.core.v1.VolumeMount", &[
        must("name", Anything), must("mountPath", Anything), may("subPath", syntax(Syntax::PathBelow)), may("subPathExpr", syntax(Syntax::PathBelow)),
        full("mountPropagation", OneOf(&["None", "HostToContainer", "Bidirectional"])),
    ]),
    ("api.core.v1.VolumeDevice", &[must("name", Anything), must("devicePath", Anything)]),
    ("api.core.v1.SecurityContext", &[
        may("runAsUser", ID), may("runAsGroup", ID), may("procMount", OneOf(&["Default", "Unmasked"])),
    ]),
    ("api.core.v1.PodSecurityContext", &[
        may("runAsUser", ID), may("runAsGroup", ID), may("fsGroup", ID), full("fsGroupChangePolicy", OneOf(&["OnRootMismatch", "Always"])),
        may("supplementalGroupsPolicy", OneOf(&["Merge", "Strict"])),
    ]),
    ("api.core.v1.SeccompProfile", &[must("type", OneOf(&["Unconfined", "RuntimeDefault", "Localhost"]))]),
    ("api.core.v1.AppArmorProfile", &[must("type", OneOf(&["Unconfined", "RuntimeDefault", "Localhost"]))]),
    ("api.core.v1.Sysctl", &[must("name", Anything)]),
    ("api.core.v1.PodSpec", &[
        must("containers", Anything), may("restartPolicy", OneOf(&["Always", "OnFailure", "Never"])),
        may("dnsPolicy", OneOf(&["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])), 
        may("activeDeadlineSeconds", Range(1, 2_147_483_647)), may("serviceAccountName", SUBDOMAIN), may("hostname", LABEL), may("subdomain", LABEL),
        may("nodeName", SUBDOMAIN), may("priorityClassName", SUBDOMAIN), may("runtimeClassName", SUBDOMAIN), may("nodeSelector", Labels),
        may("preemptionPolicy", OneOf(&["Never", "PreemptLowerPriority"])),
    ]),
    ("api.core.v1.PodDNSConfigOption", &[must("name", Anything)]),
    ("api.core.v1.HostAlias", &[must("ip", syntax(Syntax::Ip)), may("hostnames", Each(Syntax::Subdomain))]),
    ("api.core.v1.Toleration", &[
        may("key", QUALIFIED), may("effect", OneOf(&["NoSchedule", "PreferNoSchedule", "NoExecute"])),
    ]),
    ("api.core.v1.TopologySpreadConstraint", &[
        must("maxSkew", POSITIVE), must("topologyKey", Anything), must("whenUnsatisfiable", OneOf(&["DoNotSchedule", "ScheduleAnyway"])),
        may("minDomains", POSITIVE), full("nodeAffinityPolicy", OneOf(&["Ignore", "Honor"])), full("nodeTaintsPolicy", OneOf(&["Ignore", "Honor"])),
    ]),
    ("api.core.v1.PodAffinityTerm", &[must("topologyKey", QUALIFIED), may("namespaces", Each(Syntax::Label))]),
    ("api.core.v1.WeightedPodAffinityTerm", &[must("weight", Range(1, 100))]),
    ("api.core.v1.PreferredSchedulingTerm", &[must("weight", Range(1, 100))]),
    ("api.core.v1.NodeSelector", &[must("nodeSelectorTerms", Anything)]),
    ("api.core.v1.NodeSelectorRequirement", &[
        must("key", QUALIFIED), must("operator", OneOf(&["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])),
        may("values", Each(Syntax::LabelValue)),
    ]),
    // volumes
    ("api.core.v1.Volume", &[must("name", LABEL)]),
    ("api.core.v1.KeyToPath", &[must("key", Anything), must("path", syntax(Syntax::PathBelow)), may("mode", MODE)]),
    ("api.core.v1.ConfigMapVolumeSource", &[must("name", Anything), may("defaultMode", MODE)]),
    ("api.core.v1.SecretVolumeSource", &[must("secretName", Anything), may("defaultMode", MODE)]),
    ("api.core.v1.ProjectedVolumeSource", &[may("defaultMode", MODE)]),
    ("api.core.v1.ConfigMapProjection", &[must("name", Anything)]),
    ("api.core.v1.SecretProjection", &[must("name", Anything)]),
    ("api.core.v1.ServiceAccountTokenProjection", &[must("path", syntax(Syntax::PathBelow)), may("expirationSeconds", Range(600, 1 << 32))]),
    ("api.core.v1.DownwardAPIVolumeSource", &[may("defaultMode", MODE)]),
    ("api.core.v1.DownwardAPIVolumeFile", &[must("path", syntax(Syntax::PathBelow)), may("mode", MODE)]),
    ("api.core.v1.HostPathVolumeSource", &[
        must("path", Anything),
        may("type", OneOf(&["DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"])),
    ]),
    ("api.core.v1.EmptyDirVolumeSource", &[may("sizeLimit", NotNegative)]),
    ("api.core.v1.PersistentVolumeClaimVolumeSource", &[must("claimName", Anything)]),
    ("api.core.v1.NFSVolumeSource", &[must("server", Anything), must("path", syntax(Syntax::AbsolutePath))]),
    ("api.core.v1.CSIVolumeSource", &[must("driver", SUBDOMAIN)]),
    ("api.core.v1.CSIPersistentVolumeSource", &[must("driver", SUBDOMAIN), must("volumeHandle", Anything)]),
    ("api.core.v1.LocalVolumeSource", &[must("path", Anything)]),
    ("api.core.v1.PersistentVolumeClaimSpec", &[
        must("accessModes", ACCESS), must("resources", Anything), may("storageClassName", SUBDOMAIN), may("volumeMode", VOLUME_MODE),
    ]),
    ("api.core.v1.PersistentVolumeSpec", &[
        must("accessModes", ACCESS), must("capacity", Anything), may("storageClassName", SUBDOMAIN), may("volumeMode", VOLUME_MODE),
        may("persistentVolumeReclaimPolicy", RECLAIM),
    ]),
    ("api.core.v1.TypedLocalObjectReference", &[must("kind", Anything), must("name", Anything)]),
    ("api.core.v1.TypedObjectReference", &[must("kind", Anything), must("name", Anything)]),
    ("api.storage.v1.StorageClass", &[
        must("provisioner", QUALIFIED), may("reclaimPolicy", OneOf(&["Delete", "Retain"])),
        full("volumeBindingMode", OneOf(&["Immediate", "WaitForFirstConsumer"])),
    ]),
    ("api.storage.v1.CSIDriverSpec", &[may("volumeLifecycleModes", EachOf(&["Persistent", "Ephemeral"]))]),
    ("api.core.v1.PersistentVolumeClaim", &[must("spec", Anything)]),
    ("api.core.v1.PersistentVolume", &[must("spec", Anything)]),
    // workloads
    ("api.core.v1.Pod", &[must("spec", Anything)]),
    ("api.core.v1.PodTemplateSpec", &[must("spec", Anything)]),
    ("api.apps.v1.Deployment", &[must("spec", Anything)]),
    ("api.apps.v1.ReplicaSet", &[must("spec", Anything)]),
    ("api.apps.v1.StatefulSet", &[must("spec", Anything)]),
    ("api.apps.v1.DaemonSet", &[must("spec", Anything)]),
    ("api.batch.v1.Job", &[must("spec", Anything)]),
    ("api.batch.v1.CronJob", &[must("spec", Anything)]),
    ("api.core.v1.Service", &[must("spec", Anything)]),
    ("api.networking.v1.Ingress", &[must("spec", Anything)]),
    ("api.networking.v1.IngressClass", &[must("spec", Anything)]),
    ("api.autoscaling.v1.HorizontalPodAutoscaler", &[must("spec", Anything)]),
    ("api.autoscaling.v2.HorizontalPodAutoscaler", &[must("spec", Anything)]),
    ("kube-aggregator.pkg.apis.apiregistration.v1.APIService", &[must("spec", Anything)]),
    ("kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference", &[must("namespace", Anything), must("name", Anything), may("port", PORT)]),
    ("api.apps.v1.DeploymentSpec", SCALED),
    ("api.apps.v1.ReplicaSetSpec", &[may("replicas", NATURAL), must("selector", Anything), may("minReadySeconds", NATURAL)]),
    ("api.apps.v1.DaemonSetSpec", &[must("selector", Anything), may("minReadySeconds", NATURAL), may("revisionHistoryLimit", NATURAL)]),
    ("api.apps.v1.StatefulSetSpec", &[
        may("replicas", NATURAL), must("selector", Anything), may("minReadySeconds", NATURAL),
        may("serviceName", LABEL), may("podManagementPolicy", OneOf(&["OrderedReady", "Parallel"])),
    ]),
    ("api.apps.v1.DeploymentStrategy", &[may("type", OneOf(&["Recreate", "RollingUpdate"]))]),
    ("api.apps.v1.StatefulSetUpdateStrategy", &[may("type", OneOf(&["RollingUpdate", "OnDelete"]))]),
    ("api.apps.v1.DaemonSetUpdateStrategy", &[may("type", OneOf(&["RollingUpdate", "OnDelete"]))]),
    ("api.apps.v1.RollingUpdateDeployment", &[full("maxSurge", Share), full("maxUnavailable", Share)]),
    ("api.apps.v1.RollingUpdateDaemonSet", &[may("maxSurge", Share), may("maxUnavailable", Share)]),
    ("api.apps.v1.RollingUpdateStatefulSetStrategy", &[may("partition", NATURAL), may("maxUnavailable", Share)]),
    ("api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy", &[
        may("whenDeleted", OneOf(&["Retain", "Delete"])), may("whenScaled", OneOf(&["Retain", "Delete"])),
    ]),
    ("api.batch.v1.JobSpec", &[
        may("parallelism", NATURAL), may("completions", NATURAL), may("backoffLimit", NATURAL), may("activeDeadlineSeconds", NATURAL),
        may("ttlSecondsAfterFinished", NATURAL), may("completionMode", OneOf(&["NonIndexed", "Indexed"])),
        may("podReplacementPolicy", OneOf(&["TerminatingOrFailed", "Failed"])),
    ]),
    ("api.batch.v1.CronJobSpec", &[
        must("schedule", syntax(Syntax::CronSchedule)), may("concurrencyPolicy", OneOf(&["Allow", "Forbid", "Replace"])),
        may("startingDeadlineSeconds", NATURAL), may("successfulJobsHistoryLimit", NATURAL), may("failedJobsHistoryLimit", NATURAL),
    ]),
    ("api.autoscaling.v2.HorizontalPodAutoscalerSpec", &[must("maxReplicas", POSITIVE), may("minReplicas", POSITIVE)]),
    ("api.autoscaling.v1.HorizontalPodAutoscalerSpec", &[
        must("maxReplicas", POSITIVE), may("minReplicas", POSITIVE), may("targetCPUUtilizationPercentage", POSITIVE),
    ]),
    ("api.autoscaling.v1.CrossVersionObjectReference", &[must("kind", Anything), must("name", syntax(Syntax::PathSegment))]),
    ("api.autoscaling.v2.CrossVersionObjectReference", &[must("kind", Anything), must("name", syntax(Syntax::PathSegment))]),
    ("api.autoscaling.v2.MetricSpec", &[must("type", OneOf(&["Object", "Pods", "Resource", "External", "ContainerResource"]))]),
    ("api.autoscaling.v2.MetricTarget", &[must("type", OneOf(&["Utilization", "Value", "AverageValue"])), may("averageUtilization", POSITIVE)]),
    ("api.autoscaling.v2.MetricIdentifier", &[must("name", syntax(Syntax::PathSegment))]),
    ("api.autoscaling.v2.ResourceMetricSource", &[must("name", Anything)]),
    ("api.autoscaling.v2.ContainerResourceMetricSource", &[must("name", Anything), must("container", Anything)]),
    ("api.autoscaling.v2.HPAScalingPolicy", &[must("type", OneOf(&["Pods", "Percent"])), must("value", POSITIVE), must("periodSeconds", Range(1, 1800))]),
    ("api.autoscaling.v2.HPAScalingRules", &[
        may("stabilizationWindowSeconds", Range(0, 3600)), may("selectPolicy", OneOf(&["Max", "Min", "Disabled"])),
    ]),
    ("api.policy.v1.PodDisruptionBudgetSpec", &[
        full("minAvailable", Share), full("maxUnavailable", Share), full("unhealthyPodEvictionPolicy", OneOf(&["IfHealthyBudget", "AlwaysAllow"])),
    ]),
    ("api.scheduling.v1.PriorityClass", &[
        may("value", Range(-2_147_483_648, 1_000_000_000)), may("preemptionPolicy", OneOf(&["Never", "PreemptLowerPriority"])),
    ]),
    // network
    ("api.core.v1.ServiceSpec", &[
        may("type", OneOf(&["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"])), may("sessionAffinity", OneOf(&["None", "ClientIP"])),
        may("externalTrafficPolicy", OneOf(&["Cluster", "Local"])), full("internalTrafficPolicy", OneOf(&["Cluster", "Local"])),
        full("ipFamilyPolicy", OneOf(&["SingleStack", "PreferDualStack", "RequireDualStack"])), may("ipFamilies", EachOf(&["IPv4", "IPv6"])),
        may("selector", Labels), full("trafficDistribution", OneOf(&["PreferClose", "PreferSameZone", "PreferSameNode"])), may("externalIPs", Each(Syntax::Ip)), may("externalName", SUBDOMAIN),
    ]),
    ("api.core.v1.ServicePort", &[
        must("port", PORT), may("targetPort", TargetPort), may("name", LABEL), may("protocol", PROTOCOL), may("nodePort", Range(0, 65_535)),
        full("appProtocol", QUALIFIED),
    ]),
    ("api.core.v1.ClientIPConfig", &[may("timeoutSeconds", Range(1, 86_400))]),
    ("api.core.v1.EndpointPort", &[must("port", PORT), may("protocol", PROTOCOL)]),
    ("api.core.v1.EndpointAddress", &[must("ip", syntax(Syntax::Ip))]),
    ("api.networking.v1.HTTPIngressPath", &[
        must("pathType", OneOf(&["Exact", "Prefix", "ImplementationSpecific"])), must("backend", Anything),
    ]),
    ("api.networking.v1.HTTPIngressRuleValue", &[must("paths", Anything)]),
    ("api.networking.v1.IngressRule", &[may("host", syntax(Syntax::Host))]),
    ("api.networking.v1.IngressTLS", &[may("hosts", Each(Syntax::Host)), may("secretName", SUBDOMAIN)]),
    ("api.networking.v1.IngressSpec", &[full("ingressClassName", SUBDOMAIN)]),
    ("api.networking.v1.IngressServiceBackend", &[must("name", Anything), must("port", Anything)]),
    ("api.networking.v1.ServiceBackendPort", &[may("number", PORT), may("name", syntax(Syntax::PortName))]),
    ("api.networking.v1.IngressClassSpec", &[must("controller", syntax(Syntax::DomainPath))]),
    ("api.networking.v1.NetworkPolicySpec", &[may("policyTypes", EachOf(&["Ingress", "Egress"]))]),
    ("api.networking.v1.NetworkPolicyPort", &[full("port", Port), full("protocol", PROTOCOL), may("endPort", PORT)]),
    ("api.networking.v1.IPBlock", &[must("cidr", syntax(Syntax::Cidr)), may("except", Each(Syntax::Cidr))]),
    // rights
    ("api.rbac.v1.RoleRef", &[must("kind", OneOf(&["Role", "ClusterRole"])), must("name", syntax(Syntax::PathSegment))]),
    ("api.rbac.v1.Subject", &[must("kind", OneOf(&["User", "Group", "ServiceAccount"])), must("name", Anything)]),
    ("api.rbac.v1.PolicyRule", &[must("verbs", Anything)]),
    // admission
    ("api.admissionregistration.v1.ValidatingWebhook", WEBHOOK),
    ("api.admissionregistration.v1.MutatingWebhook", WEBHOOK),
    ("api.admissionregistration.v1.RuleWithOperations", &[
        must("operations", EachOf(&["*", "CREATE", "UPDATE", "DELETE", "CONNECT"])), must("apiGroups", Anything), must("apiVersions", EachFilled),
        must("resources", EachFilled), full("scope", OneOf(&["Cluster", "Namespaced", "*"])),
    ]),
    ("api.admissionregistration.v1.ServiceReference", &[must("namespace", Anything), must("name", Anything), may("port", PORT), may("path", syntax(Syntax::AbsolutePath))]),
    // data
    ("api.core.v1.ConfigMap", &[may("data", DataKeys), may("binaryData", DataKeys)]),
    ("api.core.v1.Secret", &[may("data", DataKeys), may("stringData", DataKeys)]),
    // limits
    ("api.core.v1.LimitRangeItem", &[must("type", Anything)]),
    ("kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec", &[
        must("version", Anything), must("groupPriorityMinimum", Range(1, 20_000)), must("versionPriority", Range(1, 1000)),
    ]),
    ("apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec", &[
        must("group", SUBDOMAIN), must("scope", OneOf(&["Cluster", "Namespaced"])), must("versions", Anything), must("names", Anything),
    ]),
    ("apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion", &[must("name", syntax(Syntax::Label1035))]),
    ("apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames", &[must("plural", syntax(Syntax::Label1035)), must("kind", Anything)]),
];

/// Fields that OpenAPI calls required, and that the server fills in or does without.
const LENIENT: &[(&str, &[&str])] = &[("api.apps.v1.StatefulSetSpec", &["serviceName"]), ("api.storage.v1.CSIDriver", &["spec"])];

/// Gives a definition what is asked of its fields and of itself.
pub(super) fn attach(definition: &str, schema: &mut Schema) {
    if let Some((_, fields)) = LENIENT.iter().find(|(name, _)| *name == definition) {
        schema.required.retain(|name| !fields.iter().any(|lenient| *name == *lenient));
    }
    for (name, need, check) in FIELDS.iter().filter(|(name, _)| *name == definition).flat_map(|(_, fields)| *fields) {
        let Some(field) = schema.properties.get_mut(name.as_bytes()) else { continue };
        field.check = Some(*check);
        field.need = *need;
        if *need == Need::Must && !schema.required.iter().any(|known| *known == *name) {
            schema.required.push((*name).into());
        }
    }
    schema.format = super::formats::of_definition(definition).map(Into::into).or_else(|| schema.format.take());
    schema.object_rule = rules::of(definition);
}

#[cfg(test)]
mod tests {
    use super::super::pack::Definitions;
    use super::{FIELDS, LENIENT};

    #[test]
    fn every_row_is_of_a_field_that_is_there() {
        let definitions = Definitions::of(37);
        let lenient = LENIENT.iter().flat_map(|(name, fields)| fields.iter().map(move |field| (*name, *field)));
        let named = FIELDS.iter().flat_map(|(name, fields)| fields.iter().map(move |(field, _, _)| (*name, *field)));
        for (name, field) in named.chain(lenient) {
            let schema = definitions.definition(name).unwrap_or_else(|| panic!("{name}"));
            let shared = name.ends_with("Webhook") && field == "reinvocationPolicy";
            assert!(schema.properties.contains_key(field.as_bytes()) || shared, "{name}.{field}");
        }
    }
}
