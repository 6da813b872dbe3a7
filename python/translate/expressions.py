"""Expressions to operands of an ir::Expr, in CPython's order of evaluation."""

import ast

from _kaspr_builtins import TYPES
from _kaspr_calls import Calls
from _kaspr_comprehensions import Comprehensions
from _kaspr_emit import UNBOUND, Untranslated, constant, leave
from _kaspr_flow import bound
from _kaspr_kinds import WORDS

BINARY = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "bitand",
    ast.BitOr: "bitor",
    ast.BitXor: "bitxor",
}
UNARY = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert", ast.Not: "not"}
COMPARE = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Is: "is",
    ast.IsNot: "is",
    ast.In: "in",
    ast.NotIn: "in",
}


class Expressions(Comprehensions, Calls):
    """`self.env` is name -> operand, `self.maybe` the names that may be unbound; a name is in
    `self.local` if the function binds it."""

    def expression(self, node):
        self.count(node)
        method = getattr(self, "_" + type(node).__name__, None)
        if method is None or not isinstance(node, ast.expr):
            raise Untranslated(node, f"{_words(node)}, which only CPython has")
        if isinstance(node, ast.expr) and not isinstance(node, (ast.Constant, ast.Name)):
            self.emit.at(node)
        return method(node)

    def expressions(self, nodes):
        return [self.expression(node) for node in nodes]

    def apply(self, node, name, *operands):
        fewest, most = self.primitives[name]
        if not fewest <= len(operands) <= most:
            raise Untranslated(node, f"{len(operands)} arguments for '{name.lstrip('.')}'")
        self.check_objects(node, name, operands)
        self.emit.at(node)
        return self.emit.apply(name, *operands)

    # Names and constants.

    def _Constant(self, node):
        return constant(node, node.value)

    def _Name(self, node):
        kind = self.kind(node)
        if kind is not None:
            raise Untranslated(node, f"{WORDS[kind]} as a value")
        known = self.library_constant(node)
        if known is not None:
            return known
        if node.id in self.imports:
            raise Untranslated(node, f"'{node.id}' as a value")
        if node.id in self.local:
            return self.read_local(node)
        if self.scope.is_builtin(node.id):
            raise Untranslated(node, f"'{node.id}' as a value")
        known = self.global_object(node)
        return constant(node, self.scope.constant(node)) if known is None else known

    def read_local(self, node):
        operand = self.env.get(node.id, UNBOUND)
        if operand == UNBOUND or node.id in self.maybe:
            operand = self.apply(node, "bound", operand)
        return self.note_object(node, operand)

    # Operators.

    def _BinOp(self, node):
        kind = self.kind(node)
        if kind is not None:
            raise Untranslated(node, f"{WORDS[kind]} as a value")
        left = self.expression(node.left)
        right = self.expression(node.right)
        if type(node.op) not in BINARY:
            raise Untranslated(node, "the operator '@'")
        asked = self.ask_operator(node, left, right)
        if asked is not None:
            return asked
        return self.apply(node, BINARY[type(node.op)], left, right)

    def _UnaryOp(self, node):
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            if type(node.operand.value) in (int, float):
                return constant(node, -node.operand.value)
        return self.apply(node, UNARY[type(node.op)], self.expression(node.operand))

    def _BoolOp(self, node):
        return self._and_or(node, isinstance(node.op, ast.And), node.values)

    def _and_or(self, node, is_and, values):
        first = self.expression(values[0])
        if len(values) == 1:
            return first

        def rest():
            return self._and_or(node, is_and, values[1:])

        def keep():
            return first

        return self.choose(node, first, *((rest, keep) if is_and else (keep, rest)))

    def _IfExp(self, node):
        test = self.expression(node.test)
        return self.choose(
            node,
            test,
            lambda: self.expression(node.body),
            lambda: self.expression(node.orelse),
        )

    def choose(self, node, test, then, otherwise):
        """The value of one of two expressions, of which only one is evaluated. Names that they
        bind (:=) are joined as those of an if."""
        names = sorted(bound([node]) & self.local)
        self.emit.at(node)
        head = len(self.emit.lines)
        self.emit.open(f"if {test}")
        before, maybe = dict(self.env), set(self.maybe)
        self.emit.line(leave("give", [then(), *self.values_of(names)]))
        may_be_unbound = self.maybe
        self.env, self.maybe = before, maybe
        self.emit.between("else")
        self.emit.line(leave("give", [otherwise(), *self.values_of(names)]))
        self.maybe |= may_be_unbound
        results = [self.emit.fresh() for _ in range(len(names) + 1)]
        self.emit.close(head, results)
        self.env.update(zip(names, results[1:]))
        return results[0]

    def values_of(self, names):
        for name in names:
            if self.env.get(name, UNBOUND) == UNBOUND:
                self.maybe.add(name)
        return [self.env.get(name, UNBOUND) for name in names]

    def _Compare(self, node):
        known = self._type_comparison(node) or self.library_comparison(node)
        if known is not None:
            return known
        left = self.expression(node.left)
        return self._comparisons(node, left, list(zip(node.ops, node.comparators)))

    def _type_comparison(self, node):
        """`type(x) is int`, or None."""
        if len(node.ops) > 1 or not self._is_type_of(node.left):
            return None
        kind, op = node.comparators[0], node.ops[0]
        known = isinstance(kind, ast.Name) and kind.id in TYPES and kind.id not in self.local
        if not known or not self.scope.is_builtin(kind.id):
            return None
        if not isinstance(op, (ast.Is, ast.Eq, ast.IsNot, ast.NotEq)):
            return None
        name = self.apply(node, "type-name", self.expression(node.left.args[0]))
        compare = "eq" if isinstance(op, (ast.Is, ast.Eq)) else "ne"
        return self.apply(node, compare, name, constant(node, kind.id))

    def _comparisons(self, node, left, rest):
        op, comparator = rest[0]
        among = isinstance(op, (ast.In, ast.NotIn))
        if among and isinstance(comparator, (ast.Set, ast.List)):
            right = self._constant_items(comparator)
        elif among and self.is_view(comparator) and not comparator.args:
            right = self.looked_into(comparator)
        else:
            right = self.expression(comparator)
        truth = self.ask_comparison(node, op, left, right)
        if truth is None:
            truth = self.apply(node, COMPARE[type(op)], left, right)
        if isinstance(op, (ast.IsNot, ast.NotIn)):
            truth = self.apply(node, "not", truth)
        if len(rest) == 1:
            return truth
        return self.choose(
            node, truth, lambda: self._comparisons(node, right, rest[1:]), lambda: truth
        )

    def _constant_items(self, node):
        """`in {1, 2}` and `in [1, 2]` need not make a set or list, as in CPython."""
        try:
            items = ast.literal_eval(node)
            frozen = frozenset(items) if isinstance(items, set) else tuple(items)
            return constant(node, frozen)
        except (ValueError, TypeError, Untranslated):
            return self.expression(node)

    def _NamedExpr(self, node):
        value = self.expression(node.value)
        if self.inside_comprehension:
            raise Untranslated(node, "':=' in a comprehension")
        self.bind(node.target.id, value)
        return value

    # Text.

    def _JoinedStr(self, node):
        parts = [
            constant(part, part.value) if isinstance(part, ast.Constant) else self._formatted(part)
            for part in node.values
        ]
        if not parts:
            return '""'
        return parts[0] if len(parts) == 1 else self.apply(node, "concat", *parts)

    def _formatted(self, node):
        if self.kind(node.value) is not None:
            return self._formatted_object(node)
        value = self.expression(node.value)
        conversion = {115: "str", 114: "repr", 97: "ascii", -1: None}[node.conversion]
        if conversion is not None:
            asked = self.ask_text(node, value) if conversion == "str" else None
            value = self.apply(node, conversion, value) if asked is None else asked
        spec = '""' if node.format_spec is None else self.expression(node.format_spec)
        asked = self.ask_text(node, value, spec)
        return asked if asked is not None else self.apply(node, "format", value, spec)

    def _formatted_object(self, node):
        spec = node.format_spec.values if node.format_spec is not None else []
        plain = all(isinstance(part, ast.Constant) for part in spec)
        if not plain or node.conversion not in (-1, 115) or spec and node.conversion != -1:
            raise Untranslated(node, f"{WORDS[self.kind(node.value)]} in such a format")
        return self.text_of(node.value, "".join(part.value for part in spec))

    # Containers.

    def _Subscript(self, node):
        field = self.event_field(node)
        if field is not None:
            return field
        value = self.expression(node.value)
        if isinstance(node.slice, ast.Slice):
            return self.apply(node, "getslice", value, *self._slice(node.slice))
        key = self.expression(node.slice)
        asked = self.ask_item(node, value, key)
        return self.apply(node, "getitem", value, key) if asked is None else asked

    def _slice(self, node):
        parts = (node.lower, node.upper, node.step)
        return ["None" if part is None else self.expression(part) for part in parts]

    def _Attribute(self, node):
        field = self.event_field(node)
        if field is not None:
            return field
        if node.attr == "__name__" and self._is_type_of(node.value):
            return self.apply(node, "type-name", self.expression(node.value.args[0]))
        part = self.library_constant(node)
        if part is None:
            part = self.library_attribute(node)
        if part is None:
            part = self.global_object(node)
        if part is None:
            part = self.ask_attribute(node)
        if part is not None:
            return part
        raise Untranslated(node, f"reads the attribute '{node.attr}'")

    def _is_type_of(self, node):
        """type(x)"""
        return (
            self.is_call_of(node, ("type",))
            and len(node.args) == 1
            and not node.keywords
        )

    def _List(self, node):
        return self._display(node, "list", "list-append", "list-extend")

    def _Set(self, node):
        return self._display(node, "set", "set-add", "set-update")

    def _Tuple(self, node):
        try:
            return constant(node, ast.literal_eval(node))
        except (ValueError, TypeError, Untranslated):
            pass
        if any(isinstance(item, ast.Starred) for item in node.elts):
            return self.apply(
                node, "tuple-of", self._display(node, "list", "list-append", "list-extend")
            )
        return self.apply(node, "tuple", *self.expressions(node.elts))

    def _display(self, node, make, add, extend):
        if len(node.elts) <= 200 and not any(isinstance(i, ast.Starred) for i in node.elts):
            return self.apply(node, make, *self.expressions(node.elts))
        made = self.apply(node, make)
        for item in node.elts:
            if isinstance(item, ast.Starred):
                self.apply(item, extend, made, self.expression(item.value))
            else:
                self.apply(item, add, made, self.expression(item))
        return made

    def _Dict(self, node):
        pairs = list(zip(node.keys, node.values))
        if len(pairs) <= 100 and None not in node.keys:
            operands = [self.expression(part) for pair in pairs for part in pair]
            return self.apply(node, "dict", *operands)
        made = self.apply(node, "dict")
        for key, value in pairs:
            if key is None:
                self.apply(value, "dict-update", made, self.expression(value))
            else:
                key, item = self.expression(key), self.expression(value)
                self.apply(node, "dict-put", made, key, item)
        return made


def _words(node):
    if hasattr(node, "written_as"):
        return f"calls {node.written_as}"
    return {
        ast.Lambda: "a lambda",
        ast.Await: "'await'",
        ast.Yield: "'yield' in an expression",
        ast.YieldFrom: "'yield from'",
        ast.Starred: "'*' here",
        ast.GeneratorExp: "a generator",
    }.get(type(node), f"'{type(node).__name__}'")
