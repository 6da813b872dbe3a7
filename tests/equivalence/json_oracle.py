"""CPython's json as the reference uses it, and random objects to write with it."""

import json
import random
import uuid
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from json.encoder import c_make_encoder, encode_basestring_ascii

from _kaspr_codec import special

markers = {}
encode = c_make_encoder(
    markers, special, encode_basestring_ascii, None, ": ", ", ", False, False, True
)


def read(data):
    return json.loads(data.decode("utf-8"))


def write(value):
    """The pieces of the text, or an exception."""
    try:
        return "".join(encode(value, 0)).encode()
    finally:
        markers.clear()


def same(ours, theirs):
    """Equal in values, types, order of keys and signs of zeros."""
    text = repr(theirs)
    return repr(ours) == text and ("nan" in text or ours == theirs)


class Int(int):
    def __repr__(self):
        return "no"

    __str__ = __repr__


class Float(float):
    def __repr__(self):
        return "no"


class Str(str):
    def __str__(self):
        return "no"


class List(list):
    pass


class Evens(list):
    def __iter__(self):
        return iter(list.__getitem__(self, slice(None, None, 2)))


class Upper(dict):
    def items(self):
        return [(str(k).upper(), v) for k, v in dict.items(self)]


class Odd(dict):
    """Whose items() is whatever it was told."""

    result = None

    def items(self):
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


Pair = namedtuple("Pair", "left right")


class Color(Enum):
    RED = "red"
    NESTED = (1, 2.5, None)


class Level(IntEnum):
    LOW = 1
    HIGH = 2**70


class Word(StrEnum):
    HI = "hi"


class Own:
    """Runs something when it is written, then stands for `result`."""

    def __init__(self, result, action=None):
        self.result = result
        self.action = action

    def __json__(self):
        if self.action:
            self.action()
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class Objects:
    """Random objects; the same for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.open = []  # lists and dicts that are being made
        self.left = 60

    def make(self):
        if self.random.random() < 0.01:
            return self.deep()
        return self.value(self.random.randrange(6))

    def value(self, depth):
        self.left -= 1
        if depth == 0 or self.left < 0 or self.random.random() < 0.3:
            return self.scalar()
        pick = self.random.random()
        if pick < 0.35:
            return self.dict(depth)
        if pick < 0.65:
            return self.list(depth)
        if pick < 0.97 or self.random.random() < 0.5:
            return self.scalar()
        return self.special(depth)

    def text(self):
        pieces = ["a", "Z", "é", "\x7f", "\x80", '"', "\\", "\n", "\x00", "\u2028", "\ud800"]
        pieces += ["\udfff", "\U0001f600", "\U0010ffff", "plain text of some length", "/", "\uffff"]
        if self.random.random() < 0.5:
            return "word" * self.random.randrange(12)
        return "".join(self.random.choices(pieces, k=self.random.randrange(6)))

    def float(self):
        r = self.random
        floats = [0.0, -0.0, 1e16, 1e15, 1e-4, 1e-5, 0.1, 5e-324, 1.7976931348623157e308, 1e22, 1e23]
        return r.choice(
            [
                lambda: r.choice(floats),
                lambda: r.random() * 10 ** r.randrange(-30, 30),
                lambda: round(r.uniform(-1000, 1000), r.randrange(4)),
                lambda: float(r.randrange(-(10**17), 10**17)),
                lambda: r.choice([float("nan"), float("inf"), float("-inf")]),
            ]
        )()

    def int(self):
        r = self.random
        return r.choice([r.randrange(-300, 300), r.randrange(-(2**65), 2**65), 2**63, -(2**63) - 1])

    def scalar(self):
        r = self.random
        pick = r.random()
        if pick < 0.3:
            return self.text()
        if pick < 0.5:
            return self.float()
        if pick < 0.7:
            return self.int()
        if pick < 0.85:
            return r.choice([None, True, False])
        return r.choice(
            [
                lambda: Int(self.int()),
                lambda: Float(self.float()),
                lambda: Str(self.text()),
                lambda: r.choice([Color.RED, Color.NESTED, Level.LOW, Level.HIGH, Word.HI]),
                lambda: Decimal("1.10"),
                lambda: uuid.UUID(int=r.randrange(2**128)),
                lambda: datetime(2024, 1, 2, 3, 4, 5, r.randrange(10**6), timezone.utc),
                lambda: r.choice([date(2024, 1, 2), time(1, 2, 3), b"zz"]),
                lambda: r.choice([[], {}, (), Evens(), Upper(), Odd(), List(), set(), deque()]),
                lambda: r.choice([{1}, deque([1, (2,)]), Pair(1, "x")]),
            ]
        )()

    def key(self):
        r = self.random
        pick = r.random()
        if pick < 0.8:
            return self.text()
        if pick < 0.99:
            return r.choice(
                [1, 1.0, True, False, None, 0, "1", "true", Int(1), Float(2), Str("s"), Level.HIGH]
                + [2**80, float("nan"), float("inf"), -0.0, 1e16, Word.HI]
            )
        return r.choice([(1, 2), b"k", Color.RED, 10**5000])

    def dict(self, depth):
        kinds = [dict] * 6 + [OrderedDict, Counter, Upper, lambda: defaultdict(list)]
        made = self.random.choice(kinds)()
        self.open.append(made)
        for _ in range(self.random.randrange(6)):
            made[self.key()] = self.value(depth - 1)
        self.open.pop()
        return made

    def list(self, depth):
        made = self.random.choice([list, list, list, List, Evens])()
        self.open.append(made)
        for _ in range(self.random.randrange(6)):
            made.append(self.value(depth - 1))
        self.open.pop()
        return tuple(made) if self.random.random() < 0.3 else made

    def special(self, depth):
        """What goes wrong, refers back, or changes what is being written."""
        r = self.random
        around = r.choice(self.open) if self.open else [1]
        itself = Own(None)
        itself.result = r.choice([itself, [itself], {"x": itself}])
        odd = Odd(a=1)
        odd.result = r.choice([[(1,)], [[1, 2]], 5, None, [], [("a", 1), "bc"], ValueError("odd")])
        odd.result = odd.result if odd.result is not None else iter([("k", 2)])
        return r.choice(
            [
                lambda: around,
                lambda: itself,
                lambda: odd,
                lambda: Own(self.value(depth - 1)),
                lambda: Own(1, lambda: change(around, r.randrange(5))),
                lambda: Evens([Own(2, lambda: change(around, r.randrange(5))), 3, 4]),
                lambda: Own(KeyError("raised")),
                lambda: r.choice([frozenset(), timedelta(1), object, range(3), 1j, 10**4400]),
            ]
        )()

    def deep(self):
        depth = self.random.choice([10, 31, 32, 33, 34, 100, 900, 990, 995, 996, 997, 998, 999, 2000])
        circle = self.random.random() < 0.3
        made = inner = [] if circle else self.scalar()
        kind = self.random.randrange(4)
        levels = [made]
        for _ in range(depth):
            made = [lambda: [made], lambda: {"k": made}, lambda: (made,), lambda: Own(made)][kind]()
            levels.append(made)
        if circle:
            inner.append(self.random.choice(levels))
        return made


def change(around, how):
    """A change of a list or dict that is being written, at most a few times."""
    if len(around) > 30:
        return
    if isinstance(around, list):
        if how == 0:
            around.clear()
        elif how == 1:
            del around[:1]
        else:
            around.append(Own("late", lambda: change(around, how)))
    elif how == 0:
        around.clear()
    elif how == 1 and around:
        del around[next(iter(around))]
    elif how == 2 and around:
        around[next(iter(around))] = "new"
    else:
        around[f"late {len(around)}"] = 1


def make(seed):
    return Objects(seed).make()
