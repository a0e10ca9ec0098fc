#!/usr/bin/env python3
"""Writes kubernetes.pack: what Kubernetes' own OpenAPI says of its kinds, for the minors below.

Usage: build.py [FILE]. Needs Go, for its module proxy. The same versions give the same bytes (with the same zlib).
README.md beside it says what the file looks like.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import zlib

# The newest patch of each minor, oldest first: the bit of a minor in a mask is its place here.
VERSIONS = ["1.32.13", "1.33.13", "1.34.4", "1.35.4", "1.36.3", "1.37.2"]

# What of a schema says something about objects.
KEPT = {
    "type", "format", "enum", "required", "properties", "items", "additionalProperties", "allOf", "oneOf", "anyOf", "$ref",
    "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-int-or-string", "x-kubernetes-embedded-resource",
    "x-kubernetes-preserve-unknown-fields", "pattern", "minimum", "maximum", "minLength", "maxLength", "nullable",
}


def module(name):
    """The folder of a module in Go's cache."""
    said = subprocess.run(["go", "mod", "download", "-json", name], check=True, capture_output=True, text=True)
    return pathlib.Path(json.loads(said.stdout)["Dir"])


def stripped(schema):
    """A schema without what says nothing about objects."""
    kept = {}
    for name, value in schema.items():
        if name == "properties":
            kept[name] = {field: stripped(of) for field, of in value.items()}
        elif name == "items" or name == "additionalProperties" and isinstance(value, dict):
            kept[name] = stripped(value)
        elif name in ("allOf", "oneOf", "anyOf"):
            kept[name] = [stripped(of) for of in value]
        elif name == "$ref":
            kept[name] = value.removeprefix("#/components/schemas/").removeprefix("io.k8s.")
        elif name in KEPT and value != "atomic":
            kept[name] = value
    # {"allOf": [X], …} is how a reference has a description
    if list(kept) == ["allOf"] and len(kept["allOf"]) == 1:
        return kept["allOf"][0]
    return kept


def read(version):
    """Definitions by name, and kinds that can be created: (group, version, kind) -> (definition, plural, namespaced)."""
    definitions, kinds = {}, {}
    for file in sorted((module(f"k8s.io/kubernetes@v{version}") / "api/openapi-spec/v3").glob("*.json")):
        document = json.loads(file.read_text())
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            definitions[name.removeprefix("io.k8s.")] = schema
        for path, verbs in document.get("paths", {}).items():
            made = verbs.get("post", {})
            kind = made.get("x-kubernetes-group-version-kind")
            if made.get("x-kubernetes-action") != "post" or not kind or path.endswith("}") or re.search(r"/\{name\}/", path):
                continue
            body = made["requestBody"]["content"]["*/*"]["schema"]["$ref"] if "requestBody" in made else None
            if body is None:
                raise SystemExit(f"{path}: no body")
            name = body.removeprefix("#/components/schemas/io.k8s.")
            gvk = (kind["group"], kind["version"], kind["kind"])
            kinds[gvk] = (name, path.rsplit("/", 1)[1], "{namespace}" in path)
    return definitions, kinds


def identities(definitions):
    """Gives the keys of a map list to the definition of its items, whose defaults identify elements that leave keys out."""
    keys = collections.defaultdict(set)

    def walk(schema):
        items = schema.get("items", {})
        for of in [items] + items.get("allOf", []):
            if "$ref" in of:
                keys[of["$ref"].removeprefix("#/components/schemas/io.k8s.")].update(schema.get("x-kubernetes-list-map-keys", ()))
        for of in list(schema.get("properties", {}).values()) + [schema[k] for k in ("items", "additionalProperties") if isinstance(schema.get(k), dict)]:
            walk(of)

    for schema in definitions.values():
        walk(schema)
    return keys


def with_defaults(name, schema, keys):
    """A definition as it is kept: defaults only of fields that identify elements of lists, where a key left out has them."""
    kept = stripped(schema)
    for field in keys.get(name, ()):
        default = schema.get("properties", {}).get(field, {}).get("default")
        if default is not None:
            kept["properties"][field]["default"] = default
    return kept


def reached(definitions, kinds):
    """The definitions that the kinds lead to."""
    found, waiting = set(), [name for name, _, _ in kinds.values()]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += re.findall(r'"\$ref": "#/components/schemas/io\.k8s\.([^"]+)"', json.dumps(definitions[name]))
    return found


def lifecycles(version, into):
    """When versions of kinds were deprecated and removed, as k8s.io/api says in its generated code."""
    minor = version.split(".", 1)[1]
    for file in sorted(module(f"k8s.io/api@v0.{minor}").glob("*/*/zz_generated.prerelease-lifecycle.go")):
        group_name = re.search(r'GroupName = "([^"]*)"', (file.parent / "register.go").read_text()).group(1)
        for kind, what, body in re.findall(r"func \(in \*(\w+)\) APILifecycle(\w+)\(\)[^{]*\{\n(.*?)\n\}", file.read_text(), re.S):
            entry = into.setdefault((group_name, file.parent.name, kind), {})
            if what in ("Deprecated", "Removed"):
                entry[what] = re.search(r"return 1, (\d+)", body).group(1)
            elif what == "Replacement":
                found = re.search(r'Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"', body)
                entry[what] = " ".join([f"{found.group(1)}/{found.group(2)}".lstrip("/"), found.group(3)])


def main():
    definitions = collections.defaultdict(dict)  # block -> (name, text) -> mask
    kinds = collections.defaultdict(int)
    lives = {}
    for bit, version in enumerate(VERSIONS):
        mask = 1 << bit
        found, made = read(version)
        keys = identities(found)
        for name in reached(found, made):
            text = json.dumps(with_defaults(name, found[name], keys), separators=(",", ":"), sort_keys=True)
            block, short = name.rsplit(".", 1)
            definitions[block][short, text] = definitions[block].get((short, text), 0) | mask
        for (group, of, kind), (name, plural, namespaced) in made.items():
            kinds[group, of, kind, name, plural, namespaced] |= mask
        lifecycles(version, lives)
    index = ["versions " + " ".join(VERSIONS)]
    for (group, of, kind, name, plural, namespaced), mask in sorted(kinds.items()):
        index.append(f"kind {group or '-'} {of} {kind} {mask} {name} {plural} {'namespaced' if namespaced else 'cluster'}")
    for (group, of, kind), life in sorted(lives.items()):
        if "Removed" in life and not kind.endswith("List"):
            index.append(f"life {group or '-'} {of} {kind} {life.get('Deprecated', '-')} {life['Removed']} {life.get('Replacement', '-')}")
    blocks, packed = [], b""
    for block, of in sorted(definitions.items()):
        lines = "".join(f"{name} {mask} {text}\n" for (name, text), mask in sorted(of.items()))
        small = deflate(lines)
        index.append(f"block {block} {len(packed)} {len(small)} {len(lines)}")
        packed += small
    head = "\n".join(index) + "\n"
    small = deflate(head)
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "kubernetes.pack"
    target.write_bytes(b"%d %d\n" % (len(small), len(head)) + small + packed)
    print(f"{target}: {target.stat().st_size} bytes, {len(kinds)} kinds, {sum(map(len, definitions.values()))} definitions")


def deflate(text):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return packer.compress(text.encode()) + packer.flush()


if __name__ == "__main__":
    main()
