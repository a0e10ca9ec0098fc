#!/usr/bin/env python3
"""Records tests/cases/state/recorded.jsonl again: what the real helmfile makes of each case's state.

    record-states.py HELMFILE HELM [CASES]

CASES (default tests/cases/state/recorded.jsonl) has one JSON object per line: `name`, `files` (path -> text) and `runs`, each
with `arguments` and `variables`. Into each run go `exit`, `stdout`, `written` (files that are new afterwards) and, where
it fails, `says`: the words of helmfile's error, without files it dumps. The case's folder is written @DIR@. A run that
varies, or in which helmfile crashes, is left out.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile


def files_below(root):
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8", errors="replace") as file:
                found[os.path.relpath(path, root)] = file.read()
    return found


def says(stderr):
    text = stderr.split("\n\nOffending YAML:")[0].strip()
    start = text.find("in ./")
    text = text[start:] if start >= 0 else text.split("\n")[-1]
    head, found, lines = text.partition("yaml: unmarshal errors:")
    if not found:
        return [text]
    return [head.strip()] + [line.strip() for line in lines.split("\n") if line.strip()]


def run(helmfile, helm, case, one):
    with tempfile.TemporaryDirectory() as root:
        root = os.path.realpath(root)
        os.makedirs(root + "/path")
        os.symlink(helm, root + "/path/helm")
        work = root + "/case"
        for name, text in case["files"].items():
            os.makedirs(os.path.dirname(f"{work}/{name}"), exist_ok=True)
            with open(f"{work}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        environment = dict(PATH=root + "/path:/usr/bin:/bin", HOME=root + "/home", KUBECONFIG="/dev/null", TZ="UTC")
        environment.update(HELMFILE_UPGRADE_NOTICE_DISABLED="1", **one.get("variables", {}))
        before = files_below(work)
        done = subprocess.run([helmfile] + one["arguments"], cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        text = lambda data: data.decode("utf-8", "replace").replace(work, "@DIR@")
        written = {name: text for name, text in files_below(work).items() if name not in before}
        answer = {"exit": done.returncode, "stdout": text(done.stdout), "written": written}
        if done.returncode:
            answer["says"] = says(text(done.stderr))
        return answer


def main():
    helmfile, helm = (os.path.realpath(shutil.which(name)) for name in sys.argv[1:3])
    path = sys.argv[3] if len(sys.argv) > 3 else os.path.join(os.path.dirname(__file__), "../cases/state/recorded.jsonl")
    with open(path, encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        for case in cases:
            runs = []
            for one in case["runs"]:
                answers = [run(helmfile, helm, case, one) for _ in range(3)]
                if answers[0]["exit"] == 2 or any(answer != answers[0] for answer in answers):
                    print("left out: %s %s" % (case["name"], one["arguments"]), file=sys.stderr)
                    continue
                runs.append({"arguments": one["arguments"], "variables": one.get("variables", {}), **answers[0]})
            if runs:
                count += len(runs)
                file.write(json.dumps({**case, "runs": runs}, ensure_ascii=False, sort_keys=True) + "\n")
    print("%d runs" % count)


if __name__ == "__main__":
    main()
