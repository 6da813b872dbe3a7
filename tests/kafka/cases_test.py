#!/usr/bin/env python3
"""Conformance cases through Kafka: the same records come out as through files.

    cases_test.py KASPRC [Cases.test_cases]

Every tenth case by name is run, and every case in which a topic has several partitions, a record
has headers, a send waits for its delivery, or an input has a pattern, since there Kafka has its own
ways. Topics are named by
the specs, so a case has the broker to itself: its topics are made before it and deleted after it.
"""

import base64
import collections
import json
import pathlib
import sys
import time

import yaml

import broker
from client import Client, librdkafka_version
from suite import KafkaTest, main

TESTS = pathlib.Path(__file__).resolve().parent.parent
CASES = TESTS / "conformance"
EVERY = 10

sys.path.append(str(TESTS))
import conformance_test


def chosen():
    names = sorted(f"{path.parent.parent.name}/{path.parent.name}"
                   for path in CASES.glob("*/*/case.yaml") if path.parent.parent.name != "bad")
    return [name for i, name in enumerate(names) if i % EVERY == 0 or particular(CASES / name)]


def particular(folder):
    case = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
    if any(count > 1 for count in case.get("topics", {}).values()):
        return True
    spec = (folder / "agent.yaml").read_text(encoding="utf-8")
    if "ack: true" in spec or "pattern:" in spec:
        return True
    return any(record.get("headers") for record in records_of(folder))


def records_of(folder):
    return records_in(folder / "input.jsonl") + records_in(folder / "expected.jsonl")


def records_in(path):
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines if line]


def topics_of(folder, case):
    """Topics of the case, with their partitions; those that the app declares are its business, if
    nothing has to be in them before it runs."""
    sent = {record["topic"] for record in records_in(folder / "input.jsonl")}
    named, declared = {record["topic"] for record in records_of(folder)}, set()
    nodes = list(yaml.safe_load_all((folder / "agent.yaml").read_text(encoding="utf-8")))
    for node in nodes:  # grows while it is walked
        if isinstance(node, list):
            nodes += node
        elif isinstance(node, dict):
            nodes += node.values()
            for topic in as_list(node.get("topic")) + as_list(node.get("topics")):
                if isinstance(topic, dict) and isinstance(topic.get("name"), str):
                    named |= {name.strip() for name in topic["name"].split(",")}
                    declared |= {topic["name"]} if topic.get("declare") else set()
    return {name: case.get("topics", {}).get(name, 1) for name in sorted(named - (declared - sent))}


def as_list(value):
    return value if isinstance(value, list) else [value]


def in_bytes(text):
    if isinstance(text, dict):
        return base64.b64decode(text["base64"])
    return None if text is None else text.encode()


def in_text(data):
    """As kasprc writes whole records: text where it is UTF-8."""
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def as_record(topic, message):
    record = {"topic": topic, "partition": message.partition, "key": in_text(message.key),
              "value": in_text(message.value)}
    if message.headers:
        record["headers"] = [[name, in_text(value)] for name, value in message.headers]
    return json.dumps(record)


class Cases(KafkaTest):
    def test_cases(self):
        started = time.monotonic()
        names, failed = chosen(), []
        for name in names:
            with self.subTest(case=name):
                wrong = self.run_case(CASES / name, f"case-{name.replace('/', '-')}")
                if wrong:
                    failed.append(name)
                self.assertEqual(wrong, "")
        print(json.dumps({"test": "Cases.test_cases", "lane": "C", "broker": broker.kafka_version(),
                          "librdkafka": librdkafka_version(), "cases": len(names),
                          "failed": failed, "seconds": round(time.monotonic() - started, 1)}))

    def run_case(self, folder, app):
        case = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
        topics = topics_of(folder, case)
        self.client = Client(self.broker.address)  # one that has not seen other topics of that name
        self.client.create(topics)
        try:
            self.send(folder / "input.jsonl", topics)
            starts = {topic: self.client.ends(topic) for topic in topics}
            run = self.kasprc("--until", "end", "--app", app, *case.get("flags", []),
                              spec=folder / "agent.yaml")
            code = run.ended()
            if code != case.get("exit", 0):
                return f"exit code {code}:\n{run.talk()[-2000:]}"
            return self.compare(folder, case, starts) or self.count_failed(run, case)
        finally:
            self.client.delete([topic for topic in self.client.topics() if topic[:2] != "__"])

    def send(self, path, topics):
        """In the order of the file: a record waits for the one before it. Those without key go
        round, as kasprc has them go in files."""
        producer, turns = self.client.producer(), collections.Counter()
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                record = json.loads(line)
                topic, key = record["topic"], in_bytes(record.get("key"))
                partition = record.get("partition", -1)
                if partition < 0 and key is None:
                    partition = turns[topic] % topics[topic]
                    turns[topic] += 1
                self.client.send(
                    producer, None, topic=topic, key=key, value=in_bytes(record["value"]),
                    partition=partition, timestamp=record.get("timestamp", 0),
                    headers=[(name, in_bytes(value)) for name, value in record.get("headers", [])])
        self.assertEqual(producer.flush(60), 0)

    def compare(self, folder, case, starts):
        out, expected = self.folder / "out.jsonl", folder / "expected.jsonl"
        made = set(self.client.topics()) - set(starts)
        lines = [as_record(topic, message) for topic in sorted({*starts, *made})
                 if topic[:2] != "__" and not topic.endswith("-repartition")
                 for message in self.client.read(topic, starts.get(topic))]
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        wanted = conformance_test.records(expected) if expected.exists() else {}
        return conformance_test.difference(wanted, conformance_test.records(out), case)

    @staticmethod
    def count_failed(run, case):
        if not run.report_file.exists():
            return ""
        failed = run.report()["failed"]
        wanted = case.get("failed", 0)
        return "" if failed == wanted else f"failed: want {wanted}, got {failed}"


if __name__ == "__main__":
    main()
