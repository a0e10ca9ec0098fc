#!/usr/bin/env python3
"""Records tests/cases/state/recorded.jsonl again: what the real helmfile makes of each case's state.

    record-states.py HELMFILE HELM [CASES]

CASES (default tests/cases/state/recorded.jsonl) has one JSON object per line: `name`, `files` (path -> text) and `runs`, each
with `arguments` and `variables`. Into each run go `exit`, `stdout`, `written` (files that are new afterwards) and, where
it fails, `says`: the words of helmfile's error, without files it dumps. The case's folder is written @DIR@. A run that
varies, or in which helmfile crashes, is left out.
"""
import os
import shutil
import subprocess
import sys
import tempfile

from recording import files_below, record, write_files


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
        write_files(case["files"], work)
        environment = dict(PATH=root + "/path:/usr/bin:/bin", HOME=root + "/home", KUBECONFIG="/dev/null", TZ="UTC")
        environment.update(HELMFILE_UPGRADE_NOTICE_DISABLED="1", **one.get("variables", {}))
        before = files_below(work)
        done = subprocess.run([helmfile] + one["arguments"], cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        text = lambda data: data.decode("utf-8", "replace").replace(work, "@DIR@")
        written = {name: text for name, text in files_below(work).items() if name not in before}
        if done.returncode == 2:
            return None
        answer = {"variables": one.get("variables", {}), "exit": done.returncode, "stdout": text(done.stdout), "written": written}
        if done.returncode:
            answer["says"] = says(text(done.stderr))
        return answer


def main():
    helmfile, helm = (os.path.realpath(shutil.which(name)) for name in sys.argv[1:3])
    path = sys.argv[3] if len(sys.argv) > 3 else os.path.join(os.path.dirname(__file__), "../cases/state/recorded.jsonl")
    record(path, ["arguments"], 3, lambda case, one: run(helmfile, helm, case, one))


if __name__ == "__main__":
    main()
