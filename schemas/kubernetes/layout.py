#!/usr/bin/env python3
"""Writes the schemas of a minor from kubernetes.pack as JSON Schema files in kubeconform's layout.

Usage: layout.py MINOR FOLDER
"""

import json
import pathlib
import re
import sys
import zlib

PACK = pathlib.Path(__file__).parent / "kubernetes.pack"


def inflate(packed):
    return zlib.decompress(packed, -15).decode()


def read(minor):
    """Kinds as lists of words, and definitions by name, of a minor."""
    head, rest = PACK.read_bytes().split(b"\n", 1)
    size = int(head.split()[0])
    index, blocks = inflate(rest[:size]).splitlines(), rest[size:]
    minors = [int(version.split(".")[1]) for version in index[0].split()[1:]]
    bit = 1 << minors.index(minor)
    kinds = [line.split() for line in index if line.startswith("kind ") and int(line.split()[4]) & bit]
    definitions = {}
    for line in index:
        if line.startswith("block "):
            _, package, offset, size, _ = line.split()
            for row in inflate(blocks[int(offset):int(offset) + int(size)]).splitlines():
                name, mask, schema = row.split(" ", 2)
                if int(mask) & bit:
                    definitions[f"{package}.{name}"] = json.loads(schema)
    return kinds, definitions


def strict(schema):
    """As kubeconform's own schemas are made: objects are closed, references are of the same file, null stands for what is left out."""
    schema = {name: of for name, of in schema.items() if not name.startswith("x-")}
    if "$ref" in schema:
        return {"$ref": "#/definitions/" + schema["$ref"]}
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            schema[name] = strict(schema[name])
    # null would be each of them
    if "oneOf" in schema:
        schema["anyOf"] = [strict(of) for of in schema.pop("oneOf")]
    if "properties" in schema:
        schema["properties"] = {name: strict(of) for name, of in schema["properties"].items()}
        schema.setdefault("additionalProperties", False)
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema


def main():
    minor, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2]) / f"v1.{sys.argv[1]}.0-standalone-strict"
    folder.mkdir(parents=True, exist_ok=True)
    kinds, definitions = read(minor)
    for _, group, version, kind, _, name, _, _ in kinds:
        needed, waiting = set(), [name]
        while waiting:
            at = waiting.pop()
            if at not in needed:
                needed.add(at)
                waiting += re.findall(r'"\$ref": "([^"]+)"', json.dumps(definitions[at]))
        schema = {"$ref": f"#/definitions/{name}", "definitions": {at: strict(definitions[at]) for at in sorted(needed)}}
        first = "" if group == "-" else "-" + group.split(".")[0]
        (folder / f"{kind.lower()}{first}-{version}.json").write_text(json.dumps(schema))


if __name__ == "__main__":
    main()
