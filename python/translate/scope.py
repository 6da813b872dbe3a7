"""What the global names of a block stand for, as far as it is sure without running anything."""

import ast

from _kaspr_blocks import folds, top_level
from _kaspr_emit import Untranslated, constant
from _kaspr_origins import REFLECTION, imports

MOST_ALIASES = 10  # of one another


class Scope:
    """The globals that a function of a block sees: the block's, over those of init."""

    def __init__(self, name, tree, names, init, origins, trees, changes, asks_python):
        self.name = name  # of the block's function
        self.init_name, init_tree, init_names = init
        self.asks_python = asks_python and not changes.any
        self.trees = trees  # of all blocks of the agent
        self.changes = changes  # what blocks do to modules
        self.layers = [(tree, names)]
        if init_tree is not None:
            self.layers.append((init_tree, init_names))
        self.origins = origins

    def home_of(self, definition):
        """The name of the block whose globals a function sees: its own, or init."""
        inside = any(node is definition for node in ast.walk(self.layers[0][0]))
        return self.name if inside else self.init_name

    def layer(self, name):
        """The part that binds the name, or None: it is a builtin, or nothing."""
        return next((layer for layer in self.layers if name in layer[1]), None)

    def is_builtin(self, name):
        return self.layer(name) is None

    def function(self, name):
        """The one definition of a function of this name, or None."""
        layer = self.layer(name)
        if layer is None:
            return None
        bindings = _bindings(layer[0], name)
        if len(bindings) != 1 or not isinstance(bindings[0], ast.FunctionDef):
            return None
        return None if self._is_rebound(name) else bindings[0]

    def why_no_function(self, name):
        layer = self.layer(name)
        bindings = _bindings(layer[0], name) if layer is not None else []
        if len(bindings) == 1 and isinstance(bindings[0], ast.AsyncFunctionDef):
            return f"'{name}' is async"
        return f"'{name}' is not the name of one function that stays what it is"

    def expression(self, name):
        """What a name is bound to, if that happens once, or None."""
        layer = self.layer(name)
        bindings = _bindings(layer[0], name)
        if len(bindings) != 1 or self._is_rebound(name):
            return None
        node = bindings[0]
        plain = (
            isinstance(node, ast.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0], ast.Name)
        )
        return node.value if plain else None

    def constant(self, node):
        """The value of a global name, which is the same whenever it is read."""
        try:
            found = value_of(self.expression(node.id))
        except ValueError:
            why = f"what '{node.id}' is, is only known when it runs"
            raise Untranslated(node, why) from None
        if _can_change(found) and not all(only_read(tree, node.id, found) for tree in self.trees):
            raise Untranslated(node, f"'{node.id}' may be changed")
        return found

    # What imports bind.

    def path(self, node):
        """'datetime.timezone.utc', of a name or attribute that surely is that; else ''. A name may
        be another word for it: UTC = timezone.utc."""
        return self._path(node, self.layers, None)

    def made(self, name):
        """What is called for the one value of a global name, and the call: HOUR = timedelta(hours=1).
        Or None."""
        layers = self.layers
        while layers and name not in layers[0][1]:
            layers = layers[1:]
        statement = self._binding(layers, name, None)
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
            return None
        return self._path(statement.value.func, layers, statement), statement.value

    def _path(self, node, layers, before):
        """In the first of the layers, as it is in front of a statement there."""
        parts = []
        for _ in range(MOST_ALIASES):
            while isinstance(node, ast.Attribute):
                parts.insert(0, node.attr)
                node = node.value
            if not isinstance(node, ast.Name):
                return ""
            while layers and node.id not in layers[0][1]:
                layers, before = layers[1:], None
            statement = self._binding(layers, node.id, before)
            if statement is None:
                return ""
            if not isinstance(statement, ast.Assign):
                path = self.imports_of(statement)[node.id]
                return ".".join([path, *parts]) if path else ""
            node, before = statement.value, statement
        return ""

    def _binding(self, layers, name, before):
        """The one statement that binds it, for sure and in front of `before`, or None."""
        bindings = _bindings(layers[0][0], name) if layers else []
        if len(bindings) != 1 or bindings[0] not in layers[0][0].body or self._is_rebound(name):
            return None
        statement = bindings[0]
        if before is not None and statement.lineno >= before.lineno:
            return None
        if isinstance(statement, ast.Assign):
            plain = len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
            return statement if plain else None
        return statement if isinstance(statement, (ast.Import, ast.ImportFrom)) else None

    def imports_of(self, statement):
        """name -> path; a module that is none of Python's own has no path."""
        relative = isinstance(statement, ast.ImportFrom) and statement.level > 0
        return {name: "" if relative else path for name, path in imports(statement).items()}

    def why_replaced(self, path):
        """Why it may not be Python's own, or ''."""
        return self.changes.why(path)

    def _is_rebound(self, name):
        """May a function bind it anew?"""
        return any(
            isinstance(node, ast.Global) and name in node.names
            for tree, _ in self.layers
            for node in ast.walk(tree)
        )

    def check(self, node):
        """Raises where nothing is sure of any name."""
        for tree, names in self.layers:
            if names.star:
                raise Untranslated(node, "a 'from ... import *' may bind any name")
            for inner in ast.walk(tree):
                if isinstance(inner, ast.Name) and inner.id in REFLECTION:
                    raise Untranslated(node, f"'{inner.id}' may bind any name")


def value_of(node):
    """The value of an expression of constants, containers of them and what CPython folds. Raises
    ValueError."""
    if node is not None and folds(node):
        return eval(compile(ast.Expression(node), "<constant>", "eval"), {"__builtins__": {}})
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        kind = {ast.List: list, ast.Tuple: tuple, ast.Set: set}[type(node)]
        try:
            return kind([value_of(item) for item in node.elts])
        except TypeError:
            raise ValueError from None
    if isinstance(node, ast.Dict) and None not in node.keys:
        try:
            return {value_of(k): value_of(v) for k, v in zip(node.keys, node.values)}
        except TypeError:
            raise ValueError from None
    raise ValueError


def _can_change(value):
    if isinstance(value, tuple):
        return any(map(_can_change, value))
    return isinstance(value, (list, dict, set))


def _inside(value):
    """What an item of a container may be."""
    return list(value.values()) if isinstance(value, dict) else list(value)


def only_read(tree, name, value):
    """True if no mention of the name lets anybody change the container, or what is in it."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return all(
        _only_read(node, [value], parents)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    )


def _only_read(node, values, parents):
    """`values`: what the expression may be."""
    while any(map(_can_change, values)):
        parent = parents[node]
        inside = [item for value in values if _can_change(value) for item in _inside(value)]
        if isinstance(parent, ast.Subscript) and node is parent.value:
            if not isinstance(parent.ctx, ast.Load) or isinstance(parent.slice, ast.Slice):
                return False
            node, values = parent, inside
        elif isinstance(parent, ast.Attribute) and isinstance(parents[parent], ast.Call):
            call = parents[parent]
            if call.func is not parent or parent.attr not in READING:
                return False
            node, values = call, READING[parent.attr](inside, call)
            if values is None:
                return False
        elif isinstance(parent, ast.Compare):
            return True
        elif isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name):
            return parent.func.id in ("len", "bool", "str", "repr", "any", "all") or (
                parent.func.id in FLAT
                and not any(map(_can_change, inside))
            )
        elif isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node:
            return not any(map(_can_change, inside))
        else:
            return False
    return True


def _default(inside, call):
    """What get gives: an item, or what the call names."""
    plain = all(isinstance(argument, ast.Constant) for argument in call.args[1:])
    return inside if plain or not any(map(_can_change, inside)) else None


# Builtins that look at the items of what they are given, and keep or give them.
FLAT = frozenset("sorted sum min max list set frozenset tuple dict zip enumerate reversed".split())

# Methods that change nothing, and what they give.
READING = {
    "get": _default,
    "keys": lambda inside, call: [],
    "values": lambda inside, call: None if any(map(_can_change, inside)) else [],
    "items": lambda inside, call: None if any(map(_can_change, inside)) else [],
    "index": lambda inside, call: [],
    "count": lambda inside, call: [],
}


def _bindings(tree, name):
    """The top level's statements that bind the name."""
    return [
        statement
        for statement in top_level(tree)
        if any(
            isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)
            for n in _own(statement)
        )
        or getattr(statement, "name", None) == name
        or isinstance(statement, (ast.Import, ast.ImportFrom))
        and any((a.asname or a.name.partition(".")[0]) == name for a in statement.names)
    ]


def _own(statement):
    """The nodes of a statement that are not in a statement or scope inside it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    pending = [statement]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.stmt))


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
