#!/usr/bin/env python3
"""Runs tests/golden/failures/NAME.yaml on NAME.jsonl; NAME.err is all that is said, and the exit code.
NAME.flags, if it is there, has more arguments.

    failures_test.py KASPRC

KASPR_BLESS=1 writes what is said as expected.
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

FOLDER = pathlib.Path(__file__).parent.parent / "golden" / "failures"
KASPRC = ""


def said(spec):
    flags = spec.with_suffix(".flags")
    more = flags.read_text(encoding="utf-8").split() if flags.exists() else []
    process = subprocess.run(
        [KASPRC, "run", "-f", spec.name, "--records", spec.with_suffix(".jsonl").name,
         "--records-out", "/dev/null", *more], cwd=FOLDER, capture_output=True, text=True, check=False)
    text = re.sub(r"\d+\.\d s\n", "0.0 s\n", process.stderr)
    return f"{text}exit {process.returncode}\n"


class Failures(unittest.TestCase):
    def test_every_failure(self):
        specs = sorted(FOLDER.glob("*.yaml"))
        self.assertTrue(specs)
        self.assertEqual({path.name.split(".")[0] for path in FOLDER.iterdir()},
                         {spec.stem for spec in specs}, "a file without its spec")
        for spec in specs:
            with self.subTest(spec=spec.name):
                golden = spec.with_suffix(".yaml.err")
                actual = said(spec)
                if os.environ.get("KASPR_BLESS"):
                    golden.write_text(actual, encoding="utf-8")
                self.assertEqual(actual, golden.read_text(encoding="utf-8"),
                                 f"KASPR_BLESS=1 {' '.join(sys.argv)} {KASPRC} accepts it")


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
