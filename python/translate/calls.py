"""Calls: builtins by identity, methods by name, and functions of the block or of init."""

import ast

from _kaspr_emit import Untranslated, constant

# Builtins that are one primitive of the same name, with the parameters that may be named.
PLAIN = {
    "abs": ("x",),
    "bool": ("x",),
    "chr": ("i",),
    "divmod": ("x", "y"),
    "float": ("x",),
    "len": ("obj",),
    "ord": ("c",),
    "range": ("start", "stop", "step"),
    "repr": ("obj",),
    "reversed": ("sequence",),
}
TYPES = frozenset("bool bytes dict float frozenset int list range set str tuple".split())
# Builtins that make a container of an iterable.
CONTAINERS = {
    "list": ("list", "list-of"),
    "tuple": ("tuple", "tuple-of"),
    "set": ("set", "set-of"),
    "frozenset": (None, "frozenset-of"),
}
# Lists that nobody else sees: what would be a view or an iterator in CPython is used up at once.
ITERATORS = frozenset(("enumerate", "zip", "reversed", ".items", ".keys", ".values"))
MUTATING = frozenset(
    ".append .extend .insert .remove .pop .clear .sort .reverse .add .discard .update .setdefault "
    ".popitem".split()
)
FILLING = frozenset((".extend", ".update", ".union"))  # with the items of an iterable
EVENT_FIELDS = frozenset(
    "key headers message.topic message.partition message.offset message.timestamp message.key".split()
)


def mutates(nodes):
    """May they change a container?"""
    for node in (n for root in nodes for n in ast.walk(root)):
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.AugAssign):
            return True
        if isinstance(node, ast.Call):
            method = isinstance(node.func, ast.Attribute)
            if not method or "." + node.func.attr in MUTATING:
                return True
    return False


class Calls:
    def _Call(self, node):
        if self._is_zip_of(node):
            self.sources.append(None)  # of many: whether one changes is not seen
            return self.apply(node, "zip-of", self.expression(node.args[0].value))
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            raise Untranslated(node, "'*' or '**' in a call")
        if isinstance(node.func, ast.Attribute):
            return self._method(node)
        if isinstance(node.func, ast.Name):
            name = node.func.id
            if name in self.local:
                raise Untranslated(node.func, f"a call of the value '{name}'")
            if not self.scope.is_builtin(name):
                return self._helper(node, name)
            builtin = getattr(self, "_builtin_" + name, None)
            if builtin is not None:
                return builtin(node)
            if name in PLAIN:
                return self._plain(node, name)
            if name in CONTAINERS:
                return self._container(node, *CONTAINERS[name])
            raise Untranslated(node.func, f"calls {name}, which only CPython has")
        raise Untranslated(node.func, "a call of what an expression gives")

    def _is_zip_of(self, node):
        """zip(*rows), used up at once"""
        return (
            isinstance(node.func, ast.Name)
            and node.func.id == "zip"
            and node.func.id not in self.local
            and self.scope.is_builtin("zip")
            and len(node.args) == 1
            and isinstance(node.args[0], ast.Starred)
            and not node.keywords
            and node in self.at_once
        )

    # Helpers.

    def _helper(self, node, name):
        definition = self.scope.function(name)
        if definition is None:
            what = self.scope.origins.of(node.func) or name
            raise Untranslated(node.func, f"calls {what}, which only CPython has")
        arguments = self._by_name(node, definition)
        result = self.emit.fresh()
        self.functions.require(definition, node)
        self.emit.at(node)
        self.emit.line(" ".join([f"{result} = call @{name}", *arguments]))
        return result

    def _by_name(self, node, definition):
        """The operands for the parameters, evaluated in the order of the call."""
        parameters = plain_parameters(definition)
        given = {}
        for parameter, argument in zip(parameters, node.args):
            given[parameter] = self.expression(argument)
        for keyword in node.keywords:
            if keyword.arg in given or keyword.arg not in parameters:
                raise Untranslated(node, f"'{definition.name}' does not take what it is given")
            given[keyword.arg] = self.expression(keyword.value)
        defaults = definition.args.defaults
        for parameter, default in zip(parameters[len(parameters) - len(defaults) :], defaults):
            given.setdefault(parameter, default_of(default))
        if len(node.args) > len(parameters) or set(given) != set(parameters):
            raise Untranslated(node, f"'{definition.name}' does not take what it is given")
        return [given[parameter] for parameter in parameters]

    # Methods.

    def _method(self, node):
        name = "." + node.func.attr
        if self.is_global_path(node.func):
            what = self.scope.origins.of(node.func) or f"a method of '{node.func.value.id}'"
            raise Untranslated(node.func, f"calls {what}, which only CPython has")
        if name not in self.primitives:
            raise Untranslated(node.func, f"calls the method '{node.func.attr}', which only CPython has")
        self._check_receiver(node.func, name)
        if self.in_try and not all(isinstance(a, (ast.Constant, ast.Name)) for a in node.args):
            raise Untranslated(node, "a method's arguments, in a try")  # the method is looked up first
        receiver = self.expression(node.func.value)
        if name == ".sort" and not node.args:
            return self._sort(node, receiver)
        take = {".join": self.consumed}.get(name, self._progressive if name in FILLING else None)
        arguments = [(take or self.expression)(argument) for argument in node.args]
        if name == ".format":
            if node.keywords:
                raise Untranslated(node, "'format' with names")
        elif node.keywords:
            raise Untranslated(node, f"'{node.func.attr}' with named arguments")
        result = self.apply(node, name, receiver, *arguments)
        return self.used_up(node, name, result, receiver)

    def _sort(self, node, receiver):
        key, reverse = self._options(node, "key", "reverse")
        if self.in_try:
            raise Untranslated(node, "'sort' in a try")
        backwards = "False" if reverse is None else self.expression(reverse)
        keys = receiver if key is None else self._keys(node, receiver, key)
        sorted_items = self.apply(node, "sort-by", receiver, keys, backwards)
        return self.apply(node, "list-assign", receiver, sorted_items)

    def is_global_path(self, func):
        """Is it an attribute of a module or class, or of anything that is no value of ours?"""
        value = func.value
        while isinstance(value, ast.Attribute):
            value = value.value
        if not isinstance(value, ast.Name) or value.id in self.local:
            return False
        return self.scope.is_builtin(value.id) or self.scope.expression(value.id) is None

    def _check_receiver(self, func, name):
        receiver = func.value
        if name in MUTATING and isinstance(receiver, ast.Name) and receiver.id not in self.local:
            raise Untranslated(func, f"changes '{receiver.id}', which others see")

    def used_up(self, node, name, result, *sources):
        """A view or an iterator stands for a list as long as nobody can tell."""
        if name in ITERATORS:
            if node not in self.at_once:
                raise Untranslated(node, f"'{name.lstrip('.')}' that is not used up at once")
            self.sources.extend(sources)
        return result

    def consumed(self, node):
        """An argument that the call uses up before anything else runs."""
        if isinstance(node, ast.Call):
            self.at_once.add(node)
        if isinstance(node, ast.GeneratorExp):
            return self.comprehension(
                node, "list", lambda made: self._add(node, "list-append", made)
            )
        return self.expression(node)

    def _progressive(self, node):
        """The same, of a call that works while the generator runs: which of two exceptions comes
        first would show in a try."""
        if isinstance(node, ast.GeneratorExp) and self.in_try:
            raise Untranslated(node, "a generator, in a try")
        return self.consumed(node)

    def event_field(self, node):
        """A part of context['event'], or None if the node is something else."""
        path, value = [], node
        while isinstance(value, ast.Attribute):
            path.insert(0, value.attr)
            value = value.value
        is_event = (
            isinstance(value, ast.Subscript)
            and isinstance(value.value, ast.Name)
            and value.value.id == "context"
            and "context" not in self.local
            and self.scope.is_builtin("context")
            and isinstance(value.slice, ast.Constant)
            and value.slice.value == "event"
        )
        if not is_event or ".".join(path) not in EVENT_FIELDS:
            return None
        self.emit.at(node)
        result = self.emit.fresh()
        self.emit.line(f'{result} = event "{".".join(path)}"')
        return result

    # Builtins.

    def _plain(self, node, name):
        if node.keywords:
            raise Untranslated(node, f"'{name}' with named arguments")
        self._check_count(node, name, node.args)
        consume = self.consumed if name in ("len", "reversed") else self.expression
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
        return self.apply(node, of, self._progressive(node.args[0]))

    def _builtin_dict(self, node):
        if len(node.args) > 1:
            raise Untranslated(node, "a call with so many arguments")
        made = (
            self.apply(node, "dict-of", self._progressive(node.args[0]))
            if node.args
            else self.apply(node, "dict")
        )
        for keyword in node.keywords:
            value = self.expression(keyword.value)
            self.apply(node, "dict-put", made, constant(node, keyword.arg), value)
        return made

    def _builtin_str(self, node):
        self._options(node)
        if len(node.args) > 1:
            raise Untranslated(node, "'str' with an encoding")
        return self.apply(node, "str", *self.expressions(node.args)) if node.args else '""'

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
        items = self._progressive(node.args[0])
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

        def body():
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
        """next(generator[, default]): the first item."""
        generator = node.args[0] if node.args else None
        if not isinstance(generator, ast.GeneratorExp) or len(generator.generators) > 1:
            raise Untranslated(node, "'next' of anything but a generator of one loop")
        self._options(node)
        if len(node.args) != 2:
            raise Untranslated(node, "'next' without a default")
        first = self.first_iterable(generator)
        default = self.expression(node.args[1])

        def body():
            self.emit.line(f"break {self.expression(generator.elt)}")

        return self.loops(generator, first, [default], body)[0]

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
            items = self._progressive(node.args[0])
        given = [] if default is None else [self.expression(default)]
        if key is None:
            of = [name] if default is None else [f"{name}-of"]
            return self.apply(node, *of, items, *given)
        items = self.apply(node, "list-of", items)
        return self.apply(node, f"{name}-by", items, self._keys(node, items, key), *given)

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
        if isinstance(key, ast.Lambda):
            parameters = plain_parameters(key)
            if len(parameters) != 1:
                raise Untranslated(key, "a key with so many parameters")
            outer = self.env, self.maybe, self.local, self.inside_comprehension
            self.env, self.maybe = {**self.env, parameters[0]: item}, set(self.maybe)
            self.maybe.discard(parameters[0])
            self.local = self.local | {parameters[0]}
            self.inside_comprehension = True
            value = self.expression(key.body)
            self.env, self.maybe, self.local, self.inside_comprehension = outer
            return value
        if isinstance(key, ast.Name) and key.id not in self.local:
            plain = key.id in ("abs", "len", "str", "int", "float", "bool", "repr")
            if plain and self.scope.is_builtin(key.id):
                return self.apply(key, key.id, item)
        raise Untranslated(key, "this key")

    def _builtin_enumerate(self, node):
        (start,) = self._options(node, "start")
        arguments = [*node.args, *([start] if start else [])]
        if len(arguments) not in (1, 2):
            raise Untranslated(node, "a call with so many arguments")
        operands = [self.consumed(arguments[0]), *self.expressions(arguments[1:])]
        return self.used_up(
            node, "enumerate", self.apply(node, "enumerate", *operands), operands[0]
        )

    def _builtin_zip(self, node):
        self._options(node)
        operands = [self.consumed(argument) for argument in node.args]
        return self.used_up(node, "zip", self.apply(node, "zip", *operands), *operands)


def plain_parameters(definition):
    """The names of parameters without '*', '/' or keyword-only ones."""
    arguments = definition.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs:
        raise Untranslated(definition, "parameters with '*'")
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    if not all(name.isascii() for name in names):
        raise Untranslated(definition, "a parameter whose name is not ASCII")
    return names


def default_of(node):
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise Untranslated(node, "a default that is no constant") from None
    if isinstance(value, (list, dict, set)):
        raise Untranslated(node, "a default that can change")
    return constant(node, value)
