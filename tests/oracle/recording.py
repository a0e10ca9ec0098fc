"""What the recorders share: cases with `name`, `files` (path -> text) and `runs` in files of JSON lines."""
import json
import os
import sys


def write_files(files, root):
    for name, text in files.items():
        os.makedirs(os.path.dirname(f"{root}/{name}"), exist_ok=True)
        with open(f"{root}/{name}", "w", encoding="utf-8") as file:
            file.write(text)


def files_below(root):
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8", errors="replace") as file:
                found[os.path.relpath(path, root)] = file.read()
    return found


def record(path, keys, times, answer):
    """Writes the file anew: of each run the `keys` that ask, and what `answer(case, run)` gives, asked so many times.

    Runs whose answer varies, or is None, are left out."""
    with open(path, encoding="utf-8") as file:
        cases = [json.loads(line) for line in file if line.strip()]
    count, recorded = 0, []
    for case in cases:
        runs = []
        for one in case["runs"]:
            answers = [answer(case, one) for _ in range(times)]
            if answers[0] is None or any(other != answers[0] for other in answers):
                print("left out: %s %s" % (case["name"], one["arguments"]), file=sys.stderr)
                continue
            runs.append({**{key: one[key] for key in keys if key in one}, **answers[0]})
        if runs:
            count += len(runs)
            recorded.append(json.dumps({**case, "runs": runs}, ensure_ascii=False, sort_keys=True) + "\n")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(recorded)
    print("%d runs" % count)
