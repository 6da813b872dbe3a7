"""Calls of builtins, which are known by identity."""

import ast

from _kaspr_emit import Untranslated, constant
from _kaspr_scope import plain_parameters

# Builtins that are one primitive of the same name.
PLAIN = frozenset(
    "abs ascii bin bool chr divmod float hex len oct ord range repr reversed".split()
)
TYPES = frozenset("bool bytes dict float frozenset int list range set str tuple".split())
# Builtins that make a container of an iterable.
CONTAINERS = {
    "list": ("list", "list-of"),
    "tuple": ("tuple", "tuple-of"),
    "set": ("set", "set-of"),
    "frozenset": (None, "frozenset-of"),
}


class Builtins:
    def _plain(self, node, name):
        if node.keywords:
            raise Untranslated(node, f"'{name}' with named arguments")
        self._check_count(node, name, node.args)
        consume = self.viewed if name in ("len", "reversed") else self.expression
        operands = [consume(argument) for argument in node.args]
        return self.used_up(node, name, self.apply(node, name, *operands), *operands)

    def _check_count(self, node, name, arguments):
        fewest, most = self.primitives[name]
        if not fewest <= len(arguments) <= most:
            raise Untranslated(node, f"'{name}' with {len(arguments)} arguments")

    def _options(self, node, *names):
        """The keyword arguments' nodes, of which no others may be there."""
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        for name in given:
            if name not in names:
                raise Untranslated(node, f"the argument '{name}'")
        return [given.get(name) for name in names]

    def _container(self, node, empty, of):
        self._options(node)
        if not node.args and empty is not None:
            return self.apply(node, empty)
        if len(node.args) != 1:
            raise Untranslated(node, "a call with so many arguments")
        return self.apply(node, of, self.progressive(node.args[0]))

    def _builtin_dict(self, node):
        if len(node.args) > 1:
            raise Untranslated(node, "a call with so many arguments")
        items = [self.progressive(argument) for argument in node.args]
        values = [(keyword.arg, self.expression(keyword.value)) for keyword in node.keywords]
        made = self.apply(node, "dict-of" if items else "dict", *items)
        for key, value in values:
            self.apply(node, "dict-put", made, constant(node, key), value)
        return made

    def _builtin_str(self, node):
        self._options(node)
        if len(node.args) > 1:
            raise Untranslated(node, "'str' with an encoding")
        if not node.args:
            return '""'
        operand = self.expression(node.args[0])
        asked = self.ask_text(node, operand)
        return self.apply(node, "str", operand) if asked is None else asked

    def _builtin_int(self, node):
        (base,) = self._options(node, "base")
        arguments = self.expressions([*node.args, *([base] if base else [])])
        if not arguments:
            return "0"
        if len(arguments) > 2:
            raise Untranslated(node, "a call with so many arguments")
        return self.apply(node, "int" if len(arguments) == 1 else "int-base", *arguments)

    def _builtin_round(self, node):
        (digits,) = self._options(node, "ndigits")
        arguments = self.expressions([*node.args, *([digits] if digits else [])])
        if len(arguments) not in (1, 2):
            raise Untranslated(node, "a call with so many arguments")
        return self.apply(node, "round" if len(arguments) == 1 else "round-digits", *arguments)

    def _builtin_isinstance(self, node):
        self._options(node)
        if len(node.args) != 2:
            raise Untranslated(node, "a call with so many arguments")
        types = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        for kind in types:
            known = isinstance(kind, ast.Name) and kind.id in TYPES and kind.id not in self.local
            if not known or not self.scope.is_builtin(kind.id):
                raise Untranslated(kind, "a type that is none of JSON's")
        names = [constant(kind, kind.id) for kind in types]
        return self.apply(node, "isinstance", self.expression(node.args[0]), *names)

    def _builtin_sum(self, node):
        (start,) = self._options(node, "start")
        if not node.args or len(node.args) + bool(start) > 2:
            raise Untranslated(node, "a call with so many arguments")
        items = self.progressive(node.args[0])
        rest = self.expressions([*node.args[1:], *([start] if start else [])])
        return self.apply(node, "sum-start" if rest else "sum", items, *rest)

    def _builtin_any(self, node):
        return self._quantified(node, "any", "True", "False")

    def _builtin_all(self, node):
        return self._quantified(node, "all", "False", "True")

    def _quantified(self, node, name, decided, otherwise):
        self._options(node)
        if len(node.args) != 1:
            raise Untranslated(node, "a call with so many arguments")
        generator = node.args[0]
        if not isinstance(generator, ast.GeneratorExp):
            return self.apply(node, name, self.consumed(generator))
        if len(generator.generators) > 1:
            raise Untranslated(generator, "a generator of two loops")
        first = self.first_iterable(generator)

        def body(_):
            test = self.expression(generator.elt)
            self.emit.open(f"if {test}")
            if name == "any":
                self.emit.line(f"break {decided}")
                self.emit.between("else")
                self.emit.line(f"continue {otherwise}")
            else:
                self.emit.line(f"continue {otherwise}")
                self.emit.between("else")
                self.emit.line(f"break {decided}")
            self.emit.close()

        return self.loops(generator, first, [otherwise], body)[0]

    def _builtin_next(self, node):
        """next(generator[, default]): the first item. Where there is none, CPython raises
        StopIteration."""
        generator = node.args[0] if node.args else None
        if not isinstance(generator, ast.GeneratorExp) or len(generator.generators) > 1:
            raise Untranslated(node, "'next' of anything but a generator of one loop")
        self._options(node)
        if len(node.args) > 2:
            raise Untranslated(node, "a call with so many arguments")
        first = self.first_iterable(generator)
        default = self.expression(node.args[1]) if len(node.args) == 2 else None

        def body(_):
            self.emit.line(f"break {self.expression(generator.elt)}, True")

        item, found = self.loops(generator, first, [default or "None", "False"], body)
        if default is None:
            self.emit.unless(found, "bail")
        return item

    def _builtin_type(self, node):
        raise Untranslated(node, "a type as a value")

    def _builtin_min(self, node):
        return self._extreme(node, "min")

    def _builtin_max(self, node):
        return self._extreme(node, "max")

    def _extreme(self, node, name):
        key, default = self._options(node, "key", "default")
        if not node.args:
            raise Untranslated(node, "a call without arguments")
        if len(node.args) > 1:
            arguments = self.expressions(node.args)
            if default is not None:
                raise Untranslated(node, "'default' beside several arguments")
            if key is None:
                return self.apply(node, name, *arguments)
            items = self.apply(node, "list", *arguments)
        else:
            items = self.progressive(node.args[0])
        given = [] if default is None else [self.expression(default)]
        if key is None:
            of = [name] if default is None else [f"{name}-of"]
            return self.apply(node, *of, items, *given)
        self.check_key(key)  # which runs beside the others' comparison
        if self.in_try:
            raise Untranslated(key, "a key function, in a try")
        items = self.apply(node, "list-of", items)
        return self.apply(node, f"{name}-by", items, self._keys(node, items, key), *given)

    def check_key(self, key):
        if self.mutates([key]):
            raise Untranslated(key, "a key function that may change something")

    def _builtin_sorted(self, node):
        key, reverse = self._options(node, "key", "reverse")
        if len(node.args) != 1:
            raise Untranslated(node, "a call with so many arguments")
        items = self.consumed(node.args[0])
        backwards = "False" if reverse is None else self.expression(reverse)
        if key is None or isinstance(key, ast.Constant) and key.value is None:
            return self.apply(node, "sorted", items, backwards)
        items = self.apply(node, "list-of", items)
        return self.apply(node, "sort-by", items, self._keys(node, items, key), backwards)

    def _keys(self, node, items, key):
        """A list of what the key function gives for each item."""
        made = self.apply(node, "list")
        item = self.emit.fresh()
        self.emit.open(self.for_head(item, items, [], []))
        self.apply(node, "list-append", made, self._call_key(key, item))
        self.emit.line("continue")
        self.emit.between("else")
        self.emit.line("give")
        self.emit.close()
        return made

    def _call_key(self, key, item):
        parameters = plain_parameters(key) if isinstance(key, ast.Lambda) else []
        if len(parameters) != 1:
            raise Untranslated(key, "this key")
        outer = self.env, self.maybe, self.local, self.inside_comprehension
        self.env, self.maybe = {**self.env, parameters[0]: item}, set(self.maybe)
        self.maybe.discard(parameters[0])
        self.local = self.local | {parameters[0]}
        self.inside_comprehension = True
        value = self.expression(key.body)
        self.leave_scope(outer)
        return value

    def _builtin_enumerate(self, node):
        (start,) = self._options(node, "start")
        arguments = [*node.args, *([start] if start else [])]
        if len(arguments) not in (1, 2):
            raise Untranslated(node, "a call with so many arguments")
        operands = [self.zipped(arguments[0]), *self.expressions(arguments[1:])]
        return self.used_up(
            node, "enumerate", self.apply(node, "enumerate", *operands), operands[0]
        )

    def _builtin_zip(self, node):
        self._options(node)
        operands = [self.zipped(argument) for argument in node.args]
        return self.used_up(node, "zip", self.apply(node, "zip", *operands), *operands)
