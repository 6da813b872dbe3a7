"""Calls: of methods by name, and of functions of the block or of init."""

import ast

from _kaspr_asks import Asks
from _kaspr_builtins import CONTAINERS, PLAIN, Builtins
from _kaspr_emit import Untranslated
from _kaspr_intrinsics import Intrinsics
from _kaspr_scope import default_of, plain_parameters

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


class Calls(Builtins, Intrinsics, Asks):
    def _Call(self, node):
        if self._is_zip_of(node):
            self.sources.append(None)  # of many: whether one changes is not seen
            return self.apply(node, "zip-of", self.expression(node.args[0].value))
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            raise Untranslated(node, "'*' or '**' in a call")
        given = self.library_call(node)
        if given is not None:
            return given
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
        asked = self.ask_method(node)
        if asked is not None:
            return asked
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
