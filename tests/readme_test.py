#!/usr/bin/env python3
"""Runs what the README shows: in its ```console blocks, each `$ command` and the lines it prints.

    readme_test.py KASPRC
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).parent.parent
KASPRC = pathlib.Path()


def commands():
    """(command, what it prints) of all blocks."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


class Readme(unittest.TestCase):
    maxDiff = None

    def test_commands_print_what_is_shown(self):
        shown = list(commands())
        self.assertGreaterEqual(len(shown), 5)
        path = f"{KASPRC.parent}:{os.environ['PATH']}"
        for command, output in shown:
            with self.subTest(command=command):
                process = subprocess.run(["bash", "-c", command], cwd=ROOT, text=True,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                         env={**os.environ, "PATH": path}, check=False)
                self.assertEqual(process.stdout, output)

    def test_the_number_of_tests_is_true(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        shown = re.findall(r"tests failed out of (\d+)", text)
        listed = subprocess.run(["ctest", "--test-dir", KASPRC.parent, "--show-only=json-v1"],
                                capture_output=True, text=True, check=True).stdout
        self.assertEqual(shown, [str(len(json.loads(listed)["tests"]))])


if __name__ == "__main__":
    KASPRC = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
