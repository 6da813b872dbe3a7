#!/usr/bin/env python3
"""What kasprc says where it cannot do what it was told, with Kafka: exit codes and words.

    usage_test.py KASPRC
"""

import load
from kasprc import Kasprc
from suite import KafkaTest, main

NOBODY = "127.0.0.1:9"  # the port of the discard service, on which nothing listens
NOWHERE = "no-such-host.invalid:9092"
SECONDS = 60


class Usage(KafkaTest):
    def starts(self, *arguments, name="usage", brokers=None, spec=None):
        file = self.folder / f"{name}.yaml"
        file.write_text(spec or load.agent(load.make(name, 0, 0)), encoding="utf-8")
        run = Kasprc(self.folder, file, brokers or self.broker.address, *arguments, name=name)
        self.addCleanup(run.kill)
        return run

    def ends(self, run, exit_codes, *words):
        code = run.ended(SECONDS)
        self.assertIn(code, exit_codes, run.talk())
        for word in words:
            self.assertIn(word, run.talk())

    def test_no_broker(self):
        silent = self.starts("--until", "end", name="silent", brokers=NOBODY)
        unknown = self.starts("--until", "end", name="unknown", brokers=NOWHERE)
        self.ends(silent, [69], NOBODY)
        self.ends(unknown, [69], NOWHERE)

    def test_no_input_topic(self):
        self.client.create({"blind-out": 1})
        self.ends(self.starts("--until", "end", name="blind"), [1, 69, 74, 78], "'blind-in'")

    def test_no_output_topic(self):
        """A record that cannot be delivered is never acknowledged in silence."""
        made = load.make("mute", 10, 0)
        self.client.create({"mute-in": 1})
        self.client.produce("mute-in", made.records)
        self.ends(self.starts("--until", "end", name="mute"), [1, 69, 74, 78], "'mute-out'")
        self.assertEqual(self.client.committed("mute", "mute-in"), {0: 0})

    def test_properties(self):
        for setting in ["fetch.nonsense=1", "session.timeout.ms=soon", "client.rack"]:
            with self.subTest(setting=setting):
                self.ends(self.starts("-X", setting), [2, 78], setting.partition("=")[0])

    def test_properties_of_a_file(self):
        (self.folder / "client.properties").write_text("# ours\nfetch.nonsense = 1\n", "utf-8")
        self.ends(self.starts("--config", "client.properties"), [2, 78], "client.properties:2",
                  "fetch.nonsense")

    def test_several_agents_without_a_name_for_the_group(self):
        spec = load.agent(load.make("usage", 0, 0)).replace("    kaspr.io/app: usage\n", "")
        spec = spec.replace("  labels:\n", "")
        both = f"{spec}---\n{spec.replace('name: pricing', 'name: pricing-again')}"
        self.ends(self.starts(spec=both), [2], "--app")


if __name__ == "__main__":
    main()
