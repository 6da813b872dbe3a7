"""Random functions over JSON values, and what CPython makes of them.

`generate(seed)` is a function as text, and values to call it with: typed and ill-typed, full of
edges. `smaller(source)` are the same with a piece left out, to shrink what was found.
"""

import ast
import copy
import functools
import inspect
import json
import os
import pathlib
import random

EDGES = [
    None, True, False, 0, 1, -1, 2, 7, 255, 2**31, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**63,
    10**30, 0.0, -0.0, 0.5, 1.5, 2.5, -2.5, 2.675, 1e16, 1e-5, 1e308, float("inf"), float("nan"),
    "", "a", "abc", "ABC", " x ", "é", "12", "-3", "1.5", "x,y", "eu", [], [1], [3, 1, 2],
    ["b", "a"], [1, 1.0, True], {}, {"a": 1}, {"k": [1]},
]  # fmt: skip
KEYS = ["a", "b", "c", "n", "xs", "name", "tags", "m"]
IMPORTS = """import hashlib as h
import json
import math
import datetime as dt
from datetime import datetime, timedelta, timezone

UTC = timezone.utc
HOUR = timedelta(hours=1)


"""
TEXT_METHODS = ["strip", "lower", "upper", "title", "capitalize", "split", "isdigit", "swapcase", "istitle"]


class Writer:
    """A random function: text of statements and expressions, and the names that are bound."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.names = ["value"]
        self.moments = []  # names of datetimes
        self.in_loop = 0
        self.generator = self.random.random() < 0.1
        self.budget = self.random.randint(3, 25)

    def pick(self, *choices):
        return self.random.choice(choices)

    def source(self):
        constants = ""
        self.constants = []
        if self.random.random() < 0.3:
            constants = 'TABLE = {"a": 1, "b": 2.5, "eu": "x"}\nNAMES = ["a", "b"]\nLIMIT = 10\n\n'
            self.constants = ["TABLE", "NAMES", "LIMIT"]
        self.helper = self.random.random() < 0.2
        if self.helper:
            constants += "def helper(x, y=2):\n    if x:\n        return y\n    return x\n\n\n"
        self.library = self.random.random() < 0.3
        if self.library:
            constants = IMPORTS + constants
        self.statements(1, self.random.randint(1, 5))
        self.line(1, f"return {self.expression(3)}" if not self.generator else "yield value")
        return constants + "def f(value):\n" + "\n".join(self.lines) + "\n"

    def line(self, depth, text):
        self.lines.append("    " * depth + text)

    def statements(self, depth, count):
        begin = len(self.lines)
        for _ in range(count):
            self.budget -= 1
            if self.budget > 0:
                self.statement(depth)
        if len(self.lines) == begin:
            self.line(depth, "pass")

    def statement(self, depth):
        kinds = ["assign"] * 5 + ["put"] * 3 + ["augment"] * 2 + ["call"] * 2
        kinds += ["unpack", "del", "return", "raise", "assert"]
        if self.library:
            kinds += ["moment"] * 2
        if depth < 6:
            kinds += ["if"] * 3 + ["for"] * 2 + ["while", "try", "try", "match"]
        if self.in_loop:
            kinds += ["break", "continue"] * 2
        if self.generator:
            kinds += ["yield"] * 4
        getattr(self, "_" + self.pick(*kinds))(depth)

    def name(self):
        return self.pick("x", "y", "z", "total", "out")

    def bind(self, name):
        if name not in self.names:
            self.names.append(name)
        return name

    def _assign(self, depth):
        value = self.expression(3)
        also = self.pick("", "", "", "", f'value["{self.pick(*KEYS)}"] = ')
        self.line(depth, f"{self.bind(self.name())} = {also}{value}")

    def _moment(self, depth):
        """A name that is only ever a datetime, or seldom not."""
        other = self.pick(*[self.moment(2)] * 9, self.variable())
        name = self.pick("t", "u")
        self.line(depth, f"{name} = {other}")
        self.moments.append(name)

    def _unpack(self, depth):
        value = self.expression(2)
        star = self.pick("", "", "*")
        self.line(depth, f"{self.bind('x')}, {star}{self.bind('y')} = {value}")

    def _put(self, depth):
        target = self.pick("value", "value", self.variable())
        self.line(depth, f"{target}[{self.key()}] = {self.expression(3)}")

    def _augment(self, depth):
        op = self.pick("+", "-", "*", "//", "%", "|")
        target = self.pick(self.variable(), f'value["{self.pick(*KEYS)}"]')
        self.line(depth, f"{target} {op}= {self.expression(2)}")

    def _call(self, depth):
        target = self.pick(self.variable(), f'value["{self.pick(*KEYS)}"]', "out")
        if self.random.random() < 0.1:
            self.line(depth, f"{target}.extend{self.generated(1)}")
            return
        call = self.pick(
            "append({})", "extend({})", "update({})", "pop()", "sort()", "insert(0, {})",
            "setdefault({}, {})", "reverse()", "sort(key=lambda x: (x, {}))", "clear()", "add({})", "remove({})",
        )  # fmt: skip
        self.line(depth, f"{target}.{call}".format(self.expression(1), self.expression(1)))

    def _del(self, depth):
        self.line(depth, f"del {self.pick('value', self.variable())}[{self.key()}]")

    def _return(self, depth):
        self.line(depth, "return" if self.generator else f"return {self.expression(2)}")

    def _raise(self, depth):
        kind = self.pick("ValueError", "KeyError", "TypeError", "RuntimeError", "IndexError")
        self.line(depth, f'raise {kind}("x")')

    def _assert(self, depth):
        self.line(depth, f"assert {self.expression(2)}")

    def _yield(self, depth):
        self.line(depth, f"yield {self.expression(2)}")

    def _break(self, depth):
        self.line(depth, "break")

    def _continue(self, depth):
        self.line(depth, "continue")

    def _if(self, depth):
        test = self.expression(2)
        if self.random.random() < 0.15:
            test = f"({self.bind(self.name())} := {test})"
        self.line(depth, f"if {test}:")
        self.statements(depth + 1, 2)
        if self.random.random() < 0.5:
            self.line(depth, "else:")
            self.statements(depth + 1, 2)

    def _for(self, depth):
        over = self.pick(
            self.expression(2), f"range({self.random.randint(0, 4)})", "value", "value.items()",
            f"enumerate({self.expression(1)})", 'value["xs"]', f"{self.variable()}.values()",
            f"zip({self.expression(1)}, {self.expression(1)})", self.generated(1), self.generated(1),
        )  # fmt: skip
        pair = over.startswith(("enumerate", "zip")) or over.endswith(".items()")
        names = ["x", "y"] if pair else [self.name()]
        self.line(depth, f"for {', '.join(self.bind(n) for n in names)} in {over}:")
        self.loop_body(depth)

    def generated(self, depth):
        """A generator, whose name may be one that others have."""
        name = self.pick("x", "y", "w")
        over = self.pick('value["xs"]', 'value["tags"]', self.expression(depth), "range(3)")
        before = list(self.names)
        self.bind(name)
        item, test = self.expression(depth), self.pick("", f" if {self.expression(depth)}")
        self.names = before
        return f"({item} for {name} in {over}{test})"

    def _while(self, depth):
        self.line(depth, f"{self.bind('n')} = 0")
        self.line(depth, f"while n < {self.random.randint(1, 4)}:")
        self.line(depth + 1, "n += 1")
        self.loop_body(depth)

    def loop_body(self, depth):
        self.in_loop += 1
        self.statements(depth + 1, 2)
        self.in_loop -= 1
        if self.random.random() < 0.2:
            self.line(depth, "else:")
            self.statements(depth + 1, 1)

    def _try(self, depth):
        generator, self.generator = self.generator, False
        self.line(depth, "try:")
        self.statements(depth + 1, 2)
        self.generator = generator
        for kind in self.random.sample(
            ["KeyError", "(TypeError, ValueError)", "LookupError", "AttributeError", "Exception"],
            self.random.randint(1, 2),
        ):
            if self.random.random() < 0.8:
                self.line(depth, f"except {kind}:")
            else:
                self.line(depth, f"except {kind} as e:")
                self.line(depth + 1, f"{self.bind('x')} = [str(e), {self.expression(2)}]")
            self.statements(depth + 1, 1)
        if self.random.random() < 0.3:
            self.line(depth, "else:")
            self.statements(depth + 1, 1)
        if self.random.random() < 0.15:
            self.line(depth, "finally:")
            self.line(depth + 1, f'value["{self.pick(*KEYS)}"] = {self.expression(1)}')

    def _match(self, depth):
        subject = self.pick("value", "value", self.expression(2), f'value["{self.pick(*KEYS)}"]')
        self.line(depth, f"match {subject}:")
        before = list(self.names)
        for _ in range(self.random.randint(1, 3)):
            self.names, self.captures = list(before), []
            pattern = self.pattern(2)
            if self.captures == [] and pattern == "_":
                pattern = "None"
            for name in self.captures:
                self.bind(name)
            guard = self.pick("", "", f" if {self.expression(1)}")
            self.line(depth + 1, f"case {pattern}{guard}:")
            self.statements(depth + 2, 2)
        self.names = before
        if self.random.random() < 0.3:
            self.line(depth + 1, f"case {self.pick('_', 'z')}:")
            self.statements(depth + 2, 1)

    def pattern(self, depth):
        """One that may fail; its names are in `captures`, no name twice."""
        name = self.pick("x", "y", "z", "out")
        if name not in self.captures and self.random.random() < 0.3:
            self.captures.append(name)
            whole = f"{self.pick('str', 'int', 'float', 'dict', 'list', 'bool')}({name})"
            return self.pick(whole, name if depth < 2 else whole)
        if depth == 0:
            return self.pick("0", "1", "2.5", '"a"', '"eu"', "None", "True", "_", "str()", "1 | 2", "-1")
        parts = [self.pattern(depth - 1) for _ in range(self.random.randint(0, 3))]
        kind = self.random.random()
        if kind < 0.3:
            star = self.pick("", "*_", "*rest")
            if star == "*rest" and "rest" in self.captures:
                star = "*_"
            if star:
                self.captures += ["rest"] * (star == "*rest")
                parts.insert(self.random.randint(0, len(parts)), star)
            return f"[{', '.join(parts)}]"
        if kind < 0.8:
            keys = self.random.sample(KEYS, len(parts))
            pairs = [f'"{key}": {part}' for key, part in zip(keys, parts)]
            if "rest" not in self.captures and self.random.random() < 0.3:
                self.captures.append("rest")
                pairs.append("**rest")
            return f"{{{', '.join(pairs)}}}"
        same = self.pick("", f' as {name}') if name not in self.captures else ""
        self.captures += [name] * bool(same)
        return f"({self.pick('1 | 2', 'None | False', 'str() | int()', '[] | [_]')}{same})"

    # Expressions.

    def variable(self):
        return self.pick(*self.names)

    def key(self):
        return self.pick(*(f'"{k}"' for k in KEYS), "0", "-1", self.variable())

    def constant(self):
        return self.pick(
            "None", "True", "False", "0", "1", "2", "-1", "3.5", "10", "1e16", '""', '"a"', '"x,y"',
            '"eu"', "[]", "{}", "(1, 2)", "9223372036854775807", *self.constants,
        )  # fmt: skip

    def expression(self, depth):
        self.budget -= 0.3
        if depth <= 0 or self.budget < 0:
            return self.pick(self.variable(), self.constant(), f'value.get("{self.pick(*KEYS)}")')
        kinds = ["variable", "constant", "item", "item", "get", "binary", "compare", "bool", "not"]
        kinds += ["ifexp", "display", "builtin", "builtin", "method", "format", "slice", "in"]
        kinds += ["mapped", "comprehension", "any", "sorted", "chain", "helper", "isinstance", "is"]
        if self.library:
            kinds += ["hash", "hash", "math", "math", "moment", "moment", "moment", "later"]
        return getattr(self, "e_" + self.pick(*kinds))(depth - 1)

    def e_variable(self, depth):
        return self.variable()

    def e_constant(self, depth):
        return self.constant()

    def e_item(self, depth):
        return f"{self.pick('value', 'value', self.variable())}[{self.key()}]"

    def e_get(self, depth):
        return f'value.get("{self.pick(*KEYS)}", {self.expression(depth)})'

    def e_binary(self, depth):
        op = self.pick("+", "+", "-", "*", "*", "/", "//", "%", "&", "|", "^", "<<", ">>")
        return f"({self.expression(depth)} {op} {self.expression(depth)})"

    def e_compare(self, depth):
        op = self.pick("<", "<=", ">", ">=", "==", "!=", "==")
        return f"({self.expression(depth)} {op} {self.expression(depth)})"

    def e_chain(self, depth):
        return f"({self.expression(depth)} < {self.expression(depth)} <= {self.expression(depth)})"

    def e_is(self, depth):
        constant = self.pick("None", "True")
        return f"({self.expression(depth)} {self.pick('is', 'is not')} {constant})"

    def e_in(self, depth):
        place = self.pick(
            '{"a", "b", 1}', '("eu", 2)', self.expression(depth), "value", "[1, 2]", "value.keys()",
            'value["m"].values()',
        )  # fmt: skip
        return f"({self.expression(depth)} {self.pick('in', 'not in')} {place})"

    def e_bool(self, depth):
        return f"({self.expression(depth)} {self.pick('and', 'or')} {self.expression(depth)})"

    def e_not(self, depth):
        return f"(not {self.expression(depth)})"

    def e_ifexp(self, depth):
        parts = [self.expression(depth) for _ in range(3)]
        return "({} if {} else {})".format(*parts)

    def e_display(self, depth):
        a, b = self.expression(depth), self.expression(depth)
        return self.pick(
            f"[{a}, {b}]", f'{{"a": {a}, "b": {b}}}', f"({a}, {b})", f'{{**value, "a": {a}}}',
            f"[*{a}, {b}]", f"{{{a}: {b}}}", f"{{{a}, {b}}}",
        )  # fmt: skip

    def e_builtin(self, depth):
        name = self.pick(
            "len", "str", "int", "float", "bool", "abs", "round", "sum", "min", "max", "list",
            "tuple", "set", "dict", "repr", "any", "all", "ascii",
        )  # fmt: skip
        if name in ("min", "max") and self.random.random() < 0.5:
            return f"{name}({self.expression(depth)}, {self.expression(depth)})"
        if name == "round" and self.random.random() < 0.5:
            return f"round({self.expression(depth)}, {self.random.randint(-1, 3)})"
        return f"{name}({self.expression(depth)})"

    def e_sorted(self, depth):
        key = self.pick(
            "", ", reverse=True", ', key=lambda x: x["a"]', ", key=len", ", key=str", ", key=str.lower"
        )
        return f"sorted({self.expression(depth)}{key})"

    def e_mapped(self, depth):
        function = self.pick("str", "int", "abs", "bool", "lambda x: x", "str.strip", "len")
        made = self.pick("map", "map", "filter")
        made = f"{made}({function}, {self.expression(depth)})"
        return self.pick(
            f"list({made})", f"sum({made})", f"any({made})", f'",".join({made})', f"next({made}, 0)", f"next({made})",
            f"list(dict.fromkeys({made}))", f"next(iter({self.expression(depth)}), None)",
        )  # fmt: skip

    def e_method(self, depth):
        receiver = self.pick(self.expression(depth), f'value["{self.pick(*KEYS)}"]')
        call = self.pick(
            *(f"{name}()" for name in TEXT_METHODS), 'startswith("a")', 'replace("a", "b")',
            'split(",")', 'join(["a", "b"])', "copy()", 'count("a")', 'find("b")', 'index("a")',
            'partition(",")', "zfill(4)", 'split(sep=",", maxsplit=1)', 'get("a")', 'get("b", 0)', 'endswith(("a", "b"))',
        )  # fmt: skip
        if receiver[0].isdigit() or receiver[0] == "-":
            receiver = f"({receiver})"
        return f"{receiver}.{call}"

    def e_format(self, depth):
        spec = self.pick("", "", ":.2f", ":>6", ":d", ":,", ":05", "!r", ":x", ":.3", ":+", "!a")
        inner = self.pick(self.variable(), f"value['{self.pick(*KEYS)}']", "len(value)")
        return f'f"{self.pick("", "a ")}{{{inner}{spec}}}{self.pick("", "-")}"'

    def e_slice(self, depth):
        part = self.pick("[1:]", "[:2]", "[::-1]", "[-2:]", "[0:9:2]")
        return f"{self.pick(self.variable(), self.expression(depth))}{part}"

    def e_comprehension(self, depth):
        over = self.pick(
            'value["xs"]', self.expression(depth), "value.items()", "range(3)", self.generated(depth)
        )
        names = "x, y" if over.endswith(".items()") else "x"
        names_before = list(self.names)
        for name in names.split(", "):
            self.bind(name)
        if self.random.random() < 0.15:
            over += f" for {self.bind('w')} in {self.expression(depth)}"
        item = self.expression(depth)
        test = self.pick("", f" if {self.expression(depth)}")
        self.names = names_before
        return self.pick(
            f"[{item} for {names} in {over}{test}]", f"{{{item} for {names} in {over}{test}}}",
            f"{{str({item}): {item} for {names} in {over}{test}}}",
            f"sum({item} for {names} in {over}{test})",
        )  # fmt: skip

    def e_any(self, depth):
        names_before = list(self.names)
        self.bind("x")
        item = self.expression(depth)
        self.names = names_before
        over = self.pick(
            'value["xs"]', self.expression(depth), "value.values()", self.generated(depth)
        )
        return f"{self.pick('any', 'all')}({item} for x in {over})"

    def e_helper(self, depth):
        if not self.helper:
            return self.variable()
        return self.pick(f"helper({self.expression(depth)})", f"helper(value, y={self.variable()})")

    def e_hash(self, depth):
        name = self.pick("md5", "sha1", "sha256", "sha512", "blake2b")
        data = self.pick(f"str({self.expression(depth)}).encode()", self.expression(depth), "b'x'")
        made = self.pick(f"h.{name}({data})", f"h.{name}({data})", f'h.new("{name}", {data})')
        return f"{made}.{self.pick('hexdigest()', 'hexdigest()[:8]', 'digest()[0]')}"

    def e_math(self, depth):
        name = self.pick(
            "floor", "ceil", "trunc", "isnan", "isinf", "isfinite", "fabs", "sqrt", "exp", "log",
            "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "radians", "degrees",
        )  # fmt: skip
        of_two = self.pick("pow", "fmod", "atan2", "copysign", "log")
        return self.pick(
            f"math.{name}({self.expression(depth)})", f"math.{name}({self.expression(depth)} / 3)",
            f"math.{of_two}({self.expression(depth)}, {self.expression(depth)})",
            f"math.{self.pick('pi', 'e', 'inf', 'nan')}", f"json.loads({self.expression(depth)})",
            f"json.loads(json.dumps({self.expression(depth)}))",
        )  # fmt: skip

    def moment(self, depth):
        """A datetime in UTC."""
        if self.moments and self.random.random() < 0.5:
            return self.pick(*self.moments)
        number = self.pick(
            self.expression(depth), f"({self.expression(depth)} * 86399.7)",
            f"({self.expression(depth)} / 3)", "1700000000.1234565", "value['n'] * 1e9", "-0.5",
        )  # fmt: skip
        made = self.pick(
            f"datetime.fromtimestamp({number}, timezone.utc)", f"datetime.fromtimestamp({number}, UTC)",
            f"dt.datetime.fromtimestamp({number}, tz=dt.timezone.utc)",
        )  # fmt: skip
        return made + self.pick(
            "", "", "", ".replace(microsecond=0)", ".replace(minute=0, second=0, microsecond=0)",
            ".astimezone(timezone.utc)", " + HOUR", " - timedelta(days=2.5)",
        )  # fmt: skip

    def e_moment(self, depth):
        made = f"({self.moment(depth)})"
        return self.pick(
            f"{made}.isoformat()", f"{made}.isoformat(' ', 'milliseconds')", f"str({made})",
            f"{made}.strftime('%Y-%m-%d %H:%M')", f"{made}.year", f"{made}.hour", f"{made}.second",
            f"{made}.weekday()", f"{made}.date().isoformat()", f"{made}.timestamp()",
            f"{made}.replace(tzinfo=None).isoformat()", f"{made}.date().isoweekday()",
            f'f"{{{(self.moments or [0])[0]}:%F %T.%f}}"', f"{made}.microsecond", f"str({made}.date())",
        )  # fmt: skip

    def e_later(self, depth):
        a, b = f"({self.moment(depth)})", f"({self.moment(depth)})"
        return self.pick(
            f"({a} - {b}).total_seconds()", f"({a} < {b})", f"({a} - {b}).days", f"({a} == {b})",
            f"({a}.date() >= {b}.date())", f"({a} - {b} > timedelta(minutes=5))",
        )  # fmt: skip

    def e_isinstance(self, depth):
        kind = self.pick("str", "int", "(int, float)", "dict", "list", "bool")
        return f"isinstance({self.expression(depth)}, {kind})"


def random_value(chance, depth=3):
    kind = chance.random()
    if depth == 0 or kind < 0.6:
        return chance.choice(EDGES[:39]) if kind < 0.4 else chance.choice([1, 2, 3, "a", "b", 0.5])
    if kind < 0.8:
        return [random_value(chance, depth - 1) for _ in range(chance.randint(0, 4))]
    return {chance.choice(KEYS): random_value(chance, depth - 1) for _ in range(chance.randint(0, 4))}


def typed_value(chance, key):
    """What most programs expect under this key."""
    numbers = [chance.choice([0, 1, 2, 3, -1, 7, 255, 2.5, 1.5]) for _ in range(3)]
    words = [chance.choice(["a", "b", "eu", "x,y", " Abc "]) for _ in range(2)]
    return {
        "xs": numbers[: chance.randint(0, 3)],
        "name": words[0],
        "tags": words,
        "m": dict(zip(words, numbers)),
    }.get(key, numbers[0])


def random_input(chance):
    if chance.random() < 0.03:
        return random_value(chance)
    typed = chance.choice([1.0, 0.9, 0.5])
    return {
        key: typed_value(chance, key) if chance.random() < typed else random_value(chance, 2)
        for key in KEYS
        if chance.random() < 0.95
    }


def generate(seed, count):
    """(source, [value])"""
    source = Writer(seed).source()
    chance = random.Random(seed + 1)
    return source, [random_input(chance) for _ in range(count)]


def written(path):
    """[(source, [value])] of such a file"""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    tree = ast.parse(text)
    scope = {}
    exec(compile(tree, path, "exec"), scope)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    sources = [ast.get_source_segment(text, function) + "\n" for function in functions]
    return [
        (source.replace(f"def {function.name}(", "def f(", 1), scope["VALUES"])
        for function, source in zip(functions, sources)
    ]


def show(value):
    """A text that tells apart all that Python can: types, signs of zero, order, identity."""
    seen = {}

    def text(value, depth):
        if depth > 60:
            return "..."
        if isinstance(value, (list, dict, set)):
            if id(value) in seen:
                return f"#{seen[id(value)]}"
            seen[id(value)] = len(seen)
        if isinstance(value, list):
            return f"[{', '.join(text(item, depth + 1) for item in value)}]"
        if isinstance(value, tuple):
            return f"({', '.join(text(item, depth + 1) for item in value)},)"
        if isinstance(value, dict):
            pairs = (f"{text(k, depth + 1)}: {text(v, depth + 1)}" for k, v in value.items())
            return f"{{{', '.join(pairs)}}}"
        if isinstance(value, (set, frozenset)):
            return f"{type(value).__name__}{sorted(map(repr, value))}"
        return f"{type(value).__name__} {value!r}"

    return text(value, 0)


def run(source, value, generator):
    """(class of the exception or "", what came out and what became of the value)"""
    scope = {}
    exec(_compiled(source), scope)
    try:
        result = scope["f"](value)
        if generator:
            result = list(result)
    except Exception as e:
        return type(e).__name__, ""
    return "", show((result, value))


def result(source, value, paths):
    """(class of the exception or "", what came out and what stands at the paths then)"""
    scope = {}
    exec(_compiled(source), scope)
    try:
        result = scope["f"](value)
    except Exception as e:
        return type(e).__name__, ""
    shown = "the argument" if result is value else _shown(result)
    return "", f"{shown}; {[_at(value, path) for path in paths]}"


def _shown(result):
    """Of a generator what it yields, and what it says in the end."""
    if not inspect.isgenerator(result):
        return show(result)
    items = []
    try:
        items.extend(show(item) for item in result)
    except Exception as e:
        items.append(repr(e))
    return items


def _at(value, path):
    for key in path:
        if not isinstance(value, dict):
            break
        if key not in value:
            return "nothing"
        value = value[key]
    return show(value)


@functools.lru_cache(1)
def _compiled(source):
    return compile(source, "<function>", "exec")


def json_of(value):
    try:
        return json.dumps(value).encode()
    except (ValueError, TypeError):
        return None


AGENT = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata: {name: found}
spec:
  input: {topic: {name: in}}
  output: {topics: [{name: out}]}
  processors:
    pipeline: [f]
    operations:
    - name: f
      map:
        python: |
"""


def write_case(name, source, value):
    """A spec of the function, and a case for `kasprc test` of what CPython makes of the value, in
    a folder of found/; which. "" if JSON cannot say it."""
    scope = {}
    exec(_compiled(source), scope)
    try:
        case = [("send", json.dumps([{"value": value}]))]
        try:
            result = scope["f"](copy.deepcopy(value))
            results = list(result) if inspect.isgenerator(result) else [result]
        except Exception as e:
            case += [("expect", "[]"), ("failed", json.dumps([f"{type(e).__name__} {e}"]))]
        else:
            case.append(("expect", json.dumps([{"value": one} for one in results])))
    except (ValueError, TypeError):
        return ""
    folder = os.path.abspath(f"found/{name}")
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/agent.yaml", "w", encoding="utf-8") as file:
        file.write(AGENT + "".join(f"          {line}\n" for line in source.splitlines()))
    with open(f"{folder}/agent_test.yaml", "w", encoding="utf-8") as file:
        file.write(f"cases:\n  - name: {name}\n")
        file.writelines(f"    {key}: {text}\n" for key, text in case)
    return folder


def smaller(source):
    """The function with one statement less, or with a constant in place of an expression."""
    candidates = []
    count = sum(1 for _ in ast.walk(ast.parse(source)))
    for index in range(count):
        tree = ast.parse(source)
        node = list(ast.walk(tree))[index]
        for field, old in ast.iter_fields(node):
            if isinstance(old, list) and old and isinstance(old[0], ast.stmt):
                for i in range(len(old)):
                    setattr(node, field, old[:i] + old[i + 1 :] or [ast.Pass()])
                    candidates.append(_text(tree))
                setattr(node, field, old)
            elif isinstance(old, ast.expr) and not isinstance(old, (ast.Constant, ast.Name)):
                for new in (ast.Constant(1), *(c for c in ast.walk(old) if isinstance(c, ast.expr))):
                    setattr(node, field, new)
                    candidates.append(_text(tree))
                setattr(node, field, old)
    return sorted({c for c in candidates if c and len(c) < len(source)}, key=len)


def _text(tree):
    try:
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        compile(text, "<smaller>", "exec")
        return text
    except (SyntaxError, ValueError, TypeError, AttributeError, RecursionError):
        return None
