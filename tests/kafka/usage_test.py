#!/usr/bin/env python3
"""What kasprc says where it cannot do what it was told, with Kafka: exit codes and words.

    usage_test.py KASPRC
"""

import load
from kasprc import Kasprc
from suite import KafkaTest, main

NOBODY = "127.0.0.1:9"  # the port of the discard service, on which nothing listens
SECONDS = 60


class Usage(KafkaTest):
    def ends(self, exit_codes, words, *arguments, brokers=None, spec=None, name="usage"):
        made = load.make(name, 0, 0)
        (self.folder / "agent.yaml").write_text(spec or load.agent(made), encoding="utf-8")
        run = Kasprc(self.folder, "agent.yaml", brokers or self.broker.address, *arguments)
        self.addCleanup(run.kill)
        code = run.ended(SECONDS)
        self.assertIn(code, exit_codes, run.talk())
        for word in words:
            self.assertIn(word, run.talk())

    def test_no_broker(self):
        self.ends([69], [NOBODY], "--until", "end", brokers=NOBODY)

    def test_no_such_host(self):
        self.ends([69], ["no-such-host.invalid:9092"], "--until", "end",
                  brokers="no-such-host.invalid:9092")

    def test_no_input_topic(self):
        self.client.create({"usage-out": 1})
        self.ends([1, 69, 74, 78], ["usage-in"], "--until", "end")

    def test_no_output_topic(self):
        """A record that cannot be delivered is never acknowledged in silence."""
        made = load.make("unwritten", 10, 0)
        self.client.create({made.source: 1})
        self.client.produce(made.source, made.records)
        self.ends([1, 69, 74, 78], ["unwritten-out"], "--until", "end",
                  name="unwritten")
        self.assertEqual(self.client.committed("unwritten", made.source), {0: 0})

    def test_an_unknown_property(self):
        for setting in ["fetch.nonsense=1", "session.timeout.ms=soon"]:
            with self.subTest(setting=setting):
                self.ends([2, 78], [setting.partition("=")[0]], "-X", setting)

    def test_a_property_without_value(self):
        self.ends([2, 78], ["client.rack"], "-X", "client.rack")

    def test_several_agents_without_a_name_for_the_group(self):
        spec = load.agent(load.make("usage", 0, 0)).replace("    kaspr.io/app: usage\n", "")
        spec = spec.replace("  labels:\n", "")
        self.ends([2], ["--app"],
                  spec=f"{spec}---\n{spec.replace('name: pricing', 'name: pricing-again')}")


if __name__ == "__main__":
    main()
