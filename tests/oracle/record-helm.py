#!/usr/bin/env python3
"""Records tests/cases/helm/recorded.jsonl again: what the real helm 4 makes of each case's files.

    record-helm.py HELM [CASES]

CASES (default tests/cases/helm/recorded.jsonl) has one JSON object per line: `name`, `files` (path -> text) and `runs`, each with
`arguments` and, where needed, `before`: calls that come first in the same folder. Into each run go `exit`, `stdout`, `written`
(files that are new afterwards) and `says`: standard error. The case's folder is written @DIR@; helm's own folders are
below it, in home/. A run that varies is left out.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from recording import files_below, record, write_files


def run(helm, case, one):
    with tempfile.TemporaryDirectory() as root:
        work = os.path.realpath(root) + "/case"
        os.makedirs(work)
        write_files(case["files"], work)
        environment = dict(PATH="/usr/bin:/bin", HOME=root + "/elsewhere", KUBECONFIG="/dev/null", TZ="UTC")
        for kind in ("CONFIG", "CACHE", "DATA"):
            environment[f"HELM_{kind}_HOME"] = f"{work}/home/{kind.lower()}"
        call = lambda arguments: subprocess.run([helm] + arguments, cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        for arguments in one.get("before", []):
            call(arguments)
        before = files_below(work)
        done = call(one["arguments"])
        text = lambda data: data.decode("utf-8", "replace").replace(work, "@DIR@")
        written = {name: text(content.encode()) for name, content in files_below(work).items() if before.get(name) != content}
        says = re.sub(r"^time=\S+ ", "", text(done.stderr), flags=re.M)
        return {"exit": done.returncode, "stdout": text(done.stdout), "written": written, "says": [says] if says else []}


def main():
    helm = os.path.realpath(shutil.which(sys.argv[1]))
    path = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(__file__), "../cases/helm/recorded.jsonl")
    record(path, ["arguments", "before"], 2, lambda case, one: run(helm, case, one))


if __name__ == "__main__":
    main()
