#!/usr/bin/env python3
"""Turns conformance cases into cases of `kasprc test` and back.

    convert_cases.py to-yaml tests/conformance OUT [AREA/NAME ...]     OUT/AREA/NAME/{agent,case_test}.yaml
    convert_cases.py from-yaml OUT BACK                                agent.yaml, case.yaml, *.jsonl

tests/conformance/README.md is one format, docs/testing.md the other. What only people read of a conformance case
(`covers`, `differs`) is a comment in the other form. Bytes are kept: a value that Python would write otherwise becomes
`text`, and every expected value does.
"""

import base64
import json
import pathlib
import re
import shutil
import sys

import yaml


def quoted(text):
    """A YAML text in double quotes; JSON's escapes are YAML's, but for halves of characters."""
    plain = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]", lambda c: f"\\u{ord(c[0]):04x}", plain)


def data(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {data(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(data, value)) + "]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def is_data(text):
    """Does `value` say these bytes? Not what Python writes otherwise, nor what PyYAML reads otherwise."""
    try:
        value = json.loads(text)
        data(value).encode("utf-8")
    except ValueError:  # no JSON, or half a character
        return False
    numbers = []
    walk = [value]
    while walk:
        item = walk.pop()
        if isinstance(item, (list, dict)):
            walk.extend(item.values() if isinstance(item, dict) else item)
        elif isinstance(item, float):
            numbers.append(repr(item))
    return json.dumps(value) == text and not re.search("[en]", "".join(numbers))  # 1e16, nan, inf


def value_field(value, exact):
    if value is None:
        return "tombstone: true"
    if isinstance(value, dict):
        return f"base64: {quoted(value['base64'])}"
    if not exact and is_data(value) and len(value) < 1000:
        return f"value: {data(json.loads(value))}"
    return f"text: {quoted(value)}"


def record_line(record, exact, partition):
    fields = [f"topic: {quoted(record['topic'])}"]
    if partition and record.get("partition") is not None:
        fields.append(f"partition: {record['partition']}")
    if "key" in record:
        fields.append(f"key: {data(record['key'])}")
    fields.append(value_field(record["value"], exact))
    headers = record.get("headers", [])
    if headers or exact:
        pairs = ", ".join(f"[{quoted(name)}, {data(text)}]" for name, text in headers)
        fields.append(f"headers: [{pairs}]")
    if "timestamp" in record:
        fields.append(f"timestamp: {record['timestamp']}")
    return "      - {" + ", ".join(fields) + "}"


def read_records(path):
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def to_yaml(folder):
    case = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
    lines = [f"# {key}: {json.dumps(case[key])}" for key in ("covers", "differs") if key in case]
    lines += ["cases:", f"  - name: {quoted(case['title'])}"]
    if "topics" in case:
        lines.append(f"    topics: {data(case['topics'])}")
    if "flags" in case:
        lines.append(f"    flags: {data(case['flags'])}")
    lines += [f"    {key}: {case[key]}" for key in ("order", "failed", "exit") if key in case]
    # Where any partition is right, none is named.
    named = "partition" not in case.get("ignore", [])
    for key, name, exact in ("send", "input", False), ("expect", "expected", True):
        records = read_records(folder / f"{name}.jsonl")
        lines.append(f"    {key}:" + ("" if records else " []"))
        lines += [record_line(record, exact, named or not exact) for record in records]
    return "\n".join(lines) + "\n"


def record_of(fields, expected):
    """The record of a case file, as a line of JSON has it."""
    record = {"topic": fields["topic"]}
    if "partition" in fields or expected:
        record["partition"] = fields.get("partition", 0)
    if "key" in fields:
        record["key"] = fields["key"]
    if "value" in fields:
        record["value"] = json.dumps(fields["value"])
    elif "base64" in fields:
        record["value"] = {"base64": fields["base64"]}
        base64.b64decode(fields["base64"], validate=True)
    else:
        record["value"] = fields.get("text")
    if fields.get("headers"):
        record["headers"] = fields["headers"]
    if "timestamp" in fields:
        record["timestamp"] = fields["timestamp"]
    return record


def from_yaml(text):
    """(case, input, expected) of a file with one case, of the kind that to_yaml makes."""
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    [made] = document["cases"]
    case = {"title": made["name"]}
    for line in text.splitlines():
        if found := re.match(r"# (covers|differs): (.*)", line):
            case[found[1]] = json.loads(found[2])
    case |= {key: made[key] for key in ("topics", "flags", "order", "failed", "exit") if key in made}
    if made["expect"] and all("partition" not in record for record in made["expect"]):
        case["ignore"] = ["partition"]
    return (case, [record_of(record, False) for record in made["send"]],
            [record_of(record, True) for record in made["expect"]])


def convert_to_yaml(source, out, names):
    names = names or sorted(f"{path.parent.parent.name}/{path.parent.name}"
                            for path in source.glob("*/*/case.yaml") if path.parts[-3] != "bad")
    for name in names:
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name / "agent.yaml", folder / "agent.yaml")
        (folder / "case_test.yaml").write_text(to_yaml(source / name), encoding="utf-8")


def convert_from_yaml(source, out):
    for path in sorted(source.glob("*/*/case_test.yaml")):
        folder = out / path.parent.parent.name / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(path.parent / "agent.yaml", folder / "agent.yaml")
        case, sent, expected = from_yaml(path.read_text(encoding="utf-8"))
        (folder / "case.yaml").write_text(yaml.safe_dump(case, sort_keys=False, allow_unicode=True),
                                          encoding="utf-8")
        for name, records in ("input", sent), ("expected", expected):
            lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
            (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")


def main():
    match sys.argv[1:]:
        case ["to-yaml", source, out, *names]:
            convert_to_yaml(pathlib.Path(source), pathlib.Path(out), names)
        case ["from-yaml", source, out]:
            convert_from_yaml(pathlib.Path(source), pathlib.Path(out))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
