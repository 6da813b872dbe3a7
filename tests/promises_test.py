#!/usr/bin/env python3
"""docs/promises.md says which tests show what the pages promise: they are there, and they are run. The
cases in tests/promises/, written for sentences that nothing else showed, pass.

    promises_test.py KASPRC
"""

import ast
import json
import pathlib
import re
import subprocess
import sys
import unittest

import yaml

TESTS = pathlib.Path(__file__).resolve().parent
DOCUMENT = TESTS.parent / "docs" / "promises.md"
KASPRC = pathlib.Path()


def rows():
    """The cells of each row, without heads."""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith(("| it says", "| ---")):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def programs():
    """What ctest runs: 'kafka/group_test'."""
    listed = subprocess.run(["ctest", "--test-dir", KASPRC.parent, "--show-only=json-v1"],
                            capture_output=True, text=True, check=True).stdout
    return {test["name"] for test in json.loads(listed)["tests"]}


def python_tests(path):
    """'Class.test_name' of each test in a file."""
    return {f"{node.name}.{method.name}"
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ClassDef) for method in node.body
            if isinstance(method, ast.FunctionDef)}


def cpp_tests(path):
    return {f"{suite}.{name}" for suite, name in
            re.findall(r"^TEST(?:_F)?\((\w+), (\w+)\)", path.read_text(encoding="utf-8"), re.M)}


def case_names(path):
    return {case["name"] for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]}


class Promises(unittest.TestCase):
    def check(self, text, path, run):
        """The test that a link names: a case, a golden, or a test of a program."""
        program = path.relative_to(TESTS).with_suffix("").as_posix()
        if path.is_dir():
            self.assertTrue((path / "case.yaml").is_file(), path)
            self.assertIn("conformance_test", run)
        elif TESTS / "golden" in path.parents:
            self.assertTrue(path.is_file(), path)
        elif TESTS / "promises" in path.parents:
            self.assertIn(text, case_names(path))
        else:
            self.assertIn(text, (python_tests if path.suffix == ".py" else cpp_tests)(path))
            self.assertIn(program, run)

    def test_what_the_tables_name_is_there_and_runs(self):
        run = programs()
        promises = list(rows())
        self.assertGreater(len(promises), 50)
        for said, _, shown in promises:
            links = re.findall(r"\[([^]]+)\]\(([^)]+)\)", shown)
            self.assertTrue(links, f"nothing shows: {said}")
            for text, link in links:
                with self.subTest(said=said, link=link):
                    self.check(text, (DOCUMENT.parent / link).resolve(), run)

    def test_every_case_of_ours_is_named(self):
        document = DOCUMENT.read_text(encoding="utf-8")
        for path in (TESTS / "promises").rglob("*_test.yaml"):
            for name in case_names(path):
                self.assertIn(f"[{name}](../{path.relative_to(TESTS.parent)})", document)

    def test_our_cases_pass(self):
        process = subprocess.run([KASPRC, "test", "-f", TESTS / "promises"], capture_output=True,
                                 text=True, check=False)
        self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
        self.assertRegex(process.stdout, r"(?m)^[1-9]\d* passed$")


if __name__ == "__main__":
    KASPRC = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
