"""Calls: of methods by name, and of functions of the block or of init."""

import ast
import builtins

from _kaspr_asks import Asks
from _kaspr_builtins import CONTAINERS, PLAIN, TYPES, Builtins
from _kaspr_emit import UNBOUND, Untranslated, constant
from _kaspr_intrinsics import Intrinsics
from _kaspr_iterators import MUTATING, Iterators
from _kaspr_scope import default_of, plain_parameters

FILLING = frozenset((".extend", ".update"))
EVENT_FIELDS = frozenset(
    "key headers message.topic message.partition message.offset message.timestamp message.key".split()
)


class Calls(Builtins, Intrinsics, Asks, Iterators):
    def _Call(self, node):
        if self._is_zip_of(node):
            self.sources.append(None)  # of many: whether one changes is not seen
            return self.apply(node, "zip-of", self.expression(node.args[0].value))
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            raise Untranslated(node, "'*' or '**' in a call")
        self.check_arguments(node)
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
            self.is_call_of(node, ("zip",))
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
        if self._is_method_of_str(node, name):
            return self._method_of_str(node, name)
        if self.is_global_path(node.func):
            what = self.scope.origins.of(node.func) or f"a method of '{node.func.value.id}'"
            raise Untranslated(node.func, f"calls {what}, which only CPython has")
        if name not in self.primitives:
            raise Untranslated(node.func, f"calls the method '{node.func.attr}', which only CPython has")
        self._check_receiver(node.func, name)
        receiver = self.expression(node.func.value)
        if self.in_try and not all(map(self._is_sure, node.args)):
            having = [kind for kind in sorted(TYPES) if hasattr(getattr(builtins, kind), node.func.attr)]
            self._raise_unless(node, receiver, having, "AttributeError")  # it is looked up first
        if name == ".sort" and not node.args:
            return self._sort(node, receiver)
        if name in FILLING and len(node.args) == 1:
            return self._fill(node, name, receiver, node.args[0])
        take = {".join": self.consumed, ".union": self.progressive}.get(name, self.expression)
        arguments = [take(argument) for argument in node.args]
        if name == ".format":
            if node.keywords:
                raise Untranslated(node, "'format' with names")
        elif node.keywords:
            raise Untranslated(node, f"'{node.func.attr}' with named arguments")
        result = self.apply(node, name, receiver, *arguments)
        return self.used_up(node, name, result, receiver)

    def _is_method_of_str(self, node, name):
        """str.strip(text)"""
        of = node.func.value
        return (
            isinstance(of, ast.Name)
            and of.id == "str"
            and of.id not in self.local
            and self.scope.is_builtin(of.id)
            and name in self.primitives
            and name not in (".join", ".format")
            and hasattr(str, node.func.attr)
            and len(node.args) > 0
            and not node.keywords
        )

    def _method_of_str(self, node, name):
        operands = self.expressions(node.args)
        self._raise_unless(node, operands[0], ["str"], "TypeError")
        return self.apply(node, name, *operands)

    def looked_into(self, view):
        """What `in d.keys()` and `in d.values()` look into."""
        if view.func.attr == "values":
            return self.consumed(view)
        if view.func.attr != "keys" or self.is_global_path(view.func):
            return self.expression(view)
        receiver = self.expression(view.func.value)
        self._raise_unless(view, receiver, ["dict"], "AttributeError")
        return receiver

    def _raise_unless(self, node, operand, kinds, exception):
        """Unless it is of one of these types."""
        names = [constant(node, kind) for kind in kinds]
        self.emit.unless(self.apply(node, "isinstance", operand, *names), f"raise {exception}")

    def _is_sure(self, node):
        """Can an argument not fail?"""
        bound = isinstance(node, ast.Name) and self.env.get(node.id, UNBOUND) != UNBOUND
        return isinstance(node, ast.Constant) or bound and node.id not in self.maybe

    def _fill(self, node, name, receiver, argument):
        """With the items of an iterable, which may see what came before them."""
        if node.keywords:
            raise Untranslated(node, f"'{node.func.attr}' with named arguments")
        if isinstance(argument, ast.GeneratorExp) and name == ".extend":
            return self._extend(node, receiver, argument)
        if isinstance(argument, ast.GeneratorExp) or self.holds_generator(argument):
            raise Untranslated(argument, f"'{node.func.attr}' with a generator")
        self.sources = []
        items = self.consumed(argument)
        grows = self.is_call_of(argument, ("enumerate", "zip"))
        watched = self.watch(node, [node]) if grows else []
        result = self.apply(node, name, receiver, items)
        self.check_watched(node, watched)
        return result

    def _extend(self, node, receiver, generator):
        self.apply(node, ".extend", receiver, "()")  # has it that method?
        first = self.first_iterable(generator)
        watched, running = self.watch(node, [node]), self.running
        self.running = [*running, node]

        def body(_):
            self.add_item(generator, "list-append", receiver)
            self.check_watched(node, watched)
            return []

        self.loops(generator, first, [], body)
        self.running = running
        return "None"

    def _sort(self, node, receiver):
        key, reverse = self._options(node, "key", "reverse")
        if self.in_try:
            raise Untranslated(node, "'sort' in a try")
        backwards = "False" if reverse is None else self.expression(reverse)
        items = keys = receiver
        if key is not None:
            self.check_key(key)
            items = self.apply(node, "list-of", receiver)
            self.apply(node, "list-assign", receiver, "[]")  # which is empty to the key function
            keys = self._keys(node, items, key)
        sorted_items = self.apply(node, "sort-by", items, keys, backwards)
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
