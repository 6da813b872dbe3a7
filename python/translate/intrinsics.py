"""What Python's library gives: hashes, the clock, UUIDs, datetimes in UTC.

Their objects are no values of the IR. Of which kind an expression is, is known here, and an operand
stands for the object:

    utc, naive   a datetime in UTC, with and without tzinfo: microseconds since 1970
    date         the same, of its midnight
    delta        a timedelta: microseconds
    uuid         its text
    hash         none: only its digest is asked for

A name has a kind if all that the function binds to it has that kind. Whoever wants the object itself
gets the reason why the function stays in Python.
"""

import ast
import datetime

from _kaspr_emit import Untranslated, constant
from _kaspr_library import HASHES, MODULES

UTC = frozenset(("datetime.timezone.utc", "datetime.UTC"))
DATETIMES = frozenset(("utc", "naive"))
WORDS = {
    "utc": "a datetime",
    "naive": "a datetime",
    "date": "a date",
    "delta": "a timedelta",
    "uuid": "a UUID",
    "hash": "a hash",
}
PARTS = {
    "date": frozenset("year month day".split()),
    "utc": frozenset("year month day hour minute second microsecond".split()),
}
PARTS["naive"] = PARTS["utc"]
TIMESPECS = frozenset("auto hours minutes seconds milliseconds microseconds".split())
# What strftime writes the same in every locale and with every C library.
DIRECTIVES = frozenset("YmdHMSfjyuwFTR%")
# replace() with these as 0: the microseconds that go.
FLOORS = {
    frozenset(("microsecond",)): 10**6,
    frozenset(("second", "microsecond")): 60 * 10**6,
    frozenset(("minute", "second", "microsecond")): 3600 * 10**6,
    frozenset(("hour", "minute", "second", "microsecond")): 86400 * 10**6,
}
COMPARED = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}


class Intrinsics:
    """`self.imports` is what the function's own imports bind, name -> path; `self.kinds` the kinds
    of its names."""

    def find_intrinsics(self):
        """Once, before anything is translated."""
        self.imports, self.kinds = {}, {}
        for statement in self.definition.body:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                self._take_import(statement)
        self.local |= frozenset(self.imports)
        self._find_kinds()

    def _take_import(self, statement):
        for name, path in self.scope.imports_of(statement).items():
            for node in ast.walk(self.definition):
                early = (
                    isinstance(node, ast.Name)
                    and node.id == name
                    and (node.lineno, node.col_offset) < (statement.lineno, statement.col_offset)
                )
                if early or _binds(node, name):
                    raise Untranslated(statement, f"imports '{name}', which is something else too")
            if path.partition(".")[0] not in MODULES or name in self.imports:
                raise Untranslated(statement, "uses 'import', which only CPython has")
            self.imports[name] = path

    def _find_kinds(self):
        found, spoilt = {}, set()  # name -> the expressions that it is bound to
        plain = set()
        for node in ast.walk(self.definition):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = node.targets[0]
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                target = node.target
            else:
                continue
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(node.value)
                plain.add(target)
        for node in ast.walk(self.definition):
            if node not in plain:
                spoilt |= {name for name in found if _binds(node, name)}
        found = {name: values for name, values in found.items() if name not in spoilt}
        for _ in found:  # one kind may follow from another, or from itself: t = t - hour
            for name, values in found.items():
                kinds = {self.kind(value) for value in values} - {None}
                if len(kinds) == 1 and "hash" not in kinds:
                    self.kinds[name] = kinds.pop()
        for _ in found:
            for name, values in found.items():
                if {self.kind(value) for value in values} != {self.kinds.get(name)}:
                    self.kinds.pop(name, None)

    def _Import(self, node, live):
        if node not in self.definition.body:
            raise Untranslated(node, "uses 'import', which only CPython has")

    _ImportFrom = _Import

    def path(self, node):
        """'datetime.timezone.utc', if that is sure; else ''."""
        root, parts = node, []
        while isinstance(root, ast.Attribute):
            parts.insert(0, root.attr)
            root = root.value
        if not isinstance(root, ast.Name):
            return ""
        if root.id in self.imports:
            path = ".".join([self.imports[root.id], *parts])
        else:
            path = "" if root.id in self.local else self.scope.path(node)
        why = self.scope.why_replaced(path)
        if why:
            raise Untranslated(node, why)
        return path

    def _is_utc(self, node):
        return self.path(node) in UTC

    # Kinds.

    def kind(self, node):
        """Of the object that an expression gives; None: it is none of these."""
        if isinstance(node, ast.Name):
            return self.kinds.get(node.id) if node.id in self.local else None
        if isinstance(node, ast.BinOp):
            return self._kind_of_operation(node)
        if not isinstance(node, ast.Call):
            return None
        path = self.path(node.func)
        if path:
            return self._kind_of_made(path, node)
        if not isinstance(node.func, ast.Attribute):
            return None
        receiver = self.kind(node.func.value)
        if receiver not in DATETIMES:
            return None
        name, given = node.func.attr, [*node.args, *node.keywords]
        if name == "date" and not given:
            return "date"
        if name == "astimezone" and receiver == "utc" and len(node.args) == 1 == len(given):
            return "utc" if self._is_utc(node.args[0]) else None
        return self._kind_of_replaced(receiver, node) if name == "replace" else None

    def _kind_of_made(self, path, node):
        names = {keyword.arg: keyword.value for keyword in node.keywords}
        if path in ("datetime.datetime.now", "datetime.datetime.fromtimestamp"):
            positional = 0 if path.endswith("now") else 1
            zones = [*node.args[positional:], *(names[n] for n in names if n == "tz")]
            fits = len(node.args) >= positional and len(zones) == 1 and set(names) <= {"tz"}
            return "utc" if fits and self._is_utc(zones[0]) else None
        if path == "datetime.datetime.utcnow":
            return None if node.args or names else "naive"
        if path == "datetime.datetime.utcfromtimestamp":
            return "naive" if len(node.args) == 1 and not names else None
        if path == "datetime.timedelta":
            return None if self._timedelta(node) is None else "delta"
        if path == "uuid.uuid4":
            return None if node.args or names else "uuid"
        return "hash" if self._hash(path, node) else None

    def _kind_of_replaced(self, receiver, node):
        """replace() of all below a unit by 0, and of tzinfo."""
        names = {keyword.arg: keyword.value for keyword in node.keywords}
        zone = names.pop("tzinfo", None)
        zeros = all(isinstance(v, ast.Constant) and type(v.value) is int and v.value == 0 for v in names.values())
        if node.args or not zeros or names and frozenset(names) not in FLOORS:
            return None
        if zone is None:
            return receiver
        if isinstance(zone, ast.Constant) and zone.value is None:
            return "naive"
        return "utc" if self._is_utc(zone) else None

    def _kind_of_operation(self, node):
        left, right = self.kind(node.left), self.kind(node.right)
        if isinstance(node.op, ast.Sub) and left == right and left in (*DATETIMES, "date"):
            return "delta"
        if isinstance(node.op, (ast.Add, ast.Sub)) and left in DATETIMES and right == "delta":
            return left
        return None

    def _timedelta(self, node):
        """The microseconds of timedelta(hours=1, ...), or None."""
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        if not all(isinstance(v, ast.Constant) and type(v.value) in (int, float) for v in values):
            return None
        names = {keyword.arg: keyword.value.value for keyword in node.keywords}
        try:
            made = datetime.timedelta(*(v.value for v in node.args), **names)
        except (TypeError, ValueError, OverflowError):
            return None
        microseconds = made // datetime.timedelta(microseconds=1)
        return microseconds if abs(microseconds) < 2**62 else None

    def _hash(self, path, node):
        """The name of the algorithm and the arguments that are data, or None."""
        module, _, name = path.partition(".")
        arguments = list(node.args)
        if path == "hashlib.new":
            first = arguments.pop(0) if arguments else None
            name = first.value if isinstance(first, ast.Constant) else None
        security = all(
            keyword.arg == "usedforsecurity"
            and isinstance(keyword.value, ast.Constant)
            and isinstance(keyword.value.value, bool)
            for keyword in node.keywords
        )
        if module != "hashlib" or name not in HASHES or len(arguments) > 1 or not security:
            return None
        return name, arguments

    # What stands for them.

    def stand_in(self, node):
        """The operand. REQUIRES: it has a kind, and is no hash."""
        self.count(node)
        self.emit.at(node)
        if isinstance(node, ast.Name):
            return self.read_local(node)
        if isinstance(node, ast.BinOp):
            left, right = self.stand_in(node.left), self.stand_in(node.right)
            if self.kind(node) == "delta":
                return self.apply(node, "sub", left, right)
            if isinstance(node.op, ast.Sub):
                known = right.lstrip("-").isdigit()
                right = str(-int(right)) if known else self.apply(node, "neg", right)
            return self.apply(node, "utc-shift", left, right)
        path = self.path(node.func)
        if path == "datetime.timedelta":
            return constant(node, self._timedelta(node))
        if path == "uuid.uuid4":
            return self.apply(node, "uuid4")
        if path.endswith("fromtimestamp"):
            return self.apply(node, "utc-from-timestamp", self.expression(node.args[0]))
        if path:  # now(timezone.utc) or utcnow()
            return self.apply(node, "utc-now")
        receiver = self.stand_in(node.func.value)
        if node.func.attr == "date":
            return self.apply(node, "utc-midnight", receiver)
        floor = FLOORS.get(frozenset(k.arg for k in node.keywords) - {"tzinfo"})
        if node.func.attr == "astimezone" or floor is None:
            return receiver
        return self.apply(node, "sub", receiver, self.apply(node, "mod", receiver, str(floor)))

    # What is asked of them.

    def library_call(self, node):
        """The operand of a call's value, or None: it has nothing to do with all this."""
        kind = self.kind(node)
        if kind is not None:
            raise Untranslated(node, f"{WORDS[kind]} as a value")
        path = self.path(node.func)
        if path in ("time.time", "time.time_ns") and not node.args and not node.keywords:
            return self.apply(node, "time" if path == "time.time" else "time-ns")
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
        if isinstance(node, ast.Call) and self.path(node.func):
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

    def _is_str(self, node):
        """str(x), of an x that has a text here"""
        return (
            isinstance(node.func, ast.Name)
            and node.func.id == "str"
            and "str" not in self.local
            and self.scope.is_builtin("str")
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


def _binds(node, name):
    """Does this node, not what is in it, bind the name?"""
    if isinstance(node, ast.Name):
        return node.id == name and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.arg):
        return node.arg == name
    if isinstance(node, (ast.ExceptHandler, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name == name
    if isinstance(node, (ast.MatchAs, ast.MatchStar)):
        return node.name == name
    if isinstance(node, ast.MatchMapping):
        return node.rest == name
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return name in node.names
    return False
