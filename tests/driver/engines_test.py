#!/usr/bin/env python3
"""Every engine and every pass does the same: outputs in order, counts, what fails and how it is told.

    engines_test.py KASPRC

Specs that filter, enrich, route, fail, retry and regroup run on records of which many are odd, with
--jit off, which is CPython and nothing else, and as machine code or with --jit eval: all passes,
none, and some alone, by turns.
"""

import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

KASPRC = ""
ROOT = pathlib.Path(__file__).parents[2]
PASSES = ["fold-constants", "hoist-filters", "order-filters", "route-outputs", "common-reads",
          "dead-fields", "drop-dead-code", "fuse-stages"]
NEVER = ["drop-unused"]  # changes nothing that runs
RECORDS = 600

AGENT = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: orders
  labels: {{kaspr.io/app: bench}}
spec:
  input:
    topic: {{name: bench-in{key}}}
{policy}  processors:
    pipeline: [{pipeline}]
    operations:
{operations}  output:
    topics:
    - name: out
"""

OPERATIONS = {
    "paid": ("filter", 'return value["status"] == "paid"'),
    "total": ("map", 'value["total"] = value["amount"] * value["qty"]\nvalue["tags"].append("seen")\nreturn value'),
    "label": ("map", 'return {**value, "label": f"{float(value[\'amount\']):.2f} {str(value[\'user_id\']).upper()}"}'),
    "named": ("filter", 'return "e" in value["customer"]["name"] and not str(value["email"]).startswith("x")'),
    "large": ("filter", 'return value["amount"] > 250'),
    "per_tag": ("map", 'for tag in value["tags"]:\n    yield {**value, "tag": tag}'),
    "slug": ("map", 'import re\nreturn {**value, "slug": re.sub("[^a-z]+", "-", value["customer"]["name"].lower())}'),
    "by_user": ("groupBy", 'return value["user_id"]'),
}
RETRY = "  kasprc:\n    onError: {policy: retry, attempts: 2, backoff: 0ms, then: deadLetter, topic: dead}\n"
DEAD = "  kasprc:\n    onError: {policy: deadLetter, topic: dead}\n"

# Name: the pipeline, a policy, what stands beside the topic's name.
APPS = {
    "native": ("paid, label, large", "", ""),
    "filters": ("named, large, paid", DEAD, ""),
    "prefix that changes": ("total, paid, slug, large", DEAD, ""),
    "prefix that keeps": ("named, paid, slug", RETRY, ""),
    "hoisted in front of Python": ("label, large, slug", "", ""),
    "yields": ("paid, per_tag, label, large", RETRY, ""),
    "regrouped": ("label, large, by_user, named", "", ""),
    "keys": ("paid, large", DEAD, ", keySerializer: json"),
}


def spec_of(pipeline, policy, key):
    operations = ""
    for name in dict.fromkeys(pipeline.split(", ")):
        kind, body = OPERATIONS[name]
        lines = ["def run(value):", *("    " + line for line in body.split("\n"))]
        operations += f"    - name: {name}\n      {kind}:\n        python: |\n"
        operations += "".join(f"          {line}\n" for line in lines)
    return AGENT.format(pipeline=pipeline, policy=policy, key=key, operations=operations)


def records(seed):
    """Orders, many of them odd, some no JSON."""
    chance = random.Random(seed)
    odd = [None, True, 0, -1, 10**30, 1e308, 0.1, "", "x", "é\ud800", [], ["a"], {}, {"a": 1}]
    lines = (ROOT / "bench/order.sample.jsonl").read_text(encoding="utf-8").splitlines()
    for line in chance.choices(lines, k=RECORDS):
        value = json.loads(line)
        while chance.random() < 0.3:
            field = chance.choice(list(value))
            if chance.random() < 0.4:
                del value[field]
            else:
                value[field] = chance.choice(odd)
        text = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
        pick = chance.random()
        text = (text[:-3] if pick < 0.02 else json.dumps(chance.choice(odd)).encode() if pick < 0.05
                else text.replace(b'"qty"', b'"amount"') if pick < 0.07 else text)
        key = chance.choice(["null", '"k"', "7", "{", ""])
        try:
            yield {"topic": "bench-in", "key": key, "value": text.decode()}
        except UnicodeDecodeError:
            yield {"topic": "bench-in", "key": key, "value": json.dumps(value)}


class Engines(unittest.TestCase):
    def run_app(self, folder, spec, flags):
        for name in ("out.jsonl", "report.json"):
            (folder / name).unlink(missing_ok=True)
        process = subprocess.run(
            [KASPRC, "run", "-f", str(spec), "--records", str(folder / "in.jsonl"), "--records-out",
             str(folder / "out.jsonl"), "--report", str(folder / "report.json"), *flags],
            capture_output=True, text=True, timeout=120, check=False, cwd=folder)
        report = json.loads((folder / "report.json").read_text())
        native = sum(agent.pop("native") for agent in report["agents"].values())
        for agent in report["agents"].values():
            del agent["python"]
        # What fails in two parts of an agent is told in no order.
        told = sorted(re.sub(r"\d+\.\d s\n", "", process.stderr).splitlines())
        by_topic = {}  # between topics there is no order
        for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            record.pop("timestamp", None)
            by_topic.setdefault(record["topic"], []).append(record)
        return (process.returncode, report["agents"], by_topic, told), native

    def compare(self, turn, name, spec):
        with tempfile.TemporaryDirectory() as path:
            folder = pathlib.Path(path)
            if not isinstance(spec, pathlib.Path):
                (folder / "agent.yaml").write_text(spec, encoding="utf-8")
                spec = folder / "agent.yaml"
            with open(folder / "in.jsonl", "w", encoding="utf-8") as file:
                file.writelines(json.dumps(record) + "\n" for record in records(name))
            expected, native = self.run_app(folder, spec, ["--jit", "off"])
            self.assertEqual(native, 0)
            self.assertTrue(expected[2], "nothing is sent")
            two = [PASSES[(2 * turn + i) % len(PASSES)] for i in (0, 1)]
            runs = [("auto", None), ("verify", None), ("eval", two[0]), ("auto", two[1]), ("eval", "")]
            for engine, alone in runs:  # all of them, one, none
                off = [] if alone is None else [one for one in PASSES if one != alone]
                flags = [word for one in off for word in ("--disable-pass", one)]
                with self.subTest(app=name, engine=engine, passes="all" if alone is None else alone or "none"):
                    got, native = self.run_app(folder, spec, ["--jit", engine, *flags])
                    self.assertGreater(native, 0)
                    for what, (one, other) in zip(("exit code", "counts", "records", "stderr"),
                                                  zip(expected, got)):
                        self.assertEqual(one, other, what)

    def test_apps(self):
        for turn, (name, app) in enumerate(APPS.items()):
            self.compare(turn, name, spec_of(*app))

    def test_benchmarks(self):
        names = ("w2", "w4", "w7", "hoist", "order-filters", "route", "common-reads", "dead-fields",
                 "sparse", "fanout")
        for turn, name in enumerate(names):
            self.compare(turn, name, ROOT / "bench" / f"{name}.yaml")

    def test_all_passes_are_tried(self):
        known = subprocess.run([KASPRC, "run", "--help"], capture_output=True, text=True, check=True)
        listed = re.search(r"--disable-pass NAME:\{(.*?)\}", known.stdout).group(1).split(",")
        self.assertEqual(sorted(listed), sorted(PASSES + NEVER))


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
