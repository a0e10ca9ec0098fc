#!/usr/bin/env python3
"""Records tests/cases/plan/compare/ again: what the real helm-diff (v3.15.11) makes of pairs of manifests.

    record-diff.py HELM-DIFF [SEED COUNT]

HELM-DIFF is the plugin's program. `helm-diff local` asks a helm for the manifests of two charts; the helm here prints the
files old.yaml and new.yaml of a case. recorded.jsonl has one JSON object per line: `name`, `files` and `runs`, each with
`arguments`; into each run go `exit`, `stdout` and `says` (standard error without its times).

lines.txt is a table of random texts, a letter a line: the old one, the new one, and what becomes of the lines (`=` stays,
`-` goes, `+` comes). With SEED and COUNT it is written anew, shortest difference or not, whatever helm-diff does.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

from recording import record, write_files

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CASES = PROJECT + "/tests/cases/plan/compare"


def run(program, old, new, arguments):
    with tempfile.TemporaryDirectory() as root:
        write_files({"old/manifest": old, "new/manifest": new, "helm": '#!/bin/sh\ncat "$3/manifest"\n'}, root)
        os.chmod(root + "/helm", 0o755)
        environment = dict(PATH="/usr/bin:/bin", HOME=root, HELM_BIN=root + "/helm", TMPDIR=root)
        if "template" in arguments:
            write_files({"own.tpl": "{{ range $i, $e := . }}{{ $e.Change }} {{ $e.Name }}{{ if last $i $ }}.{{ else }}, {{ end }}{{ end }}"}, root)
            environment["HELM_DIFF_TPL"] = root + "/own.tpl"
        command = [program, "local", "old", "new", "--namespace", "ns", *arguments]
        return subprocess.run(command, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=600)


def answer(program, case, one):
    ran = run(program, case["files"]["old.yaml"], case["files"]["new.yaml"], one["arguments"])
    found = {"exit": ran.returncode, "stdout": ran.stdout.decode()}
    says = [re.sub(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ", "", line) for line in ran.stderr.decode().splitlines()]
    return {**found, "says": says} if says else found


def lines(program, seed, count):
    chance = random.Random(seed)
    pairs = set()
    while len(pairs) < count:
        letters = "abcdefghijklmnopqrstuvwxyz"[: chance.choice([1, 2, 2, 3, 4, 8, 26])]
        old = [chance.choice(letters) for _ in range(chance.choice([0, 1, 2, 3, 5, 8, 13, 40, 100]))]
        if chance.random() < 0.5:
            new = [chance.choice(letters) for _ in range(chance.choice([0, 1, 2, 3, 5, 8, 13, 40, 100]))]
        else:
            new = [chance.choice(letters) if chance.random() < 0.2 else letter for letter in old if chance.random() < 0.8]
        if old != new:
            pairs.add(("".join(old), "".join(new)))
    pairs = sorted(pairs)
    text = lambda at: "".join(
        f"---\napiVersion: v1\nkind: C\nmetadata: {{name: p{number:06}}}\n" + "".join(f"#{letter}\n" for letter in pair[at])
        for number, pair in enumerate(pairs)
    )
    shown = run(program, text(0), text(1), []).stdout.decode()
    steps = {}
    for line in shown.splitlines():
        head = re.match(r"ns, p(\d+), C", line)
        if head:
            number = int(head.group(1))
        elif line[2:3] == "#":
            steps[number] = steps.get(number, "") + {" ": "=", "-": "-", "+": "+"}[line[0]]
    with open(CASES + "/lines.txt", "w", encoding="utf-8") as file:
        file.writelines(f"{old}\t{new}\t{steps[number]}\n" for number, (old, new) in enumerate(pairs))
    print("%d pairs" % len(steps))


if __name__ == "__main__":
    if len(sys.argv) > 3:
        lines(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    record(CASES + "/recorded.jsonl", ["arguments"], 1, lambda case, one: answer(sys.argv[1], case, one))
