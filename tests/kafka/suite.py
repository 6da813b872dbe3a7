"""What the test programs of this folder have in common: a broker for each class, topics and a
scratch folder for each test, and one line of JSON for each test on stdout.

    KASPR_KAFKA_RECORDS   how many records the largest load has, 100,000 by default; other loads
                          have a share of it, and faults grow in number with it
    KASPR_KAFKA_SEED      of loads and faults; each line of JSON shows the one that was used
"""

import json
import os
import pathlib
import random
import sys
import tempfile
import time
import unittest

import broker
import kasprc
import load
from client import Client, librdkafka_version
from kasprc import Kasprc

RECORDS = int(os.environ.get("KASPR_KAFKA_RECORDS") or 100_000)
SEED = int(os.environ.get("KASPR_KAFKA_SEED") or time.time_ns() % 1_000_000)
SOURCE_PARTITIONS = 4
TARGET_PARTITIONS = 3


class KafkaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        started = broker.temporary_broker(brief=True)
        cls.broker = started.__enter__()
        cls.addClassCleanup(started.__exit__, None, None, None)

    def setUp(self):
        self.broker.start()  # a test may have ended while it was away
        self.client = Client(self.broker.address)
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.random = random.Random(SEED)
        self.runs = []

    def load(self, name, count, bad=0.0, rate=10_000):
        """A load that stands in its topic already, and its agent twice: agent.yaml works as fast as
        it can, slow.yaml at most at the given rate, which leaves time for faults in the middle."""
        made = load.make(name, count, SEED, bad)
        self.client.create({made.source: SOURCE_PARTITIONS, made.target: TARGET_PARTITIONS})
        made.places = self.client.produce(made.source, made.records)
        (self.folder / "agent.yaml").write_text(load.agent(made), encoding="utf-8")
        (self.folder / "slow.yaml").write_text(load.agent(made, rate), encoding="utf-8")
        self.started = time.monotonic()
        return made

    def kasprc(self, *arguments, spec="agent.yaml"):
        run = Kasprc(self.folder, spec, self.broker.address, *arguments,
                     name=f"kasprc-{len(self.runs)}")
        self.addCleanup(run.kill)
        self.runs.append(run)
        return run

    def progress(self, run, made, count):
        """Waits until `count` more records stand in the output topic."""
        wanted = self.client.count(made.target) + count
        run.until(lambda: self.client.count(made.target) >= wanted, f"{count} more outputs")

    def committed(self, made):
        """A condition: all input is committed."""
        return lambda: self.client.done(made.name, made.source)

    def in_the_middle(self, made):
        """A fault that comes when all is done already proves nothing."""
        self.assertFalse(self.client.done(made.name, made.source), "the fault came too late")

    def verdict(self, made):
        return load.judge(made, self.client.read(made.target), TARGET_PARTITIONS)

    def judge(self, made, duplicates=False, **figures):
        """Prints the line of this test, then fails it if anything is lost, out of order, wrong or
        not committed, or, unless `duplicates` are allowed, there twice."""
        seconds = round(time.monotonic() - self.started, 1)
        verdict = self.verdict(made)
        line = {"test": self.id().removeprefix("__main__."), "lane": "C",
                "broker": broker.kafka_version(), "librdkafka": librdkafka_version(), "seed": SEED,
                "sent": len(made.records), **vars(verdict),
                "committed_is_end": self.client.done(made.name, made.source), **figures,
                "seconds": seconds,
                "rss_peak_mb": max(run.rss_peak_kb for run in self.runs) // 1024}
        print(json.dumps(line), flush=True)
        self.assertEqual((line["lost"], line["reordered"], line["wrong"]), (0, 0, 0),
                         f"lost, reordered, wrong; kasprc says:\n{self.runs[-1].talk()[-4000:]}")
        if not duplicates:
            self.assertEqual(line["duplicated"], 0)
        self.assertTrue(line["committed_is_end"], self.client.committed(made.name, made.source))
        return line


def main():
    """What every test program ends with: PROGRAM KASPRC [TEST...]."""
    kasprc.PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
