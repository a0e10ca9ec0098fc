#!/usr/bin/env python3
"""Records tests/cases/render/recorded.jsonl again: what the real helm 4 and helm 3 make of each case's chart.

    record-charts.py HELM4 HELM3 [CASES]

CASES (default tests/cases/render/recorded.jsonl) has one JSON object per line: `name`, `files` (path in the chart ->
text, {"base64": ...} or {"link": target}; a path that starts with ../ stands beside the chart), `chart` (the argument:
`./c`, or the file in `beside` that is the chart), `arguments`. What the two programs print is put into `helm4` and
`helm3`: `exit`, `stdout`, `stderr` with the case's folder as @DIR@. A case that varies from run to run is left out.
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile


def write(root, files):
    for name, content in files.items():
        path = os.path.normpath(os.path.join(root, "c", name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(content, dict) and "link" in content:
            os.symlink(content["link"], path)
            continue
        data = base64.b64decode(content["base64"]) if isinstance(content, dict) else content.encode()
        with open(path, "wb") as file:
            file.write(data)


def run(program, case):
    with tempfile.TemporaryDirectory() as root:
        root = os.path.realpath(root)
        os.makedirs(root + "/c")
        write(root, case["files"])
        command = [program, "template", "rel", case["chart"], "--namespace", "ns"] + case["arguments"]
        environment = {"PATH": "/usr/bin:/bin", "HOME": root + "/home", "KUBECONFIG": "/dev/null", "TZ": "UTC"}
        done = subprocess.run(command, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        stderr = done.stderr.decode("utf-8", "replace").replace(root, "@DIR@")
        stderr = re.sub(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ", "", stderr, flags=re.M)
        return {"exit": done.returncode, "stdout": done.stdout.decode("utf-8", "replace"), "stderr": stderr}


def main():
    helm4, helm3 = sys.argv[1:3]
    path = sys.argv[3] if len(sys.argv) > 3 else os.path.join(os.path.dirname(__file__), "../cases/render/recorded.jsonl")
    with open(path, encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    kept = []
    for case in cases:
        stable = True
        for name, program in (("helm4", helm4), ("helm3", helm3)):
            case[name] = run(program, case)
            others = [run(program, case) for _ in range(2)]
            lines = sorted(case[name]["stderr"].split("\n"))
            stable &= all((o["exit"], o["stdout"]) == (case[name]["exit"], case[name]["stdout"]) for o in others)
            stable &= all(sorted(o["stderr"].split("\n")) == lines for o in others)
        if stable:
            kept.append(case)
        else:
            print("varies: " + case["name"], file=sys.stderr)
    with open(path, "w", encoding="utf-8") as file:
        for case in kept:
            file.write(json.dumps(case, ensure_ascii=False, sort_keys=True) + "\n")
    print("%d cases" % len(kept))


if __name__ == "__main__":
    main()
