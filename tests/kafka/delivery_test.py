#!/usr/bin/env python3
"""Everything comes through once and in order, and is committed: in one go, over clean stops, over
kills (there with duplicates, which are counted), and past records that fail.

    delivery_test.py KASPRC
"""

from kasprc import SHORT_SESSION, sanitized
from suite import RECORDS, SOURCE_PARTITIONS, KafkaTest, main

RSS_LIMIT_MB = 400
KILLS = max(5, RECORDS // 25_000)
STOPS = max(3, RECORDS // 50_000)


class Delivery(KafkaTest):
    def test_everything_arrives(self):
        made = self.load("whole", RECORDS)
        self.kasprc("--until", "end").wait()
        report = self.runs[0].report()
        line = self.judge(made)
        self.assertLess(line["rss_peak_mb"], RSS_LIMIT_MB * (4 if sanitized() else 1))
        self.assertEqual((report["exit"], report["in"], report["out"], report["failed"]),
                         ("end", RECORDS, line["out"], 0))

    def test_an_app_is_a_group(self):
        """By its label, or by --app: an app of another name reads all again, from the earliest."""
        made = self.load("first", RECORDS // 100)
        self.kasprc("--until", "end").wait()
        self.assertTrue(self.client.done("first", made.source))
        self.assertEqual(self.client.committed("second", made.source),
                         dict.fromkeys(range(SOURCE_PARTITIONS), 0))
        self.kasprc("--until", "end", "--app", "second").wait()
        self.assertTrue(self.client.done("second", made.source))
        self.assertEqual([run.report()["in"] for run in self.runs], [len(made.records)] * 2)

    def test_a_clean_stop_repeats_nothing(self):
        """SIGTERM while records flow; the next start goes on where that one ended."""
        made = self.load("stop", RECORDS // 2)
        for _ in range(STOPS):
            run = self.kasprc(spec="slow.yaml")
            self.progress(run, made, len(made.records) // (3 * STOPS))
            run.terminate()
            self.in_the_middle(made)
        self.kasprc("--until", "end").wait()
        self.judge(made, stops=STOPS)
        read = sum(run.report()["in"] for run in self.runs)
        self.assertEqual(read, len(made.records), "records were worked on twice")

    def test_kills_lose_nothing(self):
        """kill -9 in turn some outputs after the start (the dice say how many), when it joins, and
        most often when it has just committed, which shows if that promised too much."""
        made = self.load("kill", RECORDS)
        moments = [self.just_committed, self.some_later, self.just_committed, self.joined]
        for kill in range(KILLS):
            run = self.kasprc(*SHORT_SESSION, spec="slow.yaml")
            moments[kill % len(moments)](run, made)
            run.kill()
            self.in_the_middle(made)
        self.kasprc("--until", "end", *SHORT_SESSION).wait()
        self.judge(made, duplicates=True, kills=KILLS)

    def joined(self, run, made):
        run.until(lambda: self.client.members(made.name) > 0, "it is in its group")

    def some_later(self, run, made):
        self.progress(run, made, self.random.randrange(1, len(made.records) // (2 * KILLS)))

    def just_committed(self, run, made):
        before = self.client.committed(made.name, made.source)
        run.until(lambda: self.client.committed(made.name, made.source) != before, "it commits")

    def test_records_that_fail_or_are_filtered_are_committed(self):
        """A third fails, in each way; the last of each partition fails too, so that nothing behind
        it can commit it by chance."""
        made = self.load("bad", RECORDS // 10, bad=0.3)
        self.spoil_ends(made)
        self.kasprc("--until", "end").wait()
        report = self.runs[0].report()
        line = self.judge(made, failed=report["failed"], filtered=report["filtered"])
        filtered = len(made.results) - line["out"] - made.failing
        self.assertEqual((report["failed"], report["filtered"]), (made.failing, filtered))
        self.assertGreater(filtered, 0)

    def spoil_ends(self, made):
        for partition in range(SOURCE_PARTITIONS):
            key = next(key for (key, _), place in zip(made.records, made.places)
                       if place[0] == partition)
            record = key, b'{"id": "the last of its partition'
            made.places += self.client.produce(made.source, [record])
            made.records.append(record)
            made.results.append(None)
            made.failing += 1


if __name__ == "__main__":
    main()
