#!/usr/bin/env python3
"""Draws scripts of applies, patches and replacements for tests/cases/cluster/api/: record them with record-api.py.

    draw-api.py SEED

Writes api-random-map.json, api-random-cron.json and api-random-custom.json without answers.
"""
import json
import random
import sys
from pathlib import Path

CASES = Path(__file__).resolve().parent.parent / "cases/cluster/api"
draw = random.Random(int(sys.argv[1]))


def some(of, least=0):
    return draw.sample(of, draw.randint(least, len(of)))


def often(chance):
    return draw.random() < chance


def drawn(keys, values, least=0):
    return {key: draw.choice(values) for key in some(keys, least)}


def metadata():
    made = {"name": "x"}
    if often(.6):
        made["labels"] = drawn(["l1", "l2", "l3"], "12")
    if often(.3):
        made["annotations"] = drawn(["n1", "n2"], "12", 1)
    return made


def config_map():
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata()}
    if often(.9):
        made["data"] = drawn("abcd", "123")
    return made


def container(name):
    made = {"name": name, "image": "i:" + draw.choice("12")}
    if often(.6):
        made["env"] = [{"name": key, "value": draw.choice("12")} for key in some("ABC", 1)]
    if often(.4):
        made["ports"] = [{"containerPort": port, **({"protocol": "UDP"} if often(.3) else {})} for port in some([80, 81, 82], 1)]
    if often(.3):
        made["args"] = [draw.choice("xyz") for _ in range(draw.randint(1, 2))]
    if often(.3):
        made["resources"] = {"limits": drawn(["cpu", "memory"], ["1", "2"], 1)}
    if often(.3):
        made["volumeMounts"] = [{"name": "v", "mountPath": path, **({"readOnly": True} if often(.3) else {})} for path in some(["/a", "/b", "/c"], 1)]
    return made


def cron_job():
    """Suspended, so that no controller writes to it."""
    pod = {"restartPolicy": "Never", "containers": [container(name) for name in some("abc", 1)], "volumes": [{"name": "v", "emptyDir": {}}]}
    if often(.3):
        pod["initContainers"] = [container(name) for name in some("ij", 1)]
    if often(.4):
        pod["nodeSelector"] = drawn("zw", "12", 1)
    if often(.3):
        pod["tolerations"] = [{"key": key, "operator": "Exists"} for key in some("tu", 1)]
    if often(.3):
        pod["volumes"] += [{"name": name, "configMap": {"name": draw.choice("xy")}} for name in some("pq", 1)]
    template = {"spec": pod}
    if often(.4):
        template["metadata"] = {"labels": drawn(["l1", "l2", "l3"], "12")}
    spec = {"schedule": draw.choice(["0 0 1 1 *", "0 1 1 1 *"]), "suspend": True, "jobTemplate": {"spec": {"template": template}}}
    if often(.4):
        spec["successfulJobsHistoryLimit"] = draw.choice([1, 3])
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata(), "spec": spec}


def widget():
    spec = {}
    if often(.7):
        spec["size"] = draw.randint(1, 3)
    if often(.7):
        spec["tags"] = some("xyz")
    if often(.7):
        spec["deep"] = {key: drawn("pq", [1, 2]) for key in some("ab")}
    return {"apiVersion": "random.example.com/v1", "kind": "Widget", "metadata": metadata(), "spec": spec}


def integers(names):
    return {"type": "object", "properties": {name: {"type": "integer"} for name in names}}


def definition():
    spec = {"type": "object", "properties": {
        "size": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "deep": {"type": "object", "properties": {"a": integers("pq"), "b": integers("pq")}},
    }}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}
    names = {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "widgets.random.example.com"},
            "spec": {"group": "random.example.com", "scope": "Namespaced", "names": names, "versions": [version]}}


def steps(path, make, count, strategic):
    for at in range(count):
        chance, who = draw.random(), draw.choice(["helm", "helm", "other", "kubectl-edit"])
        if at == 0 or chance < .7:
            query = {"fieldManager": who, "force": draw.choice(["true", "false"])}
            if at and often(.1):
                query["dryRun"] = "All"
            yield {"do": "PATCH", "path": path, "query": query, "content": "apply", "body": make()}
        elif chance < .85:
            body = {key: value for key, value in make().items() if key not in ("apiVersion", "kind")}
            del body["metadata"]["name"]
            if "data" in body and often(.4):
                body["data"][draw.choice("abcd")] = None
            content = "strategic" if strategic and often(.5) else "merge"
            yield {"do": "PATCH", "path": path, "query": {"fieldManager": who}, "content": content, "body": body}
        else:
            yield {"do": "PUT", "path": path, "query": {"fieldManager": who}, "body": make()}


def case(name, what, path, make, count, strategic=True, before=()):
    namespace = {"do": "POST", "path": "/api/v1/namespaces", "body": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}}
    about = f"drawn applies, patches and replacements of a {what} by three managers"
    all_steps = [namespace, *before, *steps(path % name, make, count, strategic)]
    (CASES / f"{name}.json").write_text(json.dumps({"about": about, "steps": all_steps}))


case("api-random-map", "ConfigMap", "/api/v1/namespaces/%s/configmaps/x", config_map, 120)
case("api-random-cron", "CronJob", "/apis/batch/v1/namespaces/%s/cronjobs/x", cron_job, 90)
case("api-random-custom", "custom resource", "/apis/random.example.com/v1/namespaces/%s/widgets/x", widget, 80, False, [
    {"do": "POST", "path": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "body": definition(), "only": ["/kind"]},
    {"do": "until", "path": "/apis/random.example.com/v1/namespaces/api-random-custom/widgets", "code": 200},
])
