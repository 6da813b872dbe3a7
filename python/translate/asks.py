"""What only CPython has, of objects of its library: patterns and their matches, datetimes. It is asked
for that one expression, `py-call "match" ...`, while all around it is native.

Whether an object is such a one, and has a method that changes nothing, is only seen when it runs
(python/pure.cc); for anything else CPython runs all of it. So nothing here has to be sure: it says
what is worth asking for.
"""

import ast

from _kaspr_emit import Untranslated, constant

FUNCTIONS = frozenset(
    f"re.{name}" for name in "match search fullmatch sub subn split findall escape compile".split()
) | frozenset(
    f"datetime.{name}"
    for name in "datetime.fromisoformat datetime.strptime datetime.fromtimestamp datetime.fromordinal "
    "date.fromisoformat date.fromtimestamp date.fromordinal time.fromisoformat".split()
)
METHODS = frozenset(
    "match search fullmatch sub subn split findall group groups groupdict start end span expand "
    "strftime isoformat timestamp date time weekday isoweekday toordinal total_seconds".split()
)
ATTRIBUTES = frozenset(
    "pattern flags string re pos endpos lastindex lastgroup year month day hour minute second "
    "microsecond fold tzinfo days seconds microseconds".split()
)
# Classes and modules, which have such functions, and constants.
OWNERS = frozenset("re datetime datetime.datetime datetime.date datetime.time".split())
FLAGS = frozenset(f"re.{name}" for name in "I IGNORECASE M MULTILINE S DOTALL X VERBOSE A ASCII".split())
# What makes the object that a global name stands for.
MAKERS = frozenset(
    "re.compile datetime.timezone datetime.datetime datetime.date datetime.time datetime.datetime.fromisoformat "
    "datetime.datetime.strptime datetime.date.fromisoformat datetime.time.fromisoformat".split()
)
# What gives an object, or None.
GIVING = frozenset("match search fullmatch date time".split())
GIVING_FUNCTIONS = FUNCTIONS - frozenset(f"re.{name}" for name in "sub subn split findall escape".split())
OPERATORS = {
    ast.Lt: "__lt__",
    ast.LtE: "__le__",
    ast.Gt: "__gt__",
    ast.GtE: "__ge__",
    ast.Eq: "__eq__",
    ast.NotEq: "__ne__",
}
# Primitives that take any object as it is.
TAKING = frozenset("is not bool bound setitem dict dict-put list list-append tuple".split())


class Asks:
    """`self.object_names` are the names that only such objects, or None, are bound to;
    `self.objects` the operands that are some; `self.sees_objects`: others may be."""

    def find_objects(self):
        """Once, before anything is translated."""
        self.objects, self.object_names, self.sees_objects = set(), set(), False
        if not self.scope.asks_python:
            return
        self.sees_objects = bool(self.functions.open) or any(map(self._may_give, ast.walk(self.definition)))
        found, plain = {}, set()
        for node in ast.walk(self.definition):
            target = getattr(node, "target", None)
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = node.targets[0]
            bound = isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value
            if bound and isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(node.value)
                plain.add(target)
        for node in ast.walk(self.definition):
            for name in self.bound_by(node) if node not in plain else ():
                found.pop(name, None)
        self.object_names = set(found)
        while True:
            wrong = {
                name
                for name in self.object_names
                if not all(self.is_object(value, True) for value in found[name])
            }
            if not wrong:
                return
            self.object_names -= wrong

    def _may_give(self, node):
        """May it be where an object comes from?"""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return node.func.id not in self.local and not self.scope.is_builtin(node.func.id)
        return isinstance(node, ast.Name) and self._is_global_object(node)

    def is_object(self, node, or_none=False):
        """Is what it gives surely an object, or None?"""
        if not self.scope.asks_python:
            return False
        if isinstance(node, ast.Name):
            return node.id in self.object_names or self._is_global_object(node)
        if isinstance(node, ast.Constant):
            return or_none and node.value is None
        if isinstance(node, ast.NamedExpr):
            return self.is_object(node.value)
        if isinstance(node, ast.IfExp):
            return self.is_object(node.body, True) and self.is_object(node.orelse, True)
        if isinstance(node, ast.BinOp):
            operands = node.left, node.right
            return isinstance(node.op, ast.Sub) and all(map(self.is_object, operands))
        if isinstance(node, ast.Attribute):
            return self._is_global_object(node)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return False
        if self.kind(node) is not None:
            return False
        path = self.path(node.func)
        if path:
            return path in GIVING_FUNCTIONS
        return node.func.attr in GIVING and self.is_object(node.func.value)

    def _is_global_object(self, node):
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id in self.local:
            return False
        if self.path(node) in OWNERS | FLAGS:
            return True
        made = self.scope.made(node.id) if isinstance(node, ast.Name) else None
        return made is not None and made[0] in MAKERS and self.kind(node) is None

    # Operands.

    def _ask(self, node, kind, name, *operands, is_object=False):
        result = self.emit.fresh()
        self.emit.at(node)
        self.emit.line(" ".join([f"{result} = py-{kind}", constant(node, name), *operands]))
        if is_object:
            self.objects.add(result)
        return result

    def object(self, node):
        """The operand of a global object."""
        self.count(node)
        if isinstance(node, ast.Name):
            home = self.scope.home_of(self.definition)
            return self._ask(node, "global", f"{home}.{node.id}", is_object=True)
        return self._ask(node, "attr", node.attr, self.object(node.value), is_object=True)

    def note_object(self, node, operand):
        """Of a local name that was read."""
        if node.id in self.object_names and operand.startswith("%"):
            self.objects.add(operand)
        return operand

    def global_object(self, node):
        """The same, or None: it is none."""
        asked = self.scope.asks_python and self._is_global_object(node)
        return self.object(node) if asked else None

    def is_asked(self, node):
        """Is CPython asked for what a function of the library gives? Of a path."""
        return (
            self.scope.asks_python
            and self.path(node.func) in FUNCTIONS
            and isinstance(node.func, ast.Attribute)
            and self._is_global_object(node.func.value)
        )

    def ask_method(self, node):
        """The operand of what a call gives, or None: the method is none of these."""
        name, receiver = node.func.attr, node.func.value
        if not self.scope.asks_python or name not in METHODS and not self.is_asked(node):
            return None
        sure = self.is_object(receiver)
        if not sure and (f".{name}" in self.primitives or not self._may_be_object(receiver)):
            return None
        if node.keywords:
            raise Untranslated(node, f"'{name}' with named arguments")
        operand = self.expression(receiver)
        if self.in_try and not all(isinstance(a, ast.Constant) for a in node.args):
            operand = self._ask(node, "method", name, operand)  # it is looked up first
        arguments = self.expressions(node.args)
        return self._ask(node, "call", name, operand, *arguments, is_object=self.is_object(node))

    def _may_be_object(self, node):
        while isinstance(node, ast.Attribute):
            node = node.value
        return self.sees_objects and not (isinstance(node, ast.Name) and node.id not in self.local)

    def ask_attribute(self, node):
        if not self.scope.asks_python or node.attr not in ATTRIBUTES:
            return None
        if not self.is_object(node.value) and not self._may_be_object(node.value):
            return None
        return self._ask(node, "attr", node.attr, self.expression(node.value))

    def ask_operator(self, node, left, right):
        """left - right, of objects."""
        asked = isinstance(node.op, ast.Sub) and left in self.objects and right in self.objects
        return self._ask(node, "call", "__sub__", left, right, is_object=True) if asked else None

    def ask_comparison(self, node, op, left, right):
        if left not in self.objects or type(op) not in OPERATORS:
            return None
        return self._ask(node, "call", OPERATORS[type(op)], left, right)

    def ask_text(self, node, operand, spec=None):
        """str() of an object, or format() with a spec, which is an operand."""
        if operand not in self.objects:
            return None
        if spec is None or spec == '""':
            return self._ask(node, "call", "__str__", operand)
        return self._ask(node, "call", "__format__", operand, spec)

    def ask_item(self, node, operand, key):
        """match[1]"""
        asked = operand in self.objects
        return self._ask(node, "call", "__getitem__", operand, key) if asked else None

    def check_objects(self, node, name, operands):
        """Raises where a primitive would have to leave it to CPython each time."""
        taken = {"setitem": operands[2:], "dict-put": operands[2:], ".append": operands[1:], "dict": operands[1::2]}
        refused = set(operands) - set(taken.get(name, operands if name in TAKING else ()))
        if not self.objects.isdisjoint(refused):
            raise Untranslated(node, "an operation on such an object, which only CPython has")
