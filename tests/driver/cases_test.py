#!/usr/bin/env python3
"""`kasprc test`: what it says of cases that fail and of case files that are wrong; what it leaves behind.

    cases_test.py KASPRC

Each folder of tests/golden/cases/ is an app with its cases; NAME.err is all that is said, and the exit
code. KASPR_BLESS=1 writes what is said as expected.
"""

import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import convert_cases

TESTS = pathlib.Path(__file__).parent.parent
GOLDEN = TESTS / "golden" / "cases"
CONFORMANCE = TESTS / "conformance"
KASPRC = ""
DEADLINE = 120  # seconds; for what should happen soon

SLEEPER = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: sleeper
spec:
  input: {topic: {name: in}}
  output: {topics: [{name: out}]}
  processors:
    pipeline: [sleep]
    operations:
    - name: sleep
      map:
        python: |
          import pathlib
          def sleep(value):
              pathlib.Path(value).touch()
              while True:
                  pass
"""


def kasprc(*arguments, cwd, **options):
    return subprocess.run([KASPRC, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          timeout=DEADLINE, check=False, **options)


class Goldens(unittest.TestCase):
    maxDiff = None

    def test_what_is_said(self):
        folders = sorted(path for path in GOLDEN.iterdir() if path.is_dir())
        self.assertTrue(folders)
        self.assertEqual({path.stem for path in GOLDEN.iterdir()}, {path.name for path in folders},
                         "a file without its folder")
        for folder in folders:
            with self.subTest(folder=folder.name):
                process = kasprc("test", "-f", folder.name, cwd=GOLDEN)
                said = re.sub(r"\d+\.\d s\n", "0.0 s\n", process.stdout + process.stderr)
                said += f"exit {process.returncode}\n"
                golden = folder.with_suffix(".err")
                if os.environ.get("KASPR_BLESS"):
                    golden.write_text(said, encoding="utf-8")
                self.assertEqual(said, golden.read_text(encoding="utf-8"),
                                 f"KASPR_BLESS=1 {' '.join(sys.argv)} {KASPRC} accepts it")


class CommandLine(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def test_no_cases_is_wrong_usage(self):
        self.write("app/spec.yaml", SLEEPER)
        process = kasprc("test", "-f", "app", cwd=self.folder)
        self.assertEqual(process.returncode, 2)
        self.assertIn("no *_test.yaml or *_test.yml in directory 'app'", process.stderr)
        process = kasprc("test", "-f", "nowhere", cwd=self.folder)
        self.assertEqual(process.returncode, 74)
        self.assertIn("cannot read 'nowhere'", process.stderr)

    def test_a_file_alone_and_one_without_a_folder(self):
        self.write("a.yaml", SLEEPER.replace("[sleep]", "[]"))
        cases = "cases: [{name: same, send: [{value: 1}], expect: [{value: 1}]}]"
        self.write("a_test.yml", cases)
        for path, cwd in [("a_test.yml", self.folder), (".", self.folder),
                          (f"{self.folder.name}/a_test.yml", self.folder.parent)]:
            process = kasprc("test", "-f", path, cwd=cwd)
            self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
            self.assertTrue(process.stdout.endswith("a_test.yml\n  ok    same\n1 passed\n"))

    def test_folders_of_specs_pass_over_cases(self):
        self.write("a.yaml", SLEEPER)
        self.write("a_test.yaml", "cases: []")
        for verb in ["check", "compile"]:
            process = kasprc(verb, "-f", ".", cwd=self.folder)
            self.assertEqual(process.returncode, 0, process.stderr)

    def test_nothing_is_left_behind(self):
        """A signal ends all that runs, and the temporary files go."""
        self.write("a.yaml", SLEEPER)
        started = self.folder / "started"
        self.write("a_test.yaml", "cases: [{name: for ever, expect: [], "
                                  f"send: [{{value: {started}}}]}}]")
        temporary = self.folder / "tmp"
        temporary.mkdir()
        process = subprocess.Popen([KASPRC, "test", "-f", "a_test.yaml"], cwd=self.folder,
                                   env={**os.environ, "TMPDIR": str(temporary)},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + DEADLINE
        while not started.exists():
            self.assertLess(time.monotonic(), deadline, "waited in vain")
            select.select([], [], [], 0.01)
        self.assertEqual(len(list(temporary.iterdir())), 1)
        process.send_signal(signal.SIGTERM)
        # Whoever runs the case holds the other end of a pipe; it ends with them all.
        process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        self.assertEqual(list(temporary.iterdir()), [])

    def test_what_a_run_says_is_shown_but_its_warnings_once(self):
        self.write("a.yaml", SLEEPER.replace("in}}", "out}}").replace("[sleep]", "[sleep]")
                   .replace("while True:\n                  pass", "print('I was here')\n"
                            "              return unknown"))
        self.write("a_test.yaml", "cases: [{name: fails, expect: [], "
                                  f"send: [{{topic: out, value: {self.folder}/x}}]}}]")
        process = kasprc("test", "-f", ".", cwd=self.folder)
        self.assertEqual(process.returncode, 1)
        self.assertIn("          | I was here\n", process.stdout)
        self.assertIn("'unknown' is not defined", process.stderr)
        self.assertNotIn("K0310", process.stdout)


class Documentation(unittest.TestCase):
    def test_what_docs_testing_md_shows(self):
        """Its first block passes, and what it shows of a case that fails is what is said."""
        text = (TESTS.parent / "docs" / "testing.md").read_text(encoding="utf-8")
        cases = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1]
        shown = re.search(r"## When a case fails\n\n```\n(.*?)```", text, re.DOTALL)[1]
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            shutil.copy(GOLDEN / "differs" / "orders.yaml", folder)
            (folder / "orders_test.yaml").write_text(cases, encoding="utf-8")
            process = kasprc("test", "-f", ".", cwd=folder)
            self.assertTrue(process.stdout.endswith("\n2 passed\n"), process.stdout + process.stderr)
            failing = (cases[:cases.index("  - name: an order without")] +
                       "  - name: amounts may be text\n"
                       "    send: [{value: {user: u1, amount: '12.5', qty: 2, status: paid}}]\n"
                       "    expect: [{value: {user: u1, amount: '12.5', qty: 2, status: paid, total: 25.0}}]\n")
            (folder / "orders_test.yaml").write_text(failing, encoding="utf-8")
            process = kasprc("test", "-f", "orders_test.yaml", cwd=folder)
            self.assertEqual(re.sub(r"\d+\.\d s\n", "0.0 s\n", process.stdout), shown)


class Conformance(unittest.TestCase):
    def test_there_and_back(self):
        """Every case says the same after both conversions."""
        folders = sorted(path.parent for path in CONFORMANCE.glob("*/*/case.yaml")
                         if path.parts[-3] != "bad")
        self.assertGreater(len(folders), 200)
        for folder in folders:
            with self.subTest(case=folder.name):
                case, sent, expected = convert_cases.from_yaml(convert_cases.to_yaml(folder))
                original = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
                self.assertEqual(case, original)
                self.assertEqual(sent, convert_cases.read_records(folder / "input.jsonl"))
                records = convert_cases.read_records(folder / "expected.jsonl")
                if "ignore" in original:  # any partition is right
                    records = [{**record, "partition": 0} for record in records]
                self.assertEqual(expected, records)

    def test_converted_cases_pass(self):
        """Every fourth one; those with options all."""
        names = sorted(f"{path.parts[-3]}/{path.parts[-2]}"
                       for path in CONFORMANCE.glob("*/*/case.yaml") if path.parts[-3] != "bad")
        chosen = set(names[::4])
        for name in names:
            case = yaml.safe_load((CONFORMANCE / name / "case.yaml").read_text(encoding="utf-8"))
            if case.keys() & {"topics", "order", "ignore", "exit", "flags"}:
                chosen.add(name)
        with tempfile.TemporaryDirectory() as scratch:
            out = pathlib.Path(scratch)
            convert_cases.convert_to_yaml(CONFORMANCE, out, sorted(chosen))
            process = kasprc("test", "-f", ".", cwd=out)
            self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
            self.assertTrue(process.stdout.endswith(f"\n{len(chosen)} passed\n"), process.stdout)


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
