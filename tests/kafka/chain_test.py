#!/usr/bin/env python3
"""An app whose records go through a topic of its own, by groupBy, and through a channel: kills and
stops lose nothing, wherever a record is.

    chain_test.py KASPRC
"""

import textwrap
import time

import load
from kasprc import SHORT_SESSION
from suite import RECORDS, SOURCE_PARTITIONS, KafkaTest, main

AGENTS = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: grouping
  labels:
    kaspr.io/app: {app}
spec:
  input:
    topic:
      name: {app}-in
  output:
    channels:
    - name: grouped
  processors:
    pipeline: [slowly, wanted, by-region, priced]
    operations:
    - name: slowly
      map:
        python: |
          import time

          def slowly(value):
              if value["id"] % 20 == 0:
                  time.sleep(20 / {rate})
              return value
    - name: wanted
      filter:
        entrypoint: wanted
        python: |
{functions}
    - name: by-region
      groupBy:
        entrypoint: region
        python: |
{functions}
    - name: priced
      map:
        entrypoint: priced
        python: |
{functions}
---
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: writing
  labels:
    kaspr.io/app: {app}
spec:
  input:
    channel:
      name: grouped
  output:
    topics:
    - name: {app}-out
      keySelector:
        entrypoint: region
        python: |
{functions}
"""

COUNT = RECORDS // 5
FAULTS = max(4, RECORDS // 25_000)


class Chain(KafkaTest):
    def chain(self, name):
        """Its output has as many partitions as the topic of groupBy, and the same key, so that the
        order of one partition of the input shows in each partition of the output."""
        made = load.make(name, COUNT, 0)
        self.client.create({made.source: SOURCE_PARTITIONS, made.target: SOURCE_PARTITIONS})
        made.places = self.client.produce(made.source, made.records)
        functions = textwrap.indent(load.FUNCTIONS, " " * 10)
        for file, rate in [("agent.yaml", 1e9), ("slow.yaml", COUNT // 20)]:
            spec = AGENTS.format(app=name, rate=rate, functions=functions)
            (self.folder / file).write_text(spec, encoding="utf-8")
        self.started = time.monotonic()
        return made

    def verdict(self, made):
        return load.judge(made, self.client.read(made.target), SOURCE_PARTITIONS)

    def all_is_read(self, made):
        grouped = f"{made.name}-grouping-by-region-repartition"
        self.assertTrue(self.client.done(made.name, grouped))
        self.assertGreater(self.client.count(grouped), 0)

    def test_kills(self):
        """Some outputs after the start, and when it has just committed."""
        made = self.chain("killed")
        for kill in range(FAULTS):
            before = self.client.committed(made.name, made.source)
            run = self.kasprc(*SHORT_SESSION, spec="slow.yaml")
            if kill % 2 == 0:
                run.until(lambda: self.client.committed(made.name, made.source) != before,
                          "it commits")
            else:
                self.progress(run, made, self.random.randrange(1, COUNT // (2 * FAULTS)))
            run.kill()
            self.in_the_middle(made)
        self.kasprc("--until", "end", *SHORT_SESSION).wait()
        self.judge(made, duplicates=True, kills=FAULTS)
        self.all_is_read(made)

    def test_clean_stops(self):
        made = self.chain("stopped")
        for _ in range(FAULTS):
            run = self.kasprc(spec="slow.yaml")
            self.progress(run, made, COUNT // (3 * FAULTS))
            run.terminate()
            self.in_the_middle(made)
        self.kasprc("--until", "end").wait()
        self.judge(made, stops=FAULTS)
        self.all_is_read(made)


if __name__ == "__main__":
    main()
