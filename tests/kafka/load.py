"""What the tests send through kasprc, and how they judge what comes out.

A load is a list of JSON records with unique ids, and an agent that filters, maps and keys them. The
agent's functions are Python: `expected` calls the very same text, without kasprc. `judge` compares
that with what stands in the output topic:

    lost         ids that should be there and are not
    duplicated   further occurrences of an id
    reordered    first occurrences that stand, in an output partition, before one that precedes them
                 in their input partition
    wrong        records that nobody should have written: id, value, key or partition is wrong
"""

import json
import random
import textwrap
from dataclasses import dataclass

FUNCTIONS = """\
def wanted(value):
    return value["amount"] % 7 != 0

def priced(value):
    if value["amount"] < 0:
        raise ValueError("a negative amount")
    value["total"] = value["amount"] * 3 / 4
    value["tags"] = [value["customer"], len(value["note"])]
    return value

def region(value):
    return value["region"]
"""

SLOWLY = """\
import time

def priced_slowly(value):
    if value["id"] % 20 == 0:
        time.sleep(20 / {rate})
    return priced(value)
"""

AGENT = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: pricing
  labels:
    kaspr.io/app: {app}
spec:
  kasprc:
    onError: {policy}
  input:
    topic:
      name: {source}
  output:
    topics:
    - name: {target}
      keySelector:
        entrypoint: region
        python: |
{functions}
  processors:
    pipeline: [wanted, priced]
    operations:
    - name: wanted
      filter:
        entrypoint: wanted
        python: |
{functions}
    - name: priced
      map:
        entrypoint: {priced}
        python: |
{functions}
"""

BAD_VALUES = [b"{", b"nope", b'{"id": 1', b"\xff\xfe", b"", b'{"id": "no amount"}', b"[1, 2]"]


@dataclass
class Load:
    """`records` are what is sent; `results` what must come out of each: key and value, or None;
    `places` where each landed in the input topic, once sent."""
    name: str
    source: str
    target: str
    records: list
    results: list
    places: list
    failing: int  # how many fail; further ones without result are filtered


def agent(load, rate=None, policy="{policy: skip}", functions="", priced="priced"):
    """The spec; it takes at most `rate` records a second. `functions` may define another `priced`."""
    functions = FUNCTIONS + functions + (SLOWLY.format(rate=rate) if rate else "")
    return AGENT.format(app=load.name, source=load.source, target=load.target, policy=policy,
                        functions=textwrap.indent(functions, " " * 10),
                        priced="priced_slowly" if rate else priced)


def make(name, count, seed, bad=0.0):
    """A share `bad` of the records fails: malformed, or raising in an operation."""
    dice = random.Random(seed)
    records, results, failing = [], [], 0
    for i in range(count):
        value = {"id": i, "customer": f"c-{dice.randrange(1000):04}",
                 "amount": dice.randrange(10**6), "region": f"r-{dice.randrange(40)}",
                 "note": "x" * dice.randrange(80)}
        text = json.dumps(value).encode()
        if dice.random() < bad:
            value["amount"] = -1
            text = dice.choice([*BAD_VALUES, json.dumps(value).encode()])
            results.append(None)
            failing += 1
        else:
            results.append(expected(text))
        records.append((value["customer"].encode(), text))
    return Load(name, f"{name}-in", f"{name}-out", records, results, [], failing)


PLAIN = {}
exec(FUNCTIONS, PLAIN)


def expected(text):
    """What plain Python makes of a record: key and value, or None where it is filtered."""
    value = json.loads(text)
    if not PLAIN["wanted"](value):
        return None
    value = PLAIN["priced"](value)
    return PLAIN["region"](value).encode(), json.dumps(value).encode()


@dataclass
class Verdict:
    out: int = 0
    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    wrong: int = 0


def judge(load, messages, partitions):
    """`messages` of the output topic, ordered by partition and offset."""
    out = []
    for message in messages:
        number = identity(message)
        fits = number is not None and correct(load, number, message, partitions)
        out.append((message.partition, number if fits else None))
    return tally(load, out)


def tally(load, out):
    """`out`: of each output, in order, its partition and its id; None where it is wrong."""
    verdict = Verdict(out=len(out))
    seen, latest = set(), {}
    for target, number in out:
        if number is None:
            verdict.wrong += 1
        elif number in seen:
            verdict.duplicated += 1
        else:
            seen.add(number)
            partition, offset = load.places[number]
            chain = partition, target
            if offset < latest.get(chain, -1):
                verdict.reordered += 1
            latest[chain] = max(offset, latest.get(chain, -1))
    verdict.lost = sum(result is not None for result in load.results) - len(seen)
    return verdict


def identity(message):
    try:
        return json.loads(message.value)["id"]
    except (TypeError, ValueError, KeyError):
        return None


def correct(load, number, message, partitions):
    if not isinstance(number, int) or not 0 <= number < len(load.results):
        return False
    result = load.results[number]
    return (result == (message.key, message.value)
            and message.partition == partition_of(message.key, partitions))


def partition_of(key, partitions):
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data):
    """The hash of Java's default partitioner."""
    mask, factor = 0xFFFFFFFF, 0x5BD1E995
    state = (0x9747B28C ^ len(data)) & mask
    whole = len(data) // 4 * 4
    for i in range(0, whole, 4):
        word = int.from_bytes(data[i:i + 4], "little") * factor & mask
        word = (word ^ word >> 24) * factor & mask
        state = state * factor & mask ^ word
    if whole < len(data):
        state = (state ^ int.from_bytes(data[whole:], "little")) * factor & mask
    state = (state ^ state >> 13) * factor & mask
    return state ^ state >> 15
