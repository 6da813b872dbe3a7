#!/usr/bin/env python3
"""Records that fail: skipped, sent on as dead letters, tried again, or the end of the app.

    policies_test.py KASPRC

One record in a hundred fails in each of five ways, over several partitions. The good ones come out
once and in order, the bad ones are dead letters once, and all is committed. How fast that is, beside
the same agent without a bad record, stands in the JSON.
"""

import json

import time

import load
from suite import RECORDS, SOURCE_PARTITIONS, TARGET_PARTITIONS, KafkaTest, main

SHARE = 0.01  # of each poison
LARGEST = 20_000  # bytes of a batch, in the output topic

INIT = """\
    init:
      python: tried = set()
"""

FUNCTIONS = """\
import os

def poisoned(value):
    poison = value.pop("poison", None)
    if poison is None:
        return priced(value)
    if poison == "flaky" and value["id"] not in tried:
        tried.add(value["id"])
        raise RuntimeError("the first time")
    if poison == "gate" and not os.path.exists("gate"):
        raise RuntimeError("the gate is shut")
    value = priced(value)
    if poison == "too large":
        value["note"] = "x" * 30_000
    elif poison == "not encodable":
        value["note"] = 1j
    return value
"""

# What the dead letters of a poison say: operation, exception, message.
SAYS = {
    "bad json": ("decode", "JSONDecodeError", r"Expecting value: line 1 column 1 \(char 0\)"),
    "operation": ("priced", "ValueError", "a negative amount"),
    "selector": ("output", "KeyError", "'region'"),
    "too large": ("output", "MessageSizeTooLargeError", "it has 30,... bytes, a topic takes 19,872"),
    "not encodable": ("output", "TypeError", ".*complex.*"),
}


def poison(text, kind):
    """The record, so spoiled that it fails in this way."""
    value = json.loads(text)
    match kind:
        case "bad json":
            return b"nope " + text
        case "operation":
            value["amount"] = -1
        case "selector":
            del value["region"]
        case _:
            value["poison"] = kind
    return json.dumps(value).encode()


def more(i):
    """Headers and timestamp of the i-th record; one of the headers has the name of one of ours."""
    headers = [("trace", str(i).encode()), ("empty", b""), ("kasprc.agent", b"mine")]
    return {"headers": headers[:i % 4], "timestamp": 1_600_000_000_000 + i}


class Policies(KafkaTest):
    def poisoned(self, name, count, policy, choose):
        """A load with its agent in agent.yaml. `choose(i)` is how record i is spoiled, or None;
        those that the agent filters stay as they are."""
        made = load.make(name, count, 0)
        made.poisons = [choose(i) if made.results[i] else None for i in range(count)]
        for i, kind in enumerate(made.poisons):
            if kind is not None:
                made.records[i] = made.records[i][0], poison(made.records[i][1], kind)
            if kind in SAYS:
                made.results[i] = None
        made.failing = sum(kind in SAYS for kind in made.poisons)
        self.client.create({made.source: SOURCE_PARTITIONS, f"{name}-dead": TARGET_PARTITIONS})
        self.client.create({made.target: TARGET_PARTITIONS}, max_message_bytes=LARGEST)
        made.places = self.client.produce(made.source, made.records, more)
        spec = load.agent(made, policy=policy.replace("DEAD", f"{name}-dead"), functions=FUNCTIONS,
                          priced="poisoned")
        spec = spec.replace("    pipeline:", f"{INIT}    pipeline:")
        (self.folder / "agent.yaml").write_text(spec, encoding="utf-8")
        self.started = time.monotonic()
        return made

    def sometimes(self, *kinds):
        return lambda i: dict(enumerate(kinds)).get(int(self.random.random() / SHARE))

    def rate(self, made):
        """Records a second, between the first output and the last: without start and end."""
        times = [message.timestamp for message in self.client.read(made.target)]
        return round(len(made.records) / max(max(times) - min(times), 1) * 1000)

    def survives(self, name, count, policy, *kinds):
        """The agent works through records that are well, then through those of which some fail."""
        clean = self.poisoned(f"{name}-clean", count, policy, lambda i: None)
        self.kasprc("--until", "end").wait()
        made = self.poisoned(name, count, policy, self.sometimes(*kinds))
        self.kasprc("--until", "end").wait()
        report, rates = self.runs[-1].report(), [self.rate(clean), self.rate(made)]
        self.judge(made, failed=report["failed"], clean_per_second=rates[0],
                   per_second=rates[1], ratio=round(rates[1] / rates[0], 2))
        self.assertEqual(report["failed"], made.failing)
        return made

    def judge_dead_letters(self, made):
        """Each record that failed is there once, as it was, with headers that say why, and in the
        order of its partition."""
        letters = self.client.read(f"{made.name}-dead")
        numbers = {place: i for i, place in enumerate(made.places)}
        found, latest = [], {}
        for letter in letters:
            headers = [(name, value and value.decode()) for name, value in letter.headers]
            place = tuple(int(value) for _, value in headers[-2:])
            number = numbers[place]
            found.append(number)
            self.assertEqual((letter.key, letter.value), made.records[number])
            self.assertEqual(letter.timestamp, more(number)["timestamp"])
            self.assertEqual(letter.headers[:-7], more(number)["headers"])
            operation, exception, message = SAYS[made.poisons[number]]
            why = dict(headers[-7:])
            self.assertRegex(why.pop("kasprc.message"), f"^{message}$")
            self.assertEqual(why, {
                "kasprc.agent": "pricing", "kasprc.operation": operation,
                "kasprc.exception": exception, "kasprc.topic": made.source,
                "kasprc.partition": str(place[0]), "kasprc.offset": str(place[1])})
            self.assertEqual(letter.partition, load.partition_of(letter.key, TARGET_PARTITIONS))
            chain = place[0], letter.partition
            self.assertLess(latest.get(chain, -1), place[1], "overtaken")
            latest[chain] = place[1]
        self.assertEqual(sorted(found), [i for i, kind in enumerate(made.poisons) if kind in SAYS])

    def test_dead_letters(self):
        made = self.survives("dead", RECORDS, "{policy: deadLetter, topic: DEAD}", *SAYS)
        self.judge_dead_letters(made)

    def test_skipped(self):
        self.survives("skip", RECORDS // 2, "{policy: skip}", *SAYS)

    def test_tried_again_and_then_dead_letters(self):
        policy = "{policy: retry, attempts: 2, backoff: 1ms, then: deadLetter, topic: DEAD}"
        made = self.survives("again", RECORDS // 10, policy, *SAYS, "flaky")
        self.judge_dead_letters(made)

    def one_of(self, name, policy):
        """A load in which a record in the middle fails for as long as there is no file 'gate'; and
        the place of that record."""
        count, chosen = RECORDS // 10, []

        def choose(i):
            if i < count // 2 or chosen:
                return None
            chosen.append(i)
            return "gate"
        made = self.poisoned(name, count, policy, choose)
        return made, *made.places[chosen[0]]

    def offsets_out(self, made, partition):
        """Of a partition of the input, those whose records are in the output."""
        places = [made.places[load.identity(message)] for message in self.client.read(made.target)]
        return [offset for number, offset in places if number == partition]

    def test_stop(self):
        """The record is neither sent nor committed, nor is what is behind it; a start with a mended
        spec begins with it."""
        made, partition, offset = self.one_of("halt", "{policy: stop}")
        self.kasprc("--until", "end").wait(1)
        self.assertIn("the gate is shut", self.runs[0].talk())
        self.assertIn(f"record halt-in/{partition} at offset {offset}", self.runs[0].talk())
        self.assertEqual(self.runs[0].report()["failed"], 1)
        self.assertEqual(self.client.committed("halt", made.source)[partition], offset)
        self.assertLess(max(self.offsets_out(made, partition)), offset)
        spec = (self.folder / "agent.yaml").read_text(encoding="utf-8")
        mended = spec.replace('not os.path.exists("gate")', "False")
        self.assertNotEqual(mended, spec)
        (self.folder / "mended.yaml").write_text(mended, encoding="utf-8")
        self.kasprc("--until", "end", spec="mended.yaml").wait()
        self.assertIn(offset, self.offsets_out(made, partition))
        self.judge(made)

    def test_a_retry_parks_its_partition(self):
        """The others go on, and what they did is committed."""
        made, partition, offset = self.one_of(
            "park", "{policy: retry, attempts: 1000, backoff: 500ms}")
        run = self.kasprc()
        ends = self.client.ends(made.source)

        def others_are_done():
            committed = self.client.committed("park", made.source)
            return all(committed[one] == ends[one] for one in ends if one != partition)
        run.until(others_are_done, "the other partitions are done")
        self.assertLessEqual(self.client.committed("park", made.source)[partition], offset)
        self.assertLess(max(self.offsets_out(made, partition)), offset)
        (self.folder / "gate").touch()
        run.until(self.committed(made), "all is committed")
        run.terminate()
        self.judge(made)


if __name__ == "__main__":
    main()
