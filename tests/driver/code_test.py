#!/usr/bin/env python3
"""What machine code a spec becomes, how long that takes, and what runs it.

    code_test.py KASPRC
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

KASPRC = ""

SPEC = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: orders
  labels: {kaspr.io/app: shop}
spec:
  input:
    topic: {name: orders}
  processors:
    pipeline: [PIPELINE]
    operations:
      - name: price
        map:
          entrypoint: price
          python: |
            def net(value):
                return value["amount"] * value["qty"]

            def price(value):
                value["net"] = net(value)
                return value
      - name: stamp
        map:
          python: |
            import time

            def stamp(value):
                return {**value, "at": time.time()}
      - name: slug
        map:
          python: |
            import textwrap

            def slug(value):
                return {**value, "slug": textwrap.shorten(value["id"], 10)}
  output:
    topics:
      - name: priced
        keySelector:
          python: |
            def key(value):
                return value["id"]
"""
RECORDS = [{"id": "a", "amount": 2.5, "qty": 3}, {"id": "b", "qty": 1}, {"id": "c", "amount": 1e300, "qty": 10**30},
           {"id": "d", "amount": "x", "qty": 2}, 17, {"id": None, "amount": 1, "qty": 2}]


class Code(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def kasprc(self, *arguments, pipeline="price", exit_code=0):
        (self.folder / "orders.yaml").write_text(SPEC.replace("PIPELINE", pipeline), encoding="utf-8")
        command, *rest = arguments
        process = subprocess.run([KASPRC, command, "-f", "orders.yaml", *rest], cwd=self.folder,
                                 capture_output=True, text=True, timeout=60)
        self.assertEqual(process.returncode, exit_code, process.stderr)
        return process

    def run_records(self, *arguments, pipeline="price", exit_code=0):
        (self.folder / "in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in RECORDS),
                                              encoding="utf-8")
        process = self.kasprc("run", "--source", "orders=in.jsonl", "--records-out", "out.jsonl",
                              "--report", "report.json", *arguments, pipeline=pipeline, exit_code=exit_code)
        report = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        return (self.folder / "out.jsonl").read_text(encoding="utf-8"), report["agents"]["orders"], process.stderr

    def test_llvm_is_readable(self):
        text = self.kasprc("compile", "--emit", "llvm").stdout
        self.assertIn("; agent orders\n", text)
        self.assertRegex(text, r"; price, priced.key\n(;.*\n)?"
                               r"define i8 @orders\(ptr .*%context, i64 %value.head, i64 %value, ptr .*%returns\)")
        for line in ('value["net"] = net(value)', 'return value["amount"] * value["qty"]'):
            number = [i for i, written in enumerate(SPEC.splitlines(), 1) if written.strip() == line][0]
            self.assertIn(f"; orders.yaml:{number}: {line}\n", text)
        self.assertRegex(text, r"call i8 @kaspr.get\(.*@key.amount")
        self.assertRegex(text, r"call i8 @kaspr.set\(.*@key.net")
        self.assertNotIn("!DILocation", text)

    def test_assembly_is_readable(self):
        text = self.kasprc("compile", "--emit", "asm").stdout
        self.assertIn("# agent orders\n", text)
        self.assertIn("\norders:", text)
        number = [i for i, written in enumerate(SPEC.splitlines(), 1) if 'value["net"]' in written][0]
        self.assertRegex(text, rf"\.loc.*# orders\.yaml:{number}:")

    def test_what_runs_in_python_has_no_code(self):
        for emit, comment in (("llvm", ";"), ("asm", "#")):
            self.assertEqual(self.kasprc("compile", "--emit", emit, pipeline="slug").stdout,
                             f"{comment} agent orders: all of it runs in Python\n")

    def test_phases_are_timed(self):
        process = self.kasprc("compile", "--time")
        self.assertEqual(process.stdout, "orders: orders -> priced, 1 operation, native\n")
        phases = re.findall(r"^ +[0-9]+\.[0-9] ms  (.*)$", process.stderr, re.MULTILINE)
        self.assertEqual(phases, ["read the specs", "check the Python", "translate the Python", "run the passes",
                                  "make the code of 'orders'"])
        self.assertNotIn("make the code", self.kasprc("compile", "--time", pipeline="slug").stderr)

    def test_engines_do_the_same(self):
        expected, counts, _ = self.run_records("--jit", "off")
        self.assertEqual((counts["native"], counts["failed"]), (0, 2))
        self.assertEqual(len(expected.splitlines()), 4)
        for engine in ("auto", "eval", "verify", "verify:0.5"):
            with self.subTest(engine):
                out, counts, told = self.run_records("--jit", engine)
                self.assertEqual(out, expected)
                self.assertEqual((counts["failed"], counts["native"], counts["python"]), (2, 3, 3))
                self.assertNotIn("differ", told)

    def test_what_looks_at_the_clock_is_not_verified(self):
        told = self.run_records("--jit", "verify", pipeline="stamp")[2]
        self.assertIn("warning: agent 'orders' looks at the clock or at random numbers", told)

    def test_rates_are_checked(self):
        for wrong in ("fast", "verify:", "verify:0", "verify:1.5", "verify:x", "auto:0.5"):
            process = self.kasprc("run", "--jit", wrong, exit_code=2)
            self.assertIn(f"'{wrong}' is not auto, eval, off, verify, or verify:RATE", process.stderr)

    def test_perf_is_told_the_names(self):
        (self.folder / "orders.yaml").write_text(SPEC.replace("PIPELINE", "price"), encoding="utf-8")
        (self.folder / "in.jsonl").write_text("{}\n", encoding="utf-8")
        process = subprocess.Popen([KASPRC, "run", "-f", "orders.yaml", "--source", "orders=in.jsonl", "--sink",
                                    "priced=/dev/null", "--jit-symbols", "perf"], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertEqual(process.wait(60), 0)
        names = pathlib.Path(f"/tmp/perf-{process.pid}.map")
        self.addCleanup(names.unlink)
        lines = [line.split(" ") for line in names.read_text(encoding="utf-8").splitlines()]
        self.assertEqual({name for _, _, name in lines}, {"orders"})
        for address, size, _ in lines:
            self.assertGreater(int(address, 16), 0)
            self.assertGreater(int(size, 16), 16)


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
