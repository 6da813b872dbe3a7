"""What each primitive means in Python, and values to try it on."""

import builtins
import hashlib
import json
import math
import operator as op
import random
import time
import uuid
from datetime import datetime, timedelta, timezone

HASHES = "md5 sha1 sha224 sha256 sha384 sha512 blake2b".split()
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)


def moment(microseconds):
    """The datetime that an int of the IR stands for."""
    return EPOCH + microseconds * MICROSECOND


def hexdigest(name):
    return lambda *data: getattr(hashlib, name)(*data).hexdigest()


def digest(name):
    return lambda *data: getattr(hashlib, name)(*data).digest()


# name: the same in Python. Methods of plain form (".strip") are called as they are named.
MEANING = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / b,
    "floordiv": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "pow": lambda a, b: a**b,
    "lshift": lambda a, b: a << b,
    "rshift": lambda a, b: a >> b,
    "bitand": lambda a, b: a & b,
    "bitor": lambda a, b: a | b,
    "bitxor": lambda a, b: a ^ b,
    "neg": lambda a: -a,
    "pos": lambda a: +a,
    "invert": lambda a: ~a,
    "not": lambda a: not a,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "is": lambda a, b: a is b,
    "getitem": lambda a, b: a[b],
    "getslice": lambda a, start=None, stop=None, step=None: a[start:stop:step],
    "setitem": lambda a, k, v: op.setitem(a, k, v),
    "delitem": lambda a, k: op.delitem(a, k),
    "iadd": op.iadd,
    "imul": op.imul,
    "isub": op.isub,
    "iand": op.iand,
    "ior": op.ior,
    "ixor": op.ixor,
    "list": lambda *a: [*a],
    "tuple": lambda *a: (*a,),
    "set": lambda *a: {*a},
    "dict": lambda *a: {a[i]: a[i + 1] for i in range(0, len(a) - 1, 2)},
    "list-append": lambda a, b: a.append(b),
    "list-assign": lambda a, b: op.setitem(a, slice(None), b) if type(a) is list else fail(AttributeError),
    "list-extend": lambda a, b: a.extend(b),
    "set-add": lambda a, b: a.add(b),
    "set-update": lambda a, b: a.update(b),
    "dict-put": lambda a, k, v: op.setitem(a, k, v),
    "dict-update": lambda a, b: a.update({**b}),
    "concat": lambda *a: "".join(a),
    "format": format,
    "percent": lambda a, b: a % b if isinstance(a, str) else fail(TypeError),
    "str": str,
    "repr": repr,
    "ascii": ascii,
    "json-dumps": json.dumps,
    "json-loads": json.loads,
    "hex": hex,
    "oct": oct,
    "bin": bin,
    "int": int,
    "int-base": int,
    "float": float,
    "bool": bool,
    "list-of": list,
    "tuple-of": tuple,
    "set-of": set,
    "frozenset-of": frozenset,
    "dict-of": dict,
    "iter-list": lambda a: a if isinstance(a, list) else list(a),
    "len": len,
    "abs": abs,
    "round": round,
    "round-digits": round,
    "min": min,
    "max": max,
    "min-of": lambda a, *b: min(a, **{"default": x for x in b}),
    "max-of": lambda a, *b: max(a, **{"default": x for x in b}),
    "min-by": lambda a, keys, *b: by(min, a, keys, **{"default": x for x in b}),
    "max-by": lambda a, keys, *b: by(max, a, keys, **{"default": x for x in b}),
    "sum": sum,
    "sum-start": sum,
    "any": any,
    "all": all,
    "sorted": lambda a, reverse=False: sorted(a, reverse=reverse),
    "sort-by": lambda a, keys, reverse=False: by(sorted, a, keys, reverse=reverse),
    "reversed": lambda a: list(reversed(a)),
    "enumerate": lambda a, start=0: list(enumerate(a, start)),
    "zip": lambda *a: list(zip(*a)),
    "zip-of": lambda a: list(zip(*a)),
    "range": range,
    "divmod": divmod,
    "ord": ord,
    "chr": chr,
    "isinstance": lambda a, *names: isinstance(a, tuple(type_named(n) for n in names)),
    "bound": lambda a: a,
    "mapping": lambda a: ({**a}, None)[1],
    "type-name": lambda a: type(a).__name__,
    "unpack": lambda a, n: unpack(a, ", ".join(f"x{i}" for i in range(n)), n),
    "unpack-star": lambda a, n, m: unpack(
        a, ", ".join([f"x{i}" for i in range(n)] + ["*y"] + [f"z{i}" for i in range(m)]), n + m + 1
    ),
    **{name: digest(name) for name in HASHES},
    **{name + "-hex": hexdigest(name) for name in HASHES},
    "utc-from-timestamp": lambda a: (datetime.fromtimestamp(a, timezone.utc) - EPOCH) // MICROSECOND,
    "utc-year": lambda a: moment(a).year,
    "utc-month": lambda a: moment(a).month,
    "utc-day": lambda a: moment(a).day,
    "utc-hour": lambda a: moment(a).hour,
    "utc-minute": lambda a: moment(a).minute,
    "utc-second": lambda a: moment(a).second,
    "utc-microsecond": lambda a: moment(a).microsecond,
    "utc-weekday": lambda a: moment(a).weekday(),
    "utc-midnight": lambda a: (moment(a).replace(hour=0, minute=0, second=0, microsecond=0) - EPOCH)
    // MICROSECOND,
    "utc-shift": lambda a, b: (moment(a) + b * MICROSECOND - EPOCH) // MICROSECOND,
    "utc-isoformat": lambda a: moment(a).isoformat(),
    "utc-date": lambda a: moment(a).date().isoformat(),
    "utc-time": lambda a, timespec: moment(a).time().isoformat(timespec),
    "utc-strftime": lambda a, text: moment(a).strftime(text),
    ".keys": lambda a: list(a.keys()),
    ".values": lambda a: list(a.values()),
    ".items": lambda a: list(a.items()),
    ".sort": lambda a, reverse=False: a.sort(reverse=reverse),
}


def fail(kind):
    raise kind


def by(function, items, keys, **options):
    """A key for each item, made in advance."""
    items, keys = list(items), list(keys)
    if not items and "default" in options:
        return options["default"]
    found = function(range(len(items)), key=lambda i: keys[i], **options)
    return [items[i] for i in found] if isinstance(found, list) else items[found]


def type_named(name):
    return type(None) if name == "NoneType" else getattr(builtins, name, Unknown)


class Unknown:
    """What no value is of."""


def unpack(value, names, count):
    if count == 0:
        () = value
        return ()
    scope = {"value": value}
    exec(f"{names}{',' if count == 1 else ''} = value", scope)  # pylint: disable=exec-used
    order = [n.strip(" *") for n in names.split(",")]
    return tuple(scope[n] for n in order)


def meaning(name):
    if name.startswith("math-"):
        return getattr(math, name.removeprefix("math-"))
    if name in MEANING:
        return MEANING[name]
    return lambda a, *rest: getattr(a, name[1:])(*rest)


POOL = """
None True False 0 1 -1 2 3 7 -7 10 255 2**31 2**53-1 2**53 2**53+1 2**62 2**63-1 -2**63 2**63 -2**63-1
10**30 -10**30
0.0 -0.0 0.5 1.0 -1.0 1.5 2.0 2.5 -2.5 2.675 3.7 -3.7 0.1 1e16 1e15 1e-5 1e22 1e308 5e-324 2.0**53 2.0**63
1e300 inf -inf nan 1234567.891
1e10 5e-7 1.5e-6 -5e-7 -1.5e-6 1700000000.1234565 253402300799.5 253402300799.9999999 -62135596800.0 -62135596800.5 6.7e16 7e16 1e17 9.3e18
1700000000123456 253402300799 253402300800 253402300799999999 253402300800000000 -62135596800 -62135596801 -62135596800000000
-62135596800000001 951782400000000 1483228799 1483228800 4107542400000000 10**17 10**18 -30610224000000000 -10**16
'' 'a' 'b' 'abc' 'ABC' 'aBc dEf' ' a b ' 'é' '日本' 'x日y' 'ß' '😀' '1' ' 12 ' '1_0' '1__0' '-5' '+7' '1.5' 'nan'
'-0' '0x1f' '010' '1e5' '.5' '5.' '1e400' 'inf' '\\x1c1' '\\xa01' '\\u2003x\\u2003' 'x,y,,z' ',' '\\n' 'a\\nb\\r\\nc\\x0b' "it's" '"q"' '\\\\'
'\\x00\\x7f' '\\x00' 'utf-8' 'int' 'float' 'str' 'set' 'frozenset' 'NoneType' '%s' '%d items' '%5.2f|%-4s|%04d' '%x%%' '{}' '{:>5}' '{0}{1}' '{{{}}}' '{!r}'
'5' '05' '>8' '<8' '^7' '*^9' '+d' ',' ',.2f' '.2f' '.0f' '.3' '8.3f' '08.2f' '.1%' 'e' '.2e' 'g' '.3g' 'G' 'x' 'X' 'd' 's' '010,' '=+8' ' d' '日>4'
'auto' 'hours' 'minutes' 'seconds' 'milliseconds' 'microseconds' '%Y-%m-%dT%H:%M:%S.%f' '%F %T' '%y%m%d %j' '%u%w%R%%' '%A %B' '%Y' '%' '%z'
b'' b'abc' b'\\xc3\\xa9' b'\\xff'
[] [1] [1,2,3] [3,1,2] [1,1.0,True] ['b','a'] ['a',1] [[1],[2]] [[1,2],[3,4]] [None] [nan] [0.5,1] [1.5,2.5,-1.0] [0.1,0.1,0.1] ['a','b','c','é']
[(1,'a'),(0,'b')] [['k',1]] ['ab','cd'] [{'a':1},{'b':2}] [1,[2,[3,{'x':[4]}]]] [True,False] [0,0.0,'']
{} {'a':1} {'a':2,'b':None} {'a':{'b':[1]}} {1:2} {1.0:'x',2:'y'} {None:0} {(1,2):3} {'é':'日本'} {'b':1,'a':2}
() (1,) (1,'a') (1,2,3) ('a','b') ((1,),) ([1],) (nan,) (0,) (None,)
set() {1} {'a'} {'a','b'} {1,2,3} {1.5,2} {(1,)} frozenset() frozenset({1}) frozenset({1,2}) frozenset({'a'})
'{"a": [1, 2.5, null], "é": "\\u00e9"}' '[[1], "x"]' 'true' '{"a": 1, "a": 2}' '[1,' 'NaN' '"x"' ' 7 ' '\\ufeff1' 709.0 710.0
range(0) range(3) range(1,10,3) range(5,0,-2)
"""


def split(text):
    """The expressions: a blank ends one, outside of brackets and quotes."""
    found, start, depth, quote, i = [], 0, 0, None, 0
    while i < len(text):
        c = text[i]
        if quote:
            if c == "\\":
                i += 1
            elif c == quote:
                quote = None
        elif c in "'\"":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c.isspace() and depth == 0:
            found.append(text[start:i])
            start = i + 1
        i += 1
    return [e for e in found if e.strip()]


def microseconds_of(when):
    return (when - EPOCH) // MICROSECOND


SCOPE = {"nan": float("nan"), "inf": float("inf"), "time": time, "datetime": datetime}
SCOPE |= {"timezone": timezone, "microseconds_of": microseconds_of}
CODE = [compile(text, text, "eval") for text in split(POOL)]


def make(*numbers):
    """Every time new ones: of the pool, and behind it random ones."""
    size = len(CODE)
    return tuple(
        [eval(CODE[i], SCOPE) if i < size else Random(i).value(2) for i in numbers]  # pylint: disable=eval-used
    )


class Random(random.Random):
    """Random values, the same for the same seed."""

    def text(self):
        alphabet = self.choice(["ab", "aB ,", "ab\t\n\r", "01_+-.e", "{}:<>0d.2f!r", "%sd 5.", "aé日 \u2028", "'\"\\\x1c", "%YmdHMSfFTjyuwR-: "])
        return "".join(self.choices(alphabet, k=self.choice([0, 1, 2, 3, 5, 9])))

    def timestamp(self):
        """Seconds or microseconds of the years 0 to 10000, halves of microseconds among them."""
        second = self.randrange(-62_200_000_000, 253_500_000_000)
        return self.choice([
            second, second * 1_000_000 + self.randrange(1_000_000), second + self.random(),
            self.randrange(-(2**33), 2**33) / 2**20, self.randrange(2 * 10**9) + self.randrange(2 * 10**6) / 2e6,
        ])  # fmt: skip

    def number(self):
        pick = self.randrange(7)
        if pick == 6:
            return self.timestamp()
        if pick == 0:
            return self.choice([0, 2**31, 2**53, 2**62, 2**63, 10**self.randrange(18)]) + self.randrange(-3, 4)
        if pick == 1:
            return self.uniform(-1, 1) * 10 ** self.randrange(-20, 20)
        if pick == 2:
            return round(self.uniform(-1000, 1000), self.randrange(4)) + self.choice([0, 0.5])
        return self.randrange(-12, 12)

    def spec(self):
        parts = ["", "*", "日", "0"], ["", "<", ">", "^", "="], ["", "", "+", "-", " "], ["", "0"]
        parts += ["", "3", "8", "12"], ["", ","], ["", "", ".0", ".2", ".5"], list("dfFeEgGsxX%") + [""] * 4
        return "".join(map(self.choice, parts))

    def scalar(self):
        pick = self.randrange(8)
        if pick < 3:
            return self.text()
        if pick < 6:
            return self.number()
        return self.spec() if pick == 6 else self.choice([None, True, False, 0.0, -0.0, 1.0])

    def value(self, depth):
        pick = self.randrange(12)
        if depth == 0 or pick < 6:
            return self.scalar()
        count = self.choice([0, 1, 2, 3, 3, 20])
        same = self.choice([self.number, self.text, self.scalar, lambda: self.value(depth - 1)])
        if pick < 9:
            return [same() for _ in range(count)]
        if pick == 9:
            return tuple([same() for _ in range(count)])
        if pick == 10:
            return {self.scalar(): same() for _ in range(count)}
        items = [self.scalar() for _ in range(count)]
        return self.choice([set, frozenset])(items)


def wrong_with_uuids(texts):
    """'' if they are UUIDs of version 4, no two the same, of which each other bit is set in half."""
    made = [uuid.UUID(text) for text in texts]
    if any(str(u) != text or u.version != 4 or u.variant != uuid.RFC_4122 for u, text in zip(made, texts)):
        return "no UUID of version 4"
    if len(set(made)) != len(made):
        return "one of them twice"
    fixed = {*range(76, 80), 62, 63}
    counts = [sum(u.int >> bit & 1 for u in made) for bit in range(128) if bit not in fixed]
    half = len(made) / 2  # six standard deviations: once in some million runs
    return "" if all(abs(count - half) < 3 * len(made) ** 0.5 for count in counts) else f"bits: {counts}"


def evaluate(text):
    return eval(text, SCOPE)  # pylint: disable=eval-used


def pool_size():
    return len(CODE)


def json_of(value):
    """The value as JSON, if it is the same when it is read again; else None."""
    if not isinstance(value, (list, dict)):
        return None
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        return None
    return text.encode() if show(json.loads(text)) == show(value) and "NaN" not in text else None


def show(value):
    """A text that tells values apart, their types, and which containers are one."""
    seen = {}

    def text(v):
        kind = type(v)
        if kind in (list, dict, set):
            if id(v) in seen:
                return f"#{seen[id(v)]}"
            seen[id(v)] = len(seen)
        if kind is list:
            return "[" + ", ".join([text(i) for i in v]) + "]"
        if kind is tuple:
            return "(" + ", ".join([text(i) for i in v]) + ",)"
        if kind is dict:
            return "{" + ", ".join([text(k) + ": " + text(i) for k, i in v.items()]) + "}"
        if kind in (set, frozenset):
            return kind.__name__ + str(sorted([text(i) for i in v]))
        return repr(v)

    return text(value)


def run(name, arguments):
    """Its result with the arguments as they are then, or the name of its exception and those."""
    try:
        result = meaning(name)(*arguments)
    except Exception as e:  # pylint: disable=broad-except
        return type(e).__name__, show(tuple(arguments))
    return "", show((result, *arguments))


def step(name, values, *numbers):
    """Appends what it gives of some of the values; its exception's name."""
    try:
        values.append(meaning(name)(*[values[i] for i in numbers]))
    except Exception as e:  # pylint: disable=broad-except
        return type(e).__name__
    return ""


def write(value):
    """json.dumps, or the name of its exception."""
    try:
        return json.dumps(value)
    except Exception as e:  # pylint: disable=broad-except
        return type(e).__name__
