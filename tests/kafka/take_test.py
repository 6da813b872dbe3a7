#!/usr/bin/env python3
"""Records that are gathered into lists, by `take`: stops, kills and members that come and go in the
middle of a list lose nothing, and nothing is acknowledged before its list is delivered.

    take_test.py KASPRC
"""

import json
import time

import load
from kasprc import SHORT_SESSION
from suite import RECORDS, SOURCE_PARTITIONS, KafkaTest, main

AGENT = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: gathering
  labels:
    kaspr.io/app: {app}
spec:
  input:
    topic:
      name: {app}-in
    take: {take}
  output:
    topics:
    - name: {app}-out
  processors:
    pipeline: [gathered]
    operations:
    - name: gathered
      map:
        python: |
          import time

          def gathered(values):
              time.sleep(len(values) / {rate})
              return [value["id"] for value in values]
"""

COUNT = RECORDS // 5
STOPS = max(3, RECORDS // 50_000)
KILLS = max(4, RECORDS // 25_000)
LONG = COUNT // 50
WAITING = f"{{max: {LONG}, within: 1h}}"  # there is one in the buffer at most times
SOON = "{max: 7, within: 20ms}"


class Take(KafkaTest):
    def lists(self, name, take):
        """A load whose agent writes the ids of each list, all to one partition."""
        made = load.make(name, COUNT, 0)
        made.results = [(None, None)] * COUNT  # all come out
        self.client.create({made.source: SOURCE_PARTITIONS, made.target: 1})
        made.places = self.client.produce(made.source, made.records)
        for file, speed in [("agent.yaml", 1e9), ("slow.yaml", COUNT // 20)]:
            (self.folder / file).write_text(AGENT.format(app=name, take=take, rate=speed), "utf-8")
        self.started = time.monotonic()
        return made

    def lists_out(self, made):
        return [json.loads(message.value) for message in self.client.read(made.target)]

    def verdict(self, made):
        return load.tally(made, [(0, number) for ids in self.lists_out(made) for number in ids])

    def progress(self, run, made, count):
        """Waits until `count` more records stand in the output topic."""
        wanted = sum(map(len, self.lists_out(made))) + count
        run.until(lambda: sum(map(len, self.lists_out(made))) >= wanted, f"{count} more outputs")

    def not_early(self, made):
        """What is committed stands in the output."""
        committed = self.client.committed(made.name, made.source)
        out = {number for ids in self.lists_out(made) for number in ids}
        early = [number for number, (partition, offset) in enumerate(made.places)
                 if offset < committed[partition] and number not in out]
        self.assertEqual(early, [], f"committed: {committed}")

    def test_lists_that_are_full_and_the_rest(self):
        made = self.lists("full", WAITING)
        self.kasprc("--until", "end").wait()
        line = self.judge(made, lists=len(self.lists_out(made)))
        sizes = [len(ids) for ids in self.lists_out(made)]
        self.assertEqual(sizes, [LONG] * 50 + [COUNT % 50] * (COUNT % 50 > 0))
        self.assertEqual(line["out"], COUNT)

    def test_a_clean_stop_in_the_middle_of_a_list(self):
        for name, take in [("stop-waiting", WAITING), ("stop-soon", SOON)]:
            made = self.lists(name, take)
            for _ in range(STOPS):
                run = self.kasprc(spec="slow.yaml")
                self.progress(run, made, COUNT // (3 * STOPS))
                self.not_early(made)
                run.terminate()
                self.not_early(made)
                self.in_the_middle(made)
            self.kasprc("--until", "end").wait()
            self.judge(made, stops=STOPS)

    def test_kills_in_the_middle_of_a_list(self):
        for name, take in [("kill-waiting", WAITING), ("kill-soon", SOON)]:
            made = self.lists(name, take)
            for _ in range(KILLS):
                before = self.client.committed(made.name, made.source)
                run = self.kasprc(*SHORT_SESSION, spec="slow.yaml")
                run.until(lambda: self.client.committed(made.name, made.source) != before,
                          "it commits")
                run.kill()
                self.not_early(made)
                self.in_the_middle(made)
            self.kasprc("--until", "end", *SHORT_SESSION).wait()
            self.judge(made, duplicates=True, kills=KILLS)

    def test_members_come_and_go_in_the_middle_of_a_list(self):
        """What waits in the buffer of a partition that is somebody else's from now on leaves it."""
        made = self.lists("group", WAITING)
        first = self.member(made, 1)
        for _ in range(STOPS):
            self.progress(first, made, COUNT // (5 * STOPS))
            second = self.member(made, 2)
            self.progress(second, made, COUNT // (5 * STOPS))
            self.not_early(made)
            second.terminate()
            first.until(lambda: self.client.members(made.name) == 1, "one is left")
            self.not_early(made)
            self.in_the_middle(made)
        first.terminate()
        self.kasprc("--until", "end").wait()
        self.judge(made, rebalances=2 * STOPS)

    def member(self, made, members):
        run = self.kasprc(*SHORT_SESSION, spec="slow.yaml")
        run.until(lambda: self.client.members(made.name) == members, f"{members} are in the group")
        return run


if __name__ == "__main__":
    main()
