#!/usr/bin/env python3
"""Asks a real API server what the scripts under tests/cases/cluster/api/ ask, and writes its answers into them.

    record-api.py KUBECONFIG [NAME …]

A script is {"about", "server", "steps": [{"do", "path", …, "code", "answer"}]}:
do     GET POST PUT PATCH DELETE; "watch" reads `events` events; "until" asks a GET until its code is `code`, and what is at
       the pointer `at` is `is`
query  parameters; content  apply merge strategic json-patch; body  what is sent
save   {"name": "/json/pointer"}: part of the answer that later steps name as "{name}" in path, query and body
names  true: only the names of a list's items are compared
only   pointers into the answer: what alone is compared (where the rest depends on time)
Each script makes a namespace of its own, and it must not be there yet.
"""
import json, ssl, sys, time, urllib.error, urllib.parse, urllib.request
from pathlib import Path

CASES = Path(__file__).resolve().parent.parent / "cases/cluster/api"
MEDIA = {"apply": "application/apply-patch+yaml", "merge": "application/merge-patch+json",
         "strategic": "application/strategic-merge-patch+json", "json-patch": "application/json-patch+json"}


def pointer(value, path):
    for part in path.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def found(value, path):
    try:
        return pointer(value, path)
    except (KeyError, IndexError):
        return None


def filled(value, saved):
    text = json.dumps(value)
    for name, known in saved.items():
        text = text.replace("{" + name + "}", known)
    return json.loads(text)


class Server:
    def __init__(self, kubeconfig):
        text = Path(kubeconfig).read_text()
        self.root = text.split('server: "')[1].split('"')[0]
        self.token = text.split("token: ")[1].split("}")[0].strip()
        self.context = ssl._create_unverified_context()

    def open(self, method, path, query=None, body=None, content=None):
        url = self.root + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(url, data=data, method=method)
        request.add_header("Authorization", "Bearer " + self.token)
        request.add_header("Content-Type", MEDIA.get(content, "application/json"))
        request.add_header("User-Agent", "script")
        return urllib.request.urlopen(request, context=self.context, timeout=30)

    def ask(self, *arguments):
        try:
            with self.open(*arguments) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            return error.code, json.loads(text) if text.startswith("{") else text.strip()


def step(server, step, saved):
    asked = {key: filled(step[key], saved) for key in ("path", "query", "body") if key in step}
    path, query = asked["path"], asked.get("query")
    if step["do"] == "watch":
        with server.open("GET", path, {"watch": "1", **(query or {})}) as answer:
            step["answer"] = [json.loads(answer.readline()) for _ in range(step["events"])]
        return
    if step["do"] == "until":
        for _ in range(120):
            code, answer = server.ask("GET", path, query)
            if code == step["code"] and ("at" not in step or found(answer, step["at"]) == step["is"]):
                return
            time.sleep(0.5)
        raise SystemExit(f"{path}: {code}, not {step['code']}")
    step["code"], step["answer"] = server.ask(step["do"], path, query, asked.get("body"), step.get("content"))
    for name, where in step.get("save", {}).items():
        saved[name] = pointer(step["answer"], where)


def main():
    server = Server(sys.argv[1])
    version = server.ask("GET", "/version")[1]["gitVersion"]
    for path in sorted(CASES.glob("*.json")):
        if sys.argv[2:] and path.stem not in sys.argv[2:]:
            continue
        case, saved = json.loads(path.read_text()), {}
        case["server"] = version
        for one in case["steps"]:
            step(server, one, saved)
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in case["steps"])
        head = {key: value for key, value in case.items() if key != "steps"}
        path.write_text(json.dumps(head, ensure_ascii=False)[:-1] + ', "steps": [\n' + lines + "\n]}\n")
        server.ask("DELETE", f"/api/v1/namespaces/{path.stem}")
        print(path.stem, len(case["steps"]))


main()
