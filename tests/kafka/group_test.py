#!/usr/bin/env python3
"""Members of one group come and go while records flow: partitions change hands, and nothing is lost
or overtaken by it.

    group_test.py KASPRC
"""

from kasprc import SHORT_SESSION
from suite import RECORDS, KafkaTest, main

PACE = 0.0005


class Group(KafkaTest):
    def member(self, made, members):
        """One more kasprc, once the group has settled with it."""
        run = self.kasprc(*SHORT_SESSION)
        run.until(lambda: self.client.members(made.name) == members, f"{members} are in the group")
        return run

    def test_members_come_and_go(self):
        made = self.load("group", RECORDS // 5, pace=PACE)
        member = self.member(made, 1)
        changes = 0
        some = len(made.records) // 20
        for _ in range(3):
            self.progress(member, made, some)
            successor = self.member(made, 2)
            self.progress(successor, made, some)
            self.in_the_middle(made)
            member.terminate()
            member = successor
            changes += 2
        member.until(self.committed(made), "all is committed")
        member.terminate()
        self.judge(made, duplicates=True, rebalances=changes)
        for run in self.runs:
            self.assertGreater(run.report()["in"], 0, "a member got nothing to do")


if __name__ == "__main__":
    main()
