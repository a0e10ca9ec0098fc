//! What the server writes into objects that leave it out: the defaults that a diff, a wait or an ownership can see.

use serde_json::{Map, Value as Json, json};

use super::kinds::Kind;

/// Sets what is not there.
fn lack(value: &mut Json, defaults: Json) {
    let (Some(fields), Json::Object(defaults)) = (value.as_object_mut(), defaults) else { return };
    for (field, default) in defaults {
        fields.entry(field).or_insert(default);
    }
}

fn each<'j>(value: &'j mut Json, list: &str) -> impl Iterator<Item = &'j mut Json> {
    value.get_mut(list).and_then(Json::as_array_mut).into_iter().flatten()
}

/// What the server's own type of a kind always has, even where nobody wrote it: no manager owns these as such.
pub fn zero(kind: &Kind) -> Json {
    let pod = json!({"metadata": {}, "spec": {"containers": null}});
    let mut zero = match kind.kind.as_str() {
        "Deployment" => json!({"spec": {"selector": null, "strategy": {}, "template": pod}}),
        "StatefulSet" | "DaemonSet" => json!({"spec": {"selector": null, "updateStrategy": {}, "template": pod}}),
        "ReplicaSet" => json!({"spec": {"selector": null, "template": pod}}),
        "Job" => json!({"spec": {"template": pod}}),
        "CronJob" => json!({"spec": {"schedule": "", "jobTemplate": {"metadata": {}, "spec": {"template": pod}}}}),
        "Pod" => json!({"spec": {"containers": null}}),
        "PersistentVolumeClaim" => json!({"spec": {"resources": {}}}),
        "CustomResourceDefinition" => {
            json!({"spec": {"group": "", "names": {"plural": "", "kind": ""}, "scope": "", "versions": null}})
        }
        "Role" | "ClusterRole" => json!({"rules": null}),
        "RoleBinding" | "ClusterRoleBinding" => json!({"roleRef": {}}),
        _ if kind.built_in => json!({"spec": {}}),
        _ => json!({}),
    };
    zero["metadata"] = json!({});
    zero
}

/// Takes out maps and lists of these names in which nothing is: the server's types leave them out.
fn drop_bare(fields: Option<&mut Json>, names: &[&str]) {
    let bare =
        |value: &Json| value.is_null() || value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
    let fields = fields.and_then(Json::as_object_mut);
    fields.into_iter().for_each(|fields| fields.retain(|name, value| !(names.contains(&name.as_str()) && bare(value))));
}

fn drop_bare_metadata(metadata: Option<&mut Json>) {
    drop_bare(metadata, &["labels", "annotations", "finalizers", "ownerReferences"]);
}

/// Completes an object of the server's own kinds.
pub fn complete(kind: &Kind, body: &mut Json) {
    if !kind.built_in {
        drop_bare_metadata(body.get_mut("metadata"));
        return;
    }
    match kind.kind.as_str() {
        "Namespace" => {
            let name = body["metadata"]["name"].clone();
            if !body["metadata"]["labels"].is_object() {
                body["metadata"]["labels"] = json!({});
            }
            body["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
            lack(body, json!({"status": {"phase": "Active"}}));
        }
        "Secret" => secret(body),
        "Service" => service(body),
        "Ingress" => lack(body, json!({"status": {"loadBalancer": {}}})),
        "Pod" => pod(&mut body["spec"]),
        "PersistentVolumeClaim" => {
            lack(&mut body["spec"], json!({"volumeMode": "Filesystem"}));
            lack(body, json!({"status": {"phase": "Pending"}}));
        }
        "CronJob" => {
            lack(
                &mut body["spec"],
                json!({"concurrencyPolicy": "Allow", "failedJobsHistoryLimit": 1, "successfulJobsHistoryLimit": 3, "suspend": false}),
            );
            lack(body, json!({"status": {}}));
            lack(&mut body["spec"]["jobTemplate"], json!({"metadata": {}}));
            if let Some(template) = body.pointer_mut("/spec/jobTemplate/spec/template") {
                lack(template, json!({"metadata": {}}));
                pod(&mut template["spec"]);
            }
        }
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" => workload(&kind.kind, body),
        "CustomResourceDefinition" => {
            let singular = body["spec"]["names"]["kind"].as_str().unwrap_or_default().to_lowercase();
            let list = format!("{}List", body["spec"]["names"]["kind"].as_str().unwrap_or_default());
            lack(&mut body["spec"]["names"], json!({"singular": singular, "listKind": list}));
            lack(&mut body["spec"], json!({"conversion": {"strategy": "None"}}));
        }
        _ => {}
    }
    for metadata in ["/metadata", "/spec/template/metadata", "/spec/jobTemplate/metadata", "/spec/jobTemplate/spec/template/metadata"] {
        drop_bare_metadata(body.pointer_mut(metadata));
    }
    drop_bare(Some(body), &["data", "stringData", "binaryData", "secrets", "imagePullSecrets"]);
}

fn workload(kind: &str, body: &mut Json) {
    let spec = &mut body["spec"];
    match kind {
        "Deployment" => {
            lack(
                spec,
                json!({"progressDeadlineSeconds": 600, "replicas": 1, "revisionHistoryLimit": 10, "strategy": {"type": "RollingUpdate"}}),
            );
            lack(&mut spec["strategy"], json!({"type": "RollingUpdate"}));
            if spec["strategy"]["type"] == "RollingUpdate" {
                lack(&mut spec["strategy"], json!({"rollingUpdate": {}}));
                lack(&mut spec["strategy"]["rollingUpdate"], json!({"maxSurge": "25%", "maxUnavailable": "25%"}));
            }
        }
        "ReplicaSet" => lack(spec, json!({"replicas": 1})),
        "StatefulSet" => lack(
            spec,
            json!({
                "podManagementPolicy": "OrderedReady",
                "replicas": 1,
                "revisionHistoryLimit": 10,
                "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
                "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
            }),
        ),
        "DaemonSet" => lack(
            spec,
            json!({"revisionHistoryLimit": 10, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}}),
        ),
        _ => {
            // A Job with a number of completions and no parallelism of its own runs one pod at a time.
            lack(
                spec,
                json!({"backoffLimit": 6, "completionMode": "NonIndexed", "suspend": false, "podReplacementPolicy": "TerminatingOrFailed"}),
            );
            lack(spec, json!({"completions": 1, "parallelism": 1}));
        }
    }
    if let Some(template) = body.pointer_mut("/spec/template") {
        lack(template, json!({"metadata": {}}));
        pod(&mut template["spec"]);
    }
    let status = match kind {
        "ReplicaSet" => json!({"replicas": 0}),
        "StatefulSet" => json!({"replicas": 0, "availableReplicas": 0}),
        "DaemonSet" => json!({"currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0}),
        _ => json!({}),
    };
    lack(body, json!({ "status": status }));
    if kind == "DaemonSet" {
        if !body["metadata"]["annotations"].is_object() {
            body["metadata"]["annotations"] = json!({});
        }
        lack(&mut body["metadata"]["annotations"], json!({ TEMPLATES: "1" }));
    }
}

/// Counts a DaemonSet's templates, from the days of `extensions/v1beta1`.
const TEMPLATES: &str = "deprecated.daemonset.template.generation";

/// Counts on where the template of a DaemonSet changed.
pub fn count_templates(old: &Json, new: &mut Json) {
    let known: u64 = old["metadata"]["annotations"][TEMPLATES].as_str().and_then(|count| count.parse().ok()).unwrap_or(1);
    let changed = old["spec"]["template"] != new["spec"]["template"];
    new["metadata"]["annotations"][TEMPLATES] = (known + u64::from(changed)).to_string().into();
}

fn pod(spec: &mut Json) {
    lack(
        spec,
        json!({
            "dnsPolicy": "ClusterFirst",
            "restartPolicy": "Always",
            "schedulerName": "default-scheduler",
            "securityContext": {},
            "terminationGracePeriodSeconds": 30,
        }),
    );
    for list in ["initContainers", "containers"] {
        for container in each(spec, list) {
            let image = container["image"].as_str().unwrap_or_default();
            let name = image.rsplit('/').next().unwrap_or_default();
            let latest = name.ends_with(":latest") || !name.contains(':');
            lack(
                container,
                json!({
                    "imagePullPolicy": if latest { "Always" } else { "IfNotPresent" },
                    "resources": {},
                    "terminationMessagePath": "/dev/termination-log",
                    "terminationMessagePolicy": "File",
                }),
            );
            each(container, "ports").for_each(|port| lack(port, json!({"protocol": "TCP"})));
            for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                if let Some(probe) = container.get_mut(probe) {
                    lack(probe, json!({"failureThreshold": 3, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}));
                }
            }
        }
    }
    for volume in each(spec, "volumes") {
        if volume.as_object().is_some_and(|volume| volume.keys().all(|key| key == "name")) {
            lack(volume, json!({"emptyDir": {}}));
        }
        for source in ["configMap", "secret"] {
            if let Some(source) = volume.get_mut(source) {
                lack(source, json!({"defaultMode": 420}));
            }
        }
    }
}

/// `stringData` becomes `data`.
fn secret(body: &mut Json) {
    lack(body, json!({"type": "Opaque"}));
    let Some(Json::Object(texts)) = body.as_object_mut().and_then(|fields| fields.remove("stringData")) else { return };
    if !body["data"].is_object() {
        body["data"] = Json::Object(Map::new());
    }
    for (key, value) in texts {
        let encoded = data_encoding::BASE64.encode(value.as_str().unwrap_or_default().as_bytes());
        body["data"][key] = encoded.into();
    }
}

fn service(body: &mut Json) {
    let spec = &mut body["spec"];
    lack(spec, json!({"internalTrafficPolicy": "Cluster", "sessionAffinity": "None", "type": "ClusterIP"}));
    for port in each(spec, "ports") {
        let number = port["port"].clone();
        lack(port, json!({"protocol": "TCP", "targetPort": number}));
    }
    lack(body, json!({"status": {"loadBalancer": {}}}));
}

/// What the server chooses: a Service's address, the labels by which a Job knows its pods.
pub fn allocate(kind: &Kind, body: &mut Json, number: u64) {
    match kind.kind.as_str() {
        "Namespace" => lack(body, json!({"spec": {"finalizers": ["kubernetes"]}})),
        "Service" => {
            let ip = body["spec"]["clusterIP"]
                .as_str()
                .map_or_else(|| format!("10.96.{}.{}", (number / 250) % 250, number % 250 + 1), str::to_owned);
            lack(&mut body["spec"], json!({"clusterIP": ip, "clusterIPs": [ip], "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}));
        }
        "Job" => {
            let (uid, name) = (body["metadata"]["uid"].clone(), body["metadata"]["name"].clone());
            lack(&mut body["spec"], json!({"selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}}));
            let metadata = &mut body["spec"]["template"]["metadata"];
            if !metadata["labels"].is_object() {
                metadata["labels"] = json!({});
            }
            for (label, value) in [
                ("batch.kubernetes.io/controller-uid", &uid),
                ("batch.kubernetes.io/job-name", &name),
                ("controller-uid", &uid),
                ("job-name", &name),
            ] {
                metadata["labels"][label] = value.clone();
            }
        }
        _ => {}
    }
}

/// What was chosen stays where an update leaves it out.
pub fn keep_allocated(kind: &Kind, old: &Json, new: &mut Json) {
    let fields: &[&str] = match kind.kind.as_str() {
        "Service" => &["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"],
        "Job" => &["selector"],
        "Namespace" => &["finalizers"],
        "PersistentVolumeClaim" => &["volumeName", "storageClassName"],
        _ => return,
    };
    for field in fields {
        if let Some(value) = old["spec"].get(field) {
            lack(new, json!({"spec": {}}));
            lack(&mut new["spec"], json!({ *field: value }));
        }
    }
    if kind.kind == "Job" {
        let labels = old.pointer("/spec/template/metadata/labels").cloned().unwrap_or_default();
        for (label, value) in
            labels.as_object().into_iter().flatten().filter(|(label, _)| label.contains("controller-uid") || label.contains("job-name"))
        {
            if !new["spec"]["template"]["metadata"]["labels"].is_object() {
                new["spec"]["template"]["metadata"]["labels"] = json!({});
            }
            lack(&mut new["spec"]["template"]["metadata"]["labels"], json!({ label: value }));
        }
    }
}
