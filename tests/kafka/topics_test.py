#!/usr/bin/env python3
"""Which topics there are, and what kasprc makes of it: topics that are declared, topics that a
pattern matches and that come and go, limits of topics, topics that are chosen at run time.

    topics_test.py KASPRC
"""

import json
import textwrap

from confluent_kafka.admin import ConfigResource

from client import until
from kasprc import SHORT_SESSION
from suite import KafkaTest, main

SECONDS = 60
SAME = "def same(value):\n    return value"


def indented(text, by):
    return textwrap.indent(textwrap.dedent(text).strip(), " " * by).lstrip()


def agent(app, topic, output, work=SAME):
    """An agent of app `app`: the fields under `topic:` of its input, and an item of its output."""
    return f"""\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: reader
  labels:
    kaspr.io/app: {app}
spec:
  input:
    topic:
      {indented(topic, 6)}
  output:
    topics:
    - {indented(output, 6)}
  processors:
    pipeline:
    - work
    operations:
    - name: work
      map:
        python: |
          {indented(work, 10)}
"""


class Topics(KafkaTest):
    def run_spec(self, spec, *arguments):
        name = f"spec-{len(self.runs)}.yaml"
        (self.folder / name).write_text(spec, encoding="utf-8")
        return self.kasprc(*arguments, spec=name)

    def ends(self, run, code, *words):
        self.assertEqual(run.ended(SECONDS), code, run.talk())
        for word in words:
            self.assertIn(word, run.talk())

    def values(self, topic):
        return [json.loads(message.value) for message in self.client.read(topic)]

    def wait_for(self, run, topic, count):
        run.until(lambda: self.client.count(topic) >= count, f"{count} records in '{topic}'")

    def send(self, topic, *values):
        self.client.produce(topic, [(b"k", json.dumps(value).encode()) for value in values])

    def properties(self, topic):
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
        found = self.client.admin.describe_configs([resource])[resource].result(SECONDS)
        return {name: entry.value for name, entry in found.items()}


class Declare(Topics):
    FIELDS = """
        name: {name}
        declare: true
        partitions: {partitions}
        retention: {retention}
        deleting: true
        config:
          max.message.bytes: '200000'"""

    def declaring(self, app, **fields):
        topic = self.FIELDS.format(**{"name": f"{app}-in", "partitions": 2, "retention": 3600,
                                      **fields})
        return agent(app, topic, f"name: {app}-out")

    def test_a_topic_that_is_not_there_is_made(self):
        self.client.create({"made-out": 1})
        self.ends(self.run_spec(self.declaring("made"), "--until", "end"), 0)
        self.assertEqual(self.client.partitions("made-in"), [0, 1])
        properties = self.properties("made-in")
        self.assertEqual(properties["retention.ms"], "3600000")
        self.assertEqual(properties["cleanup.policy"], "delete")
        self.assertEqual(properties["max.message.bytes"], "200000")
        self.send("made-in", 1, 2)
        again = self.run_spec(self.declaring("made"), "--until", "end")
        self.ends(again, 0)
        self.assertNotIn("warning", again.talk())  # it is as declared
        self.assertEqual(self.values("made-out"), [1, 2])

    def test_one_that_is_there_is_left_as_it_is(self):
        self.client.create({"other-in": 3, "other-out": 1})
        before = self.properties("other-in")
        run = self.run_spec(self.declaring("other"), "--until", "end")
        self.ends(run, 0, "topic 'other-in' is there already", "spec-0.yaml:11:16",
                  "3 partitions, not 2", "retention.ms=", "not 3600000",
                  f"max.message.bytes={before['max.message.bytes']}, not 200000")
        self.assertNotIn("cleanup.policy", run.talk())
        self.assertEqual(self.properties("other-in"), before)
        self.assertEqual(len(self.client.partitions("other-in")), 3)

    def test_without_a_number_of_partitions_the_broker_decides(self):
        self.client.create({"plain-out": 1})
        spec = agent("plain", "name: plain-in\ndeclare: true", "name: plain-out")
        self.ends(self.run_spec(spec, "--until", "end"), 0)
        self.assertEqual(self.client.partitions("plain-in"), [0])

    def test_what_no_broker_makes(self):
        self.client.create({"wrong-out": 1})
        run = self.run_spec(self.declaring("wrong").replace("'200000'", "many"), "--until", "end")
        self.ends(run, 78, "topic 'wrong-in', declared at spec-0.yaml:11:16", "cannot be made",
                  "max.message.bytes")
        spec = self.declaring("wrong").replace("declare: true", "declare: true\n      replicas: 3")
        self.ends(self.run_spec(spec, "--until", "end"), 78, "wrong-in", "cannot be made")
        self.assertNotIn("wrong-in", self.client.topics())

    def test_members_declare_it_at_the_same_time(self):
        self.client.create({"both-out": 1})
        runs = [self.run_spec(self.declaring("both"), *SHORT_SESSION) for _ in range(3)]
        runs[0].until(lambda: self.client.members("both") == 3, "all are in the group")
        self.send("both-in", *range(10))
        self.wait_for(runs[0], "both-out", 10)
        for run in runs:
            run.terminate()
            self.assertNotIn("is there already", run.talk())


class Patterns(Topics):
    def reading(self, app, pattern):
        return agent(app, f"pattern: '{pattern}'", f"name: {app}.all",
                     "def work(value):\n    return [context['event'].message.topic, value]")

    def test_topics_come_and_go_while_it_runs(self):
        self.client.create({"clicks.1": 2, "clicks.2": 1, "clicks.x": 1, "clicks.all": 1})
        self.send("clicks.x", "not matched")
        self.send("clicks.2", *range(50))
        run = self.run_spec(self.reading("clicks", r"^clicks\.(\d+|all)$"), *SHORT_SESSION)
        self.wait_for(run, "clicks.all", 50)
        sent = 0
        for topic in ["clicks.3", "clicks.4"]:  # records flow while others join
            self.client.create({topic: 2})
            self.send(topic, *range(50))
            while not self.client.done("clicks", topic):
                wanted = self.client.count("clicks.all") + 20
                self.send("clicks.1", *range(sent, sent + 20))
                sent += 20
                self.wait_for(run, "clicks.all", wanted)
        self.client.delete(["clicks.2"])
        self.client.create({"clicks.5": 1})
        self.send("clicks.5", *range(50))
        run.until(lambda: self.client.done("clicks", "clicks.5"), "a third one has joined")
        run.until(lambda: self.client.done("clicks", "clicks.1"), "all is committed")
        run.terminate()
        out = self.values("clicks.all")
        for topic, count in [("clicks.1", sent), ("clicks.2", 50), ("clicks.3", 50),
                             ("clicks.4", 50), ("clicks.5", 50)]:
            self.assertEqual([value for name, value in out if name == topic], list(range(count)),
                             f"{topic}: lost, repeated or overtaken")
        self.assertEqual({name for name, _ in out},
                         {"clicks.1", "clicks.2", "clicks.3", "clicks.4", "clicks.5"})

    def test_nothing_matches_yet(self):
        self.client.create({"late.all": 1})
        run = self.run_spec(self.reading("late", r"late\.\d+"), *SHORT_SESSION)
        words = "no topic matches the pattern 'late\\.\\d+' of agent 'reader' yet"
        run.until(lambda: words in run.talk(), "it says so")
        self.client.create({"late.1": 1})
        self.send("late.1", "here")
        self.wait_for(run, "late.all", 1)
        run.terminate()
        self.assertEqual(run.talk().count("no topic matches"), 1)
        self.assertEqual(self.values("late.all"), [["late.1", "here"]])

    def test_until_the_end_of_what_is_there(self):
        self.client.create({"once.all": 1})
        self.ends(self.run_spec(self.reading("once", r"once\.\d+"), "--until", "end"), 0,
                  "no topic matches the pattern")
        self.client.create({"once.1": 2, "once.22": 1})
        self.send("once.1", 1, 2)
        self.send("once.22", 3)
        self.ends(self.run_spec(self.reading("once", r"once\.\d+"), "--until", "end"), 0)
        self.assertEqual(sorted(self.values("once.all")),
                         [["once.1", 1], ["once.1", 2], ["once.22", 3]])

    def test_several_names(self):
        self.client.create({"some-a": 2, "some-b": 1, "some-c": 1, "some-out": 1})
        for topic in ["some-a", "some-b", "some-c"]:
            self.send(topic, topic)
        spec = agent("some", "name: some-a, some-b,some-c", "name: some-out")
        self.ends(self.run_spec(spec, "--until", "end"), 0)
        self.assertEqual(sorted(self.values("some-out")), ["some-a", "some-b", "some-c"])


class Writing(Topics):
    CHOSEN = """
        nameSelector:
          python: |
            def name(value):
                return value["to"]
        valueSelector:
          python: |
            def text(value):
                return "x" * value["size"]"""

    def choosing(self, app):
        return agent(app, f"name: {app}-in", self.CHOSEN)

    def create_with(self, name, **properties):
        self.client.create({name: 1})
        config = {key.replace("_", "."): value for key, value in properties.items()}
        resource = ConfigResource(ConfigResource.Type.TOPIC, name, set_config=config)
        self.client.admin.alter_configs([resource])[resource].result(SECONDS)
        until(lambda: config.items() <= self.properties(name).items(), f"{name} is set")

    def lengths(self, topic):
        return [len(value) for value in self.values(topic)]

    def test_only_the_record_that_is_too_large_is_refused(self):
        """A broker refuses whole batches; of a chosen topic nobody knows the limit beforehand."""
        self.client.create({"sizes-in": 1})
        self.create_with("sizes-small", max_message_bytes="20000")
        wanted = [100 + i for i in range(200)]
        self.send("sizes-in", *({"to": "sizes-small", "size": size}
                                for size in [*wanted[:100], 50_000, *wanted[100:]]))
        run = self.run_spec(self.choosing("sizes"), "--until", "end")
        self.ends(run, 0, "it has 50,002 bytes, a topic takes 19,872")
        self.assertEqual(self.once(self.lengths("sizes-small")), wanted)
        self.assertEqual(run.report()["failed"], 1)
        self.assertTrue(self.client.done("sizes", "sizes-in"))

    def test_the_limit_of_an_output_is_known(self):
        """Nothing is sent in vain, and batches are no larger than the topic takes them."""
        self.client.create({"known-in": 1})
        self.create_with("known-small", max_message_bytes="20000")
        self.create_with("known-large", max_message_bytes="5000000")
        for out in ["known-small", "known-large"]:
            spec = agent(out, "name: known-in", f"name: {out}",
                         "def text(value):\n    return 'x' * value")
            if out == "known-small":
                self.send("known-in", *[15_000] * 50, 25_000, *[10_000] * 50)
            self.ends(self.run_spec(spec, "--until", "end"), 0)
        self.assertEqual(self.lengths("known-small"), [15_000] * 50 + [10_000] * 50)
        self.assertEqual(self.runs[0].report()["failed"], 1)
        self.assertEqual(len(self.lengths("known-large")), 101)

    def test_only_the_record_without_a_key_is_refused(self):
        self.client.create({"keys-in": 1})
        self.create_with("keys-out", cleanup_policy="compact")
        output = """
            name: keys-out
            keySerializer: json
            keySelector:
              python: |
                def key(value):
                    return value or None"""
        output = output.replace("keySerializer: json", "keySerializer: raw")
        self.client.produce("keys-in", [(None, json.dumps(f"k{i}" if i != 50 else "").encode())
                                        for i in range(100)])
        run = self.run_spec(agent("keys", "name: keys-in", output), "--until", "end")
        self.ends(run, 0)
        self.assertEqual(self.once(self.values("keys-out")),
                         [f"k{i}" for i in range(100) if i != 50])
        self.assertEqual(run.report()["failed"], 1)

    def test_a_chosen_topic_that_is_not_there(self):
        self.client.create({"where-in": 1, "where-out": 1})
        self.send("where-in", *({"to": to, "size": size} for size, to in
                                enumerate(["where-out", "where-not", "where-out"], 1)))
        run = self.run_spec(self.choosing("where"), "--until", "end", "-X",
                            "topic.metadata.propagation.max.ms=1000")
        self.ends(run, 0, "where-not")
        self.assertEqual(self.lengths("where-out"), [1, 3])
        self.assertEqual(run.report()["failed"], 1)
        self.assertTrue(self.client.done("where", "where-in"))

    def test_an_instance_that_is_started_twice(self):
        self.client.create({"twin-in": 1, "twin-out": 1})
        spec = agent("twin", "name: twin-in", "name: twin-out")
        arguments = [*SHORT_SESSION, "-X", "group.instance.id=one"]
        first = self.run_spec(spec, *arguments)
        first.until(lambda: self.client.members("twin") == 1, "it is in the group")
        second = self.run_spec(spec, *arguments)
        self.ends(first, 78, "group.instance.id")
        self.send("twin-in", 1)
        self.wait_for(second, "twin-out", 1)
        second.terminate()

    @staticmethod
    def once(values):
        """Without repetitions: what was in flight when a batch was refused is sent again."""
        return list(dict.fromkeys(values))


if __name__ == "__main__":
    main()
