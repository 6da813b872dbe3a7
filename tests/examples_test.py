#!/usr/bin/env python3
"""Checks and runs every folder of examples/: TOPIC.jsonl are values in, expected/TOPIC.jsonl values out, and the
cases beside the specs pass.

    examples_test.py KASPRC

KASPR_BLESS=1 writes what comes out as expected.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"
KASPRC = ""


class Examples(unittest.TestCase):
    def kasprc(self, *arguments):
        process = subprocess.run([KASPRC, *map(str, arguments)], capture_output=True, text=True,
                                 check=False)
        self.assertEqual(process.returncode, 0, process.stderr)
        return process

    def run_example(self, folder):
        found = json.loads(self.kasprc("check", "-f", folder, "--json").stdout)["diagnostics"]
        self.assertEqual([mistake for mistake in found if mistake["severity"] != "remark"], [])
        self.kasprc("test", "-f", folder)
        expected = sorted((folder / "expected").glob("*.jsonl"))
        self.assertTrue(expected, "an example shows what comes out")
        with tempfile.TemporaryDirectory() as scratch:
            command = ["run", "-f", folder]
            for path in sorted(folder.glob("*.jsonl")):
                command += ["--source", f"{path.stem}={path}"]
            for path in expected:
                command += ["--sink", f"{path.stem}={scratch}/{path.name}"]
            self.kasprc(*command)
            for path in expected:
                written = pathlib.Path(scratch, path.name).read_text(encoding="utf-8")
                if os.environ.get("KASPR_BLESS"):
                    path.write_text(written, encoding="utf-8")
                self.assertEqual(written, path.read_text(encoding="utf-8"), path)

    def test_every_example(self):
        folders = sorted(path for path in EXAMPLES.iterdir() if path.is_dir())
        self.assertGreaterEqual(len(folders), 3)
        for folder in folders:
            with self.subTest(example=folder.name):
                self.run_example(folder)


if __name__ == "__main__":
    KASPRC = sys.argv.pop(1)
    unittest.main()
