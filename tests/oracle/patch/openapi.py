"""Writes what patches ask of a server's OpenAPI v3 documents as one small document: `openapi.py > tests/fixtures/openapi.json`.

Asks the cluster that kubectl is set up for. Kept are the kinds below without their status, what they refer to, and of each
type its fields, their types and how they are patched."""
import json
import subprocess
import sys

KINDS = {
    "api/v1": "Pod Service ConfigMap Secret ServiceAccount PersistentVolumeClaim PersistentVolume Namespace",
    "apis/apps/v1": "Deployment StatefulSet DaemonSet ReplicaSet",
    "apis/batch/v1": "Job CronJob",
    "apis/networking.k8s.io/v1": "Ingress NetworkPolicy",
    "apis/autoscaling/v2": "HorizontalPodAutoscaler",
    "apis/rbac.authorization.k8s.io/v1": "Role RoleBinding ClusterRole ClusterRoleBinding",
    "apis/policy/v1": "PodDisruptionBudget",
    "apis/storage.k8s.io/v1": "StorageClass",
    "apis/admissionregistration.k8s.io/v1": "ValidatingWebhookConfiguration MutatingWebhookConfiguration",
    "apis/apiextensions.k8s.io/v1": "CustomResourceDefinition",
}
PREFIX = "#/components/schemas/"


def get(path):
    return json.loads(subprocess.check_output(["kubectl", "get", "--raw", path]))


def cut(node):
    """A schema with nothing but what patches ask for."""
    kept = {key: node[key] for key in ("type", "$ref", "x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy") if key in node}
    if "x-kubernetes-group-version-kind" in node:
        kept["x-kubernetes-group-version-kind"] = node["x-kubernetes-group-version-kind"]
    if "allOf" in node:
        kept["allOf"] = [cut(one) for one in node["allOf"]]
    for inner in ("items", "additionalProperties"):
        if isinstance(node.get(inner), dict):
            kept[inner] = cut(node[inner])
    if "properties" in node:
        kept["properties"] = {name: cut(field) for name, field in node["properties"].items()}
    return kept


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(PREFIX)
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def main():
    paths = get("/openapi/v3")["paths"]
    schemas, kept = {}, {}
    for path in KINDS:
        schemas.update(get(paths[path]["serverRelativeURL"])["components"]["schemas"])
    wanted = {kind for kinds in KINDS.values() for kind in kinds.split()}
    queue = []
    for name, schema in schemas.items():
        kinds = {kind["kind"] for kind in schema.get("x-kubernetes-group-version-kind", [])}
        if len(kinds) == 1 and kinds <= wanted:
            schema.get("properties", {}).pop("status", None)
            queue.append(name)
    while queue:
        name = queue.pop()
        if name not in kept:
            kept[name] = cut(schemas[name])
            queue.extend(references(kept[name]))
    json.dump({"components": {"schemas": kept}}, sys.stdout, sort_keys=True, separators=(",", ":"))
    print()


main()
