"""Objects of Python's library, which are no values of the IR: of which kind an expression is, and
what stands for the object.

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

MOST_IMPORTS = 20
MOST_NAMES = 100  # of which it is asked
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
# replace() with these as 0: the microseconds that go.
FLOORS = {
    frozenset(("microsecond",)): 10**6,
    frozenset(("second", "microsecond")): 60 * 10**6,
    frozenset(("minute", "second", "microsecond")): 3600 * 10**6,
    frozenset(("hour", "minute", "second", "microsecond")): 86400 * 10**6,
}
NAMING = (
    *(ast.ExceptHandler, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.MatchAs, ast.MatchStar),
)


class Kinds:
    """`self.imports` is what the function's own imports bind, name -> path; `self.kinds` the kinds
    of its names."""

    @staticmethod
    def bound_by(node):
        """The names that this node, not what is in it, binds."""
        return _bound_by(node)

    def find_kinds(self):
        """Once, before anything is translated."""
        self.imports, self.kinds, self.kinds_of_nodes = {}, {}, None
        for statement in self.definition.body:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                self._take_import(statement)
        self.local |= frozenset(self.imports)
        self._find_kinds_of_names()
        self.kinds_of_nodes = {}

    def _take_import(self, statement):
        imported = self.scope.imports_of(statement)
        if any(path.partition(".")[0] not in MODULES for path in imported.values()):
            raise Untranslated(statement, "uses 'import', which only CPython has")
        for node in ast.walk(self.definition):
            early = (
                isinstance(node, ast.Name)
                and node.id in imported
                and (node.lineno, node.col_offset) < (statement.lineno, statement.col_offset)
            )
            for name in [node.id] if early else _bound_by(node):
                if name in imported:
                    raise Untranslated(statement, f"imports '{name}', which is something else too")
        if imported.keys() & self.imports.keys() or len(self.imports) >= MOST_IMPORTS:
            raise Untranslated(statement, "imports a name twice, or too many")
        self.imports.update(imported)

    def _find_kinds_of_names(self):
        found, plain = {}, set()  # name -> the expressions that it is bound to
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
            for name in _bound_by(node) if node not in plain else ():
                found.pop(name, None)
        if len(found) <= MOST_NAMES:
            self._suppose(found)
            self._doubt(found)

    def _suppose(self, found):
        """What one of its values says. It may follow from others, or from itself: t = t - hour"""
        for _ in found:
            before = dict(self.kinds)
            for name, values in found.items():
                kinds = {self.kind(value) for value in values} - {None}
                if len(kinds) == 1 and "hash" not in kinds:
                    self.kinds[name] = kinds.pop()
            if self.kinds == before:
                break

    def _doubt(self, found):
        """No name keeps a kind that one of its values does not have."""
        wrong = True
        while wrong:
            wrong = [
                name
                for name in self.kinds
                if {self.kind(value) for value in found[name]} != {self.kinds[name]}
            ]
            for name in wrong:
                del self.kinds[name]

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
        known = self.kinds_of_nodes
        if known is None:
            return self._kind_of(node)
        if node not in known:
            known[node] = self._kind_of(node)
        return known[node]

    def _kind_of(self, node):
        if isinstance(node, ast.Name):
            if node.id in self.local:
                return self.kinds.get(node.id)
            return "delta" if self._global_timedelta(node) is not None else None
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
        zeros = all(type(_number(value)) is int and _number(value) == 0 for value in names.values())
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
        values = [_number(argument) for argument in node.args]
        names = {keyword.arg: _number(keyword.value) for keyword in node.keywords}
        if None in values or None in names.values() or None in names:
            return None
        try:
            made = datetime.timedelta(*values, **names)
        except (TypeError, ValueError, OverflowError):
            return None
        microseconds = made // datetime.timedelta(microseconds=1)
        return microseconds if abs(microseconds) < 2**62 else None

    def _global_timedelta(self, node):
        """The microseconds of a name that the block or init binds to a timedelta, or None."""
        path, call = self.scope.made(node.id) or ("", None)
        if path != "datetime.timedelta":
            return None
        why = self.scope.why_replaced(path)
        if why:
            raise Untranslated(node, why)
        return self._timedelta(call)

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
            if node.id in self.local:
                return self.read_local(node)
            return constant(node, self._global_timedelta(node))
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


def _number(node):
    """The value of 5, 2.5 or -1, or None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _number(node.operand)
        return None if number is None else -number
    plain = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return node.value if plain else None


def _bound_by(node):
    """The names that this node, not what is in it, binds."""
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.MatchMapping):
        return [node.rest]
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return node.names
    return [getattr(node, "name", None)] if isinstance(node, NAMING) else []
