#!/usr/bin/env python3
"""A broker that is killed, or not there yet: kasprc waits, and loses nothing.

    outage_test.py KASPRC
"""

from suite import RECORDS, KafkaTest, main

PACE = 0.0002
BOUNCES = max(2, RECORDS // 200_000)


class Outage(KafkaTest):
    def test_a_broker_that_is_killed_comes_back(self):
        made = self.load("bounce", RECORDS // 5, pace=PACE)
        run = self.kasprc()
        for _ in range(BOUNCES):
            self.progress(run, made, len(made.records) // (3 * BOUNCES))
            self.in_the_middle(made)
            self.broker.kill()
            self.broker.start()
        run.until(self.committed(made), "all is committed")
        run.terminate()
        self.judge(made, duplicates=True, bounces=BOUNCES)

    def test_a_broker_may_come_later_than_kasprc(self):
        made = self.load("late", RECORDS // 20)
        self.broker.stop()
        run = self.kasprc()
        run.until(lambda: self.broker.address in run.talk(), "it names the broker that it misses")
        self.broker.start()
        run.until(self.committed(made), "all is committed")
        run.terminate()
        self.judge(made)


if __name__ == "__main__":
    main()
