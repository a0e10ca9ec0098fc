"""Which changes an API server refuses: `immutable.py > tests/cases/plan/immutable.jsonl`.

Asks the cluster that kubectl is set up for; a test cluster, since objects are made in its namespace `immutable`. Each base
object is applied; then each change is laid over its manifest (null takes a field out) and applied as dry run by the same
manager. Written are the live object without its managers, the changed manifest, and what the server said."""
import copy
import json
import subprocess
import sys
import time

POD = {"containers": [{"name": "web", "image": "nginx:1", "resources": {"requests": {"memory": "1Gi"}}}]}
LABELS = {"app": "x"}
TEMPLATE = {"metadata": {"labels": LABELS}, "spec": POD}
JOB = {"metadata": {"labels": LABELS}, "spec": {**POD, "restartPolicy": "Never"}}
SELECTOR = {"matchLabels": LABELS}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
CRD_VERSION = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}


def image(name):
    return {"spec": {"template": {"spec": {"containers": [{**POD["containers"][0], "image": name}]}}}}


def memory(size):
    return {"spec": {"template": {"spec": {"containers": [{**POD["containers"][0], "resources": {"requests": {"memory": size}}}]}}}}


SELECTORS = {
    "another selector": {"spec": {"selector": {"matchLabels": {"app": "x", "b": "c"}}, "template": {"metadata": {"labels": {"b": "c"}}}}},
    "image": image("nginx:2"),
    "same": {},
}

# apiVersion, kind, name, the rest, changes by name
BASES = [
    ("apps/v1", "Deployment", "d", {"spec": {"selector": SELECTOR, "template": TEMPLATE}}, {**SELECTORS, "replicas": {"spec": {"replicas": 3}}}),
    ("apps/v1", "DaemonSet", "d", {"spec": {"selector": SELECTOR, "template": TEMPLATE}}, SELECTORS),
    ("apps/v1", "ReplicaSet", "d", {"spec": {"selector": SELECTOR, "template": TEMPLATE}}, SELECTORS),
    ("apps/v1", "StatefulSet", "s", {"spec": {"selector": SELECTOR, "serviceName": "s", "template": TEMPLATE, "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": CLAIM}]}}, {
        **SELECTORS,
        "service name": {"spec": {"serviceName": "t"}},
        "no service name": {"spec": {"serviceName": None}},
        "pod management": {"spec": {"podManagementPolicy": "Parallel"}},
        "default pod management": {"spec": {"podManagementPolicy": "OrderedReady"}},
        "claim grows": {"spec": {"volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {**CLAIM, "resources": {"requests": {"storage": "2Gi"}}}}]}},
        "claim of the same size": {"spec": {"volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {**CLAIM, "resources": {"requests": {"storage": "1024Mi"}}}}]}},
        "claim with another label": {"spec": {"volumeClaimTemplates": [{"metadata": {"name": "d", "labels": {"a": "b"}}, "spec": CLAIM}]}},
        "one more claim": {"spec": {"volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": CLAIM}, {"metadata": {"name": "e"}, "spec": CLAIM}]}},
        "no claims": {"spec": {"volumeClaimTemplates": None}},
        "replicas": {"spec": {"replicas": 3}},
        "update strategy": {"spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}},
        "ordinals": {"spec": {"ordinals": {"start": 1}}},
        "history": {"spec": {"revisionHistoryLimit": 3}},
        "retention": {"spec": {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Retain"}}},
        "min ready": {"spec": {"minReadySeconds": 3}},
    }),
    ("batch/v1", "Job", "j", {"spec": {"template": JOB, "completions": 1}}, {
        "same": {},
        "image": image("nginx:2"),
        "memory": memory("2Gi"),
        "same memory": memory("1024Mi"),
        "template label": {"spec": {"template": {"metadata": {"labels": {"b": "c"}}}}},
        "completions": {"spec": {"completions": 2}},
        "parallelism": {"spec": {"parallelism": 2}},
        "completion mode": {"spec": {"completionMode": "Indexed"}},
        "backoff": {"spec": {"backoffLimit": 2}},
        "deadline": {"spec": {"activeDeadlineSeconds": 200}},
        "time to live": {"spec": {"ttlSecondsAfterFinished": 200}},
        "managed by": {"spec": {"managedBy": "a.b/c"}},
        "failure policy": {"spec": {"podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [1]}}]}}},
        "suspend": {"spec": {"suspend": True}},
    }),
    ("batch/v1", "Job", "suspended", {"spec": {"template": JOB, "suspend": True}}, {
        "image": image("nginx:2"),
        "node selector": {"spec": {"template": {"spec": {"nodeSelector": {"a": "b"}}}}},
        "tolerations": {"spec": {"template": {"spec": {"tolerations": [{"operator": "Exists"}]}}}},
        "template label": {"spec": {"template": {"metadata": {"labels": {"b": "c"}}}}},
        "service account": {"spec": {"template": {"spec": {"serviceAccountName": "x"}}}},
        "memory": memory("2Gi"),
    }),
    ("batch/v1", "Job", "indexed", {"spec": {"template": JOB, "completionMode": "Indexed", "completions": 2, "parallelism": 2, "backoffLimitPerIndex": 1}}, {
        "both": {"spec": {"completions": 3, "parallelism": 3}},
        "completions": {"spec": {"completions": 3}},
        "backoff per index": {"spec": {"backoffLimitPerIndex": 2}},
        "no backoff per index": {"spec": {"backoffLimitPerIndex": None}},
        "success policy": {"spec": {"successPolicy": {"rules": [{"succeededCount": 1}]}}},
    }),
    ("batch/v1", "CronJob", "c", {"spec": {"schedule": "* * * * *", "suspend": True, "jobTemplate": {"spec": {"template": JOB}}}}, {
        "schedule": {"spec": {"schedule": "1 * * * *"}},
        "image": {"spec": {"jobTemplate": image("nginx:2")}},
    }),
    ("v1", "Pod", "p", {"spec": POD}, {
        "same": {},
        "image": {"spec": {"containers": [{**POD["containers"][0], "image": "nginx:2"}]}},
        "memory": {"spec": {"containers": [{**POD["containers"][0], "resources": {"requests": {"memory": "2Gi"}}}]}},
        "variable": {"spec": {"containers": [{**POD["containers"][0], "env": [{"name": "A", "value": "b"}]}]}},
        "one more container": {"spec": {"containers": [*POD["containers"], {"name": "b", "image": "i"}]}},
        "restart policy": {"spec": {"restartPolicy": "Never"}},
        "toleration": {"spec": {"tolerations": [{"key": "a", "operator": "Exists"}]}},
        "deadline": {"spec": {"activeDeadlineSeconds": 100}},
        "host network": {"spec": {"hostNetwork": True}},
    }),
    ("storage.k8s.io/v1", "StorageClass", "grows", {"provisioner": "x.io/y", "parameters": {"a": "b"}, "allowVolumeExpansion": True, "volumeBindingMode": "Immediate"}, {
        "provisioner": {"provisioner": "x.io/z"},
        "parameters": {"parameters": {"a": "c"}},
        "no parameters": {"parameters": None},
        "reclaim": {"reclaimPolicy": "Retain"},
        "default reclaim": {"reclaimPolicy": "Delete"},
        "binding": {"volumeBindingMode": "WaitForFirstConsumer"},
        "expansion": {"allowVolumeExpansion": False},
        "mount options": {"mountOptions": ["ro"]},
    }),
    ("v1", "PersistentVolume", "immutable-v", {"spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "grows", "hostPath": {"path": "/a"}, "claimRef": {"namespace": "immutable", "name": "bound"}}}, {
        "path": {"spec": {"hostPath": {"path": "/b"}}},
        "another source": {"spec": {"hostPath": None, "nfs": {"server": "a", "path": "/b"}}},
        "capacity": {"spec": {"capacity": {"storage": "2Gi"}}},
        "reclaim": {"spec": {"persistentVolumeReclaimPolicy": "Delete"}},
        "mode": {"spec": {"volumeMode": "Block"}},
        "class": {"spec": {"storageClassName": "other"}},
        "access": {"spec": {"accessModes": ["ReadWriteOnce", "ReadOnlyMany"]}},
        "mount options": {"spec": {"mountOptions": ["ro"]}},
        "affinity": {"spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}}}},
    }),
    ("v1", "PersistentVolume", "immutable-w", {"spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "local": {"path": "/a"}, "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}}}}, {
        "affinity": {"spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "b", "operator": "Exists"}]}]}}}},
        "same": {},
    }),
    ("v1", "PersistentVolumeClaim", "bound", {"spec": {**CLAIM, "storageClassName": "grows"}}, {
        "same": {},
        "grows": {"spec": {"resources": {"requests": {"storage": "2Gi"}}}},
        "shrinks": {"spec": {"resources": {"requests": {"storage": "500Mi"}}}},
        "same size": {"spec": {"resources": {"requests": {"storage": "1024Mi"}}}},
        "access": {"spec": {"accessModes": ["ReadWriteMany"]}},
        "class": {"spec": {"storageClassName": "other"}},
        "mode": {"spec": {"volumeMode": "Block"}},
        "volume": {"spec": {"volumeName": "other"}},
        "limits": {"spec": {"resources": {"limits": {"storage": "3Gi"}}}},
        "selector": {"spec": {"selector": {"matchLabels": {"a": "b"}}}},
    }),
    ("v1", "PersistentVolumeClaim", "unbound", {"spec": {**CLAIM, "storageClassName": "grows"}}, {
        "grows": {"spec": {"resources": {"requests": {"storage": "2Gi"}}}},
        "volume": {"spec": {"volumeName": "other"}},
        "label": {"metadata": {"labels": {"a": "b"}}},
    }),
    ("v1", "PersistentVolumeClaim", "classless", {"spec": CLAIM}, {
        "class": {"spec": {"storageClassName": "grows"}},
    }),
    ("v1", "Service", "s", {"spec": {"selector": LABELS, "ports": [{"port": 80}]}}, {
        "same": {},
        "address": {"spec": {"clusterIP": "10.0.0.77"}},
        "headless": {"spec": {"clusterIP": "None"}},
        "empty address": {"spec": {"clusterIP": ""}},
        "external name": {"spec": {"type": "ExternalName", "externalName": "a.b"}},
        "node port": {"spec": {"type": "NodePort"}},
        "load balancer": {"spec": {"type": "LoadBalancer", "loadBalancerClass": "a.b/c"}},
        "ports": {"spec": {"ports": [{"port": 81}]}},
        "selector": {"spec": {"selector": {"a": "b"}}},
        "session": {"spec": {"sessionAffinity": "ClientIP"}},
    }),
    ("v1", "Service", "headless", {"spec": {"clusterIP": "None", "selector": LABELS, "ports": [{"port": 80}]}}, {
        "same": {},
        "with address": {"spec": {"clusterIP": "10.0.0.78"}},
        "no address given": {"spec": {"clusterIP": None}},
    }),
    ("v1", "Service", "balanced", {"spec": {"type": "LoadBalancer", "loadBalancerClass": "a.b/c", "externalTrafficPolicy": "Local", "selector": LABELS, "ports": [{"port": 80}]}}, {
        "class": {"spec": {"loadBalancerClass": "a.b/d"}},
        "no class": {"spec": {"loadBalancerClass": None}},
        "class and type": {"spec": {"type": "ClusterIP", "loadBalancerClass": None, "externalTrafficPolicy": None}},
        "health check": {"spec": {"healthCheckNodePort": 32111}},
    }),
    ("v1", "Service", "named", {"spec": {"type": "ExternalName", "externalName": "a.b"}}, {
        "address": {"spec": {"type": "ClusterIP", "externalName": None, "ports": [{"port": 80}]}},
        "another name": {"spec": {"externalName": "a.c"}},
    }),
    ("v1", "ConfigMap", "mutable", {"data": {"a": "b"}}, {
        "data": {"data": {"a": "c"}},
        "immutable from now on": {"immutable": True},
    }),
    ("v1", "ConfigMap", "immutable", {"immutable": True, "data": {"a": "b"}}, {
        "same": {},
        "data": {"data": {"a": "c"}},
        "one more": {"data": {"c": "d"}},
        "no data": {"data": None},
        "binary data": {"binaryData": {"x": "AA=="}},
        "mutable": {"immutable": False},
        "not said": {"immutable": None},
        "label": {"metadata": {"labels": {"a": "b"}}},
    }),
    ("v1", "Secret", "mutable", {"type": "a/b", "stringData": {"a": "b"}}, {
        "same": {},
        "data": {"stringData": {"a": "c"}},
        "type": {"type": "a/c"},
    }),
    ("v1", "Secret", "immutable", {"immutable": True, "stringData": {"a": "b"}}, {
        "same": {},
        "the same as data": {"stringData": None, "data": {"a": "Yg=="}},
        "data": {"stringData": {"a": "c"}},
        "one more": {"data": {"c": "Yg=="}},
        "mutable": {"immutable": False},
        "label": {"metadata": {"labels": {"a": "b"}}},
    }),
    ("v1", "ResourceQuota", "q", {"spec": {"hard": {"pods": "10"}, "scopes": ["BestEffort"]}}, {
        "scopes": {"spec": {"scopes": ["NotBestEffort"]}},
        "hard": {"spec": {"hard": {"pods": "11"}}},
    }),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", "r", {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}, "subjects": [{"kind": "ServiceAccount", "name": "a", "namespace": "b"}]}, {
        "role": {"roleRef": {"name": "edit"}},
        "kind": {"roleRef": {"kind": "Role"}},
        "subjects": {"subjects": [{"kind": "ServiceAccount", "name": "c", "namespace": "b"}]},
    }),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "immutable-r", {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}, "subjects": [{"kind": "ServiceAccount", "name": "a", "namespace": "b"}]}, {
        "role": {"roleRef": {"name": "edit"}},
        "subjects": {"subjects": [{"kind": "ServiceAccount", "name": "c", "namespace": "b"}]},
    }),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "immutable-r", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}, {
        "rules": {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]},
    }),
    ("scheduling.k8s.io/v1", "PriorityClass", "immutable-p", {"value": 5, "description": "a"}, {
        "value": {"value": 6},
        "preemption": {"preemptionPolicy": "Never"},
        "description": {"description": "b"},
    }),
    ("networking.k8s.io/v1", "IngressClass", "immutable-i", {"spec": {"controller": "a.b/c"}}, {
        "controller": {"spec": {"controller": "a.b/d"}},
        "parameters": {"spec": {"parameters": {"apiGroup": "a", "kind": "B", "name": "c"}}},
    }),
    ("networking.k8s.io/v1", "Ingress", "i", {"spec": {"ingressClassName": "a", "rules": [{"host": "a.b"}]}}, {
        "class": {"spec": {"ingressClassName": "b"}},
    }),
    ("networking.k8s.io/v1", "NetworkPolicy", "n", {"spec": {"podSelector": SELECTOR}}, {"selector": {"spec": {"podSelector": {"matchLabels": {"app": "y"}}}}}),
    ("policy/v1", "PodDisruptionBudget", "b", {"spec": {"minAvailable": 1, "selector": SELECTOR}}, {
        "selector": {"spec": {"selector": {"matchLabels": {"app": "y"}}}},
        "number": {"spec": {"minAvailable": 2}},
    }),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "h", {"spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d0"}}}, {
        "target": {"spec": {"scaleTargetRef": {"name": "e"}}},
    }),
    ("node.k8s.io/v1", "RuntimeClass", "immutable-c", {"handler": "a"}, {
        "handler": {"handler": "b"},
        "overhead": {"overhead": {"podFixed": {"cpu": "1"}}},
    }),
    ("storage.k8s.io/v1", "CSIDriver", "immutable.d", {"spec": {"attachRequired": True, "volumeLifecycleModes": ["Persistent"]}}, {
        "attach": {"spec": {"attachRequired": False}},
        "modes": {"spec": {"volumeLifecycleModes": ["Ephemeral"]}},
        "pod info": {"spec": {"podInfoOnMount": True}},
        "capacity": {"spec": {"storageCapacity": True}},
    }),
    ("storage.k8s.io/v1", "VolumeAttributesClass", "immutable-a", {"driverName": "a.b", "parameters": {"a": "b"}}, {
        "driver": {"driverName": "a.c"},
        "parameters": {"parameters": {"a": "c"}},
    }),
    ("discovery.k8s.io/v1", "EndpointSlice", "e", {"addressType": "IPv4", "endpoints": [{"addresses": ["10.9.9.9"]}], "ports": []}, {
        "type": {"addressType": "FQDN", "endpoints": [{"addresses": ["a.b"]}]},
        "addresses": {"endpoints": [{"addresses": ["10.9.9.8"]}]},
    }),
    ("resource.k8s.io/v1", "ResourceClaimTemplate", "t", {"spec": {"spec": {"devices": {"requests": [{"name": "a", "exactly": {"deviceClassName": "b"}}]}}}}, {
        "class": {"spec": {"spec": {"devices": {"requests": [{"name": "a", "exactly": {"deviceClassName": "c"}}]}}}},
        "label": {"metadata": {"labels": {"a": "b"}}},
    }),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.immutable.test", {"spec": {"group": "immutable.test", "scope": "Namespaced", "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"}, "versions": [CRD_VERSION]}}, {
        "group": {"spec": {"group": "other.test"}},
        "scope": {"spec": {"scope": "Cluster"}},
        "plural": {"spec": {"names": {"plural": "thingies"}}},
        "kind": {"spec": {"names": {"kind": "Thingy"}}},
        "short names": {"spec": {"names": {"shortNames": ["th"]}}},
        "one more version": {"spec": {"versions": [CRD_VERSION, {**CRD_VERSION, "name": "v2", "storage": False}]}},
    }),
    ("apps/v1", "ControllerRevision", "r", {"data": {"a": "b"}, "revision": 1}, {"data": {"data": {"a": "c"}}, "revision": {"revision": 2}}),
]


def merged(manifest, change):
    if not isinstance(change, dict) or not isinstance(manifest, dict):
        return change
    result = dict(manifest)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def kubectl(*arguments, manifest=None):
    ran = subprocess.run(["kubectl", *arguments], input=json.dumps(manifest), capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout, ran.stderr


def apply(manifest, *more):
    return kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=helm", "-o", "json", "-f", "-", *more, manifest=manifest)


def main():
    kubectl("create", "namespace", "immutable")
    time.sleep(1)
    made = []
    for version, kind, name, rest, changes in BASES:
        manifest = {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "immutable"}, **copy.deepcopy(rest)}
        code, _, error = apply(manifest)
        if code:
            sys.exit("%s %s: %s" % (kind, name, error))
        made.append((manifest, changes))
    time.sleep(5)
    refused = 0
    for manifest, changes in made:
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        _, text, _ = kubectl("get", "-n", "immutable", "-o", "json", "%s.%s" % (kind, manifest["apiVersion"].rpartition("/")[0]), name)
        live = json.loads(text)
        for change, patch in changes.items():
            new = merged(manifest, patch)
            code, _, error = apply(new, "--dry-run=server")
            case = {"name": "%s %s: %s" % (kind, name, change), "live": live, "new": new, "refused": code != 0}
            if code:
                refused += 1
                case["says"] = " ".join(error.split())[:300]
            print(json.dumps(case, sort_keys=True))
    kubectl("delete", "namespace", "immutable", "--wait=false")
    for manifest, _ in made:
        kubectl("delete", "--wait=false", "--ignore-not-found", "-f", "-", manifest=manifest)
    print("%d refused" % refused, file=sys.stderr)


main()
