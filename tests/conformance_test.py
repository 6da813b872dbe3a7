#!/usr/bin/env python3
"""Runs the cases of tests/conformance through `kasprc run` (and `bad/` through `kasprc check`).

    conformance_test.py KASPRC [--jit=ENGINE] [--disable-pass=NAME ...] [AREA/NAME ...]

tests/conformance/README.md is the format. With names, only those cases run.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import yaml

ROOT = pathlib.Path(__file__).parent / "conformance"
TIMEOUT_SECONDS = 120


def records(path):
    """topic, partition -> [(key, value, headers)], in order."""
    result = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            record = json.loads(line)
            fields = [record["key"], record["value"], record.get("headers", [])]
            result.setdefault((record["topic"], record["partition"]), []).append(
                json.dumps(fields, sort_keys=True))
    return result


def by_topic(partitions):
    topics = {}
    for (topic, _), values in partitions.items():
        topics.setdefault(topic, []).extend(values)
    return topics


def difference(expected, actual, case):
    if case.get("ignore") == ["partition"] or case.get("order") == "any":
        expected, actual = by_topic(expected), by_topic(actual)
    if case.get("order") == "any":
        expected = {topic: sorted(values) for topic, values in expected.items()}
        actual = {topic: sorted(values) for topic, values in actual.items()}
    for place in sorted(set(expected) | set(actual), key=str):
        want, got = expected.get(place, []), actual.get(place, [])
        for i, (left, right) in enumerate(zip(want, got)):
            if left != right:
                return f"{place} #{i}:\n    want {left}\n    got  {right}"
        if len(want) != len(got):
            return f"{place}: want {len(want)} records, got {len(got)}"
    return ""


def run_case(kasprc, folder, case, flags):
    with tempfile.TemporaryDirectory() as scratch:
        out, report = pathlib.Path(scratch, "out.jsonl"), pathlib.Path(scratch, "report.json")
        command = [kasprc, "run", "-f", folder / "agent.yaml", "--records", folder / "input.jsonl",
                   "--records-out", out, "--report", report, "--until", "end"]
        for topic, count in case.get("topics", {}).items():
            command += ["--partitions", f"{topic}={count}"]
        command += [*case.get("flags", []), *flags]
        process = subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        talk = process.stderr.decode("utf-8", "replace")
        if process.returncode != case.get("exit", 0):
            return f"exit code {process.returncode}:\n{talk[-2000:]}"
        expected = folder / "expected.jsonl"
        wrong = difference(records(expected) if expected.exists() else {},
                           records(out) if out.exists() else {}, case)
        if wrong:
            return f"{wrong}\n{talk[-2000:]}"
        if report.exists():
            agents = json.loads(report.read_text(encoding="utf-8"))["agents"]
            failed = sum(agent["failed"] for agent in agents.values())
            if failed != case.get("failed", 0):
                return f"failed: want {case.get('failed', 0)}, got {failed}\n{talk[-2000:]}"
    return ""


def check_bad(kasprc, folder, case):
    """The column is the best one: another one on the line is shown, and is no failure."""
    process = subprocess.run([kasprc, "check", "-f", folder / "agent.yaml", "--json"],
                             capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    severity = case.get("severity", "error")
    if process.returncode != (1 if severity == "error" else 0):
        return f"exit code {process.returncode}:\n{process.stderr.decode('utf-8', 'replace')}"
    found = json.loads(process.stdout)["diagnostics"]
    wrong = f"want {severity} at line {case['line']} with {case.get('mention', [])}"
    for diagnostic in found:
        if diagnostic["severity"] != severity or diagnostic["line"] != case["line"]:
            continue
        text = " ".join([diagnostic["message"], *diagnostic["notes"]])
        missing = [word for word in case.get("mention", []) if str(word) not in text]
        line = case.get("mention_line")
        if line is not None and f":{line}:" not in text:
            missing.append(f"line {line}")
        if not missing:
            return ""
        wrong += f"\n    at the line, without {missing}"
    return wrong + "".join(
        f"\n    {d['line']}:{d['column']} {d['severity']} {d['message']} {d['notes']}"
        for d in found)


def run(kasprc, name, flags):
    folder = ROOT / name
    case = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
    try:
        if name.startswith("bad/"):
            return check_bad(kasprc, folder, case)
        return run_case(kasprc, folder, case, flags)
    except subprocess.TimeoutExpired:
        return f"no end after {TIMEOUT_SECONDS} s"


def main():
    kasprc, rest = sys.argv[1], sys.argv[2:]
    flags = [argument for argument in rest if argument.startswith("--")]
    names = [argument for argument in rest if argument not in flags]
    names = names or sorted(f"{path.parent.parent.name}/{path.parent.name}"
                            for path in ROOT.glob("*/*/case.yaml"))
    with ThreadPoolExecutor(2) as pool:
        results = list(zip(names, pool.map(lambda name: run(kasprc, name, flags), names)))
    for name, wrong in results:
        if wrong:
            print(f"FAIL {name}: {wrong}")
    passed = sum(not wrong for _, wrong in results)
    print(f"{passed} of {len(results)} cases pass")
    return 0 if passed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
