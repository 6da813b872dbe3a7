#!/usr/bin/env python3
"""Everything comes through once and in order, and is committed: in one go, over clean stops, over
kills (there with duplicates, which are counted), and past records that fail.

    delivery_test.py KASPRC
"""

from kasprc import SHORT_SESSION
from suite import RECORDS, SOURCE_PARTITIONS, KafkaTest, main

RSS_LIMIT_MB = 400
KILLS = max(4, RECORDS // 25_000)
STOPS = max(3, RECORDS // 50_000)
PACE = 0.0002  # seconds of each record, where something happens in the middle


class Delivery(KafkaTest):
    def test_everything_arrives(self):
        made = self.load("whole", RECORDS)
        self.kasprc("--until", "end").wait()
        report = self.runs[0].report()
        line = self.judge(made)
        self.assertLess(line["rss_peak_mb"], RSS_LIMIT_MB)
        self.assertEqual((report["exit"], report["in"], report["out"], report["failed"]),
                         ("end", RECORDS, line["out"], 0))

    def test_a_clean_stop_repeats_nothing(self):
        """SIGTERM while records flow; the next start goes on where that one ended."""
        made = self.load("stop", RECORDS // 5, pace=PACE)
        for _ in range(STOPS):
            run = self.kasprc()
            self.progress(run, made, len(made.records) // (3 * STOPS))
            run.terminate()
            self.in_the_middle(made)
        self.kasprc("--until", "end").wait()
        self.judge(made, stops=STOPS)
        read = sum(run.report()["in"] for run in self.runs)
        self.assertEqual(read, len(made.records), "records were worked on twice")

    def killed(self, made):
        """kill -9 at moments that the dice choose: the first during the start, others when some
        more outputs are there."""
        kills = 0
        for _ in range(KILLS):
            run = self.kasprc(*SHORT_SESSION)
            if kills:
                self.progress(run, made, self.random.randrange(1, len(made.records) // (2 * KILLS)))
            else:
                run.until(lambda: self.client.members(made.name) > 0, "it is in its group")
            run.kill()
            kills += 1
            self.in_the_middle(made)
        self.kasprc("--until", "end", *SHORT_SESSION).wait()
        return self.judge(made, duplicates=True, kills=kills)

    def test_kills_lose_nothing(self):
        self.killed(self.load("kill", RECORDS // 5, pace=PACE))

    def test_kills_at_full_speed_lose_nothing(self):
        self.killed(self.load("fast", RECORDS))

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
