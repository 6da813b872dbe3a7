#!/usr/bin/env python3
"""Runs every example block of the documentation's two pages on agents, as it stands there: tests/pages/
has the blocks. What a part of a document is missing is put around it; its lines are only indented.

    pages_test.py KASPRC
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

BLOCKS = pathlib.Path(__file__).parent.parent / "pages"
KASPRC = ""
DEADLINE = 60  # seconds; for what should happen at once

HEAD = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: of-the-page
spec:
"""
INPUT = "input:\n  topic:\n    name: in\n"
OUTPUT = "output:\n  topics:\n    - name: out\n"


def block(name):
    return (BLOCKS / f"{name}.yaml").read_text(encoding="utf-8")


def indented(text, columns=2):
    return textwrap.indent(text, " " * columns)


def agent(*parts):
    """A document with these parts below 'spec'."""
    return HEAD + "".join(map(indented, parts))


def line_of(text, words):
    """The number of the one line that has these words."""
    found = [number for number, line in enumerate(text.splitlines(), 1) if words in line]
    assert len(found) == 1, (words, found)
    return found[0]


class Pages(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def kasprc(self, command, spec, *arguments, exit_code=0, **options):
        (self.folder / "page.yaml").write_text(spec, encoding="utf-8")
        process = subprocess.run([KASPRC, command, "-f", "page.yaml", *arguments], cwd=self.folder,
                                 capture_output=True, text=True, timeout=DEADLINE, check=False,
                                 **options)
        self.assertEqual(process.returncode, exit_code, process.stderr)
        return process

    def run_records(self, spec, records, failed=0, said="", **options):
        """Records in; what comes out: (topic, key, value) each."""
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (self.folder / "in.jsonl").write_text(lines, encoding="utf-8")
        process = self.kasprc("run", spec, "--records", "in.jsonl", "--records-out", "out.jsonl",
                              "--report", "report.json", "--until", "end", **options)
        self.assertIn(said, process.stderr)
        report = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        counts, = report["agents"].values()
        self.assertEqual((counts["in"], counts["failed"]), (len(records), failed), process.stderr)
        out = (self.folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
        return [(record["topic"], record["key"], json.loads(record["value"]))
                for record in map(json.loads, out)]

    def run_values(self, spec, topic, values, **options):
        records = [{"topic": topic, "value": json.dumps(value)} for value in values]
        return self.run_records(spec, records, **options)


VALUES = [{"id": 1, "name": "Ada"}, [1, 2.5, None], "text", 7, None, {}]


class OlderPage(Pages):
    """Its examples have no processors and no output: they take records in, and pass them on as they
    came once they have an output."""

    def passes_on(self, name, topic):
        spec = block(name)
        self.assertEqual(self.run_values(spec, topic, VALUES), [])
        spec += indented(OUTPUT)
        self.assertEqual(self.run_values(spec, topic, VALUES),
                         [("out", None, value) for value in VALUES])
        return spec

    def test_several_topics(self):
        self.passes_on("agents-topics", "new-customers")

    def test_assignment_to_an_app(self):
        spec = self.passes_on("agents-app", "customers")
        self.assertTrue(self.kasprc("compile", spec, "--emit", "plan").stdout
                        .startswith('plan "loyalty-app"\n'))


class TodaysPage(Pages):
    def test_quickstart(self):
        self.assertEqual(self.run_values(block("kaspragent-quickstart"), "demo-input", VALUES),
                         [("demo-output", None, value) for value in VALUES])

    def test_input(self):
        """Keys and values are JSON, so a key that is none fails; the topic is one that is made."""
        spec = agent(block("kaspragent-input"), OUTPUT, """\
processors:
  pipeline: [pair]
  operations:
    - name: pair
      map:
        python: |
          def pair(value):
              return [context["event"].key, value]
""")
        records = [{"topic": "my-topic", "key": key, "value": '{"a": 1}'}
                   for key in ('{"id": 1}', "no JSON", "7")]
        self.assertEqual(self.run_records(spec, records, failed=1),
                         [("out", None, [{"id": 1}, {"a": 1}]), ("out", None, [7, {"a": 1}])])
        self.assertIn('\ntopic "my-topic"\n', self.kasprc("compile", spec, "--emit", "ir").stdout)

    def buffering(self):
        """Both blocks, and the pipeline that the second one leaves out."""
        return agent(block("kaspragent-take"), OUTPUT,
                     block("kaspragent-batch") + "  pipeline: [batch-process]\n")

    def test_buffering_up_to_100_events(self):
        out = self.run_values(self.buffering(), "sensor-data", [{"n": n} for n in range(250)])
        self.assertEqual([len(value) for _, _, value in out], [100, 100, 50])
        self.assertEqual([event for _, _, value in out for event in value],
                         [{"n": n, "batch_size": 100 if n < 200 else 50} for n in range(250)])

    def test_buffering_for_5_seconds(self):
        """Three events, and a pipe that stays open: they come out when their time is up."""
        (self.folder / "page.yaml").write_text(self.buffering(), encoding="utf-8")
        with subprocess.Popen([KASPRC, "run", "-f", "page.yaml", "--source", "sensor-data=-",
                               "--sink", "out=-"], cwd=self.folder, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            self.addCleanup(process.kill)
            start = time.monotonic()
            process.stdin.write(b'{"n": 0}\n{"n": 1}\n{"n": 2}\n')
            process.stdin.flush()
            events = json.loads(process.stdout.readline())
            seconds = time.monotonic() - start
            process.stdin.close()
            self.assertEqual(process.wait(DEADLINE), 0)
        self.assertEqual(events, [{"n": n, "batch_size": 3} for n in range(3)])
        self.assertGreaterEqual(seconds, 5)
        self.assertLess(seconds, DEADLINE)

    def test_output(self):
        """A value without id is not sent; one in which nothing can be looked up fails."""
        spec = agent(INPUT, block("kaspragent-output"))
        out = self.run_values(spec, "in", [{"id": "a", "n": 1}, {"n": 2}, 5, {"id": "b"}], failed=1,
                              said="TypeError")
        self.assertEqual(out, [("my-output-topic", "a", {"id": "a", "n": 1}),
                               ("my-output-topic", "b", {"id": "b"})])

    def test_processors(self):
        spec = agent(INPUT, OUTPUT, block("kaspragent-processors"))
        out = self.run_values(spec, "in", [{"is_valid": True}, {"is_valid": False}, {},
                                           {"is_valid": 1, "n": 4}],
                              said="Initializing agent...\n")
        self.assertEqual(out, [("out", None, {"is_valid": True, "processed": True}),
                               ("out", None, {"is_valid": 1, "n": 4, "processed": True})])

    def with_init(self):
        return agent(INPUT, OUTPUT, "processors:\n" + indented(block("kaspragent-init")))

    def test_init_with_the_variable(self):
        self.assertEqual(self.run_values(self.with_init(), "in", VALUES,
                                         env={**os.environ, "MY_VAR": "set"}),
                         [("out", None, value) for value in VALUES])

    def test_init_without_the_variable(self):
        """It is refused before the first record, at the line that raises."""
        spec = self.with_init()
        (self.folder / "in.jsonl").write_text('{"topic": "in", "value": "1"}\n', encoding="utf-8")
        without = {name: value for name, value in os.environ.items() if name != "MY_VAR"}
        said = self.kasprc("run", spec, "--records", "in.jsonl", "--records-out", "out.jsonl",
                           exit_code=78, env=without).stderr
        self.assertIn("error[K0606]: init failed: RuntimeError: Missing MY_VAR", said)
        self.assertIn(f"--> page.yaml:{line_of(spec, 'raise RuntimeError')}:", said)
        out = self.folder / "out.jsonl"
        self.assertEqual(out.read_text(encoding="utf-8") if out.exists() else "", "")

    def test_dead_letters(self):
        spec = agent(INPUT, block("kaspragent-dead-letters"))
        out = self.run_values(spec, "in", [{"error": "late"}, {"id": 1}, {"error": None}])
        self.assertEqual(out, [("dead-letter-topic", None, {"error": "late"}),
                               ("dead-letter-topic", None, {"error": None})])

    def test_tables_are_refused(self):
        """They are for a later version: nothing runs without what it asks for."""
        operation = "- name: enrich\n" + indented(block("kaspragent-tables"))
        spec = agent(INPUT, OUTPUT, "processors:\n  pipeline: [enrich]\n  operations:\n" +
                     indented(operation, 4))
        found, = json.loads(self.kasprc("check", spec, "--json", exit_code=1).stdout)["diagnostics"]
        self.assertEqual((found["code"], found["line"], found["message"]),
                         ("K0215", line_of(spec, "tables:"), "'tables' is not supported yet"))
        self.kasprc("run", spec, "--source", "in=-", "--sink", "out=-", exit_code=78,
                    stdin=subprocess.DEVNULL)


class EveryBlock(unittest.TestCase):
    def test_is_used(self):
        source = pathlib.Path(__file__).read_text(encoding="utf-8")
        used = re.findall(r'\b(?:block|passes_on)\("([^"]+)"', source)
        self.assertEqual(sorted(used), sorted(path.stem for path in BLOCKS.glob("*.yaml")))


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
