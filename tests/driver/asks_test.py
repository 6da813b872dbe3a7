#!/usr/bin/env python3
"""Functions that ask CPython for what only it has do what CPython does: outputs, counts, what fails and
how it is told.

    asks_test.py KASPRC

Each function is an agent of its own, and all read the same records, of which many are odd. All run with
--jit off, which is CPython and nothing else, and as machine code, by the evaluator, and verified.
Random ones are made of statements that are put together as KASPR_SEED says.
"""

import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

KASPRC = ""
SEED = int(os.environ.get("KASPR_SEED", "1"))
FUNCTIONS = 60  # random ones
RECORDS = 80

INIT = """\
import datetime as dt
import re
from datetime import date, datetime, timedelta
EMAIL = re.compile(r"^\\s*(?P<user>[a-z]+)(\\d+)?@([a-z0-9.-]+)\\s*$", re.I)
WORD = re.compile("[a-z]+")
START = datetime(2024, 1, 1)
ODD = [re.compile("x")]
def user(text):
    m = EMAIL.match(text)
    return m.group("user") if m else None
"""

AGENT = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: {name}
  labels: {{kaspr.io/app: asks}}
spec:
  input:
    topic: {{name: in}}
  processors:
    init:
      python: |
{init}
    pipeline: [{first}run]
    operations:
{filter}    - name: run
      {kind}:
        entrypoint: run
        python: |
{body}
  output:
    topics:
    - name: out-{name}
{selector}---
"""

# Name: what the function does, and whether some event runs natively. `filter:` is one.
CASES = {
    "match": ('m = EMAIL.match(value["email"])\nvalue["m"] = m.group(3).lower() if m else None\nreturn value', True),
    "missing-match": ('value["m"] = EMAIL.match(value["email"]).group(1)\nreturn value', True),
    "is-none": ('m = EMAIL.search(value["email"])\nif m is None:\n    return {"no": True}\nreturn {"u": m["user"], "all": m[0], "s": m.span(2)}', True),
    "groups": ('m = WORD.search(value["email"])\nreturn [m.groups(), m.groupdict(), m.start(), m.end(), m.lastindex, m.string, m.pos]', True),
    "no-such-group": ('m = EMAIL.match(value["email"])\ntry:\n    value["g"] = m.group(value["n"])\nexcept IndexError:\n    value["g"] = "none"\nreturn value', True),
    "walrus": ('if m := EMAIL.match(value["email"]):\n    return m.group("user")\nreturn ""', True),
    "lists": ('found = WORD.findall(value["email"])\nfound.append("more")\nreturn [found, len(found), WORD.split(value["email"])]', True),
    "subs": ('value["a"] = WORD.sub("<\\\\g<0>>", value["email"], 2)\nvalue["b"] = re.sub("[^a-z]+", "-", value["email"].lower())\nvalue["c"] = WORD.subn("", value["email"])\nreturn value', True),
    "module": ('return [re.match("a", value["email"]) is None, re.findall("b", value["email"], re.I), re.escape(value["email"]), bool(re.compile("c").search(value["email"]))]', True),
    "list-argument": ('return re.match("a", [value["email"]]) is None', False),
    "wrong-argument": ('try:\n    m = EMAIL.match(value["odd"])\nexcept TypeError:\n    return "no text"\nreturn bool(m)', True),
    "dates": ('at = datetime.fromisoformat(value["at"])\nreturn [at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, at.tzinfo is None, at.weekday(), at.isoweekday()]', True),
    "bad-date": ('try:\n    at = datetime.fromisoformat(value["at"])\nexcept (KeyError, ValueError):\n    value["bad"] = True\n    return value\nexcept TypeError:\n    return "type"\nvalue["day"] = at.strftime("%A")\nreturn value', True),
    "texts": ('at = datetime.fromisoformat(value["at"])\nreturn [str(at), f"{at}", f"{at:%Y/%m}", f"{at!s:>30}", at.isoformat(), at.date().isoformat(), at.time().isoformat(), str(at.date())]', True),
    "times": ('at = datetime.fromisoformat(value["at"])\nb = datetime.fromisoformat(value["until"])\ngap = b - at\nreturn [gap.total_seconds(), gap.days, gap.seconds, at < b, at >= b, at == b, str(gap)]', True),
    "start": ('return (datetime.fromisoformat(value["at"]) - START).days', True),
    "compare-start": ('return START <= datetime.fromisoformat(value["at"])', True),
    "gap-is-true": ('a = datetime.fromisoformat(value["at"])\nb = datetime.fromisoformat(value["until"])\nreturn "gap" if b - a else "none"', True),
    "strptime": ('return datetime.strptime(value["at"][:10], "%Y-%m-%d").timestamp()', True),
    "from-timestamp": ('return datetime.fromtimestamp(value["n"]).isoformat()', True),
    "module-path": ('return dt.datetime.fromisoformat(value["at"]).toordinal() - dt.date.fromisoformat("2024-01-01").toordinal()', True),
    "helper": ('return user(value["email"])', True),
    "late-attribute": ('m = EMAIL.match(value["email"])\nreturn m.nothing', False),
    "object-out": ('value["m"] = EMAIL.match(value["email"])\nreturn value', True),
    "object-returned": ('return datetime.fromisoformat(value["at"])', False),
    "object-as-key": ('return {EMAIL.match(value["email"]): 1}', False),
    "object-in-key": ('m = EMAIL.match(value["email"])\nreturn m.group(1) in {m: 1}', False),
    "object-gone": ('value["m"] = EMAIL.match(value["email"])\nuser = value.pop("m")\nvalue["u"] = user.group(1)\nreturn value', True),
    "object-in-loop": ('out = []\nfor text in [value["email"], "a@b", "c1@d"]:\n    m = EMAIL.match(text)\n    if not m:\n        continue\n    out.append(m)\nreturn [m.group(1) for m in out]', True),
    "objects-equal": ('a = EMAIL.match(value["email"])\nb = EMAIL.match(value["email"])\nreturn [a is a, a is b, a is not None]', True),
    "matches-equal": ('return EMAIL.match(value["email"]) == EMAIL.match("x")', False),
    "globals-kept": ('a = START\nfor other in [value["at"], "2024-05-05"]:\n    a = datetime.fromisoformat(other)\nreturn (a - START).days', True),
    "filter-match": ('filter: return EMAIL.match(value["email"])', True),
    "filter-date": ('filter: return datetime.fromisoformat(value["at"]).year >= 2024', True),
    "filter-first": ('first: return value["n"] in (1, 2)\nm = EMAIL.match(value["email"])\nvalue["m"] = m.group(2) if m else None\nreturn value', True),
    "flags": ('return bool(re.search("A", value["email"], re.IGNORECASE))', True),
    "unknown-global": ('return ODD[0].match(value["email"]) is None', False),
    "try-all": ('try:\n    return user(value["email"]) + datetime.fromisoformat(value["at"]).isoformat()\nexcept Exception:\n    return "failed"', True),
    "json-receiver": ('return value["email"].group(1)', False),
    "order": ('m = EMAIL.match(value["email"])\ntry:\n    x = m.group(value["missing"])\nexcept KeyError:\n    return "key"\nexcept AttributeError:\n    return "attribute"\nreturn x', True),
    "selector": ('return value', True),
}
SELECTOR = """\
      keySelector:
        python: |
          import re
          DIGITS = re.compile("[0-9]+")
          def key(value):
              return DIGITS.search(value["email"]).group()
"""

STATEMENTS = [
    'm = EMAIL.match(value["email"])',
    'm = re.search("([a-z])([0-9])?", value["email"])',
    'if m: value["g"] = m.group(1)',
    'value["gs"] = m.groups()',
    'value["g"] = m.group(value["n"])',
    'value["g"] = m[value["n"]]',
    'value["email"] = WORD.sub("w", value["email"])',
    'value["words"] = WORD.findall(value["email"])',
    'at = datetime.fromisoformat(value["at"])',
    'at = START',
    'value["year"] = at.year',
    'value["text"] = f"{at} {at:%d}"',
    'value["late"] = at > START',
    'value["days"] = (at - START).days',
    'value["at"] = at.isoformat()',
    'value["m"] = m',
    'm = value["odd"]',
    'value["user"] = user(value["email"])',
    'value["is"] = m is None',
    'value["not"] = not m',
    'value.pop("m", None)',
    'try:\n    value["n"] = EMAIL.match(value["email"]).end(value["n"])\nexcept (IndexError, AttributeError):\n    value["n"] = -1',
    'try:\n    value["u"] = datetime.strptime(value["until"], "%Y-%m-%dT%H:%M:%S").timestamp()\nexcept ValueError:\n    value["u"] = None',
    'for word in WORD.findall(value["email"]):\n    value[word] = WORD.fullmatch(word).span()',
]


def records():
    chance = random.Random(SEED)
    emails = ["bob12@Example.com", "bob@x.y", " Al7@mail-1.org ", "no mail", "", "é@ü.de", "ab" * 40]
    times = ["2024-02-03T10:11:12", "2023-12-31", "2024-02-03T10:11:12.5+02:00", "nope", "", "2024-02-03T10:11:12Z"]
    odd = [None, True, 0, 1, 2, 7, -1, 10**30, 2.5, "x", "é\ud800", [], ["a"], {}, {"group": 1}]
    for _ in range(RECORDS):
        value = {"email": chance.choice(emails), "at": chance.choice(times), "n": chance.choice([0, 1, 2, 3, 9]),
                 "until": chance.choice(times), "odd": chance.choice(odd)}
        while chance.random() < 0.25:
            field = chance.choice(list(value))
            if chance.random() < 0.3:
                del value[field]
                if not value:
                    break
            else:
                value[field] = chance.choice(odd)
        yield json.dumps(value)


FILTER = """\
    - name: first
      filter:
        entrypoint: first
        python: |
          def first(value):
              {test}
"""


def indented(text, margin):
    return "\n".join(" " * margin + line for line in text.rstrip("\n").split("\n"))


def agent(name, text):
    first, filter_ = "", ""
    if text.startswith("first: "):
        test, _, text = text.removeprefix("first: ").partition("\n")
        first, filter_ = "first, ", FILTER.format(test=test)
    kind = "filter" if text.startswith("filter: ") else "map"
    body = "def run(value):\n" + indented(text.removeprefix("filter: "), 4)
    return AGENT.format(name=name, first=first, filter=filter_, init=indented(INIT, 8), kind=kind, body=indented(body, 10),
                        selector=SELECTOR if name == "selector" else "")


def random_cases():
    chance = random.Random(SEED)
    for number in range(FUNCTIONS):
        lines = [chance.choice(['m = EMAIL.match(value["email"])', "m = None"]),
                 chance.choice(['at = datetime.fromisoformat(value["at"])', "at = START"])]
        lines += chance.choices(STATEMENTS, k=chance.randrange(1, 6))
        yield f"random-{number}", "\n".join([*lines, "return value"])


class Asks(unittest.TestCase):
    def run_app(self, folder, engine):
        for name in ("out.jsonl", "report.json"):
            (folder / name).unlink(missing_ok=True)
        process = subprocess.run(
            [KASPRC, "run", "-f", "app.yaml", "--source", "in=in.jsonl", "--records-out", "out.jsonl",
             "--report", "report.json", "--until", "end", "--jit", engine],
            capture_output=True, text=True, timeout=300, check=False, cwd=folder)
        self.assertTrue((folder / "report.json").exists(), process.stderr)
        report = json.loads((folder / "report.json").read_text())
        native = {name: counts.pop("native") for name, counts in report["agents"].items()}
        for counts in report["agents"].values():
            del counts["python"]
        # Agents fail in no order of one another; two matches are at two places in memory.
        said = re.sub(r"\d+\.\d s\n|0x[0-9a-f]+", "", process.stderr)
        told = sorted(said.splitlines())
        by_topic = {}
        for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            record.pop("timestamp", None)
            by_topic.setdefault(record["topic"], []).append(record)
        return (process.returncode, report["agents"], by_topic, told), native

    def compare(self, cases):
        """What ran natively, by agent and engine."""
        with tempfile.TemporaryDirectory() as path:
            folder = pathlib.Path(path)
            apps = "".join(agent(name, text) for name, text in cases.items())
            (folder / "app.yaml").write_text(apps.removesuffix("---\n"), encoding="utf-8")
            (folder / "in.jsonl").write_text("".join(line + "\n" for line in records()))
            expected, native = self.run_app(folder, "off")
            self.assertEqual(sum(native.values()), 0)
            ran = {}
            for engine in ("auto", "eval", "verify"):
                got, ran[engine] = self.run_app(folder, engine)
                for what, one, other in zip(("exit code", "counts", "records", "stderr"), expected, got):
                    if isinstance(one, dict):
                        for name in one | other:
                            self.assertEqual(one.get(name), other.get(name), f"{engine}: {what} of {name}")
                    self.assertEqual(one, other, f"{engine}: {what}")
            self.assertEqual(ran["auto"], ran["eval"])
            return ran["auto"]

    def test_cases(self):
        native = self.compare({name: text for name, (text, _) in CASES.items()})
        for name, (_, runs) in CASES.items():
            self.assertEqual(native[name] > 0, runs, f"{name}: {native[name]} events ran natively")

    def test_random(self):
        native = self.compare(dict(random_cases()))
        self.assertGreater(sum(count > 0 for count in native.values()), FUNCTIONS / 4)

    def test_a_time_limit_keeps_it_in_python(self):
        with tempfile.TemporaryDirectory() as path:
            folder = pathlib.Path(path)
            text = agent("slow", CASES["match"][0]).removesuffix("---\n")
            (folder / "app.yaml").write_text(text.replace("  processors:", "  kasprc: {timeout: 30s}\n  processors:"))
            (folder / "in.jsonl").write_text('{"email": "a1@b.c"}\n')
            _, native = self.run_app(folder, "auto")
            self.assertEqual(native, {"slow": 0})


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
