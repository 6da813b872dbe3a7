"""What a program asks of Python's library: digests, JSON, the clock, UUIDs, parts and texts of datetimes.
kinds.py says what their objects are here."""

import ast

from _kaspr_emit import Untranslated, constant
from _kaspr_kinds import WORDS, Kinds
from _kaspr_library import CONSTANTS, MATH

PARTS = {
    "date": frozenset("year month day".split()),
    "utc": frozenset("year month day hour minute second microsecond".split()),
}
PARTS["naive"] = PARTS["utc"]
TIMESPECS = frozenset("auto hours minutes seconds milliseconds microseconds".split())
# What strftime writes the same in every locale and with every C library.
DIRECTIVES = frozenset("YmdHMSfjyuwFTR%")
COMPARED = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}


class Intrinsics(Kinds):
    def library_call(self, node):
        """The operand of a call's value, or None: it has nothing to do with all this."""
        kind = self.kind(node)
        if kind is not None:
            raise Untranslated(node, f"{WORDS[kind]} as a value")
        path = self.path(node.func)
        if path in ("time.time", "time.time_ns") and not node.args and not node.keywords:
            return self.apply(node, "time" if path == "time.time" else "time-ns")
        if path in ("json.dumps", "json.loads") and self._is_plain_call(node):
            return self.apply(node, path.replace(".", "-"), self.expression(node.args[0]))
        if path.startswith("math.") and path[5:] in MATH and not node.keywords:
            return self.apply(node, f"math-{path[5:]}", *self.expressions(node.args))
        if path and self.is_asked(node):
            return self.ask_method(node)
        if path:
            local = path in ("datetime.datetime.now", "datetime.datetime.fromtimestamp")
            how = " without UTC" if local else ""
            raise Untranslated(node, f"calls {path}{how}, which only CPython has")
        if self._is_str(node):
            return self.text_of(node.args[0])
        if not isinstance(node.func, ast.Attribute):
            return None
        kind = self.kind(node.func.value)
        if kind is None:
            self._refuse_object(node.func.value)
            return None
        method = getattr(self, f"_{kind}_{node.func.attr}", None)
        if method is None:
            raise Untranslated(node.func, f"the method '{node.func.attr}' of {WORDS[kind]}")
        return method(node, node.func.value)

    def library_constant(self, node):
        path = self.path(node)
        return constant(node, CONSTANTS[path]) if path in CONSTANTS else None

    def library_attribute(self, node):
        kind = self.kind(node.value)
        if kind is None:
            self._refuse_object(node.value)
            return None
        if node.attr in PARTS.get(kind, ()):
            return self.apply(node, f"utc-{node.attr}", self.stand_in(node.value))
        if kind == "uuid" and node.attr == "hex":
            return self.apply(node, ".replace", self.stand_in(node.value), '"-"', '""')
        if kind == "delta" and node.attr == "days":
            return self.apply(node, "floordiv", self.stand_in(node.value), str(86400 * 10**6))
        raise Untranslated(node, f"the attribute '{node.attr}' of {WORDS[kind]}")

    def _refuse_object(self, node):
        """Of what the library makes, and is of no kind: the reason is in how it is made."""
        if isinstance(node, ast.Call) and self.path(node.func) and not self.is_asked(node):
            self.library_call(node)

    def library_comparison(self, node):
        """Of two objects of one kind, or None."""
        if len(node.ops) > 1 or type(node.ops[0]) not in COMPARED:
            return None
        left, right = self.kind(node.left), self.kind(node.comparators[0])
        if left is None or left != right or left in ("uuid", "hash"):
            return None
        operands = self.stand_in(node.left), self.stand_in(node.comparators[0])
        return self.apply(node, COMPARED[type(node.ops[0])], *operands)

    def _is_plain_call(self, node):
        """f(x), of an x that is a value here"""
        return (
            len(node.args) == 1
            and not node.keywords
            and not isinstance(node.args[0], ast.Starred)
            and self.kind(node.args[0]) is None
        )

    def _is_str(self, node):
        """str(x), of an x that has a text here"""
        return (
            self.is_call_of(node, ("str",))
            and len(node.args) == 1
            and not node.keywords
            and self.kind(node.args[0]) is not None
        )

    def text_of(self, node, spec=""):
        """str(x), or format(x, spec) with a constant spec."""
        kind = self.kind(node)
        if kind == "uuid" and not spec:
            return self.stand_in(node)
        if kind not in PARTS:
            raise Untranslated(node, f"{WORDS[kind]} as a text")
        if spec:
            return self._strftime(node, self.stand_in(node), spec)
        return self._isoformat(node, kind, self.stand_in(node), " ", "auto")

    def _isoformat(self, node, kind, operand, separator, timespec):
        if kind == "date":
            return self.apply(node, "utc-date", operand)
        if (kind, separator, timespec) == ("utc", "T", "auto"):
            return self.apply(node, "utc-isoformat", operand)
        date = self.apply(node, "utc-date", operand)
        time = self.apply(node, "utc-time", operand, constant(node, timespec))
        zone = ['"+00:00"'] if kind == "utc" else []
        return self.apply(node, "concat", date, constant(node, separator), time, *zone)

    def _utc_isoformat(self, node, receiver):
        given = dict(zip(("sep", "timespec"), node.args))
        given.update((keyword.arg, keyword.value) for keyword in node.keywords)
        if not all(isinstance(value, ast.Constant) for value in given.values()):
            raise Untranslated(node, "'isoformat' with arguments that are no constants")
        values = {"sep": "T", "timespec": "auto"} | {n: v.value for n, v in given.items()}
        separator, timespec = values.pop("sep"), values.pop("timespec")
        doubled = len(given) != len(node.args) + len(node.keywords)
        plain = isinstance(separator, str) and len(separator) == 1 and separator.isascii()
        if values or doubled or not plain or timespec not in TIMESPECS:
            raise Untranslated(node, "these arguments of 'isoformat'")
        operand = self.stand_in(receiver)
        return self._isoformat(node, self.kind(receiver), operand, separator, timespec)

    _naive_isoformat = _utc_isoformat

    def _date_isoformat(self, node, receiver):
        self._no_arguments(node)
        return self.apply(node, "utc-date", self.stand_in(receiver))

    def _utc_strftime(self, node, receiver):
        if node.keywords or len(node.args) != 1 or not isinstance(node.args[0], ast.Constant):
            raise Untranslated(node, "a format of 'strftime' that is no constant")
        if not isinstance(node.args[0].value, str):
            raise Untranslated(node, "a format of 'strftime' that is no text")
        return self._strftime(node, self.stand_in(receiver), node.args[0].value)

    _naive_strftime = _date_strftime = _utc_strftime

    def _strftime(self, node, operand, text):
        rest = text
        while "%" in rest:
            _, _, rest = rest.partition("%")
            if not rest or rest[0] not in DIRECTIVES:
                raise Untranslated(node, f"'%{rest[:1]}' in the format of a date")
            rest = rest[1:]
        if not text.isascii() or "\0" in text:
            raise Untranslated(node, "a format of a date that is not ASCII")
        return self.apply(node, "utc-strftime", operand, constant(node, text))

    def _utc_weekday(self, node, receiver):
        self._no_arguments(node)
        return self.apply(node, "utc-weekday", self.stand_in(receiver))

    _naive_weekday = _date_weekday = _utc_weekday

    def _utc_isoweekday(self, node, receiver):
        return self.apply(node, "add", self._utc_weekday(node, receiver), "1")

    _naive_isoweekday = _date_isoweekday = _utc_isoweekday

    def _utc_timestamp(self, node, receiver):
        self._no_arguments(node)
        return self.apply(node, "truediv", self.stand_in(receiver), "1000000")

    _delta_total_seconds = _utc_timestamp  # both divide an int by an int

    def _hash_hexdigest(self, node, receiver, suffix="-hex"):
        self._no_arguments(node)
        name, arguments = self._hash(self.path(receiver.func), receiver)
        return self.apply(node, name + suffix, *self.expressions(arguments))

    def _hash_digest(self, node, receiver):
        return self._hash_hexdigest(node, receiver, "")

    def _no_arguments(self, node):
        if node.args or node.keywords:
            raise Untranslated(node, f"'{node.func.attr}' with arguments")
